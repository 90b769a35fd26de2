import { mayBeSimulated } from '../../plan/counted.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { actOf, isRecord, signatureOf, signerOf } from '../signing/acts.ts';
import { actDigest, readStatement, type Statement } from '../signing/statement.ts';

/** A version of a plan as it was committed: of any line of commits that leads here. */
export interface PlanVersion {
  readonly commit: string;
  readonly text: string;
}

/** An act with its statement. Whether its signature is one is not known yet. */
export interface ClaimedAct {
  readonly event: RecordedEvent;
  readonly statement: Statement;
}

/** A signed act that a commit holds and the history does not. */
export interface LostAct extends ClaimedAct {
  readonly commit: string;
}

/** What a history holds that makes others void, and says what its signer signed: reopenings of the plan and its submissions. */
export function voidingActs({ id, events }: Pick<ReleasePlan, 'id' | 'events'>): readonly ClaimedAct[] {
  return events.flatMap((event) => {
    if (event.simulated === true || actOf(event) !== 'submit' || intactNonce(event) === undefined) return [];
    const statement = statementOf(event);
    return statement?.predicate.release === id ? [{ event, statement }] : [];
  });
}

/**
 * Signed acts that were committed and are gone. An act is known by the nonce of its statement: a rebase gives an event another place and
 * another hash, and keeps what was signed. One that was changed since is not there any more: a No-Go that was made a Go still bears its statement.
 *
 * An act about another text is void, and so is one before a reopening that somebody signed; nothing is lost with these. What takes something
 * back is void by no other text: else whoever may push puts the text of before back, and with it what was approved then. Neither is what was
 * done in staging or production, and that of production is void by no reopening; a history of the sandbox takes the place of nothing that was signed.
 * Linear in the size of the versions: a line that stands in many of them is read once.
 * @param voiding what voids others in the history, and whose signature holds; see {@link voidingActs}
 */
export function lostActs(
  plan: Pick<ReleasePlan, 'id' | 'events' | 'specDigest' | 'textDigest'>,
  versions: readonly PlanVersion[],
  voiding: readonly ClaimedAct[],
): readonly LostAct[] {
  const here = new Set(plan.events.flatMap((event) => intactNonce(event) ?? []));
  const isOfSandbox = mayBeSimulated(plan.events);
  const read = new Map<string, Line | undefined>();
  const lost = new Map<string, LostAct>();
  for (const { commit, text } of versions) {
    const lines: Line[] = [];
    for (const written of text.split('\n')) {
      if (!written.startsWith(EVENT)) continue;
      if (!read.has(written)) read.set(written, lineOf(written));
      const line = read.get(written);
      if (line !== undefined) lines.push(line);
    }
    // What has not come yet where an act stands in this version: only that can make it void.
    const later = new Map(voiding.map(({ event, statement }) => [statement.predicate.nonce, event.type]));
    for (const { event, statement } of lines) {
      const nonce = statement?.predicate.nonce;
      if (statement === undefined || nonce === undefined) continue;
      // The act of another release is nobody's here.
      if (statement.predicate.release !== plan.id) continue;
      later.delete(nonce);
      if (here.has(nonce) || lost.has(nonce)) continue;
      const isMeant = isOfSandbox || isDone(event) || isMeantForAnyText(event) || isAbout(plan, statement);
      if (isMeant && !isVoid(event, [...later.values()])) lost.set(nonce, { commit, event, statement });
    }
  }
  return [...lost.values()];
}

/**
 * Versions that are no plan, or have an event that does not read: what was recorded there is not known. Each line is read once, in however many
 * versions it stands.
 */
export function unreadVersions(versions: readonly PlanVersion[]): readonly PlanVersion[] {
  const known = new Map<string, boolean>();
  const reads = (line: string): boolean => {
    const answer = known.get(line) ?? isJson(line.slice(EVENT.length - 1));
    known.set(line, answer);
    return answer;
  };
  return versions.filter(({ text }) => {
    if (!/^kind: ReleasePlan\s*$/m.test(text)) return true;
    const [, ...status] = text.split(/^status:.*$/m);
    const events = status.join('\n').split('\n');
    return !events.every((line) => !line.startsWith(EVENT.slice(0, -1)) || reads(line));
  });
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** How relctl writes an event. */
const EVENT = '    - {';

interface Line {
  readonly event: RecordedEvent;
  readonly statement: Statement | undefined;
}

function lineOf(written: string): Line | undefined {
  try {
    const event = JSON.parse(written.slice(EVENT.length - 1)) as RecordedEvent;
    if (typeof event.data !== 'object' || event.data === null || typeof event.actor !== 'string') return undefined;
    return { event, statement: statementOf(event) };
  } catch {
    // The marks of a merge, or what somebody wrote by hand.
    return undefined;
  }
}

function statementOf(event: RecordedEvent): Statement | undefined {
  const { statement } = signatureOf(event) ?? {};
  const read = typeof statement === 'string' && actOf(event) !== undefined ? readStatement(statement) : undefined;
  return typeof read === 'object' ? read : undefined;
}

/** The nonce of an act that says what its signer signed. */
function intactNonce(event: RecordedEvent): string | undefined {
  const { act, signer, nonce } = statementOf(event)?.predicate ?? {};
  return act === actDigest(event) && signer === signerOf(event) ? nonce : undefined;
}

/** True for the record of what was done in an environment. */
function isDone(event: RecordedEvent): boolean {
  const act = actOf(event);
  return act !== undefined && isRecord(act);
}

function isAbout(plan: Pick<ReleasePlan, 'specDigest' | 'textDigest'>, { subject }: Statement): boolean {
  const digests = new Set(subject.map((one) => one.digest.sha256));
  return digests.has(plan.specDigest) && digests.has(plan.textDigest);
}

/** True for what takes approvals back whatever they were about: that the plan was reopened, or was submitted anew. */
function isMeantForAnyText(event: RecordedEvent): boolean {
  return actOf(event) === 'submit';
}

/** A reopening voids all but what was done in production; a new submission voids those before it. */
function isVoid(event: RecordedEvent, later: readonly RecordedEvent['type'][]): boolean {
  if (event.type === 'cab.submitted' && later.includes('cab.submitted')) return true;
  return actOf(event) !== 'deploy' && later.includes('plan.reopened');
}
