import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPlanStore } from '../../src/adapters/fs/plan-store.ts';
import { phaseOf } from '../../src/domain/history/fold.ts';
import { isSummary } from '../../src/domain/history/release-summary.ts';
import type { PlanStore } from '../../src/ports/plan-store.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { newEvent, SAMPLE_ID, sampleHead } from '../support/sample-plan.ts';

const FILE = `releases/${SAMPLE_ID}.yaml`;
const REPORT = '<testsuites>\n</testsuites>\n';
let git: GitFixture;
beforeEach(() => {
  git = gitFixture();
});
afterEach(() => git.remove());

const storeAt = (root: string): PlanStore =>
  createPlanStore({ root, releases: 'releases', state: join(root, '.state'), phaseOf });

/** A clone as Git for Windows makes it. */
function windowsClone(): string {
  git.git('clone', '--quiet', '-c', 'core.autocrlf=true', `file://${git.root}`, 'windows');
  return join(git.root, 'windows');
}

test.each([
  ['without attributes'],
  ['with the attributes that init writes', 'releases/.gitattributes', '*.yaml text eol=lf\n*/** -text\n'],
  ['with those that it wrote before', '.gitattributes', 'releases/*.yaml text eol=lf\nreleases/*/** -text\n'],
])('a plan and its evidence are the same in a clone with core.autocrlf, %s', async (_, file = '', attributes = '') => {
  const store = storeAt(git.root);
  await store.create(SAMPLE_ID, sampleHead());
  const kept = [
    await store.keep(SAMPLE_ID, 'report.xml', REPORT),
    await store.keep(SAMPLE_ID, 'windows.xml', REPORT.replaceAll('\n', '\r\n')),
  ];
  if (file !== '') git.commit({ [file]: attributes });
  git.git('-c', 'core.autocrlf=true', 'add', '--all', '--', 'releases');
  git.git('commit', '--quiet', '-m', 'records');

  const clone = storeAt(windowsClone());
  const [here, there] = [await store.load(SAMPLE_ID), await clone.load(SAMPLE_ID)];
  expect(there.specDigest).toBe(here.specDigest);
  expect(there.textDigest).toBe(here.textDigest);
  expect((await clone.summaries()).filter(isSummary).map(({ id }) => id)).toEqual([SAMPLE_ID]);
  for (const one of kept) expect(new TextDecoder().decode(await clone.read(SAMPLE_ID, one))).toContain('<testsuites>');
});

test('what is written in such a clone is written once, with the line ends that git keeps', async () => {
  await storeAt(git.root).create(SAMPLE_ID, sampleHead());
  git.git('add', '--all', '--', 'releases');
  git.git('commit', '--quiet', '-m', 'records');
  const root = windowsClone();
  expect(readFileSync(join(root, FILE), 'utf8')).toContain('\r\n');
  const clone = storeAt(root);
  const before = await clone.load(SAMPLE_ID);
  await clone.append(before, [
    newEvent('plan.created', { specDigest: before.specDigest, textDigest: before.textDigest }),
  ]);
  expect(readFileSync(join(root, FILE), 'utf8')).not.toContain('\r');
  expect((await clone.load(SAMPLE_ID)).events).toHaveLength(1);
});

test('evidence that was changed is still refused', async () => {
  const store = storeAt(git.root);
  await store.create(SAMPLE_ID, sampleHead());
  const kept = await store.keep(SAMPLE_ID, 'report.xml', REPORT);
  writeFileSync(join(git.root, 'releases', SAMPLE_ID, kept.file), REPORT.replace('testsuites', 'testsuite'));
  await expect(store.read(SAMPLE_ID, kept)).rejects.toMatchObject({ code: 'plan.evidence-mismatch' });
});
