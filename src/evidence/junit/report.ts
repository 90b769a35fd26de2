import { readXml, unreadable, type XmlElement } from './xml.ts';

/**
 * How a test ended. `failed`: an assertion did not hold. `errored`: it could not be carried out. `flaky`: it failed and
 * then passed on a rerun of the same test run. `skipped`: it did not run, or its failure was expected and does not count.
 */
export type TestOutcome = 'passed' | 'failed' | 'errored' | 'skipped' | 'flaky';

/** Numbers of tests by outcome. */
export type TestTotals = Readonly<Record<TestOutcome | 'total', number>>;

/** One test. */
export interface TestCase {
  readonly name: string;
  readonly className: string;
  readonly outcome: TestOutcome;
  /** First line of the failure, error or reason for skipping. */
  readonly message: string | undefined;
  /** 1-based line in the report. */
  readonly line: number;
}

/** A suite that directly holds tests, or claims to. */
export interface TestSuite {
  readonly name: string;
  /** Names from the outermost suite or collection to this one. */
  readonly path: readonly string[];
  readonly cases: readonly TestCase[];
  readonly totals: TestTotals;
  /**
   * How many more tests the suite shows than it says it ran. jest-junit writes a `test.todo` like a test that passed, and only
   * leaves it out of the count.
   */
  readonly uncounted: number;
  readonly line: number;
}

/** A number that the report states and that its own test cases do not bear out. */
export interface Disagreement {
  readonly suite: string;
  readonly attribute: 'tests' | 'failures' | 'errors' | 'skipped';
  readonly claimed: number;
  readonly counted: number;
  readonly line: number;
  /** True when the report claims more failures or errors than it shows: something went wrong that left no test case. */
  readonly hidesTrouble: boolean;
}

/** A JUnit XML file, recounted. */
export interface JUnitReport {
  readonly file: string;
  readonly suites: readonly TestSuite[];
  readonly totals: TestTotals;
  readonly disagreements: readonly Disagreement[];
  /** When its earliest suite ran, as the report writes it; `undefined` where none says. */
  readonly ranAt: string | undefined;
  /** True when tests ran, none failed or errored, and no claimed trouble is missing. Skipped and flaky tests are for people to judge. */
  readonly green: boolean;
}

/**
 * Reads JUnit XML as Jest (jest-junit), Vitest, Playwright, Node, pytest, Maven Surefire, Gradle and go-junit-report write it.
 *
 * There is no one standard: the common ground is `testsuites > testsuite* > testcase` with `failure`, `error` and `skipped`
 * (https://github.com/testmoapp/junitxml); Surefire's schema adds `flakyFailure`, `flakyError`, `rerunFailure` and
 * `rerunError` for reruns. Totals are counted from the test cases; attributes are only compared with them.
 *
 * @throws RelctlError `evidence.unreadable` with file and line
 */
export function readJUnit(text: string, file: string): JUnitReport {
  const root = readXml(text.replace(/^\uFEFF/, ''), file);
  if (root.name !== 'testsuites' && root.name !== 'testsuite') {
    throw unreadable(
      file,
      root.line,
      `is not a JUnit report: its root is <${root.name}>, not <testsuites> or <testsuite>`,
    );
  }
  const suites: TestSuite[] = [];
  const disagreements: Disagreement[] = [];
  collect(root, [], suites, disagreements);
  const totals = sumTotals(suites.map((suite) => suite.totals));
  return {
    file,
    suites,
    totals,
    disagreements,
    ranAt: timestamps(root).sort()[0],
    green:
      totals.failed + totals.errored === 0 &&
      totals.passed + totals.flaky > 0 &&
      !disagreements.some((d) => d.hidesTrouble),
  };
}

/** Times of all suites, ISO 8601 with or without an offset; what is no time says nothing. */
function timestamps(element: XmlElement): string[] {
  const { timestamp = '' } = element.attributes;
  const own = Number.isNaN(Date.parse(timestamp)) ? [] : [timestamp.trim()];
  const inner = element.children.filter((child) => child.name.startsWith('testsuite'));
  return [...own, ...inner.flatMap(timestamps)];
}

/** Totals of several suites or files together. */
export function sumTotals(all: readonly TestTotals[]): TestTotals {
  const sum = { total: 0, passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 };
  for (const totals of all) for (const key of Object.keys(sum) as (keyof TestTotals)[]) sum[key] += totals[key];
  return sum;
}

