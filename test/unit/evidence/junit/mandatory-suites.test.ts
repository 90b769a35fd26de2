import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkMandatorySuites } from '../../../../src/evidence/junit/mandatory-suites.ts';
import { readJUnit } from '../../../../src/evidence/junit/report.ts';

const read = (name: string) =>
  readJUnit(readFileSync(new URL(`../../../fixtures/junit/${name}.xml`, import.meta.url), 'utf8'), name);
const check = (name: string, ...reports: string[]) => checkMandatorySuites([name], reports.map(read))[0];

describe('mandatory suites', () => {
  test.each([
    ['Tests\\Unit\\CartTest', 'phpunit-nested', 'green'],
    ['Unit', 'phpunit-nested', 'green'],
    ['test_cart.TestCart', 'pytest', 'red'],
    ['com.example.shop', 'surefire', 'red'],
    ['example.com/shop/cart', 'go-junit-report', 'red'],
    ['Cart', 'googletest', 'skipped'],
    ['com.example.sh', 'surefire', 'missing'],
    ['test_car', 'pytest', 'missing'],
    ['payments', 'surefire', 'missing'],
  ])('%s in the report of %s is %s', (name, report, state) => {
    expect(check(name, report)).toMatchObject({ name, state });
  });

  test('a suite that is red in one report is red, whatever another says', () => {
    const good = readJUnit('<testsuite name="a"><testcase name="t"/></testsuite>', 'good.xml');
    const bad = readJUnit('<testsuite name="a"><testcase name="t"><failure/></testcase></testsuite>', 'bad.xml');
    expect(checkMandatorySuites(['a'], [good, bad])[0]?.state).toBe('red');
    expect(checkMandatorySuites(['a'], [bad, good])[0]?.state).toBe('red');
    expect(checkMandatorySuites(['a'], [good])[0]?.state).toBe('green');
  });

  test('a suite that claims errors which no case shows is red', () => {
    const crashed = readJUnit('<testsuite name="a" errors="1"><testcase name="t"/></testsuite>', 'r.xml');
    expect(checkMandatorySuites(['a'], [crashed])[0]).toMatchObject({ state: 'red' });
  });

  test('a suite that counts fewer tests than it shows is not green, also where it is found by class', () => {
    const text = (name: string) =>
      `<testsuite name="${name}" tests="1"><testcase name="t" classname="a.t"/><testcase name="todo" classname="a.todo"/></testsuite>`;
    for (const name of ['a', 'all']) {
      const [suite] = checkMandatorySuites(['a'], [readJUnit(text(name), 'r.xml')]);
      expect(suite).toMatchObject({ state: 'skipped', reason: expect.stringContaining('leaves 1 of the tests') });
    }
  });

  test('a suite without tests is not green', () => {
    const empty = readJUnit('<testsuites><testsuite name="a"/></testsuites>', 'r.xml');
    expect(checkMandatorySuites(['a'], [empty])[0]).toMatchObject({ state: 'skipped' });
  });

  test('tests that passed on a rerun are green, and named', () => {
    const flaky = readJUnit('<testsuite name="a"><testcase name="t"><flakyError/></testcase></testsuite>', 'r.xml');
    expect(checkMandatorySuites(['a'], [flaky])[0]).toMatchObject({ state: 'green', flaky: ['t'] });
  });
});
