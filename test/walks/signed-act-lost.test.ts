import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { auditAll } from '../../src/usecases/audit/all.ts';
import { audit } from '../../src/usecases/audit.ts';
import { previewDeploy } from '../../src/usecases/deployment/preview.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { status } from '../../src/usecases/status.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, toProduction, toStaging, walkTo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany } from '../support/signed-company.ts';

/**
 * A No-Go that takes the Go back, signed and committed, and then taken out of the history by somebody who may push and has no key. However
 * the history of commits is made to look, nothing goes forward.
 */
const refusedGates = (error: { readonly data: unknown }) =>
  (error.data as { readonly refusals: readonly { readonly gate: string }[] }).refusals.map((one) => one.gate);
let company: SignedCompany;
let before: string;
let noGo: string;
const file = () => join(company.git.root, SAMPLE_FILE);
const text = () => readFileSync(file(), 'utf8');
const git = (...args: string[]) => company.git.git(...args);

beforeAll(async () => {
  company = await openSignedCompany();
  git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  before = company.git.commit({ [SAMPLE_FILE]: text() }, 'Ready');
  await signoffCab(company.as(PEOPLE.cab[2]), company.id, { decision: 'no-go', conditions: [], comment: 'a hole' });
  noGo = company.git.commit({ [SAMPLE_FILE]: text() }, 'No-Go');
});
afterEach(() => {
  git('checkout', '--quiet', '--force', '-B', 'train', noGo);
});
afterAll(() => company.close());

const WAYS: readonly [string, () => void][] = [
  [
    'a merge whose first parent lies before it',
    () => {
      git('checkout', '--quiet', '-B', 'train', before);
      git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', noGo);
    },
  ],
  [
    'a merge into a merge',
    () => {
      git('checkout', '--quiet', '-B', 'train', before);
      git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', noGo);
      const tip = git('rev-parse', 'HEAD');
      git('checkout', '--quiet', '-B', 'train', before);
      company.git.commit({ 'README.md': 'x\n' }, 'x');
      git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', tip);
    },
  ],
  [
    'a revert, and more versions than anybody counts',
    () => {
      const old = git('show', `${before}:${SAMPLE_FILE}`);
      for (let index = 0; index < 40; index += 1) company.git.commit({ [SAMPLE_FILE]: `${index}\n` }, 'x');
      company.git.commit({ [SAMPLE_FILE]: `${old}\n` }, 'x');
    },
  ],
  [
    'a revert, and a version that is too large to be read',
    () => {
      const old = git('show', `${before}:${SAMPLE_FILE}`);
      company.git.commit({ [SAMPLE_FILE]: '\0'.repeat(5 * 1024 * 1024) }, 'x');
      company.git.commit({ [SAMPLE_FILE]: `${old}\n` }, 'x');
    },
  ],
  ['the file alone', () => writeFileSync(file(), `${git('show', `${before}:${SAMPLE_FILE}`)}\n`)],
];

describe('a signed No-Go that was taken out of the history', () => {
  it.each(WAYS)('is asked for at each step forward: %s', async (_way, attack) => {
    attack();
    expect(text()).not.toContain('a hole');
    for (const step of [toStaging, toProduction]) {
      const error = await refusal(step(company));
      expect(refusedGates(error)).toContain('history.whole');
      expect(error.message + error.hints.join()).toContain(
        `the vote of ${PEOPLE.cab[2]}, no-go, stands signed in commit`,
      );
    }
    // Looking at what a deployment would do says the same.
    const preview = await previewDeploy(company.as(OPERATOR), company.id);
    expect(refusedGates(preview)).toContain('history.whole');
    const { findings } = (await audit(company.as(OPERATOR), company.id)).data as { findings: { code: string }[] };
    expect(findings.map((one) => one.code)).toContain('signed-act-lost');
    // Looking asks no commits.
    expect(await status(company.as(OPERATOR), company.id)).toMatchObject({ data: { phase: 'ready' } });
  });

  it.each<[string, (line: string) => string]>([
    ['left', () => ''],
    ['has another key', (line) => line.replace(/ssh-ed25519 .*/, company.publicKey('spare@example.com'))],
    ['may sign something else', (line) => line.replace('cab-decision@', 'condition@')],
  ])('is asked for still when its signer %s since', async (_, change) => {
    const lines = company.signers.split('\n').map((line) => (line.startsWith(PEOPLE.cab[2]) ? change(line) : line));
    const main = git('rev-parse', 'main');
    git('checkout', '--quiet', '--force', 'main');
    company.git.commit(
      {
        [SIGNERS_FILE]: lines
          .filter((line) => line !== '')
          .join('\n')
          .concat('\n'),
      },
      'Keys',
    );
    git('checkout', '--quiet', '-B', 'train', before);
    git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', noGo);
    const error = await refusal(toProduction(company));
    git('branch', '--force', 'main', main);
    expect(refusedGates(error)).toContain('history.whole');
  });

  it('cannot be made up by somebody without a key: then nothing is lost', async () => {
    const honest = git('show', `${before}:${SAMPLE_FILE}`);
    const line =
      text()
        .split('\n')
        .find((one) => one.includes('a hole')) ?? '';
    git('checkout', '--quiet', '-B', 'train', before);
    const nonce = /nonce\\":\\"([0-9a-f]{32})/.exec(line)?.[1] ?? 'none';
    for (const made of [
      line.replace(nonce, 'f'.repeat(32)),
      line.replace('SSH SIG', 'SSH GIS'),
      '    - {',
      '    - {}',
    ]) {
      company.git.commit({ [SAMPLE_FILE]: `${honest}\n${made}\n` }, 'x');
    }
    company.git.commit({ [SAMPLE_FILE]: `${honest}\n` }, 'Back');
    // The signature of the second one is that of a real act, with other bytes around it.
    expect(await toProduction(company)).toMatchObject({ result: 'done' });
  });
});

