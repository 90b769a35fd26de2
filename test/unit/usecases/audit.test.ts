import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditHistory } from '../../../src/domain/history/audit.ts';
import { phaseOf } from '../../../src/domain/history/fold.ts';
import { RelctlError } from '../../../src/errors.ts';
import type { NewEvent } from '../../../src/plan/chain.ts';
import type { EventType, RecordedEvent } from '../../../src/plan/events.ts';
import { parseReleasePlan, type ReleasePlan, writeReleasePlan } from '../../../src/plan/release-plan.ts';
import { auditAll } from '../../../src/usecases/audit/all.ts';
import { audit } from '../../../src/usecases/audit.ts';
import { Journal } from '../../../src/usecases/release/journal.ts';
import { subjectOf } from '../../../src/usecases/release/subject.ts';
import { type Company, openCompany } from '../../support/company.ts';
import { submit, voteGo, walkTo } from '../../support/company-walk.ts';
import { standardPolicy } from '../../support/gate-facts.ts';
import { chainOf, PEOPLE, SAMPLE_FILE } from '../../support/sample-plan.ts';

const policy = standardPolicy();
let company: Company;
let bytes: Buffer;
let plan: ReleasePlan;

beforeAll(async () => {
  company = await openCompany();
  await walkTo(company, 'closed');
  bytes = readFileSync(join(company.git.root, SAMPLE_FILE));
  plan = await company.plan();
});
afterAll(() => company.close());

/** Codes of what an audit of a text finds, the warning that it was rehearsed aside; or the code with which it is not read at all. */
function findingsOf(text: Uint8Array): readonly string[] {
  try {
    const read = parseReleasePlan(text, SAMPLE_FILE, company.id);
    return auditHistory(read, policy)
      .filter((finding) => finding.severity === 'error')
      .map((finding) => finding.code);
  } catch (error) {
    if (error instanceof RelctlError && error.code.startsWith('plan.')) return [error.code];
    throw error;
  }
}

/** A history that was changed and chained anew, as somebody would who can write the file. */
function forged(change: (events: NewEvent<EventType>[]) => NewEvent<EventType>[]): readonly string[] {
  const events = chainOf(
    plan.id,
    change(plan.events.map((event) => ({ ...structuredClone(event), simulated: event.simulated === true }))),
  );
  return findingsOf(new TextEncoder().encode(writeReleasePlan(plan, events, phaseOf(events))));
}
const withActor = (type: EventType, actor: string) => (events: NewEvent<EventType>[]) =>
  events.map((event) => (event.type === type ? { ...event, actor } : event));
const without =
  (...types: EventType[]) =>
  (events: NewEvent<EventType>[]) =>
    events.filter((event) => !types.includes(event.type));

describe('a history that nobody touched', () => {
  it('holds, and is long enough to be worth a try', () => {
    expect(findingsOf(bytes)).toEqual([]);
    expect(plan.events.length).toBeGreaterThan(40);
  });
});

