import type { Outcome } from '../domain/outcome/outcome.ts';
import { nextActions } from '../domain/process/process.ts';
import { sumTotals } from '../evidence/junit/report.ts';
import { checkText } from './release/answers.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import { openForCommand } from './release/pass-gates.ts';
import { checksInAnswer, recordSignoff } from './signoff/record.ts';
import { regressionReports } from './testing/regression.ts';
import { testChecks } from './testing/test-checks.ts';

/** What a tester's flags may answer; the rest is asked. */
export interface QaAnswers {
  /** JUnit XML files or globs of the regression run. */
  readonly junit: readonly string[];
  /** Feature tests that passed, and that failed: `WAL-1`, or `WAL-1=<link or file>` with what shows it. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly decision?: string;
  readonly comment?: string;
}

/** QA's sign-off on what is in staging: the regression run from its JUnit reports, and the feature test plan case by case. */
export async function signoffQa(context: Context, id: string, answers: QaAnswers): Promise<Outcome> {
  const release = await openForCommand(context, id, 'signoff qa', undefined, {
    objects: answers.decision === 'reject',
  });
  if (answers.decision !== 'pass') checkText(answers.comment, '--comment');
  await flushOutbox(context, release);
  const reports = await regressionReports(context, id, answers.junit);
  const found = await testChecks(context, release, reports, answers);
  const { checks, evidence } = await recordSignoff(context, release, { role: 'qa', checks: found, ...answers });
  const { journal } = release;
  const totals = sumTotals(reports.map((one) => one.report.totals));
  return {
    result: 'done',
    headline: `QA (${context.actor}) ${journal.state.signoffs.qa?.data.decision === 'pass' ? 'signs off' : 'rejects'} ${id}`,
    blocks: [
      ...checksInAnswer(context, { ...answers, checks }),
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
