import type { Block, Check, NextAction } from '../../domain/outcome/outcome.ts';

/**
 * Lists and what comes next, each sentence once: what refuses a command stands in a list, so the command is only told apart by it, and
 * a command that comes next is not also the detail of what it answers.
 */
export function saidOnce(blocks: readonly Block[], next: readonly NextAction[]): readonly Block[] {
  const all = blocks.flatMap((block) => (block.kind === 'checks' ? block.checks : []));
  const seen = new Set<string>();
  const lists = blocks.flatMap((block): readonly Block[] => {
    if (block.kind !== 'checks') return [block];
    const checks = block.checks.filter(({ text }) => !seen.has(text) && seen.add(text));
    return checks.length === 0 ? [] : [{ kind: 'checks', checks: checks.map((one) => shortened(one, all, next)) }];
  });
  return [...lists, { kind: 'next', actions: next.map((action) => toldAbove(action, seen)) }];
}

/** A check without the command that stands in Next, and without what another check says of its own. */
function shortened(check: Check, all: readonly Check[], next: readonly NextAction[]): Check {
  const { detail, ...rest } = check;
  const isNext = detail !== undefined && next.some(({ command }) => detail.endsWith(`: ${command}`));
  const [what, reason] = check.text.split(/: (.*)/s);
  // Of several only the first is named: `the plan has 2 gaps: …, and 1 more`.
  const named = reason?.replace(/, and \d+ more$/, '');
  const isElsewhere = named !== undefined && all.some(({ text }) => text !== check.text && text.endsWith(named));
  return {
    ...rest,
    ...(detail === undefined || isNext ? {} : { detail }),
    ...(isElsewhere && what !== undefined ? { text: `${what}, see below` } : {}),
  };
}

function toldAbove({ why, ...action }: NextAction, told: ReadonlySet<string>): NextAction {
  if (why === undefined || told.has(why)) return action;
  for (const text of told) {
    if (why === `not yet: ${text}`) return { ...action, why: 'not yet: see above' };
    if (why.endsWith(`: "${text}"`)) return { ...action, why: why.slice(0, -`: "${text}"`.length) };
  }
  return { ...action, why };
}