describe('a file in which one byte was changed', () => {
  it('does not hold, wherever that byte is', () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(findingsOf(changed)).not.toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('does not hold when the byte is a letter or digit that means the same to a reader', () => {
    const text = bytes.toString('utf8');
    for (const [from, to] of [
      ['changes in', 'Changes in'],
      ['15m', '16m'],
      ['"decision":"go"', '"decision":"Go"'],
      ['olga@example.com', 'omar@example.com'],
      ['phase: closed', 'phase: verified'],
    ] as const) {
      if (!text.includes(from)) continue;
      expect([from, findingsOf(Buffer.from(text.replace(from, to)))]).not.toEqual([from, []]);
    }
  });

  it('does not hold when one byte is left out or added', () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.boolean(), (at, added) => {
        const changed = added
          ? Buffer.concat([bytes.subarray(0, at), Buffer.from(' '), bytes.subarray(at)])
          : Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
        expect(findingsOf(changed)).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a history that was cut, reordered or spliced', () => {
  it('does not hold when an event is taken out, doubled or swapped without chaining anew', () => {
    const count = plan.events.length;
    fc.assert(
      fc.property(fc.nat({ max: count - 2 }), fc.constantFrom('cut', 'double', 'swap'), (at, how) => {
        const events = [...plan.events];
        const [one, two] = [events[at], events[at + 1]] as [RecordedEvent, RecordedEvent];
        if (how === 'cut') events.splice(at, 1);
        else if (how === 'double') events.splice(at, 0, one);
        else events.splice(at, 2, two, one);
        expect(findingsOf(Buffer.from(writeReleasePlan(plan, events, phaseOf(events))))).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a history that was forged and chained anew', () => {
  it.each<[string, (events: NewEvent<EventType>[]) => NewEvent<EventType>[], string]>([
    ['a vote of somebody who is not on the board', withActor('cab.voted', 'mallory@example.com'), 'voter-not-on-board'],
    ['a decision without votes', without('cab.voted'), 'decision-unfounded'],
    [
      'a vote turned around',
      (events) =>
        events.map((event) =>
          event.type === 'cab.voted'
            ? ({ ...event, data: { ...event.data, decision: 'no-go' } } as NewEvent<EventType>)
            : event,
        ),
      'decision-unfounded',
    ],
    [
      'sign-offs of somebody without the role',
      withActor('signoff.recorded', 'mallory@example.com'),
      'signer-without-role',
    ],
    ['both sign-offs of one person', withActor('signoff.recorded', PEOPLE.operations[0]), 'one-person-two-roles'],
    [
      'the approval of another text',
      (events) =>
        events.map((event) =>
          'specDigest' in event.data
            ? ({ ...event, data: { ...event.data, specDigest: 'f'.repeat(64) } } as NewEvent<EventType>)
            : event,
        ),
      'spec-changed',
    ],
    [
      'a vote on another text than the one that was submitted',
      (events) =>
        events.map((event) =>
          event.type === 'cab.voted'
            ? ({ ...event, data: { ...event.data, specDigest: 'f'.repeat(64) } } as NewEvent<EventType>)
            : event,
        ),
      'vote-on-another-text',
    ],
    [
      'a round about another text before this one was staged',
      (events) =>
        events.map((event) =>
          event.type === 'cab.submitted' || event.type === 'cab.voted'
            ? ({ ...event, data: { ...event.data, specDigest: 'f'.repeat(64) } } as NewEvent<EventType>)
            : event,
        ),
      'not-approved',
    ],
    ['a staging without a decision', without('cab.decided'), 'not-approved'],
  ])('shows %s', (_what, change, code) => {
    expect(forged(change)).toContain(code);
  });
});

describe('relctl audit', () => {
  it('answers with exit 1 when a kept file is not what was kept, and names it', async () => {
    const kept = join(company.git.root, 'releases', company.id, 'canary-1.json');
    const content = readFileSync(kept);
    try {
      writeFileSync(kept, `${content.toString('utf8')} `);
      const outcome = await audit(company.as('anyone@example.com'), company.id);
      expect(outcome.result).toBe('failed');
      expect(outcome.data.findings).toContainEqual(expect.objectContaining({ code: 'evidence-mismatch' }));
      rmSync(kept);
      expect((await audit(company.as('anyone@example.com'), company.id)).result).toBe('failed');
    } finally {
      mkdirSync(dirname(kept), { recursive: true });
      writeFileSync(kept, content);
    }
    expect((await audit(company.as('anyone@example.com'), company.id)).result).toBe('done');
  });

  it.each([
    ['relctl.yaml', 'servces:\n', 'relctl.yaml'],
    ['relctl.yaml', '[', 'relctl.yaml'],
    ['relctl/process/standard-3.0.yaml', 'no: policy\n', 'relctl/process/standard-3.0.yaml'],
  ])('blames %s of today where that does not read, and not the history', async (file, text, named) => {
    const path = join(company.git.root, file);
    const before = readFileSync(path);
    const context = company.as('anyone@example.com');
    const one = () => audit(context, company.id).catch((error: unknown) => error as RelctlError);
    try {
      writeFileSync(path, text);
      const [answer, all] = [await one(), await auditAll(context)];
      const said =
        answer instanceof RelctlError ? answer.message : `${answer.headline} ${JSON.stringify(answer.blocks)}`;
      expect(said).toContain(named);
      expect(said).not.toMatch(/not valid:|git log|is not proved/);
      expect(all).toMatchObject({
        result: 'failed',
        headline: `1 of 1 histories is not checked in full: ${company.id}`,
      });
      expect(JSON.stringify(all.blocks)).toContain(named);
    } finally {
      writeFileSync(path, before);
    }
    expect(await one()).toMatchObject({ result: 'done' });
  });

  it('take a history that was played anew in the sandbox for no fault, and one that took the place of a real one for one', async () => {
    const path = join(company.git.root, SAMPLE_FILE);
    const written = (events: readonly NewEvent<EventType>[]) => {
      const chained = chainOf(plan.id, events);
      return writeReleasePlan(plan, chained, phaseOf(chained));
    };
    const later = (event: RecordedEvent, simulated: boolean) => {
      const at = new Date(Date.parse(event.at) + 1000).toISOString();
      return { ...structuredClone(event), at, simulated };
    };
    const found = async () => {
      const { data } = await audit(company.as('anyone@example.com'), company.id);
      return (data.findings as { code: string; severity: string }[]).filter(({ code }) => code === 'history-rewritten');
    };
    const anew = written(plan.events.map((event) => later(event, true)));
    try {
      company.git.commit({ [SAMPLE_FILE]: bytes.toString('utf8') });
      writeFileSync(path, anew);
      expect(await found()).toMatchObject([{ severity: 'warning' }]);
      company.git.commit({ [SAMPLE_FILE]: written(plan.events.map((event) => later(event, false))) });
      writeFileSync(path, anew);
      expect(await found()).toMatchObject([{ severity: 'error' }]);
    } finally {
      writeFileSync(path, bytes);
    }
  });

  it('say of a release of the sandbox that it is simulated, of one and of all', async () => {
    const context = company.as('anyone@example.com');
    const answers = [await audit(context, company.id), await auditAll(context)];
    expect(answers.map(({ simulated }) => simulated)).toEqual([true, true]);
  });
});

describe('a release that went before the board twice', () => {
  it('holds although the board was changed in between: the first round is judged by nobody but the chain', async () => {
    const twice = await openCompany();
    try {
      await walkTo(twice, 'approved');
      const [first, second, third] = PEOPLE.cab;
      const lead = twice.as(PEOPLE.rdLead);
      const file = join(twice.git.root, SAMPLE_FILE);
      writeFileSync(file, readFileSync(file, 'utf8').replace(`      - ${first}\n`, ''));
      const journal = new Journal(lead, await twice.plan());
      await journal.record('plan.reopened', { ...subjectOf(journal.plan), reason: 'another board' });
      await submit(twice);
      expect((await twice.plan()).spec.owners.cab).toEqual([second, third]);
      await voteGo(twice, second);
      await voteGo(twice, third);
      expect((await twice.state()).phase).toBe('approved');
      const outcome = await audit(lead, twice.id);
      expect((outcome.data.findings as { severity: string }[]).filter((one) => one.severity === 'error')).toEqual([]);
    } finally {
      twice.close();
    }
  });
});
