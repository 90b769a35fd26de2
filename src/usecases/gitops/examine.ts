import { applicationRef, applicationText } from '../../domain/gitops/application.ts';
import type { Check } from '../../domain/outcome/outcome.ts';
import { RelctlError } from '../../errors.ts';
import { gitopsOf } from '../../plan/rollout.ts';
import type { Context } from '../release/context.ts';
import { applicationNow } from './application-now.ts';
import { gitopsGround } from './ground.ts';
import { miskeptWorkloads } from './keepers.ts';
import { keptText, wayOut } from './kept-text.ts';

/**
 * Whether production is kept by those that relctl.yaml says: nobody, where relctl writes to it; the application that it names, and a config
 * repository that answers, where commits do. Nothing where the clusters cannot be asked, which has been said by then.
 */
export async function examineKeepers(context: Context, targets: readonly string[]): Promise<readonly Check[]> {
  const { config, repository } = context;
  const services = Object.keys(config.services);
  const checks: Check[] = [];
  // Nobody keeps anything in the sandbox, so that nothing there could be corrected.
  const isPlayed = context.environments.simulated && gitopsOf(config) !== undefined;
  for (const target of isPlayed ? [] : targets) {
    try {
      const head = await repository.resolve('HEAD');
      for (const one of await miskeptWorkloads(context, target, head, services)) {
        const detail = await wayOut(context, one.reconciler);
        checks.push({ state: 'failed', text: `${target}: ${keptText(config, one)}`, detail });
      }
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
    }
  }
  return gitopsOf(config) === undefined ? checks : [...checks, ...(await examineGround(context))];
}

async function examineGround(context: Context): Promise<readonly Check[]> {
  if (context.environments.simulated) {
    return [
      {
        state: 'warning',
        text: 'rollout: gitops',
        detail: 'the sandbox has no reconciler, and deploys nothing by commits',
      },
    ];
  }
  const { settings, repository } = gitopsGround(context);
  const text = applicationText(applicationRef(settings));
  const applied = async (): Promise<Check> => {
    const { obstacle, sync, images } = await applicationNow(context);
    if (obstacle !== undefined) return { state: 'failed', text, detail: `it ${obstacle.problem}; ${obstacle.fix}` };
    if (images.names.length > 0) {
      const names = images.names.join(', ');
      const detail = `it sets ${names} itself, in ${images.at}: what of them is released has to be named in git instead`;
      return { state: 'warning', text, detail };
    }
    return { state: sync?.state === 'ready' ? 'ok' : 'warning', text, detail: sync?.detail ?? '' };
  };
  const answers = async (): Promise<Check> => {
    const head = await repository.head();
    const files = await repository.files(head, settings.path);
    const there = `${repository.name} answers, and stands at ${head.slice(0, 12)}`;
    return files.size === 0
      ? { state: 'failed', text: 'config repository', detail: `${there}; ${settings.path} has no YAML file` }
      : { state: 'ok', text: 'config repository', detail: there };
  };
  return Promise.all([told(text, applied), told('config repository', answers)]);
}

async function told(text: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return { state: 'failed', text, detail: [error.message, ...error.hints.slice(0, 1)].join('; ') };
  }
}
