import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJUnit } from '../../../../src/evidence/junit/report.ts';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/junit/${name}.xml`, import.meta.url), 'utf8');
const read = (name: string) => readJUnit(fixture(name), `${name}.xml`);

/** Of tools that are not of npm; what those write is read in test/process/junit-dialects.test.ts as they write it. */
describe('dialects: outcomes are counted from the test cases', () => {
  test.each([
    // name, passed, failed, errored, skipped, flaky
    ['pytest', 1, 1, 3, 2, 0],
    ['surefire', 1, 1, 1, 1, 2],
    ['go-junit-report', 2, 1, 1, 1, 0],
    ['phpunit-nested', 3, 0, 0, 0, 0],
    ['googletest', 1, 0, 0, 1, 0],
  ])('%s', (name, passed, failed, errored, skipped, flaky) => {
    const { totals, disagreements, green } = read(name);
    expect(totals).toEqual({
      total: passed + failed + errored + skipped + flaky,
      passed,
      failed,
      errored,
      skipped,
      flaky,
    });
    expect(green).toBe(failed + errored === 0);
    // Google Test counts disabled tests apart from skipped ones; every other writer agrees with its own cases.
    expect(disagreements.map((d) => d.attribute)).toEqual(name === 'googletest' ? ['skipped'] : []);
  });

  test('messages and places are those of the failing case', () => {
    const failed = read('surefire').suites[0]?.cases.find((c) => c.outcome === 'failed');
    expect(failed).toMatchObject({ name: 'refusesExpired', message: 'expected: <EXPIRED> but was: <OK>', line: 7 });
    const error = read('surefire').suites[0]?.cases.find((c) => c.outcome === 'errored');
    expect(error?.message).toBe('java.net.ConnectException: Connection refused');
  });

  test('nested suites keep their path and are not counted twice', () => {
    expect(read('phpunit-nested').suites.map((s) => [s.path.at(-1), s.totals.total])).toEqual([
      ['Tests\\Unit\\CartTest', 1],
      ['Tests\\Unit\\CartTest::testTotal', 2],
    ]);
  });
});

describe('attributes that disagree with the recount', () => {
  test('a suite that crashed before its first test is not green, though no case failed', () => {
    const report = readJUnit(
      `<testsuites tests="1" failures="0" errors="1">
        <testsuite name="wallet" tests="1"><testcase name="keeps cards"/></testsuite>
        <testsuite name="cart" tests="0" errors="1"/>
      </testsuites>`,
      'r.xml',
    );
    expect(report.totals).toMatchObject({ failed: 0, errored: 0, passed: 1 });
    expect(report.green).toBe(false);
    expect(report.disagreements).toContainEqual({
      suite: 'cart',
      attribute: 'errors',
      claimed: 1,
      counted: 0,
      line: 3,
      hidesTrouble: true,
    });
  });

  test('attributes that claim fewer failures than there are do not turn red into green', () => {
    const report = readJUnit(
      '<testsuite name="a" tests="1" failures="0" errors="0"><testcase name="t"><failure/></testcase></testsuite>',
      'r.xml',
    );
    expect(report.green).toBe(false);
    expect(report.totals.failed).toBe(1);
    expect(report.disagreements).toMatchObject([
      { attribute: 'failures', claimed: 0, counted: 1, hidesTrouble: false },
    ]);
  });

  test('an error that the writer counts as a failure hides nothing', () => {
    const report = readJUnit(
      '<testsuite name="a" tests="1" failures="1" errors="0"><testcase name="t"><error/></testcase></testsuite>',
      'r.xml',
    );
    expect(report.disagreements.some((d) => d.hidesTrouble)).toBe(false);
  });

  test.each(['<testsuites/>', '<testsuites tests="0"><testsuite name="a" tests="0"/></testsuites>'])(
    'a report in which nothing ran is not green: %s',
    (text) => expect(readJUnit(text, 'r.xml').green).toBe(false),
  );

  test('a report in which everything was skipped is not green', () => {
    expect(readJUnit('<testsuite name="a"><testcase name="t"><skipped/></testcase></testsuite>', 'r.xml').green).toBe(
      false,
    );
  });

  test('the same test twice with different ends stays red: nothing says that the later was a rerun', () => {
    const text =
      '<testsuite name="a"><testcase name="t" classname="c"><failure/></testcase><testcase name="t" classname="c"/></testsuite>';
    expect(readJUnit(text, 'r.xml').green).toBe(false);
  });
});

describe('refused, with file and line', () => {
  test.each([
    ['a document type', '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>\n<testsuites/>', 2, /document type/],
    ['an external entity', '<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuites/>', 1, /document type/],
    ['a cut file', '<testsuites>\n<testsuite name="a">\n<testcase name="x', 3, /cut/],
    ['a cut CDATA section', '<testsuites>\n<testsuite name="a"><failure><![CDATA[x', 2, /cut/],
    ['a missing end', '<testsuites>\n<testsuite name="a">', 1, /well-formed/],
    ['crossed tags', '<testsuites>\n<a><b></a></b></testsuites>', 2, /well-formed/],
    ['another document', '<html><body/></html>', 1, /root is <html>/],
    ['an empty file', '', 1, /./],
    ['text', 'all green', 1, /./],
    ['depth', '<testsuite>'.repeat(5000) + '</testsuite>'.repeat(5000), 1, /deeper/],
  ])('%s', (_what, text, line, message) => {
    expect(() => readJUnit(text, 'r.xml')).toThrowError(
      expect.objectContaining({ code: 'evidence.unreadable', message: expect.stringMatching(message) }),
    );
    try {
      readJUnit(text, 'r.xml');
    } catch (error) {
      expect(error).toMatchObject({ place: { file: 'r.xml', line } });
    }
  });

  test('entities are not expanded, neither named nor repeated', () => {
    const report = readJUnit('<testsuite name="&bomb; &#65;&amp;lt;"/>', 'r.xml');
    expect(report.suites[0]?.name).toBe('&bomb; A&lt;');
  });

  test('every cut of a real report is either refused or not green where the whole is red', () => {
    const whole = fixture('surefire');
    for (let end = 0; end < whole.length - 1; end += 7) {
      let green = false;
      try {
        green = readJUnit(whole.slice(0, end), 'r.xml').green;
      } catch (error) {
        expect(error).toMatchObject({ code: 'evidence.unreadable' });
      }
      expect(green).toBe(false);
    }
  });
});

test('counts of generated reports are those they were generated from, whatever the names hold', () => {
  const quoted = (text: string) =>
    text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;').replace(/\n/g, '&#10;');
  const outcome = fc.constantFrom('passed', 'failed', 'errored', 'skipped', 'flaky');
  const element = {
    passed: '',
    failed: '<failure message="m"/>',
    errored: '<error/>',
    skipped: '<skipped/>',
    flaky: '<flakyFailure message="m"/>',
  };
  const name = fc.string({ minLength: 1, maxLength: 12 }).filter((s) => s.trim() !== '');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.array(fc.tuple(name, outcome), { maxLength: 6 })), { maxLength: 4 }),
      (suites) => {
        const text = `<testsuites>${suites
          .map(
            ([suite, cases]) =>
              `<testsuite name="${quoted(suite)}">${cases
                .map(([test, how]) => `<testcase name="${quoted(test)}">${element[how]}</testcase>`)
                .join('')}</testsuite>`,
          )
          .join('')}</testsuites>`;
        const report = readJUnit(text, 'r.xml');
        const all = suites.flatMap(([, cases]) => cases);
        for (const how of Object.keys(element) as (keyof typeof element)[]) {
          expect(report.totals[how]).toBe(all.filter(([, h]) => h === how).length);
        }
        expect(report.suites.flatMap((s) => s.cases.map((c) => c.name))).toEqual(all.map(([test]) => test));
      },
    ),
    { numRuns: 200 },
  );
});
