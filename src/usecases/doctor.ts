import { clusterUidOf, productionTargets } from '../domain/deployment/steps.ts';
import { accessWarnings } from '../domain/kubernetes/version-skew.ts';
import type { Check, Outcome } from '../domain/outcome/outcome.ts';
import { RelctlError } from '../errors.ts';
import { ballotBranch } from './ballot/post.ts';
import { forgeActs } from './ballot/questions.ts';
import { renderEnvironment, serviceIn } from './cluster/environment.ts';
import { clusterOf } from './cluster/run.ts';
import { alertsCheck, answersMetrics, observedPlaces } from './doctor/observers.ts';
import { runnerChecks } from './doctor/runners.ts';
import { examineKeepers } from './gitops/examine.ts';
import type { Context } from './release/context.ts';
import { loadPolicy } from './release/settings.ts';
import { checkSigning } from './signing/check-setup.ts';

/** Looks at everything that a release will need, changes nothing, and says what to do about what is missing. */
export async function doctor(context: Context): Promise<Outcome> {
  const checks: Check[] = [];
  const look = async (text: string, act: () => Promise<string>): Promise<void> => {
    try {
      checks.push({ state: 'ok', text, detail: await act() });
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      checks.push({ state: 'failed', text, detail: [error.message, ...error.hints.slice(0, 2)].join('; ') });
    }
  };
  await look('process policy', async () => {
    const policy = await loadPolicy(context.workspace, context.config.process);
    return `${policy.name}@${policy.version}`;
  });
  checks.push(...(await checkSigning(context)), ...recordsCheck(context));
  const { programs } = context;
  if (programs !== undefined && programs.lines.length > 0 && !context.environments.simulated) {
    await look('programs of this repository', async () => {
      await programs.allow();
      return programs.lines.join('; ');
    });
  }
  for (const target of ['staging', ...productionTargets(context.config)]) {
    await look(`cluster ${target}`, () => identity(context, target));
    checks.push(...(await accessCheck(context, target)));
  }
  for (const environment of ['staging', 'production'] as const) {
    for (const place of observedPlaces(context, environment)) {
      await look(`metrics of ${place.name}`, () => answersMetrics(context, environment, place.region));
    }
    checks.push(...(await alertsCheck(context, environment)));
  }
  await look('services', () => manifests(context));
  checks.push(...(await examineKeepers(context, productionTargets(context.config))));
  checks.push(...(await runnerChecks(context)));
  const channels = context.notifier.channelsFor('deploy.starting');
  checks.push({
    state: channels.length === 0 ? 'warning' : 'ok',
    text: 'notifications',
    detail:
      channels.length === 0
        ? 'no channel is told when a deployment starts: add one under notifications in relctl.yaml'
        : channels.map((one) => one.name).join(', '),
  });
  const { changeRecords } = context;
  if (context.config.changeRecord !== undefined && changeRecords !== undefined) {
    await look('change record', async () => {
      // Nothing has this id: what is tried is the way there and the login.
      await changeRecords.find('relctl:doctor');
      return `${changeRecords.system} answers`;
    });
  }
  const { incidents } = context;
  if (incidents !== undefined) {
    await look('incidents', async () => {
      const now = context.clock.now();
      const read = await incidents.opened({ from: now - 3_600_000, to: now });
      if (read.ok) return `${incidents.system} answers`;
      throw new RelctlError('alerts.unreachable', read.noData.detail, { hints: ['look at incidents in relctl.yaml'] });
    });
  }
  checks.push(...(await forgeCheck(context)));
  const bad = checks.filter((check) => check.state === 'failed');
  return {
    result: bad.length === 0 ? 'done' : 'failed',
    headline:
      bad.length === 0
        ? 'everything that a release needs is in place'
        : `${bad.length} of ${checks.length} checks failed`,
    blocks: [{ kind: 'checks', checks }],
    data: { checks, ...(bad.length === 0 ? {} : { code: 'doctor.findings' }) },
    simulated: context.environments.simulated,
  };
}

/** Whether votes can be collected, where the policy takes them from a forge. */
async function forgeCheck(context: Context): Promise<readonly Check[]> {
  const policy = await loadPolicy(context.workspace, context.config.process).catch(() => undefined);
  const { ballots } = context;
  if (policy === undefined || forgeActs(policy).length === 0 || ballots === undefined) return [];
  const text = 'votes on the forge';
  const branch = await ballotBranch(context);
  if (branch === undefined) return [{ state: 'warning', text, detail: 'this clone is on no branch with an upstream' }];
  const answer = await ballots.papers(branch).catch((error: unknown) => {
    if (!(error instanceof RelctlError)) throw error;
    return { available: false as const, reason: error.message };
  });
  if (!answer.available) return [{ state: 'failed', text, detail: answer.reason }];
  return [{ state: 'ok', text, detail: answer.request?.url ?? `it answers; ${branch} has no open request` }];
}

/** Where records are shared; nothing where they lie in the work tree. */
function recordsCheck({ records }: Pick<Context, 'records'>): readonly Check[] {
  if (records === undefined) return [];
  const { branch, offline } = records;
  return offline === undefined
    ? [{ state: 'ok', text: 'records', detail: `shared on ${branch}` }]
    : [
        {
          state: 'failed',
          text: 'records',
          detail: `${branch} cannot be asked: ${offline}; nothing is deployed like this; git fetch`,
        },
      ];
}

/** How a cluster is reached; nothing where it could not be asked, which has been said by then. */
async function accessCheck(context: Context, target: string): Promise<readonly Check[]> {
  const access = await clusterOf(context, target)
    .access()
    .catch((error: unknown) => {
      if (!(error instanceof RelctlError)) throw error;
      return undefined;
    });
  if (access === undefined) return [];
  const warnings = accessWarnings(access);
  const { client, server, by } = access;
  const way = by === 'connection' ? 'one connection' : 'one kubectl a request';
  const detail = [`kubectl ${client}, server ${server}, ${way}`, ...warnings].join('; ');
  return [{ state: warnings.length === 0 ? 'ok' : 'warning', text: `way to ${target}`, detail }];
}

async function identity(context: Context, target: string): Promise<string> {
  const cluster = clusterOf(context, target);
  const found = await cluster.identity();
  const expected = clusterUidOf(context.config, target);
  if (expected === found || (expected === undefined && context.environments.simulated))
    return `${cluster.name}, ${found}`;
  throw new RelctlError(
    'cluster.wrong-identity',
    expected === undefined
      ? `${cluster.name} is ${found}, and relctl.yaml names no cluster`
      : `${cluster.name} is ${found}, not ${expected}`,
    { hints: [`clusterUid: ${found}`] },
  );
}

async function manifests(context: Context): Promise<string> {
  const { repository, config } = context;
  const names = Object.keys(config.services);
  if (names.length === 0) {
    throw new RelctlError('config.invalid', 'relctl.yaml defines none', {
      hints: ['define what is released from here under services; relctl init names what it finds'],
    });
  }
  const head = await repository.resolve('HEAD');
  for (const environment of ['staging', 'production'] as const) {
    const whole = await renderEnvironment(context, head, { environment });
    for (const name of names) serviceIn(whole, environment, name);
  }
  return names.join(', ');
}
