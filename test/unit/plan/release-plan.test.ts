import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelctlError } from '../../../src/errors.ts';
import { genesisHash } from '../../../src/plan/chain.ts';
import { parseReleasePlan, rereadHistory, writeReleasePlan } from '../../../src/plan/release-plan.ts';
import { splitDocument } from '../../../src/plan/status-text.ts';
import {
  chainOf,
  newEvent,
  SAMPLE_FILE,
  SAMPLE_ID,
  sampleEvents,
  sampleHead,
  samplePlan,
} from '../../support/sample-plan.ts';

const encoder = new TextEncoder();
const read = (text: string | Uint8Array) =>
  parseReleasePlan(typeof text === 'string' ? encoder.encode(text) : text, SAMPLE_FILE, SAMPLE_ID);
const whole = writeReleasePlan({ id: SAMPLE_ID, head: sampleHead() }, sampleEvents(), 'submitted');

function refusal(text: string | Uint8Array): RelctlError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof RelctlError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('reading a history that has grown', () => {
  const shorter = read(writeReleasePlan({ id: SAMPLE_ID, head: sampleHead() }, sampleEvents().slice(0, 1), 'draft'));
  const outcome = (reading: () => unknown) => {
    try {
      return JSON.stringify(reading());
    } catch (error) {
      return error instanceof RelctlError ? `${error.code} ${error.message} ${error.place?.line}` : String(error);
    }
  };

  it('takes what was read before as it is, and proves what is new', () => {
    const longer = rereadHistory(shorter, encoder.encode(whole));
    expect(longer.events[0]).toBe(shorter.events[0]);
    expect(longer).toEqual({ ...read(whole), place: longer.place });
  });

  it('says of any damaged text what reading all of it says', () => {
    const begins = sampleHead().length;
    fc.assert(
      fc.property(
        fc.integer({ min: begins, max: whole.length - 1 }),
        fc.constantFrom('0', '"', '}', 'x', ''),
        (at, by) => {
          const damaged = encoder.encode(whole.slice(0, at) + by + whole.slice(at + 1));
          expect(outcome(() => rereadHistory(shorter, damaged))).toBe(outcome(() => read(damaged)));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('reading a plan', () => {
  it('gives what was written, with defaults where nothing was', () => {
    const plan = read(whole);
    expect(plan).toMatchObject({ id: SAMPLE_ID, file: SAMPLE_FILE, claimedPhase: 'submitted', head: sampleHead() });
    expect(plan.metadata.feature).toBe('Wallet checkout');
    expect(plan.spec.environmentVariables[0]).toMatchObject({ name: 'WALLET_URL', secret: false });
    expect(plan.spec.canary).toMatchObject({ share: '1%', look: '15s' });
    expect(plan.events).toEqual(sampleEvents());
  });

  it('takes a plan without a history', () => {
    expect(read(sampleHead())).toMatchObject({ events: [], claimedPhase: undefined });
  });

  it.each([
    ['start: 2026-12-03T14:00', 'start: tomorrow', 'spec.window.start is "tomorrow"', 'start: '],
    // A key that nobody knows stands for the one that is missing, and it is shown where it stands.
    ['qa: [', 'qua: [', 'spec.owners.qua', 'qua: '],
    ['share: 1%', 'share: 1', 'spec.canary.share is 1', 'share: '],
    ['priya@example.com\n    rdLead', 'Priya\n    rdLead', 'spec.owners.productManager is "Priya"', 'productManager: '],
    ['reversible: true', 'reversible: maybe', 'spec.migrations.0.reversible is "maybe"', 'reversible: '],
    ['5d41402abc4b2a76b9719d911017c592ae3f1c2d', '5d41402', 'spec.candidate.commit is', 'commit: '],
    ['feature: Wallet checkout', 'featrue: Wallet checkout', 'metadata.featrue', 'featrue: '],
    ['good: http_requests_total{service="web",code!~"5.."}', 'good: rate(x[5m])', 'spec.slos.0.good', 'good: '],
  ])('points at what is wrong: %j as %j', (from, to, problem, before) => {
    const text = sampleHead().replace(from, to);
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'plan.schema', exitCode: 2 });
    expect(`${error.message} ${error.hints.join(' ')}`).toContain(problem);
    const line = text.split('\n')[(error.place?.line ?? 0) - 1] ?? '';
    // A value that is missing is looked for in its parent, whose first key stands one line below its name.
    const above = text.split('\n')[(error.place?.line ?? 0) - 2] ?? '';
    expect(line.includes(before) || above.includes(before)).toBe(true);
    // Where the key is what is wrong, it is the key that is pointed at.
    const isKey = to.startsWith(before) && !from.startsWith(before);
    const column = line.indexOf(before) + (isKey ? 0 : before.length) + 1;
    if (line.includes(before)) expect(error.place?.column).toBe(column);
  });

  it('refuses an id that is not its file name', () => {
    const error = refusal(sampleHead().replace(SAMPLE_ID, 'another-release'));
    expect(error).toMatchObject({ code: 'plan.schema', place: { line: 5, column: 7 } });
  });

  it('refuses a newer version without touching it', () => {
    const error = refusal(sampleHead().replace('relctl/v1\n', 'relctl/v2\n'));
    expect(error.code).toBe('plan.unknown-version');
  });

  it('refuses a status that people wrote in another way', () => {
    expect(refusal(`${sampleHead()}"status": {}\n`).code).toBe('plan.schema');
    expect(refusal(`${sampleHead()}status: {phase: deployed}\n`).code).toBe('plan.chain-broken');
    expect(refusal(`${whole}status: {}\n`).code).toBe('plan.chain-broken');
    expect(refusal(`${whole}extra: 1\n`).code).toBe('plan.chain-broken');
  });
});

describe('a plan as one pair of braces', () => {
  it('is refused, because no history can be written below it', () => {
    const text = `# as JSON\n\n${JSON.stringify(samplePlan().metadata)}\n`;
    expect(refusal(text)).toMatchObject({ code: 'plan.schema', place: { line: 3 } });
  });

  it('is looked for in linear time', () => {
    expect(refusal(`${'\n'.repeat(9000)}x`).code).toBe('plan.schema');
    expect(refusal(`${' \n'.repeat(9000)}x`).code).toBe('plan.schema');
  });
});

describe('the history in a file', () => {
  const start = encoder.encode(splitDocument(whole).head).byteLength;
  const bytes = encoder.encode(whole);
  // The phase is a cache of what the events say; audit compares it. Everything else is bound by hashes.
  const phase = whole.indexOf('  phase: ');
  const isPhase = (at: number): boolean =>
    at >= encoder.encode(whole.slice(0, phase)).byteLength &&
    at < encoder.encode(whole.slice(0, whole.indexOf('\n', phase))).byteLength;

  it('is refused after a change of any one of its bytes', () => {
    const survived: string[] = [];
    for (let at = start; at < bytes.byteLength; at += 1) {
      if (isPhase(at)) continue;
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      try {
        read(changed);
        survived.push(`byte ${at}`);
      } catch (error) {
        if (!(error instanceof RelctlError)) survived.push(`byte ${at}: ${String(error)}`);
      }
    }
    expect(survived).toEqual([]);
  });

  it('is refused after any other byte, at any place, and after any insertion and deletion', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: start, max: bytes.byteLength - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom('replace', 'insert', 'delete'),
        (at, byte, how) => {
          fc.pre(!isPhase(at) && !(how === 'replace' && bytes[at] === byte));
          const changed = Uint8Array.from([
            ...bytes.subarray(0, at),
            ...(how === 'delete' ? [] : [byte]),
            ...bytes.subarray(how === 'insert' ? at : at + 1),
          ]);
          // A deletion or insertion next to the same byte gives the same text.
          fc.pre(changed.byteLength !== bytes.byteLength || !changed.every((value, index) => value === bytes[index]));
          expect(() => read(changed)).toThrow(RelctlError);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('is refused when its end is cut off, whole events too', () => {
    for (const lines of [1, 2, 3]) {
      const cut = `${whole.trimEnd().split('\n').slice(0, -lines).join('\n')}\n`;
      expect(refusal(cut).code).toBe('plan.chain-broken');
    }
  });

  it('is refused with the line of the event that was changed', () => {
    const forged = whole.replace('"decision":"go"', '"decision":"no-go"');
    const error = refusal(forged);
    expect(error.code).toBe('plan.chain-broken');
    expect(forged.split('\n')[(error.place?.line ?? 0) - 1]).toContain('"decision":"no-go"');
  });

  it('that nests deeper than any event does is refused, not read until the stack ends', () => {
    const deep = `{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}`;
    const text = `${whole}    - ${deep}\n`;
    expect(refusal(text).code).toBe('plan.chain-broken');
  });

  it('does not let an event reach into prototypes', () => {
    const text = `${whole}    - {"seq":4,"__proto__":{"polluted":true}}\n`;
    expect(refusal(text).code).toBe('plan.chain-broken');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('writing a plan', () => {
  it('gives back the text that was read, byte for byte', () => {
    const plan = read(whole);
    expect(writeReleasePlan(plan, plan.events, plan.claimedPhase ?? '')).toBe(whole);
  });

  it('adds one line for one event and changes only phase and head beside it', () => {
    const [first, second] = [2, 3].map((count) =>
      writeReleasePlan({ id: SAMPLE_ID, head: sampleHead() }, sampleEvents().slice(0, count), 'submitted').split('\n'),
    );
    const changed = (second ?? []).filter((line) => !(first ?? []).includes(line));
    expect(changed).toHaveLength(2);
    expect(changed[0]).toMatch(/^ {2}head: /);
  });

  it('names the beginning of the chain as head when there are no events', () => {
    const text = writeReleasePlan({ id: SAMPLE_ID, head: sampleHead() }, [], 'draft');
    expect(text).toContain(`head: ${genesisHash(SAMPLE_ID)}`);
    expect(read(text)).toMatchObject({ events: [], claimedPhase: 'draft' });
  });

  it('keeps any text that people put into an event', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ minLength: 1 }), (reason, gate) => {
        // Control characters that turn text around or drive terminals are refused by the reader.
        fc.pre(!/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(reason + gate));
        const one = newEvent('exception.granted', { gate, reason, command: 'x' });
        const plan = samplePlan({ events: chainOf(SAMPLE_ID, [one]) });
        expect(plan.events[0]?.data).toEqual(one.data);
      }),
      { numRuns: 60 },
    );
  });
});
