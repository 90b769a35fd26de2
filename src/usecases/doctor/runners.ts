import type { Check } from '../../domain/outcome/outcome.ts';
import { isAmong } from '../../domain/people/people.ts';
import { lackingRights } from '../../domain/runner/lacking-rights.ts';
import type { PolicyRule } from '../../domain/runner/rights.ts';
import { neededSecrets } from '../../domain/runner/secrets.ts';
import { RelctlError } from '../../errors.ts';
import type { KubernetesRunner } from '../../plan/runner.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { command } from '../../text/command-line.ts';
import { plural } from '../../text/plural.ts';
import { refOf } from '../cluster/apply.ts';
import type { Context } from '../release/context.ts';
import { loadPolicy } from '../release/settings.ts';
import { rightsObjects } from '../runner/rights-objects.ts';

/** Rights that are named at most; the command that grants them grants all. */
const NAMED = 4;

/**
 * Whether what relctl.yaml hands releases over to can carry them: who acts in it, its rights, its Secrets, and the workflows of a forge. Nothing where no
 * runner is set up.
 */
export async function runnerChecks(context: Context): Promise<readonly Check[]> {
  const { runner } = context.config;
  if (runner === undefined || context.environments.simulated) return [];
  const { kubernetes, github, gitlab } = runner;
  return [
    ...(kubernetes === undefined ? [] : await jobChecks(context, kubernetes)),
    ...(github === undefined ? [] : [await fileCheck(context, 'github', `.github/workflows/${github.workflow}`)]),
    ...(gitlab === undefined ? [] : [await fileCheck(context, 'gitlab', `.gitlab/${gitlab.workflow}.yml`)]),
  ];
}

async function fileCheck({ workspace }: Pick<Context, 'workspace'>, name: string, path: string): Promise<Check> {
  const text = `runner ${name}`;
  const isThere = (await workspace.read(path)) !== undefined;
  return isThere
    ? { state: 'ok', text, detail: path }
    : { state: 'failed', text, detail: `${path} is not there; ${command`relctl init`} writes it` };
}

async function jobChecks(context: Context, settings: KubernetesRunner): Promise<readonly Check[]> {
  const { production } = context.config.environments;
  const home = settings.namespace ?? production.namespace;
  const read = (namespace: string, ref: Parameters<Reader['get']>[0]) => readerOf(context, namespace).get(ref);
  return Promise.all([
    looked('runner kubernetes', () => identityCheck(context, settings)),
    looked('rights of the runner', async () => {
      const printed = await rightsObjects(context, settings);
      const missing = await missingRights(printed, read);
      if (missing.length === 0) return ok(`${settings.serviceAccount} in ${home} has what it needs`);
      const more = missing.length > NAMED ? `, and ${plural(missing.length - NAMED, 'more')}` : '';
      const grant = command`relctl runner --rbac | kubectl --context ${production.context} apply -f -`;
      return { state: 'failed', detail: `${missing.slice(0, NAMED).join('; ')}${more}; ${grant}` };
    }),
    ...neededSecrets(settings).map(({ name, what, keys, create }) =>
      looked(`Secret ${home}/${name}`, async () => {
        const make = `${command`kubectl --context ${production.context} -n ${home} create secret generic`} ${create}`;
        const secret = await read(home, { apiVersion: 'v1', kind: 'Secret', name });
        if (secret === undefined) return { state: 'failed', detail: `it is not there (${what}); ${make}` };
        // Its keys alone: what they hold is nobody's to read here.
        const there = Object.keys((secret as { readonly data?: object }).data ?? {});
        const isWhole = keys.some((all) => all.every((key) => there.includes(key)));
        const wanted = keys.map((all) => all.join(' and ')).join(', or ');
        return isWhole ? ok(what) : { state: 'failed', detail: `it lacks ${wanted} (${what}); ${make}` };
      }),
    ),
  ]);
}

type Reader = ReturnType<NonNullable<Context['environments']['reconciler']>>;
type Read = (namespace: string, ref: Parameters<Reader['get']>[0]) => Promise<KubeObject | undefined>;
type Finding = Omit<Check, 'text'>;

const ok = (detail: string): Finding => ({ state: 'ok', detail });

function readerOf({ environments }: Pick<Context, 'environments'>, namespace: string): Reader {
  return environments.reconciler?.(namespace) ?? environments.cluster('production');
}

/** What somebody may not look at is no fault of what is looked at. */
async function looked(text: string, look: () => Promise<Finding>): Promise<Check> {
  try {
    return { text, ...(await look()) };
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    const detail = [error.message, ...error.hints.slice(0, 1)].join('; ');
    return { text, state: 'warning', detail: `it cannot be looked at from here: ${detail}` };
  }
}

async function identityCheck(
  context: Pick<Context, 'config' | 'workspace'>,
  { identity, image }: KubernetesRunner,
): Promise<Finding> {
  const { machines } = await loadPolicy(context.workspace, context.config.process);
  if (isAmong(machines, identity)) return ok(`${identity} in ${image}`);
  const machine = `machines: [${[...machines, identity].join(', ')}]`;
  return {
    state: 'failed',
    detail: `${identity} is none of the machines of the policy, so every gate refuses it; ${machine}`,
  };
}

/** What the cluster does not have of what is printed, or has with fewer rights. What belongs to nobody's namespace is not asked for. */
async function missingRights(printed: readonly KubeObject[], read: Read): Promise<readonly string[]> {
  const found = await Promise.all(
    printed.map(async (object): Promise<readonly string[]> => {
      const { name, namespace } = object.metadata;
      // Roles of the whole cluster are seldom anybody's to read, and the one for people is bound by the company.
      if (namespace === undefined || name.endsWith('-hand-over')) return [];
      const live = await read(namespace, refOf(object));
      if (live === undefined) return [`${object.kind} ${namespace}/${name} is not there`];
      if (object.kind !== 'Role') return [];
      return lackingRights(rulesOf(object), rulesOf(live)).map((right) => `Role ${namespace}/${name} lacks ${right}`);
    }),
  );
  return found.flat();
}

function rulesOf({ rules }: KubeObject): readonly PolicyRule[] {
  return (rules ?? []) as readonly PolicyRule[];
}
