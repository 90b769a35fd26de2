import type { Outcome } from '../../domain/outcome/outcome.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { messageOf } from '../release/message.ts';
import { notify } from '../release/notify.ts';
import { openRelease, type Release } from '../release/open.ts';
import { atWork } from '../status/at-work.ts';
import { type HandedOver, handedOver } from '../status/handed-over.ts';
import { keepCall, wasCalled } from './called.ts';
import { patiently } from './carry-on.ts';
import { isHeldByPerson, mayGoOn } from './may-go-on.ts';

const TOPIC = 'release.unattended';

/**
 * Looks after a release in production that nobody works on: people are called, or it goes on, as `deadRuns` of the policy says. Of one dead
 * run people are told once; and where going on has failed, they are told of that, and it is not tried again by itself.
 * @param goOn goes on with the deployment as `deploy --resume` does
 * @throws RelctlError that of going on, once people are told of it
 */
export async function takeUp(context: Context, id: string, goOn: () => Promise<Outcome>): Promise<Outcome> {
  const release = await openRelease(context, id, { others: false });
  const [{ work, orphan }, handed] = await Promise.all([atWork(context, release), handedOver(context, release)]);
  const waits = handed?.lives === true && isWaitingHearsay(context, handed);
  if (handed?.lives === true && !waits) return left(release, handed.sentence);
  if (work !== null && work !== undefined) return left(release, work.sentence);
  if (orphan === null) return left(release, 'nothing of it is unfinished in production');
  if (isHeldByPerson(release)) return left(release, 'a person holds it, and decides how it goes on');
  if (await isTold(context, release)) return stands(release, `people were called: ${orphan.sentence}`);
  if (waits || !mayGoOn(release)) {
    const reason = waits ? `${orphan.sentence}; ${handed.sentence}` : orphan.sentence;
    await call(context, release, `${reason}.`, waits ? command`relctl status ${id}` : orphan.resume);
    return stands(release, reason);
  }
  try {
    return await patiently(context, goOn);
  } catch (error) {
    // Asked to end itself, as on a node that is drained: the next one goes on.
    if (!(error instanceof RelctlError) || context.interruption.signal.aborted) throw error;
    const now = await openRelease(context, id, { others: false });
    await call(context, now, `It was taken up, and stands: ${error.message}.`, command`relctl status ${id}`);
    throw error;
  }
}

/** A run of a forge that has not begun may be anybody's, and wait for an approval that nobody gives: it keeps no call from people. */
function isWaitingHearsay({ runners }: Pick<Context, 'runners'>, { runner, state }: HandedOver): boolean {
  return state === 'waiting' && runners?.(runner).isHearsay === true;
}

/** One call for each process that died. */
function occasionOf({ journal }: Release): string {
  const { attempt = 0, run } = journal.state.deployment ?? {};
  return `${attempt} ${run?.token ?? 'unknown'}`;
}

/** Where people sign, the cluster tells; the record does only where that cannot. */
async function isTold(context: Context, release: Release): Promise<boolean> {
  const occasion = occasionOf(release);
  const known = release.signing.sealing === undefined ? undefined : await wasCalled(context, occasion);
  return known ?? messageOf(context, release, TOPIC, occasion, {}).entries.length === 0;
}

async function call(context: Context, release: Release, reason: string, next: string): Promise<void> {
  const occasion = occasionOf(release);
  const wording = { reason, command: next };
  const known = release.signing.sealing === undefined ? undefined : await wasCalled(context, occasion);
  const isRecorded = messageOf(context, release, TOPIC, occasion, {}).entries.length === 0;
  // Under the usual key somebody may have recorded that it was sent.
  const own = known === false && isRecorded ? `${occasion} ${context.runs.self.token}` : occasion;
  await notify(context, release, TOPIC, own, wording);
  const { key } = messageOf(context, release, TOPIC, own, {});
  const entry = release.journal.state.outbox.find((one) => one.key === key);
  const hasArrived = entry?.channels.every((channel) => entry.sent.includes(channel)) === true;
  if (known === false && hasArrived) await keepCall(context, occasion);
}

function left({ journal }: Release, why: string): Outcome {
  return {
    result: 'done',
    headline: `${journal.plan.id} is left alone: ${why}`,
    blocks: [],
    data: { release: journal.plan.id, act: 'left' },
  };
}

function stands({ journal }: Release, why: string): Outcome {
  return {
    result: 'pending',
    headline: `${journal.plan.id} stands: ${why}`,
    blocks: [],
    data: { release: journal.plan.id, act: 'called' },
  };
}
