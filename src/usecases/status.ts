import type { Outcome } from '../domain/outcome/outcome.ts';
import type { StatusData } from '../domain/outcome/status.ts';
import { sayStanding } from '../domain/process/phases.ts';
import { blockers, looksAtOthers, nextActions } from '../domain/process/process.ts';
import { isClaimed } from '../domain/signing/words.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import type { Context, ReadingContext } from './release/context.ts';
import { goneFrom } from './release/doubts.ts';
import { openRelease, type Release } from './release/open.ts';
import { atWork } from './status/at-work.ts';
import { statusBlocks } from './status/blocks.ts';
import { statusData } from './status/data.ts';
import { findingsOf, isNotDecided } from './status/findings.ts';
import { handedOver, whileHandedOver } from './status/handed-over.ts';
import { saidOnce } from './status/said-once.ts';

/**
 * Where a release stands, what blocks its next step, who can unblock it, and with which command.
 * @param whole opens git and the manifests, which only the findings of a plan ask for that is not approved yet
 */
export async function status(context: ReadingContext, id: string, whole?: () => Promise<Context>): Promise<Outcome> {
  const alone = await openRelease(context, id, { others: false, findings: false });
  const isAskedOfOthers = looksAtOthers(alone.journal);
  const isWhole = isAskedOfOthers || isNotDecided(alone.journal.state);
  const read = isWhole ? await openRelease(context, id) : alone;
  const findings = await findingsOf(read, whole);
  const schedule = isAskedOfOthers ? await read.schedule().catch(untold) : {};
  const found = { ...schedule, ...(findings === undefined ? {} : { findings: () => findings }) };
  const release: Release = { ...read, facts: (actor) => ({ ...read.facts(actor), ...found }) };
  const { plan, state } = release.journal;
  const facts = release.facts();
  const refusals = blockers(facts);
  const [at, runner, gone] = await Promise.all([
    atWork(context, release),
    handedOver(context, release),
    goneFrom(context, plan, release.signing).then((one) => one.gone),
  ]);
  const { work } = at;
  // A pod that is about to take the place of another holds no lock, and lives.
  const orphan = runner?.lives === true ? null : at.orphan;
  const next =
    runner?.lives === true
      ? whileHandedOver(id, runner)
      : work === null || work === undefined
        ? nextActions(facts)
        : whileAtWork(id, work);
  const data = statusData(context, release, {
    ...{ work, orphan, runner, refusals, next, findings },
    lacksActs: gone.length > 0,
  });
  const isUnproven = gone.length > 0 || isClaimed(release.signing);
  return {
    result: 'done',
    headline: `${plan.metadata.feature} (${id}) ${sayStanding(state)}${isUnproven ? ', claimed: nothing proves it' : ''}`,
    blocks: saidOnce(statusBlocks(release, data, { refusals, gone, findings }), next),
    data: { ...data },
    simulated: state.simulated,
  };
}

/** A page is shown without what git does not answer; the gates ask for it again. */
function untold(error: unknown): object {
  if (error instanceof RelctlError) return {};
  throw error;
}

/** Nobody takes the work of a run that lives: it is looked at, or stopped where it runs. */
function whileAtWork(id: string, work: NonNullable<StatusData['work']>): ReturnType<typeof nextActions> {
  const stop = `Ctrl-C on ${work.host} holds it, and asks whether to go on or back`;
  const why = work.lives
    ? stop
    : `if nobody works there any more, --resume waits until its lock has run out; else ${stop}`;
  return [
    { who: work.who, command: work.lives ? command`relctl status ${id}` : command`relctl deploy ${id} --resume`, why },
  ];
}