describe('a deployment that goes on', () => {
  let other: SignedCompany;
  let merged: string;
  const own = (...args: string[]) => other.git.git(...args);
  const plain = () => readFileSync(join(other.git.root, SAMPLE_FILE), 'utf8');
  const path = (name: string) => join(other.git.root, '.git', name);
  beforeAll(async () => {
    other = await openSignedCompany();
    own('checkout', '--quiet', '-b', 'train');
    await walkTo(other, 'ready');
    await other.advanceToWindow();
    const ready = other.git.commit({ [SAMPLE_FILE]: plain() }, 'Ready');
    await signoffCab(other.as(PEOPLE.cab[2]), other.id, { decision: 'no-go', conditions: [], comment: 'a hole' });
    const objection = other.git.commit({ [SAMPLE_FILE]: plain() }, 'No-Go');
    own('checkout', '--quiet', '--force', '-B', 'train', ready);
    await toProduction(other, { mode: 'canary' });
    other.git.commit({ [SAMPLE_FILE]: plain() }, 'Canary');
    own('merge', '--quiet', '-s', 'ours', '-m', 'Merge', objection);
    merged = own('rev-parse', 'HEAD');
  });
  afterAll(() => other.close());

  it.each<[string, RegExp, () => void]>([
    ['as it is', /stands signed in commit/, () => undefined],
    ['with its merge replaced', /stands signed in commit/, () => own('replace', merged, `${merged}^1`)],
    ['shallow', /is shallow/, () => writeFileSync(path('shallow'), `${merged}\n`)],
    [
      'with grafts',
      /file of grafts/,
      () => writeFileSync(path('info/grafts'), `${merged} ${own('rev-parse', 'HEAD^1')}\n`),
    ],
  ])('asks for what was taken out, in promote and in resume: %s', async (_, sentence, change) => {
    change();
    try {
      for (const mode of ['promote', 'resume'] as const) {
        const error = await refusal(toProduction(other, { mode }));
        expect(refusedGates(error)).toContain('history.whole');
        expect(error.message + JSON.stringify(error.found)).toMatch(sentence);
      }
    } finally {
      for (const one of own('replace', '--list').split('\n').filter(Boolean)) own('replace', '--delete', one);
      for (const name of ['shallow', 'info/grafts']) rmSync(path(name), { force: true });
    }
  });
});

it('a history of the sandbox with another text takes the place of nothing that was signed', async () => {
  git('checkout', '--quiet', '-B', 'train', before);
  await forge(company, (all) =>
    all.map(({ data, ...event }) => {
      const { signature: _signature, ...rest } = data as { readonly signature?: unknown };
      return { ...event, data: rest, simulated: true };
    }),
  );
  const other = text().replace(/feature: .*/, 'feature: Something else');
  expect(other).not.toBe(text());
  company.git.commit({ [SAMPLE_FILE]: other }, 'Rehearsed');
  git('merge', '--quiet', '-s', 'ours', '-m', 'Merge', noGo);
  const audited = await auditAll(company.as(OPERATOR));
  expect(audited.result).toBe('failed');
  expect(JSON.stringify(audited.data)).toContain('signed-act-lost');
});
