import { expect, it } from 'vitest';
import type { Refusal } from '../../../../src/domain/gates/gate.ts';
import { refuse } from '../../../../src/domain/gates/gate.ts';
import { gateError } from '../../../../src/usecases/release/open.ts';

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
    '--exception "<reason>"   with a reason that the CAB will read',
  ]);
});
