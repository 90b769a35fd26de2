import { expect, it } from 'vitest';
import type { Refusal } from '../../../../src/domain/gates/gate.ts';
import { refuse } from '../../../../src/domain/gates/gate.ts';
import { gateError } from '../../../../src/usecases/release/gate-error.ts';

const plan = { id: 'x', file: 'releases/x.yaml' };
const told = (...refusals: Refusal[]) => {
  const { message, found, hints } = gateError('deploy', plan, refusals);
  return { message, found: found.map(({ text }) => text), hints };
};
const qa = refuse('signoff.qa', 'QA has not signed off', { who: ['q@x.example'], command: 'relctl signoff qa x' });

it('says each reason once, and gives the command of each with who may give it', () => {
  const ops = refuse('signoff.ops', 'Operations has not', { who: [], command: 'relctl signoff ops x' });
  const same = refuse('stage.current', 'another plan is staged', { who: [], command: 'relctl signoff qa x' });
  expect(told(qa, ops, same)).toEqual({
    message: 'deploy x is refused: QA has not signed off',
    found: ['Operations has not', 'another plan is staged'],
    hints: ['relctl signoff qa x', 'by q@x.example', 'relctl signoff ops x'],
  });
});

it('gives what follows a command and what would do instead as commands too', () => {
  const moved = refuse('time.no-clash', 'it clashes', {
    who: ['lead@x.example'],
    command: 'relctl plan x --reopen "<reason>"',
    afterwards: ['relctl plan x --window a'],
    suggestions: ['relctl plan x --window b', 'no other is free'],
  });
  expect(told(moved).hints).toEqual([
    'relctl plan x --reopen "<reason>"',
    'by lead@x.example',
    'relctl plan x --window a',
    'after that',
    'relctl plan x --window b',
    'instead',
    'no other is free',
    '--exception "<reason>"   instead, with a reason that the CAB will read',
  ]);
});

const player = { actor: 'me@x.example', timeZone: 'UTC' };
const early = (who: readonly string[]) =>
  refuse('time.window-open', 'too early', { who, command: 'relctl deploy x', opensAt: Date.UTC(2026, 10, 12, 14) });

it.each([[[]], [['me@x.example']], [['o@x.example']], [['o@x.example', 'p@x.example']]])(
  'says of each of several commands what it does, or when it is given, where the clock is moved first: by %j',
  (who) => {
    const { hints } = gateError('deploy', plan, [early(who), qa], player);
    const commands = hints.flatMap((hint, at) => (/^(?:relctl|--)/.test(hint) ? [at] : []));
    expect(hints[0]).toBe('relctl sandbox advance --to 2026-11-12T14:00');
    expect(hints.slice(2, 4)).toEqual([expect.stringMatching(/^relctl deploy x/), 'after that']);
    for (const at of commands.slice(0, 2)) expect(commands).not.toContain(at + 1);
  },
);

it.each([
  ['deploy', 'deploy --canary', 'relctl deploy x', 'relctl deploy x --canary'],
  ['hypercare', 'hypercare --exit', 'relctl hypercare x', 'relctl hypercare x --exit'],
  ['deploy', 'deploy', 'relctl deploy x', 'relctl deploy x'],
  ['deploy', 'deploy --canary', 'relctl status x', 'relctl status x'],
])('quotes %s as it was typed, %s, in the sentence and in the command that repeats it', (given, typed, next, shown) => {
  const refused = refuse('time.window-open', 'too early', { who: [], command: next });
  const { message, hints, data } = gateError(given, plan, [refused], undefined, typed);
  expect(message).toBe(`${typed} x is refused: too early`);
  expect(hints[0]).toBe(shown);
  expect(data).toMatchObject({ command: given });
});
