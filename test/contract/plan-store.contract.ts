import { beforeEach, describe, expect, it } from 'vitest';
import { parseReleasePlan } from '../../src/plan/release-plan.ts';
import type { PlanStore } from '../../src/ports/plan-store.ts';
import { newEvent, PEOPLE, SAMPLE_FILE, SAMPLE_ID, sampleHead } from '../support/sample-plan.ts';

/** A plan store under test, with a back door to what it keeps. */
export interface PlanStoreFixture {
  readonly store: PlanStore;
  /** The whole text of a plan, or `undefined` when there is none. */
  text(id: string): Promise<string | undefined>;
  /** Puts another text in its place, as a person with an editor would. */
  edit(id: string, text: string): Promise<void>;
  /** Changes a kept file. */
  editEvidence(id: string, file: string, text: string): Promise<void>;
  removeEvidence(id: string, file: string): Promise<void>;
}

const created = newEvent('plan.created', { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) });
const note = (gate: string) => newEvent('exception.granted', { gate, reason: 'because', command: 'relctl deploy' });

/** What every plan store must do; a fresh fixture for each test. */
export function planStoreContract(make: () => Promise<PlanStoreFixture>): void {
  let fixture: PlanStoreFixture;
  let store: PlanStore;

  beforeEach(async () => {
    fixture = await make();
    store = fixture.store;
  });

  describe('a new plan', () => {
    it('is written as it was given and read back with its digests', async () => {
      const head = sampleHead();
      const plan = await store.create(SAMPLE_ID, head);
      expect(await fixture.text(SAMPLE_ID)).toBe(head);
      const loaded = await store.load(SAMPLE_ID);
      expect(loaded.head).toBe(head);
      expect(loaded.revision).toBe(plan.revision);
      expect(loaded.specDigest).toBe(plan.specDigest);
      expect(loaded.events).toEqual([]);
    });

    it('never takes the place of one that exists', async () => {
      await store.create(SAMPLE_ID, sampleHead());
      const other = sampleHead((document) => {
        document.metadata.feature = 'Another feature';
      });
      await expect(store.create(SAMPLE_ID, other)).rejects.toMatchObject({ code: 'plan.exists' });
      expect(await fixture.text(SAMPLE_ID)).toBe(sampleHead());
    });

    it('is not written when it could not be read again', async () => {
      await expect(store.create(SAMPLE_ID, 'apiVersion: relctl/v1\n')).rejects.toMatchObject({ code: 'plan.schema' });
      await expect(store.create('another-id', sampleHead())).rejects.toMatchObject({ code: 'plan.schema' });
      expect(await store.list()).toEqual([]);
    });

    it('may not bring a history of its own', async () => {
      await expect(store.create(SAMPLE_ID, `${sampleHead()}status: {}\n`)).rejects.toMatchObject({
        code: 'plan.schema',
      });
      expect(await store.list()).toEqual([]);
    });

    it('keeps one digest of its text whether or not the last line was ended', async () => {
      const plan = await store.create(SAMPLE_ID, sampleHead().trimEnd());
      const appended = await store.append(plan, [created]);
      expect(appended.textDigest).toBe(plan.textDigest);
    });
  });

  describe('a history', () => {
    it('grows by all events of a write and keeps the text above it byte for byte', async () => {
      const plan = await store.create(SAMPLE_ID, sampleHead());
      const first = await store.append(plan, [created]);
      const second = await store.append(first, [note('one'), note('two')]);
      expect(second.events.map((event) => event.seq)).toEqual([1, 2, 3]);
      const loaded = await store.load(SAMPLE_ID);
      expect(loaded.events).toEqual(second.events);
      expect(loaded.revision).toBe(second.revision);
      expect(loaded.head).toBe(sampleHead());
      expect(loaded.textDigest).toBe(plan.textDigest);
    });

    it('stays when the text above it changes', async () => {
      const plan = await store.append(await store.create(SAMPLE_ID, sampleHead()), [created]);
      const head = sampleHead().replace('Wallet checkout', 'Wallet and card checkout');
      const changed = await store.rewrite(plan, head);
      expect(changed.events).toEqual(plan.events);
      expect(changed.specDigest).not.toBe(plan.specDigest);
      expect((await store.load(SAMPLE_ID)).head).toBe(head);
    });

    it('gives an event of a clock that is a little behind the time of the event before it', async () => {
      const plan = await store.append(await store.create(SAMPLE_ID, sampleHead()), [created]);
      const late = { ...note('x'), at: '2026-11-20T08:59:58.000Z' };
      expect((await store.append(plan, [late])).events[1]?.at).toBe(created.at);
    });

    it('leaves an event its date behind one that is dated far ahead of it', async () => {
      const plan = await store.append(await store.create(SAMPLE_ID, sampleHead()), [created]);
      const late = { ...note('x'), at: '2026-11-20T07:00:00.000Z' };
      expect((await store.append(plan, [late])).events[1]?.at).toBe(late.at);
      expect((await store.load(SAMPLE_ID)).events).toHaveLength(2);
    });

    it('refuses what its own reader would refuse, and the old file stays', async () => {
      const plan = await store.append(await store.create(SAMPLE_ID, sampleHead()), [created]);
      const before = await fixture.text(SAMPLE_ID);
      const nonsense = newEvent('cab.submitted', { round: -1 } as never);
      await expect(store.append(plan, [nonsense])).rejects.toMatchObject({ code: 'plan.chain-broken' });
      expect(await fixture.text(SAMPLE_ID)).toBe(before);
    });
  });

  describe('a change by somebody else between read and write', () => {
    it('is refused with the difference, and both texts survive', async () => {
      const plan = await store.append(await store.create(SAMPLE_ID, sampleHead()), [created]);
      const edited = ((await fixture.text(SAMPLE_ID)) ?? '').replace('expectedMinutes: 10', 'expectedMinutes: 45');
      await fixture.edit(SAMPLE_ID, edited);
      const failure = await store.append(plan, [note('mine')]).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'plan.changed-underneath', exitCode: 1 });
      const { diff } = (failure as { data: { diff: string } }).data;
      expect(diff).toContain('-    expectedMinutes: 10');
      expect(diff).toContain('+    expectedMinutes: 45');
      expect(await fixture.text(SAMPLE_ID)).toBe(edited);
    });

    it('is refused for a rewrite as well', async () => {
      const plan = await store.create(SAMPLE_ID, sampleHead());
      await store.append(await store.load(SAMPLE_ID), [created]);
      await expect(store.rewrite(plan, sampleHead())).rejects.toMatchObject({ code: 'plan.changed-underneath' });
      expect((await store.load(SAMPLE_ID)).events).toHaveLength(1);
    });

    it('lets exactly one of many writers of the same revision through', async () => {
      const plan = await store.create(SAMPLE_ID, sampleHead());
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => store.append(plan, [note(`writer ${index}`)])),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'plan.changed-underneath' });
      }
      expect((await store.load(SAMPLE_ID)).events).toHaveLength(1);
    });
  });

  describe('an id', () => {
    const hostile = [
      '../etc/passwd',
      '..',
      '.',
      '',
      'a/b',
      'a\\b',
      'a\0b',
      'CON',
      'con',
      'nul.yaml',
      'com1',
      'a'.repeat(64),
      '-a',
      'a.',
      'ä',
    ];

    it.each(hostile)('%j is refused before any path is made of it', async (id) => {
      await expect(store.load(id)).rejects.toMatchObject({ code: 'plan.bad-id', exitCode: 2 });
      await expect(store.create(id, sampleHead())).rejects.toMatchObject({ code: 'plan.bad-id' });
      await expect(store.keep(id, 'x', 'x')).rejects.toMatchObject({ code: 'plan.bad-id' });
    });

    it('that is unknown names its nearest neighbours', async () => {
      await store.create(SAMPLE_ID, sampleHead());
      const failure = await store.load('2026-12-walet-checkout').catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'plan.not-found', exitCode: 2 });
      expect((failure as { hints: string[] }).hints[0]).toContain(SAMPLE_ID);
    });

    it('that was given as a path is understood in the hint', async () => {
      const failure = await store.load(SAMPLE_FILE).catch((error: unknown) => error);
      expect((failure as { hints: string[] }).hints[0]).toBe(`did you mean ${SAMPLE_ID}?`);
    });
  });

  it('lists plans in alphabetical order', async () => {
    expect(await store.list()).toEqual([]);
    for (const id of ['b', 'a', 'c.1']) {
      const head = sampleHead((document) => {
        document.metadata.id = id;
      });
      await store.create(id, head);
    }
    expect(await store.list()).toEqual(['a', 'b', 'c.1']);
  });

  describe('kept evidence', () => {
    it('is read back by its digest', async () => {
      const evidence = await store.keep(SAMPLE_ID, 'qa/report.xml', '<testsuite/>');
      expect(new TextDecoder().decode(await store.read(SAMPLE_ID, evidence))).toBe('<testsuite/>');
    });

    it('is one file for the same bytes and a numbered one for others', async () => {
      const first = await store.keep(SAMPLE_ID, 'report.xml', 'one');
      expect(await store.keep(SAMPLE_ID, 'report.xml', 'one')).toEqual(first);
      const second = await store.keep(SAMPLE_ID, 'report.xml', 'two');
      expect(second.file).toBe('report-2.xml');
      expect(new TextDecoder().decode(await store.read(SAMPLE_ID, first))).toBe('one');
    });

    it('that was changed or removed is refused', async () => {
      const evidence = await store.keep(SAMPLE_ID, 'report.xml', 'green');
      await fixture.editEvidence(SAMPLE_ID, evidence.file, 'greener');
      await expect(store.read(SAMPLE_ID, evidence)).rejects.toMatchObject({ code: 'plan.evidence-mismatch' });
      await fixture.removeEvidence(SAMPLE_ID, evidence.file);
      await expect(store.read(SAMPLE_ID, evidence)).rejects.toMatchObject({ code: 'plan.evidence-mismatch' });
    });

    it.each(['../x', '/etc/passwd', 'a/../../x', '', 'a//b', '.hidden', 'nul', 'a\0'])(
      'named %j is refused',
      async (name) => {
        await expect(store.keep(SAMPLE_ID, name, 'x')).rejects.toMatchObject({ code: 'plan.bad-id' });
        await expect(store.read(SAMPLE_ID, { file: name, sha256: 'a'.repeat(64) })).rejects.toMatchObject({
          code: 'plan.bad-id',
        });
      },
    );
  });

  it('what it wrote is what the reader reads', async () => {
    const plan = await store.append(await store.create(SAMPLE_ID, sampleHead()), [
      { ...created, actor: PEOPLE.productManager, simulated: true },
    ]);
    const bytes = new TextEncoder().encode(await fixture.text(SAMPLE_ID));
    expect(parseReleasePlan(bytes, plan.file, plan.id).events).toEqual(plan.events);
  });
}
