import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkMandatorySuites } from '../../src/evidence/junit/mandatory-suites.ts';
import { type JUnitReport, readJUnit, type TestOutcome } from '../../src/evidence/junit/report.ts';

/**
 * Reports that the tools of npm write now, of the same small project in the words of each. What is expected is what the project
 * holds. Where a report cannot tell it, that stands here as `blind`, with what the report shows in its place.
 */
const PROJECT: Readonly<Record<string, TestOutcome>> = {
  'adds <&> "x"': 'passed',
  subtracts: 'failed',
  breaks: 'errored',
  divides: 'skipped',
  rounds: 'skipped',
  multiplies: 'flaky',
};

/** Words that a tool has for the same project. */
interface Words {
  readonly imports: string;
  /** Fails by an assertion; the page is what a reader must not take for a declaration of its own. */
  readonly subtracts: string;
  readonly skip: string;
  /** A test that is still to be written, or known to be broken. */
  readonly todo: string;
  readonly multiplies: string;
}

const cart = ({ imports, subtracts, skip, todo, multiplies }: Words) => `${imports}
let tries = 0;
describe('cart', () => {
  test('adds <&> "x"', () => {});
  test('subtracts', () => { ${subtracts} });
  test('breaks', () => { null.price; });
  ${skip}('divides', () => {});
  ${todo};
  ${multiplies}
});
`;
const search = (imports: string) => `${imports}\ndescribe('search', () => { test('finds shoes', () => {}); });\n`;
const BROKEN = `throw new Error('cannot load');\n`;
const expectPage = `expect('<!DOCTYPE html>]]>').toBe('Thank you');`;
const LATE = `tries += 1; if (tries === 1) throw new Error('late');`;

const require = createRequire(import.meta.url);
const beside = (manifest: string, file: string) => join(dirname(manifest), file);
let root = '';
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'relctl-junit-')));
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes files into a folder of their own. */
function project(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

/** Runs a tool without what this process's own runner set in the environment; it fails where tests do. */
async function run(
  cwd: string,
  args: readonly string[],
  { env = {}, ends = 1 }: { readonly env?: Readonly<Record<string, string>>; readonly ends?: number } = {},
): Promise<string> {
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exitCode = await new Promise((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  });
  const said = Buffer.concat(chunks).toString('utf8');
  expect(exitCode, said).toBe(ends);
  return said;
}

const read = (folder: string, file: string) => readJUnit(readFileSync(join(folder, file), 'utf8'), file);

/**
 * Holds the tests of `cart` against the project. A test's name may be preceded by the suite's.
 * @param why what the failure says
 */
function expectCart(report: JUnitReport, why: RegExp, blind: Readonly<Record<string, TestOutcome>>): void {
  const cases = report.suites.flatMap((suite) => suite.cases).filter((one) => !/shoes|wallet/.test(one.name));
  const told = Object.keys(PROJECT).map((name) => [
    name,
    cases.filter((one) => one.name.endsWith(name)).map((one) => one.outcome),
  ]);
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(Object.entries({ ...PROJECT, ...blind }).map(([name, outcome]) => [name, [outcome]])),
  );
  expect(cases).toHaveLength(Object.keys(PROJECT).length);
  expect(report.green).toBe(false);
  expect(cases.find((one) => one.outcome === 'failed')?.message).toMatch(why);
}

/** How each suite stands when the plan names it as mandatory. */
function mandatory(names: readonly string[], ...reports: readonly JUnitReport[]): Readonly<Record<string, string>> {
  return Object.fromEntries(checkMandatorySuites(names, reports).map(({ name, state }) => [name, state]));
}

