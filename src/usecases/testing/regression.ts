import { timeOf } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import { checkMandatorySuites } from '../../evidence/junit/mandatory-suites.ts';
import { type JUnitReport, readJUnit } from '../../evidence/junit/report.ts';
import { command } from '../../text/command-line.ts';
import type { PendingCheck } from '../checks/pending-checks.ts';
import { readAnswer } from '../release/answers.ts';
import type { Context } from '../release/context.ts';

/** A report of the regression run, as it was found. */
export interface ReadReport {
  readonly file: string;
  readonly text: string;
  readonly report: JUnitReport;
}

/** Names of tests that are shown before the rest is counted. */
const SHOWN = 5;

/** Where test runners leave their reports, as they come: the first place where there is one is offered. */
const USUAL_PLACES = [
  'reports/**/*.xml',
  'test-results/**/*.xml',
  'build/test-results/**/*.xml',
  'target/*-reports/*.xml',
];

/**
 * The JUnit reports of the regression run: those that the flags name, or those that a person names.
 * @throws RelctlError `evidence.unreadable`, `usage.missing-answer` when there is none
 */
export async function regressionReports(
  context: Context,
  id: string,
  globs: readonly string[],
): Promise<readonly ReadReport[]> {
  const { here } = context.workspace;
  if (globs.length > 0 || !context.prompter.interactive) return readReports(context, id, globs.map(here));
  const offered = await usualPlace(context);
  return readAnswer(
    context.prompter,
    {
      message: 'Which JUnit reports did the regression run write (files or globs, with commas between them)?',
      flag: '--junit <glob>',
      ...(offered === undefined ? {} : { default: offered }),
    },
    (answer) =>
      readReports(
        context,
        id,
        answer === offered
          ? [answer]
          : answer
              .split(',')
              .map((glob) => glob.trim())
              .filter((glob) => glob !== '')
              .map(here),
      ),
  );
}

async function usualPlace({ workspace }: Pick<Context, 'workspace'>): Promise<string | undefined> {
  for (const glob of USUAL_PLACES) if ((await workspace.find(glob)).length > 0) return glob;
  return undefined;
}

async function readReports(
  context: Pick<Context, 'workspace'>,
  id: string,
  globs: readonly string[],
): Promise<readonly ReadReport[]> {
  const hints = [command`relctl signoff qa ${id} --junit "reports/**/*.xml"`];
  const files = new Set<string>();
  for (const glob of globs) {
    const found = await context.workspace.find(glob);
    if (found.length === 0) {
      throw new RelctlError('evidence.unreadable', `no file matches ${glob}`, {
        place: { file: glob },
        why: 'QA signs off a regression run that others can look at later.',
        hints,
      });
    }
    for (const file of found) files.add(file);
  }
  if (files.size === 0) {
    throw new RelctlError('usage.missing-answer', 'there is no regression report to sign off on', {
      why: 'The regression tests are mandatory; their JUnit XML is the evidence.',
      hints,
    });
  }
  const reports: ReadReport[] = [];
  for (const file of files) {
    const text = (await context.workspace.read(file)) ?? '';
    reports.push({ file, text, report: readJUnit(text, file) });
  }
  return reports;
}

/**
 * What the regression run says: each report, each mandatory suite, and apart from both the tests that passed only on a rerun. A
 * flaky test does not make a run red, but whoever signs must have seen it.
 */
export function regressionChecks(
  mandatorySuites: readonly string[],
  reports: readonly ReadReport[],
  stagedAt?: string,
): readonly PendingCheck[] {
  return [
    ...reports.map((report) => reportCheck(report, stagedAt)),
    ...checkMandatorySuites(
      mandatorySuites,
      reports.map((one) => one.report),
    ).map((suite) => ({ name: `mandatory suite ${suite.name}`, ok: suite.state === 'green', detail: suite.reason })),
    ...flakyCheck(reports.map((one) => one.report)),
  ];
}

/** A time without an offset is that of a machine somewhere: at most half a day behind UTC. */
const UNKNOWN_OFFSET_MS = 12 * 3_600_000;

/** True where a run was certainly over before something happened. */
function isBefore(ranAt: string, moment: string): boolean {
  const hasOffset = /(Z|[+-]\d{2}:?\d{2})$/i.test(ranAt);
  return Date.parse(hasOffset ? ranAt : `${ranAt}Z`) + (hasOffset ? 0 : UNKNOWN_OFFSET_MS) < timeOf(moment);
}

function reportCheck({ file, text, report }: ReadReport, stagedAt: string | undefined): PendingCheck {
  const { ranAt } = report;
  const isOld = ranAt !== undefined && stagedAt !== undefined && isBefore(ranAt, stagedAt);
  const { totals } = report;
  const hidden = report.disagreements.filter((one) => one.hidesTrouble);
  const bad = report.suites
    .flatMap((suite) => suite.cases)
    .filter((test) => test.outcome === 'failed' || test.outcome === 'errored')
    .map((test) => `${test.outcome} "${test.name}" (line ${test.line})`);
  return {
    name: `regression ${file}`,
    ok: report.green && !isOld,
    detail: [
      ...(isOld ? [`it ran at ${ranAt}, before the candidate was staged at ${stagedAt}: it says nothing of it`] : []),
      `${totals.passed} passed, ${totals.failed} failed, ${totals.errored} errors, ${totals.skipped} skipped, ${totals.flaky} flaky`,
      ...firstOf(bad),
      ...hidden.map(
        (one) => `line ${one.line}: ${one.suite} claims ${one.claimed} ${one.attribute}, but has ${one.counted}`,
      ),
    ].join('; '),
    found: { path: file, name: `qa-${file.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}`, content: text },
  };
}

function flakyCheck(reports: readonly JUnitReport[]): readonly PendingCheck[] {
  const flaky = reports
    .flatMap((report) => report.suites)
    .flatMap((suite) => suite.cases)
    .filter((test) => test.outcome === 'flaky')
    .map((test) => `"${test.name}"`);
  if (flaky.length === 0) return [];
  const detail = `${flaky.length === 1 ? 'one test' : `${flaky.length} tests`} failed first and passed on a rerun: ${firstOf(flaky).join(', ')}`;
  return [{ name: 'flaky tests', ok: true, warning: true, detail }];
}

function firstOf(names: readonly string[]): readonly string[] {
  return names.length <= SHOWN ? names : [...names.slice(0, SHOWN), `and ${names.length - SHOWN} more`];
}
