import type { Block, NextAction, Outcome } from '../domain/outcome/outcome.ts';
import { asSomebody, namesIn } from '../domain/people/people.ts';

/**
 * An answer of the sandbox, in which one person plays everybody: what another person does next is given in their name, so that it can
 * be pasted.
 * @param actor who gave the command; left out where nobody knows, and then everybody is another
 */
export function playing(outcome: Outcome, actor: string | undefined): Outcome {
  if (outcome.simulated !== true) return outcome;
  const played = <T extends NextAction>(action: T): T => ({
    ...action,
    command: asSomebody(action.command, namesIn(action.who), actor),
  });
  const { next } = outcome.data;
  return {
    ...outcome,
    blocks: outcome.blocks.map(
      (block): Block => (block.kind === 'next' ? { ...block, actions: block.actions.map(played) } : block),
    ),
    // What programs read is what people read.
    data: Array.isArray(next) ? { ...outcome.data, next: (next as readonly NextAction[]).map(played) } : outcome.data,
  };
}