describe('the dialect of Jest, by jest-junit', () => {
  const words = {
    imports: 'jest.retryTimes(1);',
    subtracts: expectPage,
    skip: 'test.skip',
    todo: `test.todo('rounds')`,
    multiplies: `test('multiplies', () => { ${LATE} });`,
  };
  const jest = (folder: string, env: Readonly<Record<string, string>>) =>
    run(
      folder,
      [
        beside(require.resolve('jest/package.json'), 'bin/jest.js'),
        ...['--ci', '--rootDir', folder, '--cacheDirectory', join(folder, 'cache'), '--no-watchman'],
        ...['--runInBand', '--reporters', require.resolve('jest-junit')],
      ],
      { env },
    );
  const settings = JSON.stringify({ jest: { transform: {} } });

  it('is read as the project is, apart from what it does not tell', { timeout: 120_000 }, async () => {
    const folder = project('jest', {
      'package.json': settings,
      'cart.test.js': cart(words),
      'search.test.js': search(''),
      'later.test.js': `describe('later', () => { test('one', () => {}); test.todo('two'); });`,
      'wallet.test.js': BROKEN,
    });
    await jest(folder, { JEST_JUNIT_OUTPUT_FILE: join(folder, 'out.xml') });
    const report = read(folder, 'out.xml');
    const cartOnly = { ...report, suites: report.suites.filter((suite) => suite.name !== 'later') };
    // A thrown error is a failure to Jest; a test on its second try, and one to be written, look like those that passed.
    expectCart(cartOnly, /toBe/, { breaks: 'failed', multiplies: 'passed', rounds: 'passed' });
    // But the one to be written is left out of the count; and a suite that could not be loaded is not there at all.
    expect(mandatory(['cart', 'search', 'later', 'wallet.test.js'], report)).toEqual({
      cart: 'red',
      search: 'green',
      later: 'skipped',
      'wallet.test.js': 'missing',
    });
  });

  it('tells a suite that could not be loaded, when asked to', { timeout: 120_000 }, async () => {
    const folder = project('jest-errors', {
      'package.json': settings,
      'search.test.js': search(''),
      'wallet.test.js': BROKEN,
    });
    const env = { JEST_JUNIT_OUTPUT_FILE: join(folder, 'out.xml'), JEST_JUNIT_REPORT_TEST_SUITE_ERRORS: 'true' };
    await jest(folder, env);
    const report = read(folder, 'out.xml');
    expect(report.green).toBe(false);
    expect(report.totals).toMatchObject({ passed: 1, errored: 1 });
    expect(mandatory(['search', 'wallet.test.js'], report)).toEqual({ search: 'green', 'wallet.test.js': 'red' });
  });
});

describe('the dialect of Vitest', () => {
  const imports = `import { describe, expect, test } from 'vitest';`;
  it('is read as the project is, apart from what it does not tell', { timeout: 120_000 }, async () => {
    const folder = project('vitest', {
      'cart.test.mjs': cart({
        imports,
        subtracts: expectPage,
        skip: 'test.skip',
        todo: `test.todo('rounds')`,
        multiplies: `test('multiplies', { retry: 1 }, () => { ${LATE} });`,
      }),
      'search.test.mjs': search(imports),
      'wallet.test.mjs': BROKEN,
    });
    const args = ['run', '--root', folder, '--reporter=junit', '--outputFile=out.xml'];
    await run(folder, [beside(require.resolve('vitest/package.json'), 'vitest.mjs'), ...args]);
    const report = read(folder, 'out.xml');
    expectCart(report, /Thank you/, { breaks: 'failed', multiplies: 'passed' });
    expect(report.disagreements).toEqual([]);
    expect(mandatory(['cart.test.mjs', 'search.test.mjs', 'wallet.test.mjs'], report)).toEqual({
      'cart.test.mjs': 'red',
      'search.test.mjs': 'green',
      'wallet.test.mjs': 'red',
    });
  });
});

