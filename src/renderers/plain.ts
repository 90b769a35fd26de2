import type { Outcome } from '../domain/outcome/outcome.ts';
import { renderHuman } from './human.ts';
import { PLAIN_STYLE } from './style.ts';

/** An answer without colour, symbols and wrapping: the same lines whatever reads them. */
export function renderPlain(outcome: Outcome): string {
  return renderHuman(outcome, PLAIN_STYLE);
}
