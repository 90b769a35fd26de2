import { RelctlError } from '../../errors.ts';
import type { EventData } from '../../plan/events.ts';
import type { Prompter } from '../../ports/prompter.ts';
import { readAnswer } from '../release/answers.ts';

/** A piece of technical debt that a release created. */
export type Debt = EventData<'review.closed'>['debts'][number];

/** Reads `text; owner; due date; ticket`. Errors: `review.incomplete`, naming all that is missing. */
function readDebt(text: string): Debt {
  const [what = '', owner = '', due = '', ticket = ''] = text.split(';').map((part) => part.trim());
  const missing = [
    what === '' ? 'text' : '',
    /^[^\s@<>]+@[^\s@<>]+$/.test(owner)
      ? ''
      : owner === ''
        ? 'owner'
        : `owner that is an e-mail address ("${owner}" is none)`,
    isDate(due) ? '' : 'due date',
    ticket === '' ? 'ticket' : '',
  ].filter(Boolean);
  if (missing.length === 0) return { text: what, owner, due, ticket };
  throw new RelctlError('review.incomplete', `the debt "${text}" has no ${missing.join(', no ')}`, {
    why: 'Debt without owner, date and ticket is never paid; every item needs all three before the release can close.',
    hints: [
      '--debt "remove the old checkout flag; ada@example.com; 2027-02-01; SHOP-812"',
      '--no-debt   where none was created',
    ],
  });
}

/** Reads what flags say: pieces of debt, or the one word `none`. Errors: `review.incomplete`. */
export function givenDebts(texts: readonly string[]): Debt[] {
  return texts.length === 1 && isNone(texts[0] ?? '') ? [] : texts.map(readDebt);
}

const isNone = (text: string): boolean => text.trim().toLowerCase() === 'none';

/** Asks for one piece of debt after the other, until there is no more. Errors: `usage.missing-answer`. */
export async function askDebts(prompter: Prompter): Promise<Debt[]> {
  const debts: Debt[] = [];
  for (;;) {
    const which = debts.length === 0 ? 'Which technical debt was created' : 'Which other technical debt';
    const debt = await readAnswer(
      prompter,
      {
        message: `${which} (text; owner; due date; ticket), or "none"?`,
        flag: '--debt <text; owner; due date; ticket>',
        default: 'none',
      },
      (answer) => (isNone(answer) ? undefined : readDebt(answer)),
    );
    if (debt === undefined) return debts;
    debts.push(debt);
  }
}

/** A day of the calendar, `YYYY-MM-DD`. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
