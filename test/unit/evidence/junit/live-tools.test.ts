import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJUnit } from '../../../../src/evidence/junit/report.ts';

/** Reports that the installed tools write now, so that a new version of one cannot change its dialect unseen. */
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-junit-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const CASES = `
test('adds', () => {});
test('subtracts', () => { throw new Error('2 is not 3'); });
test.skip('divides', () => {});
`;

describe('a report of this machine', () => {
  it('by vitest', { timeout: 60_000 }, () => {
    writeFileSync(
      join(folder, 'cart.test.mjs'),
      `let tries = 0;${CASES}
      test('multiplies', { retry: 1 }, () => { tries += 1; if (tries === 1) throw new Error('late'); });`,
    );
    const args = ['run', '--root', folder, '--globals', '--reporter=junit', '--outputFile=vitest.xml'];
    spawnSync(process.execPath, [vitest, ...args], { cwd: folder, env: { PATH: process.env.PATH }, stdio: 'ignore' });
    const report = readJUnit(readFileSync(join(folder, 'vitest.xml'), 'utf8'), 'vitest.xml');
    expect(report).toMatchObject({ green: false, disagreements: [] });
    expect(report.totals).toMatchObject({ total: 4, failed: 1, errored: 0, skipped: 1 });
    expect(report.suites.flatMap((suite) => suite.cases).find((one) => one.outcome === 'failed')?.name).toBe(
      'subtracts',
    );
  });

  it('by the test runner of Node', { timeout: 60_000 }, () => {
    const file = join(folder, 'cart.mjs');
    writeFileSync(file, `import { test } from 'node:test';${CASES}`);
    // A runner inside a runner would take over its protocol from the environment.
    const { stdout } = spawnSync(process.execPath, ['--test-reporter=junit', file], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    const report = readJUnit(stdout, 'node.xml');
    expect(report.green).toBe(false);
    expect(report.totals).toEqual({ total: 3, passed: 1, failed: 1, errored: 0, skipped: 1, flaky: 0 });
  });
});
