import { describe, expect, test } from 'vitest';
import type { Block, NextAction } from '../../../../src/domain/outcome/outcome.ts';
import { saidOnce } from '../../../../src/usecases/status/said-once.ts';

const HELD = 'the review is held on 2026-11-19, when the week of success metrics has passed';
const GAP = 'services[web].change is still to be written';
const refusal = (text: string, next: string) => ({
  state: 'pending' as const,
  text,
  detail: `priya@x.example: ${next}`,
});
const lists = (...checks: Extract<Block, { kind: 'checks' }>['checks'][]): readonly Block[] =>
  checks.map((one) => ({ kind: 'checks', checks: one }));

/** How often a sentence stands in an answer. */
const times = (blocks: readonly Block[], sentence: string) => JSON.stringify(blocks).split(sentence).length - 1;

describe('what status says', () => {
  const cases: readonly (readonly [string, string, readonly Block[], readonly NextAction[]])[] = [
    [
      'of a command that is not due yet',
      HELD,
      lists([refusal(HELD, 'relctl review x')]),
      [{ who: 'priya@x.example', command: 'relctl review x', why: `not yet: ${HELD}` }],
    ],
    [
      'of what comes before a command',
      'QA has not signed off',
      lists([refusal('QA has not signed off', 'relctl signoff qa x')]),
      [
        { who: 'q@x.example', command: 'relctl signoff qa x', why: 'QA has not signed off' },
        { who: 'o@x.example', command: 'relctl deploy x', why: 'not yet: after that' },
      ],
    ],
    [
      'of a gap of the plan',
      GAP,
      lists(
        [refusal(`the plan has 2 gaps: ${GAP}, and 1 more`, 'relctl plan x --check')],
        [{ state: 'failed', text: `x.yaml:3 ${GAP}` }],
      ),
      [{ who: 'r@x.example', command: 'relctl plan x --check', why: `the plan has 2 gaps: ${GAP}, and 1 more` }],
    ],
    [
      'of a condition',
      'load test done',
      lists([{ state: 'pending', text: 'load test done', detail: 'o@x.example, due 2026-12-02' }]),
      [
        {
          who: 'o@x.example',
          command: 'relctl signoff condition x',
          why: 'a condition of the CAB, due 2026-12-02: "load test done"',
        },
      ],
    ],
    [
      'of an approval that does not count',
      'the Go of c@x.example is not signed',
      lists(
        [refusal('the Go of c@x.example is not signed', 'relctl signoff cab x')],
        [refusal('the Go of c@x.example is not signed', 'relctl signoff cab x')],
      ),
      [],
    ],
  ];

  test.each(cases)('%s, it says once', (_, sentence, blocks, next) => {
    expect(times([...blocks, { kind: 'next', actions: next }], sentence)).toBe(2 + Number(sentence === GAP));
    expect(times(saidOnce(blocks, next), sentence)).toBe(1);
  });

  test.each(cases)('%s, it loses no command', (_, _sentence, blocks, next) => {
    for (const { command } of next) expect(times(saidOnce(blocks, next), command)).toBe(1);
  });

  test('keeps what stands nowhere else', () => {
    const blocks = lists([refusal('the window is over', 'relctl plan x --reopen')]);
    const next = [{ who: 'o@x.example', command: 'relctl deploy x', why: 'goes on with the deployment' }];
    expect(saidOnce(blocks, next)).toEqual([...blocks, { kind: 'next', actions: next }]);
  });
});
