import { sha256 } from '../../plan/digest.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import { foldState } from '../history/fold.ts';

/** A plan as one place has it: the text that people wrote, and its history. */
export interface PlanCopy {
  readonly head: string;
  readonly events: readonly RecordedEvent[];
}

/** Where copies of one plan lie. */
export interface PlanCopies {
  /** On the protected branch, which nobody changes without a review. */
  readonly merged?: PlanCopy | undefined;
  /** On the records branch, as everybody has it. */
  readonly shared: PlanCopy | undefined;
  /** On this machine, with what could not be shared yet. */
  readonly kept: PlanCopy | undefined;
  /** In the work tree, where its text is written and reviewed; its history may be of a time before there was a records branch. */
  readonly workTree: PlanCopy | undefined;
}

/** The plan that the copies amount to, and which of them contradict it. */
export interface EffectivePlan extends PlanCopy {
  /** Copies whose history is neither a part of this one nor goes on from it: what they hold beyond it does not count. */
  readonly apart: readonly ('shared' | 'kept' | 'workTree')[];
}

/**
 * Puts the copies of a plan together. Of histories that go on from each other the longest counts. What stands on the protected branch is never contradicted,
 * not even by the records branch, which anybody pushes to; what is shared is contradicted by nothing else.
 * The text is the one of the work tree, where people write it, unless that is an older one than what was submitted: then this clone has
 * another branch checked out or is behind, and the text beside the shared history counts.
 */
export function effectivePlan({ merged, shared, kept, workTree }: PlanCopies): EffectivePlan | undefined {
  const apart: EffectivePlan['apart'][number][] = [];
  let best = merged;
  for (const [name, copy] of [['shared', shared] as const, ['kept', kept] as const, ['workTree', workTree] as const]) {
    if (copy === undefined) continue;
    if (best === undefined) best = copy;
    else if (goesOnFrom(copy.events, best.events)) best = copy.events.length > best.events.length ? copy : best;
    else if (!goesOnFrom(best.events, copy.events)) apart.push(name);
  }
  if (best === undefined) return undefined;
  const { head, events } = best;
  const { texts, last } = recordedTexts(events);
  const own = workTree === undefined ? undefined : sha256(workTree.head);
  const isOlder = own !== undefined && last !== undefined && own !== last && texts.includes(own);
  if (workTree !== undefined && !isOlder) return { head: workTree.head, events, apart };
  const recorded = [best, merged, kept, shared].find((copy) => copy !== undefined && sha256(copy.head) === last);
  return { head: recorded?.head ?? head, events, apart };
}

/** True when a history begins with all of another one. */
export function goesOnFrom(events: readonly RecordedEvent[], base: readonly RecordedEvent[]): boolean {
  return events.length >= base.length && base.every((event, index) => events[index]?.hash === event.hash);
}

/** How many events two histories share at their beginning. */
export function sharedLength(one: readonly RecordedEvent[], other: readonly RecordedEvent[]): number {
  const first = one.findIndex((event, index) => other[index]?.hash !== event.hash);
  return first === -1 ? one.length : first;
}

/**
 * Digests of the texts that were recorded, and which of them counts where there was another one after it: the one that was deployed, whatever is written behind
 * that, for whoever may push could else keep it from being taken back. None in a draft, where people may go back to what they had.
 */
function recordedTexts(events: readonly RecordedEvent[]): {
  readonly texts: readonly string[];
  readonly last: string | undefined;
} {
  const { phase, deployment } = foldState(events);
  const texts = events.flatMap(({ data }) => ('textDigest' in data ? [data.textDigest] : []));
  return { texts, last: phase === 'draft' ? undefined : (deployment?.started.data.textDigest ?? texts.at(-1)) };
}
