import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createPlanStore } from '../../../../src/adapters/fs/plan-store.ts';
import { phaseOf } from '../../../../src/domain/history/fold.ts';
import { isSummary } from '../../../../src/domain/history/release-summary.ts';
import { writeReleasePlan } from '../../../../src/plan/release-plan.ts';
import { chainOf, newEvent, SAMPLE_ID, sampleEvents, sampleHead } from '../../../support/sample-plan.ts';

const scratch = mkdtempSync(join(tmpdir(), 'relctl-index-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(scratch, 'repo-'));
  mkdirSync(join(root, 'releases'));
});

const store = () => createPlanStore({ root, releases: 'releases', state: join(root, '.state'), phaseOf });
const planFile = (id = SAMPLE_ID) => join(root, 'releases', `${id}.yaml`);
const indexFile = () => join(root, '.state', 'index.json');
const summaries = () => store().summaries();

function put(text: string, id = SAMPLE_ID): void {
  writeFileSync(planFile(id), text);
}

const subject = { specDigest: 'a'.repeat(64), textDigest: 'b'.repeat(64) };

/** So long that a change of the file shows in its times. */
const settle = () => pause(120);

describe('summaries', () => {
  test('tell what lists, calendars and clashes need', async () => {
    put(writeReleasePlan({ id: SAMPLE_ID, head: sampleHead() }, sampleEvents(), 'submitted'));
    expect(await summaries()).toEqual([
      {
        deliveries: [],
        id: SAMPLE_ID,
        feature: 'Wallet checkout',
        process: 'standard@3.0',
        phase: 'submitted',
        simulated: false,
        window: { start: '2026-12-03T14:00', end: '2026-12-03T18:00', timeZone: 'America/New_York' },
        span: { start: Date.parse('2026-12-03T19:00Z'), end: Date.parse('2026-12-03T23:00Z') },
        windowText: 'Thu 2026-12-03 14:00 – 18:00 America/New_York',
        services: ['web', 'api'],
        events: 3,
        lastAt: '2026-11-24T16:00:00.000Z',
        deployed: [],
        undone: [],
        hypercareUntil: undefined,
      },
    ]);
  });

  test('name a plan that cannot be read, and the others all the same', async () => {
    put(sampleHead());
    put('spec: [', 'broken');
    put(sampleHead().replace('America/New_York', 'Mars/Olympus').replaceAll(SAMPLE_ID, 'nowhere'), 'nowhere');
    symlinkSync(planFile(), planFile('linked'));
    const [broken, linked, nowhere] = (await summaries()).filter((entry) => !isSummary(entry));
    expect(broken).toMatchObject({ id: 'broken', problem: expect.stringContaining('releases/broken.yaml') });
    expect(linked).toMatchObject({ id: 'linked', problem: expect.stringContaining('regular file') });
    expect(nowhere).toMatchObject({ id: 'nowhere', problem: expect.stringContaining('Mars/Olympus') });
    expect((await summaries()).filter(isSummary)).toHaveLength(1);
  });

  test('are the same whether they are read or remembered', async () => {
    put(writeReleasePlan({ id: SAMPLE_ID, head: sampleHead() }, sampleEvents(), 'submitted'));
    await settle();
    const first = await summaries();
    expect(readFileSync(indexFile(), 'utf8')).toContain(SAMPLE_ID);
    // JSON has no undefined; nobody can tell a field that is left out from one that is undefined.
    expect(await summaries()).toEqual(first);
  });

  test('of no plans are none, also without a folder', async () => {
    rmSync(join(root, 'releases'), { recursive: true });
    expect(await summaries()).toEqual([]);
  });
});

