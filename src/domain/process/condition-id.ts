import { canonicalJson, sha256 } from '../../plan/digest.ts';
import { samePerson } from '../people/people.ts';

/** What makes a condition this one: who set it, what it asks, of whom and until when. */
interface Identity {
  readonly by: string;
  readonly text: string;
  readonly owner: string;
  readonly due: string;
}

/** A short name for a condition, so that closing one closes one, and that can be pasted whatever its text is. */
export function conditionId({ by, text, owner, due }: Identity): string {
  return sha256(canonicalJson({ by: by.toLowerCase(), text, owner: owner.toLowerCase(), due })).slice(0, 8);
}

/**
 * Whether an event closes a condition. One that names no id, as older histories have, closes those of its text that are its actor's own.
 * @param closed what the event says
 * @param actor who recorded it
 */
export function closes(
  condition: Identity,
  closed: { readonly condition: string; readonly id?: string | undefined },
  actor: string,
): boolean {
  if (closed.id !== undefined) return closed.id === conditionId(condition);
  return closed.condition === condition.text && samePerson(condition.owner, actor);
}
