import { RelctlError } from '../domain/errors.ts';
import type { Check, Outcome } from '../domain/outcome.ts';
import { nextActions } from '../domain/process.ts';
import { checkMandatorySuites } from '../evidence/junit/mandatory-suites.ts';
import { type JUnitReport, readJUnit, sumTotals } from '../evidence/junit/report.ts';
import type { Evidence } from '../ports/plan-store.ts';
import { approvalAnswer } from './answers.ts';
import type { Context } from './context.ts';
import { flushOutbox } from './notify.ts';
import { openForCommand, type Release } from './release.ts';
import { recordSignoff, type SignoffCheck } from './signoff.ts';

/** What a tester's flags may answer; the rest is asked. */
export interface QaAnswers {
  /** JUnit XML files or globs of the regression run. */
  readonly junit: readonly string[];
  /** Ids of feature tests that passed, and of those that failed. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly decision?: string;
  readonly comment?: string;
}

/** QA's sign-off on what is in staging: the regression run from its JUnit reports, and the feature test plan case by case. */
export async function signoffQa(context: Context, id: string, answers: QaAnswers): Promise<Outcome> {
  const release = await openForCommand(context, id, 'signoff qa', undefined);
  await flushOutbox(context, release);
  const reports = await readReports(context, id, answers.junit);
  const checks = [
    ...regressionChecks(
      release,
      reports.map((one) => one.report),
    ),
    ...(await featureChecks(context, release, answers)),
  ];
  const evidence: Evidence[] = [];
  for (const { file, text } of reports) {
    evidence.push(await context.store.keep(id, `qa-${file.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}`, text));
  }
  await recordSignoff(context, release, { role: 'qa', checks, evidence, ...answers });
  const { journal } = release;
  const totals = sumTotals(reports.map((one) => one.report.totals));
  return {
    result: 'done',
    headline: `QA (${context.actor}) ${journal.state.signoffs.qa?.data.decision === 'pass' ? 'signs off' : 'rejects'} ${id}`,
    blocks: [
      { kind: 'checks', checks: checks.map(shown) },
      { kind: 'next', actions: nextActions(release.facts()) },
    ],
    data: {
      release: id,
      phase: journal.state.phase,
      decision: journal.state.signoffs.qa?.data.decision,
      totals,
      checks,
      evidence,
    },
    simulated: context.environments.simulated,
  };
}

/** A check as people see it. */
export function shown(check: SignoffCheck): Check {
  return { state: check.ok ? 'ok' : 'failed', text: check.name, detail: check.detail };
}

interface ReadReport {
  readonly file: string;
  readonly text: string;
  readonly report: JUnitReport;
}

async function readReports(context: Context, id: string, globs: readonly string[]): Promise<readonly ReadReport[]> {
  const reports: ReadReport[] = [];
  for (const glob of globs) {
    const files = await context.workspace.find(glob);
    if (files.length === 0) {
      throw new RelctlError('evidence.unreadable', `no file matches ${glob}`, {
        place: { file: glob },
        why: 'QA signs off on a regression run that can be looked at again.',
        hints: [`relctl signoff qa ${id} --junit "reports/**/*.xml"`],
      });
    }
    for (const file of files) {
      const text = (await context.workspace.read(file)) ?? '';
      reports.push({ file, text, report: readJUnit(text, file) });
    }
  }
  if (reports.length === 0) {
    throw new RelctlError('usage.missing-answer', 'there is no regression report to sign off on', {
      why: 'The regression tests are mandatory; their JUnit XML is the evidence.',
      hints: [`relctl signoff qa ${id} --junit "reports/**/*.xml"`],
    });
  }
  return reports;
}

function regressionChecks(release: Release, reports: readonly JUnitReport[]): readonly SignoffCheck[] {
  const { mandatorySuites } = release.journal.plan.spec.testPlan.regression;
  return [
    ...reports.map((report) => {
      const { totals } = report;
      const hidden = report.disagreements.filter((one) => one.hidesTrouble);
      return {
        name: `regression ${report.file}`,
        ok: report.green,
        detail: [
          `${totals.passed} passed, ${totals.failed} failed, ${totals.errored} errors, ${totals.skipped} skipped, ${totals.flaky} flaky`,
          ...hidden.map(
            (one) => `line ${one.line}: ${one.suite} claims ${one.claimed} ${one.attribute}, ${one.counted} are there`,
          ),
        ].join('; '),
      };
    }),
    ...checkMandatorySuites(mandatorySuites, reports).map((suite) => ({
      name: `mandatory suite ${suite.name}`,
      ok: suite.state === 'green',
      detail: suite.reason,
    })),
  ];
}

async function featureChecks(context: Context, release: Release, answers: QaAnswers): Promise<readonly SignoffCheck[]> {
  const tests = release.journal.plan.spec.testPlan.feature;
  const known = new Set(tests.map((test) => test.id));
  const unknown = [...answers.passed, ...answers.failed].find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new RelctlError('usage.bad-flag', `the feature test plan has no test "${unknown}"`, {
      why: 'A result that belongs to no planned test would vanish.',
      hints: tests.map((test) => `--passed ${test.id}   ${test.title}`),
    });
  }
  const checks: SignoffCheck[] = [];
  for (const test of tests) {
    const given = answers.failed.includes(test.id) ? false : answers.passed.includes(test.id) ? true : undefined;
    const ok = await approvalAnswer(context.prompter, given, {
      message: `Did ${test.id} pass in staging? ${test.title}`,
      flag: `--passed ${test.id} or --failed ${test.id}`,
    });
    checks.push({ name: `feature test ${test.id}`, ok, detail: test.title });
  }
  return checks;
}
