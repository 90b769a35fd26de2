import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendEvent, genesisHash } from '../../../src/plan/chain.ts';
import { decodeGuarded, UNCLEAN } from '../../../src/plan/guard.ts';
import { readStatus, writeStatus } from '../../../src/plan/status-text.ts';

/** A status with one event whose reason is what some other program said. */
function statusWith(reason: string) {
  const { events } = appendEvent('demo', [], {
    type: 'stage.failed',
    data: { attempt: 1, code: 'tool.failed', reason },
    at: '2026-11-24T09:00:00.000Z',
    actor: 'ravi@example.com',
    simulated: false,
  });
  return { phase: 'approved', head: events.at(-1)?.hash ?? genesisHash('demo'), events };
}

describe('the text of a status', () => {
  it('holds nothing that a plan may not hold, whatever was recorded, and reads as what was', () => {
    const anything = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(anything, (reason) => {
        const status = statusWith(reason);
        const text = writeStatus(status);
        expect(UNCLEAN.test(text)).toBe(false);
        const read = decodeGuarded(new TextEncoder().encode(text), 'releases/demo.yaml');
        expect(readStatus(read, 'releases/demo.yaml', 1)).toEqual(JSON.parse(JSON.stringify(status)));
      }),
    );
  });

  it.each(['\u0000', '\u007f', '\u009f', '\u2028', '\u202e', '\ud800'])('holds %j as an escape', (character) => {
    const text = writeStatus(statusWith(`a${character}b`));
    expect(text).toContain(`a\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}b`);
  });
});