describe('a survey', () => {
  const torn = () => sampleHead().replace(/^ {2}rollback:.*$/m, '  rollback: [open');
  const survey = (most: number) => store().survey(most);

  test('reads the plans that matter most in whole, those that go on before the others, and says which it did not', async () => {
    const ended = writeReleasePlan(
      { id: 'ended', head: torn().replaceAll(SAMPLE_ID, 'ended').replaceAll('2026-12-03', '2026-12-09') },
      chainOf('ended', [
        newEvent('plan.created', subject),
        newEvent('cab.submitted', { ...subject, round: 1 }),
        newEvent('cab.decided', { round: 1, decision: 'no-go', go: 0, noGo: 1, quorum: 2 }),
      ]),
      'no-go',
    );
    put(ended, 'ended');
    put(torn().replaceAll(SAMPLE_ID, 'later').replaceAll('2026-12-03', '2026-12-04'), 'later');
    put(sampleHead());
    const { entries, headOnly } = await survey(1);
    expect(entries.map((entry) => [entry.id, isSummary(entry)])).toEqual([
      [SAMPLE_ID, true],
      ['ended', true],
      ['later', false],
    ]);
    expect(headOnly).toEqual([SAMPLE_ID, 'ended']);
  });

  test('is remembered, and does not change what the others are told', async () => {
    put(torn());
    await settle();
    const first = await survey(5);
    expect(first).toMatchObject({ entries: [{ code: 'plan.yaml-syntax', place: { line: expect.any(Number) } }] });
    const remembered = readFileSync(indexFile(), 'utf8');
    expect(await survey(5)).toEqual(first);
    expect(readFileSync(indexFile(), 'utf8')).toBe(remembered);
    expect((await summaries()).map(isSummary)).toEqual([true]);
  });

  test('made of a plan that was summarised before reads it in whole now, and of one that was mended again', async () => {
    put(torn());
    await settle();
    expect((await summaries()).map(isSummary)).toEqual([true]);
    expect((await survey(5)).entries.map(isSummary)).toEqual([false]);
    put(sampleHead());
    expect((await survey(5)).entries.map(isSummary)).toEqual([true]);
  });
});

describe('what is remembered is not believed', () => {
  const phases = async () => (await summaries()).filter(isSummary).map((one) => one.phase);
  const draft = sampleHead();
  const submitted = () => {
    const events = chainOf(SAMPLE_ID, [
      newEvent('plan.created', subject),
      newEvent('cab.submitted', { ...subject, round: 1 }),
    ]);
    return writeReleasePlan({ id: SAMPLE_ID, head: draft }, events, 'submitted');
  };

  test('once the plan was written anew', async () => {
    put(draft);
    await settle();
    expect(await phases()).toEqual(['draft']);
    put(submitted());
    expect(await phases()).toEqual(['submitted']);
  });

  test('when another text of the same length and the same time was put in place', async () => {
    const other = draft.replace('Wallet checkout', 'Walled checkout');
    put(draft);
    await settle();
    await summaries();
    const { atime, mtime } = statSync(planFile());
    writeFileSync(`${planFile()}.new`, other);
    utimesSync(`${planFile()}.new`, atime, mtime);
    renameSync(`${planFile()}.new`, planFile());
    expect((await summaries()).filter(isSummary)[0]?.feature).toBe('Walled checkout');
  });

  test('when a text of the same length was written right after it was looked at, within one step of the clock', async () => {
    const other = draft.replace('Wallet checkout', 'Walled checkout');
    for (let round = 0; round < 20; round += 1) {
      put(round % 2 === 0 ? draft : other);
      const [seen] = (await summaries()).filter(isSummary);
      put(round % 2 === 0 ? other : draft);
      const [next] = (await summaries()).filter(isSummary);
      expect([seen?.feature, next?.feature].sort()).toEqual(['Walled checkout', 'Wallet checkout']);
    }
  });

  test('once the plan is gone', async () => {
    put(draft);
    await settle();
    await summaries();
    rmSync(planFile());
    expect(await summaries()).toEqual([]);
    expect(readFileSync(indexFile(), 'utf8')).not.toContain(SAMPLE_ID);
  });

  test.each([
    ['cut in the middle', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['not JSON', () => 'relctl plan index 1 abc\n{{{'],
    ['changed by hand', (text: string) => text.replace('"draft"', '"closed"')],
    ['of another version', (text: string) => text.replace('index 1', 'index 0')],
  ])('when the memory is %s', async (_, damage) => {
    put(draft);
    await settle();
    await summaries();
    writeFileSync(indexFile(), damage(readFileSync(indexFile(), 'utf8')));
    expect(await phases()).toEqual(['draft']);
  });

  test('and nothing fails where it cannot be kept', async () => {
    put(draft);
    // A folder where the file should be: it can be neither read nor replaced.
    mkdirSync(indexFile(), { recursive: true });
    expect(await phases()).toEqual(['draft']);
  });
});
