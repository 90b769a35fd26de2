import { type JUnitReport, sumTotals, type TestCase, type TestTotals } from './report.ts';

/** What the reports say of one mandatory suite. Only `green` is green: a skipped test of a mandatory suite did not test. */
export interface MandatorySuite {
  readonly name: string;
  readonly state: 'green' | 'red' | 'skipped' | 'missing';
  /** One sentence for people. */
  readonly reason: string;
  readonly totals: TestTotals;
  /** Tests that passed only on a rerun; for people to judge. */
  readonly flaky: readonly string[];
}

/**
 * Looks for each mandatory suite of the plan in the reports.
 *
 * A name fits a suite's name or path, or the beginning of a test's class name or path up to a separator: pytest puts all
 * tests into one suite, so its modules (`tests.checkout.test_cart`) are found by class name.
 */
export function checkMandatorySuites(names: readonly string[], reports: readonly JUnitReport[]): MandatorySuite[] {
  return names.map((name) => {
    const all = reports.flatMap((report) => report.suites);
    const suites = all.filter((suite) => fitsName(name, suite));
    const inSuites = suites.flatMap((suite) => suite.cases);
    const others = all.filter(
      (suite) => !suites.includes(suite) && suite.cases.some((test) => fits(name, test.className)),
    );
    const byClass = others.flatMap((suite) => suite.cases).filter((test) => fits(name, test.className));
    const hidden = reports
      .flatMap((report) => report.disagreements)
      .find((d) => d.hidesTrouble && suites.some((suite) => suite.path.includes(d.suite)));
    const uncounted = [...suites, ...others].reduce((sum, suite) => sum + suite.uncounted, 0);
    const found = suites.length > 0 || byClass.length > 0;
    return judge(name, [...inSuites, ...byClass], { found, uncounted, hidden: hidden?.attribute });
  });
}

/** What of a suite is not to be seen from its test cases. */
interface Beside {
  readonly found: boolean;
  readonly uncounted: number;
  readonly hidden: string | undefined;
}

function judge(name: string, cases: readonly TestCase[], { found, uncounted, hidden }: Beside): MandatorySuite {
  const of = (outcome: TestCase['outcome']) => cases.filter((test) => test.outcome === outcome);
  const totals = sumTotals(cases.map((test) => ({ ...NONE, total: 1, [test.outcome]: 1 })));
  const flaky = of('flaky').map((test) => test.name);
  const answer = (state: MandatorySuite['state'], reason: string) => ({ name, state, reason, totals, flaky });
  const bad = [...of('failed'), ...of('errored')];
  if (!found) return answer('missing', `no report has a suite "${name}"`);
  if (bad[0])
    return answer('red', `${totals.failed} failed and ${totals.errored} errored, the first is "${bad[0].name}"`);
  if (hidden) return answer('red', `its report claims ${hidden} that no test case shows`);
  const skipped = of('skipped')[0];
  if (skipped)
    return answer('skipped', `${totals.skipped} of ${totals.total} were skipped, the first is "${skipped.name}"`);
  if (uncounted > 0)
    return answer('skipped', `its report leaves ${uncounted} of the tests that it shows out of those that ran`);
  if (totals.total === 0) return answer('skipped', 'it holds no test');
  return answer(
    'green',
    `${totals.passed + totals.flaky} passed${flaky.length > 0 ? `, ${flaky.length} of them on a rerun` : ''}`,
  );
}

const NONE: TestTotals = { total: 0, passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 };

function fitsName(name: string, suite: { readonly name: string; readonly path: readonly string[] }): boolean {
  return (
    fits(name, suite.name) ||
    suite.path.slice(0, -1).some((part) => part === name) ||
    fits(name, suite.path.join(' > '))
  );
}

/** Equal, or a beginning that ends where a part of a path or class name ends. */
function fits(name: string, candidate: string): boolean {
  if (!candidate.startsWith(name)) return false;
  return candidate.length === name.length || /^(?:[./\\:#$[]| [>›] )/.test(candidate.slice(name.length));
}