/** Suites may nest (PHPUnit, Gradle, Mocha); a suite with tests of its own becomes one entry. Depth is bounded by the reader. */
function collect(
  element: XmlElement,
  parents: readonly string[],
  suites: TestSuite[],
  disagreements: Disagreement[],
): TestTotals {
  const name = element.attributes.name?.trim() ?? '';
  const path = name === '' ? parents : [...parents, name];
  const cases = element.children.filter((child) => child.name === 'testcase').map(toCase);
  const own = count(cases);
  const position = suites.length;
  const inner = element.children.filter((child) => child.name === 'testsuite' || child.name === 'testsuites');
  const totals = sumTotals([own, ...inner.map((child) => collect(child, path, suites, disagreements))]);
  // A suite without tests is kept when nothing lies below it: that a suite ran no test is a finding.
  if (cases.length > 0 || (inner.length === 0 && element.name === 'testsuite')) {
    const uncounted = Math.max(0, own.total - (claim(element.attributes.tests) ?? own.total));
    suites.splice(position, 0, { name, path, cases, totals: own, uncounted, line: element.line });
  }
  disagreements.push(...compare(element, name || element.name, totals));
  return totals;
}

function toCase(element: XmlElement): TestCase {
  const has = (name: string) => element.children.find((child) => child.name === name);
  const [failure, error, skipped] = [has('failure'), has('error'), has('skipped') ?? has('disabled')];
  const rerun = has('flakyFailure') ?? has('flakyError');
  // Googletest has no element for a disabled test, only this attribute.
  const notRun = /^(notrun|disabled|skipped|suppressed)$/i.test(element.attributes.status ?? '');
  const passed = rerun ? 'flaky' : 'passed';
  const ended = failure ? 'failed' : error ? 'errored' : skipped || notRun ? 'skipped' : passed;
  const why = failure ?? error ?? skipped ?? rerun;
  return {
    name: element.attributes.name ?? '',
    className: element.attributes.classname ?? element.attributes.class ?? '',
    outcome: isExpected(element) ? 'skipped' : ended,
    message: why && firstLine(why.attributes.message || why.text || why.attributes.type || ''),
    line: element.line,
  };
}

/** A test of Node that is still to be done: it was run and failed, which fails no run. Its suite counts it as a failure all the same. */
function isExpected(test: XmlElement): boolean {
  return (
    test.children.some((child) => child.name === 'skipped' && child.attributes.type === 'todo') &&
    test.children.some((child) => child.name === 'failure')
  );
}

/** How many tests at and below an element failed as expected. */
function expectedFailures(element: XmlElement): number {
  if (element.name === 'testcase') return isExpected(element) ? 1 : 0;
  return element.children.reduce((sum, child) => sum + expectedFailures(child), 0);
}

function firstLine(text: string): string | undefined {
  const line = text.trim().split('\n')[0]?.trim() ?? '';
  return line === '' ? undefined : line.slice(0, 300);
}

function count(cases: readonly TestCase[]): TestTotals {
  const totals = { total: cases.length, passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 };
  for (const { outcome } of cases) totals[outcome] += 1;
  return totals;
}

/**
 * Compares what the attributes claim with what was counted. Failures and errors are compared together as well: some
 * writers count an error as a failure, and a difference in kind alone hides nothing.
 */
function compare(element: XmlElement, suite: string, totals: TestTotals): Disagreement[] {
  const { attributes, line } = element;
  const expected = expectedFailures(element);
  const claims = {
    tests: [claim(attributes.tests), totals.total],
    failures: [claim(attributes.failures), totals.failed + expected],
    errors: [claim(attributes.errors), totals.errored],
    skipped: [claim(attributes.skipped ?? attributes.disabled), totals.skipped],
  } as const;
  const claimedTrouble = (claims.failures[0] ?? 0) + (claims.errors[0] ?? 0);
  const hidden = claimedTrouble > totals.failed + totals.errored + expected;
  return (Object.keys(claims) as (keyof typeof claims)[]).flatMap((attribute) => {
    const [claimed, counted] = claims[attribute];
    if (claimed === undefined || claimed === counted) return [];
    const isTrouble = attribute === 'failures' || attribute === 'errors';
    return [{ suite, attribute, claimed, counted, line, hidesTrouble: isTrouble && hidden && claimed > counted }];
  });
}

function claim(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value.trim()) ? Number(value) : undefined;
}
