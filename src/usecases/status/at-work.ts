import { LEASE, leaseLeft, readLease } from '../../domain/deployment/lease.ts';
import { deploymentSteps } from '../../domain/deployment/steps.ts';
import { type DeploymentState, isEndClaimed, standsInProduction } from '../../domain/history/state.ts';
import type { StatusData } from '../../domain/outcome/status.ts';
import { sayPhase } from '../../domain/process/phases.ts';
import { PROCESS } from '../../domain/process/process.ts';
import { timeOf } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { formatSpan } from '../../text/figures.ts';
import type { ReadingContext } from '../release/context.ts';
import type { Release } from '../release/open.ts';

/** Whoever looks is not kept waiting by a cluster that does not answer. */
const ASK_MS = 4000;

/** As much as the clock of a machine may be wrong. */
const WRONG_BY_MS = 3_600_000;

/** Who works on a release in production now, from where, and at what; or that nobody does. */
export interface AtWork {
  readonly work: StatusData['work'];
  readonly orphan: StatusData['orphan'];
}

/** What is so when nothing is in production, or all of it is as it should be. */
const NOBODY: AtWork = { work: null, orphan: null };

/**
 * Looks for the process that works on a release: on this machine by its id; one of another machine by the lock in the cluster, which it
 * renews while it lives. Where neither can tell, that is said, and nobody is advised to take its work from it.
 */
export async function atWork(context: ReadingContext, release: Release): Promise<AtWork> {
  const { plan, state } = release.journal;
  const { deployment } = state;
  const isClaimed = isEndClaimed(state);
  if (deployment === undefined || !standsInProduction(state)) return NOBODY;
  if (deployment.result === 'frozen' && !isClaimed) return NOBODY;
  const found = await context.runs.find(plan.id);
  // Whoever looks is not at work: what this very process began has ended.
  const begun = deployment.run?.token === context.runs.self.token ? undefined : deployment.run;
  const run = found ?? begun;
  let life = run === undefined ? 'unknown' : await context.runs.liveness(run);
  if (found === undefined && deployment.held?.proved === true) life = 'dead';
  if (life === 'unknown' && run !== undefined) life = await lifeByLock(context, plan.id, deployment);
  const ago = formatSpan(Math.max(0, context.clock.now() - timeOf(deployment.lastAt)));
  const last = `last recorded ${ago} ago by ${deployment.lastActor}`;
  if (life === 'alive' || (life === 'unknown' && run !== undefined)) {
    const step = stepAtHand(context, release, deployment);
    const who = { who: deployment.begunBy, host: run?.host ?? '', process: run?.pid ?? 0, since: deployment.begunAt };
    const where = `${who.who} works on it from ${who.host} (process ${who.process}) since ${who.since}`;
    const at = step === undefined ? '' : `, at: ${step.title}, since ${step.since}`;
    const told = life === 'alive' ? '' : `; whether that process lives cannot be told from here, ${last}`;
    return {
      work: { ...who, lives: life === 'alive', step: step ?? null, sentence: `${where}${at}${told}` },
      orphan: null,
    };
  }
  const dead =
    run === undefined ? 'no process on this machine is working on it' : `process ${run.pid} on ${run.host} is dead`;
  const isHeld = deployment.held !== undefined && found === undefined;
  const who = isHeld ? 'it is held' : dead;
  const goesOn = PROCESS['deploy --resume'].phases.some((phase) => phase === state.phase);
  return {
    work: null,
    orphan: {
      since: deployment.lastAt,
      sentence: isClaimed
        ? `the release ${sayPhase(state.phase)} as the record says, and nobody signed that, so it may stand in production with nobody working on it: ${who}; ${last}`
        : isHeld
          ? `the release is held in production as the last run left it, and nobody works on it; ${last}. Nothing is promoted by itself`
          : `the release is in production with nobody working on it: ${who}; ${last}. Nothing is promoted by itself`,
      resume: goesOn ? command`relctl deploy ${plan.id} --resume` : command`relctl rollback ${plan.id}`,
      abort: goesOn ? command`relctl deploy ${plan.id} --abort` : command`relctl rollback ${plan.id}`,
    },
  };
}

/** The step that was begun and is not over, the last one first. */
function stepAtHand(
  { config }: Pick<ReadingContext, 'config'>,
  { journal }: Release,
  { steps }: DeploymentState,
): { readonly id: string; readonly title: string; readonly since: string } | undefined {
  const [id, found] = [...steps].findLast(([, one]) => one.state === 'intended') ?? [];
  if (id === undefined || found === undefined) return undefined;
  const known = deploymentSteps(journal.plan.spec, config).flat();
  return { id, title: known.find((step) => step.id === id)?.title ?? id, since: found.since };
}

/**
 * A lock that is renewed has somebody who lives; one that has run out, or that somebody else has, has not. How long ago it was renewed the server tells:
 * by the clock of this machine, or of the other, a run that lives would look dead. Where it does not tell, only an hour more than the time of the
 * lock is taken for the end of it.
 */
async function lifeByLock(
  { environments, clock }: Pick<ReadingContext, 'clock' | 'environments'>,
  release: string,
  { started, run }: DeploymentState,
): Promise<'alive' | 'dead' | 'unknown'> {
  const [target] = Object.keys(started.data.clusters);
  if (environments.cluster === undefined || environments.simulated || target === undefined) return 'unknown';
  const [, region] = target.split('/');
  const ask = async () => {
    const cluster = environments.cluster?.('production', region);
    // Another cluster would know nothing of it, and a live run would look dead.
    if (cluster === undefined || (await cluster.identity()) !== started.data.clusters[target]) return 'unknown';
    const lease = await cluster.get(LEASE);
    if (lease === undefined) return 'dead';
    const content = readLease(lease);
    const { holder } = content;
    if (holder?.release !== release || holder.run.token !== run?.token) return 'dead';
    const now = clock.now();
    const unrenewed = await cluster.sinceWritten(lease);
    if (unrenewed !== undefined) return leaseLeft(content, holder, now, now - unrenewed) > 0 ? 'alive' : 'dead';
    const byClocks = holder.renewedAt + content.durationSeconds * 1000 - now;
    if (byClocks > 0) return 'alive';
    return byClocks < -WRONG_BY_MS ? 'dead' : 'unknown';
  };
  const patience = new AbortController();
  const late = clock.sleep(ASK_MS, patience.signal).then(() => 'unknown' as const);
  try {
    return await Promise.race([ask(), late]);
  } catch (error) {
    if (error instanceof RelctlError) return 'unknown';
    throw error;
  } finally {
    patience.abort();
  }
}