describe('the dialect of Playwright', () => {
  const imports = `import { expect, test } from '@playwright/test';\nconst { describe } = test;`;
  // Each try is a process of its own here, so that no variable tells one from the other.
  const multiplies = `test('multiplies', ({}, info) => { if (info.retry === 0) throw new Error('late'); });`;
  const files = {
    'cart.spec.mjs': cart({
      imports,
      subtracts: expectPage,
      skip: 'test.skip',
      todo: `test.fixme('rounds', () => {})`,
      multiplies,
    }),
    'search.spec.mjs': search(imports),
  };
  const playwright = (folder: string, { env = {}, ends = 1 }: { env?: Record<string, string>; ends?: number } = {}) =>
    run(
      folder,
      [
        beside(require.resolve('@playwright/test/package.json'), 'cli.js'),
        'test',
        '--reporter=junit',
        '--retries=1',
        '--workers=1',
      ],
      { env: { PLAYWRIGHT_JUNIT_OUTPUT_FILE: join(folder, 'out.xml'), ...env }, ends },
    );

  it('is read as the project is, when it is asked to tell of retries', { timeout: 120_000 }, async () => {
    const folder = project('playwright', files);
    await playwright(folder, { env: { PLAYWRIGHT_JUNIT_INCLUDE_RETRIES: '1' } });
    const report = read(folder, 'out.xml');
    expectCart(report, /toBe/, {});
    expect(report.disagreements).toEqual([]);
    expect(mandatory(['cart.spec.mjs', 'search.spec.mjs', 'wallet.spec.mjs'], report)).toEqual({
      'cart.spec.mjs': 'red',
      'search.spec.mjs': 'green',
      'wallet.spec.mjs': 'missing',
    });
  });

  it('does not tell of retries otherwise', { timeout: 120_000 }, async () => {
    const folder = project('playwright-default', { 'late.spec.mjs': `${imports}\n${multiplies}` });
    await playwright(folder, { ends: 0 });
    expect(read(folder, 'out.xml')).toMatchObject({ green: true, totals: { total: 1, passed: 1, flaky: 0 } });
  });

  it('tells that nothing ran when a file could not be loaded', { timeout: 120_000 }, async () => {
    const folder = project('playwright-broken', { 'search.spec.mjs': search(imports), 'wallet.spec.mjs': BROKEN });
    await playwright(folder);
    const report = read(folder, 'out.xml');
    expect(report).toMatchObject({ green: false, totals: { total: 0 } });
    expect(mandatory(['search.spec.mjs'], report)).toEqual({ 'search.spec.mjs': 'missing' });
  });
});

describe('the dialect of Node', () => {
  const imports = `import assert from 'node:assert';\nimport { describe, it as test } from 'node:test';`;
  it('is read as the project is, apart from what it does not tell', { timeout: 120_000 }, async () => {
    const folder = project('node', {
      'cart.mjs': cart({
        imports,
        subtracts: `assert.equal('<!DOCTYPE html>]]>', 'Thank you');`,
        skip: 'test.skip',
        // One that is run and fails: it fails no run, and yet its suite counts it as a failure.
        todo: `test('rounds', { todo: true }, () => { throw new Error('not yet'); })`,
        multiplies: `test('multiplies', () => { ${LATE} });`,
      }),
      'search.mjs': search(imports),
      'wallet.mjs': BROKEN,
    });
    const said = await run(folder, ['--test', '--test-reporter=junit', 'cart.mjs', 'search.mjs', 'wallet.mjs']);
    // Node 20 escapes a quotation mark twice, so that its report names what is not in the project.
    const report = readJUnit(said.replaceAll('&amp;quot;', '&quot;'), 'node.xml');
    // Node tries no test twice, so what fails at first has failed.
    expectCart(report, /Thank you/, { breaks: 'failed', multiplies: 'failed' });
    expect(report.disagreements).toEqual([]);
    expect(report.suites.flatMap((suite) => suite.cases).find((one) => one.name.endsWith('wallet.mjs'))?.outcome).toBe(
      'failed',
    );
    expect(mandatory(['cart', 'search'], report)).toEqual({ cart: 'red', search: 'green' });
  });

  it('is green where nothing but a test to be done fails', { timeout: 120_000 }, async () => {
    const folder = project('node-todo', {
      'later.mjs': `${imports}\ndescribe('later', () => { test('one', () => {}); test('two', { todo: true }, () => assert.equal(3, 2)); });`,
    });
    const said = await run(folder, ['--test', '--test-reporter=junit', 'later.mjs'], { ends: 0 });
    const report = readJUnit(said, 'node.xml');
    expect(report).toMatchObject({ green: true, totals: { passed: 1, skipped: 1, failed: 0 } });
    expect(mandatory(['later'], report)).toEqual({ later: 'skipped' });
  });
});
