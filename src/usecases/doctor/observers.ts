import { observerEntry } from '../../domain/kubernetes/observers.ts';
import type { Check } from '../../domain/outcome/outcome.ts';
import { RelctlError } from '../../errors.ts';
import type { EnvironmentName } from '../../plan/config.ts';
import type { FoundObserver } from '../../ports/environments.ts';
import type { Context } from '../release/context.ts';

/** Where measurements of an environment are: one store, or one for each region that has its own. */
export function observedPlaces(
  { config }: Pick<Context, 'config'>,
  environment: EnvironmentName,
): readonly { readonly name: string; readonly region?: string }[] {
  const whole = config.environments[environment];
  const own = whole.regions.filter((one) => one.prometheus !== undefined || one.metrics !== undefined);
  const isWhole = whole.prometheus !== undefined || whole.metrics !== undefined;
  return [
    ...(isWhole || own.length < whole.regions.length || own.length === 0 ? [{ name: environment }] : []),
    ...own.map(({ name }) => ({ name: `${environment}/${name}`, region: name })),
  ];
}

/**
 * Asks a metrics store for a number that every one knows.
 * @throws RelctlError `metrics.unreachable`; `config.invalid` where none is named, with those that answer inside the cluster
 */
export async function answersMetrics(
  context: Pick<Context, 'clock' | 'environments'>,
  environment: EnvironmentName,
  region: string | undefined,
): Promise<string> {
  const { environments, clock } = context;
  try {
    const reading = await environments.metrics(environment, region).scalar('1', clock.now());
    if (reading.ok) return 'Prometheus answers';
    throw new RelctlError('metrics.unreachable', reading.noData.detail, { hints: ['look at the URL in relctl.yaml'] });
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'config.invalid') throw error;
    const [found] = await inCluster(environments.observers(environment, region), 'prometheus');
    if (found === undefined) throw error;
    throw new RelctlError('config.invalid', `${error.message}, and one answers inside the cluster`, {
      hints: [`environments.${environment}.prometheus: ${observerEntry(found)}`],
      cause: error,
    });
  }
}

/** Whether alerts can be asked for; where no Alertmanager is named and one answers inside the cluster, that is proposed. */
export async function alertsCheck(
  context: Pick<Context, 'config' | 'environments'>,
  environment: EnvironmentName,
): Promise<readonly Check[]> {
  const { environments, config } = context;
  const whole = config.environments[environment];
  if (environments.simulated || whole.prometheus === undefined) return [];
  const text = `alerts of ${environment}`;
  try {
    const { length } = await environments.alerts(environment).active();
    if (whole.alertmanager !== undefined) return [{ state: 'ok', text, detail: `${length} active` }];
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return [{ state: 'failed', text, detail: [error.message, ...error.hints.slice(0, 2)].join('; ') }];
  }
  const [found] = await inCluster(environments.observers(environment), 'alertmanager');
  if (found === undefined) return [];
  const detail = `silences are not seen without an Alertmanager; environments.${environment}.alertmanager: ${observerEntry(found)}`;
  return [{ state: 'warning', text, detail }];
}

async function inCluster(
  observers: Promise<readonly FoundObserver[]>,
  kind: FoundObserver['kind'],
): Promise<readonly FoundObserver[]> {
  try {
    return (await observers).filter((one) => one.kind === kind);
  } catch (error) {
    // That the cluster cannot be asked is a check of its own.
    if (error instanceof RelctlError) return [];
    throw error;
  }
}
