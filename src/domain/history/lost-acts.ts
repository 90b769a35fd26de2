import { genesisHash } from '../../plan/chain.ts';
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

/** A signed act that a commit holds and the history does not. Whether its signature is one is not known yet. */
export interface LostAct {
  readonly commit: string;
  readonly event: RecordedEvent;
  readonly statement: Statement;
}

/**
 * Signed acts that were committed and are gone. An act is known by the nonce of its statement: a rebase gives an event another place and
 * another hash, and keeps what was signed. One that was changed since is not there any more: a No-Go that was made a Go still bears its statement.
 *
 * An act about another text is void, and so is one before a reopening that the history holds; nothing is lost with these. What was done in
 * staging or production is void by no text, and a history of the sandbox takes the place of nothing that was signed.
 * Linear in the size of the versions: a line that stands in many of them is read once.
 */
export function lostActs(
  plan: Pick<ReleasePlan, 'id' | 'events' | 'specDigest' | 'textDigest'>,
  versions: readonly PlanVersion[],
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
    for (const { event, statement } of lines) {
      const nonce = statement?.predicate.nonce;
      if (statement === undefined || nonce === undefined || here.has(nonce) || lost.has(nonce)) continue;
      const isMeant = isOfSandbox || isDone(event) || isAbout(plan, statement);
      if (isMeant && !isReopenedSince(plan, lines)) lost.set(nonce, { commit, event, statement });
    }
  }
  return [...lost.values()];
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

function isAbout(
  plan: Pick<ReleasePlan, 'id' | 'specDigest' | 'textDigest'>,
  { subject, predicate }: Statement,
): boolean {
  const digests = new Set(subject.map((one) => one.digest.sha256));
  return predicate.release === plan.id && digests.has(plan.specDigest) && digests.has(plan.textDigest);
}

/** True where the plan was reopened after the two histories parted: then every act of before is void, and is given anew. */
function isReopenedSince({ id, events }: Pick<ReleasePlan, 'id' | 'events'>, lines: readonly Line[]): boolean {
  const hashes = new Set([genesisHash(id), ...lines.map((line) => line.event.hash)]);
  const parted = events.findIndex((event) => !hashes.has(event.hash));
  return (
    parted !== -1 && events.slice(parted).some((event) => event.type === 'plan.reopened' && event.simulated !== true)
  );
}
