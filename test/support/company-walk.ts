import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { reviewDate, startOfDate, timeOf } from '../../src/domain/schedule/calendar.ts';
import { type DeployOptions, deploy } from '../../src/usecases/deploy.ts';
import { hypercare } from '../../src/usecases/hypercare.ts';
import type { Context } from '../../src/usecases/release/context.ts';
import { type ReviewAnswers, review } from '../../src/usecases/review.ts';
import { type RollbackOptions, rollback } from '../../src/usecases/rollback.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { signoffOps } from '../../src/usecases/signoff-ops.ts';
import { signoffQa } from '../../src/usecases/signoff-qa.ts';
import { stage } from '../../src/usecases/stage.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { verify } from '../../src/usecases/verify.ts';
import type { Company } from './company.ts';
import { PEOPLE } from './sample-plan.ts';

/** Who does what in the test company. */
export const OPERATOR = PEOPLE.operations[0];
export const TESTER = PEOPLE.qa[0];
const HOUR = 3_600_000;

/** The R&D Lead submits the plan. */
export function submit(company: Company, replaced: Partial<Context> = {}): Promise<Outcome> {
  return submitCab(company.as(PEOPLE.rdLead, replaced), company.id, {});
}

/** A member of the board votes Go, with all three areas confirmed. */
export function voteGo(company: Company, member: string, conditions: readonly string[] = []): Promise<Outcome> {
  return signoffCab(company.as(member), company.id, {
    decision: 'go',
    operationalReadiness: true,
    securityReview: true,
    impactAssessment: true,
    conditions,
  });
}

/** The R&D Lead deploys to staging. */
export function toStaging(company: Company, replaced: Partial<Context> = {}): Promise<Outcome> {
  return stage(company.as(PEOPLE.rdLead, replaced), company.id, { takeOver: false });
}

/** QA hands in what the simulated testers found. */
export async function qaSigns(company: Company): Promise<Outcome> {
  const { spec } = await company.plan();
  const found = company.sandbox.people(spec).qaFindings();
  await company.as(TESTER).workspace.write('reports/regression.xml', found.junit, { overwrite: true });
  return signoffQa(company.as(TESTER), company.id, {
    junit: ['reports/*.xml'],
    passed: found.features.filter((test) => test.ok).map((test) => test.id),
    failed: found.features.filter((test) => !test.ok).map((test) => test.id),
    decision: found.decision,
    comment: found.comment,
  });
}

/** Operations signs off its readiness. */
export function opsSigns(company: Company): Promise<Outcome> {
  return signoffOps(company.as(OPERATOR), company.id, { decision: 'pass' });
}

/** Operations deploys to production. */
export function toProduction(
  company: Company,
  options: Partial<DeployOptions> = {},
  replaced: Partial<Context> = {},
): Promise<Outcome> {
  return deploy(company.as(OPERATOR, replaced), company.id, { mode: 'full', takeOver: false, ...options });
}

/** Operations puts production back. */
export function undo(
  company: Company,
  options: Partial<RollbackOptions> = {},
  replaced: Partial<Context> = {},
): Promise<Outcome> {
  return rollback(company.as(OPERATOR, replaced), company.id, {
    reason: 'checkouts fail',
    confirmed: true,
    takeOver: false,
    pastPointOfNoReturn: false,
    ...options,
  });
}

/** Operations runs the smoke checklist, as the simulated people see it. */
export async function checks(company: Company): Promise<Outcome> {
  const { spec } = await company.plan();
  const people = company.sandbox.people(spec);
  const manual = spec.smokeTests.filter((test) => test.manual !== undefined).map((test) => test.name);
  return verify(company.as(OPERATOR), company.id, {
    passed: manual.filter((name) => people.manualCheck(name).ok),
    failed: manual.filter((name) => !people.manualCheck(name).ok),
  });
}

/** Operations signs hypercare off, once its time has passed. */
export async function endHypercare(company: Company): Promise<Outcome> {
  const { hypercare: care } = await company.state();
  company.sandbox.clock.advanceTo(timeOf(care?.until ?? '') + 60_000);
  return hypercare(company.as(OPERATOR), company.id, { exit: true, confirmed: true });
}

/** The Product Manager closes the release, a week after the window. */
export async function reviewed(company: Company, answers: Partial<ReviewAnswers> = {}): Promise<Outcome> {
  const { spec } = await company.plan();
  company.sandbox.clock.advanceTo(startOfDate(reviewDate(spec.window, 7), spec.window.timeZone) + 10 * HOUR);
  return review(company.as(PEOPLE.productManager), company.id, {
    values: [],
    attended: [PEOPLE.productManager, PEOPLE.rdLead],
    lessons: ['the canary saw enough traffic'],
    debts: [],
    noDebt: true,
    outcome: 'success',
    ...answers,
  });
}

const STATIONS = [
  'draft',
  'submitted',
  'approved',
  'staged',
  'ready',
  'canary',
  'deployed',
  'hypercare',
  'closed',
] as const;
/** Phases that a walk can end in. */
export type Station = (typeof STATIONS)[number];

/** Walks a release on the good path from a phase, `draft` unless said otherwise, to another, at the times that the plan sets. */
export async function walkTo(company: Company, station: Station, from: Station = 'draft'): Promise<void> {
  const at = (one: Station) => STATIONS.indexOf(one);
  const upTo = (one: Station) => at(one) > at(from) && at(one) <= at(station);
  const { clock } = company.sandbox;
  if (upTo('submitted')) await submit(company);
  if (upTo('approved')) {
    await voteGo(company, PEOPLE.cab[0]);
    await voteGo(company, PEOPLE.cab[1]);
  }
  if (upTo('staged')) {
    await company.advanceToWindow(-4 * 24 * HOUR);
    await toStaging(company);
    // The new alerts are let fire in staging within the hour.
    clock.advanceTo(clock.now() + HOUR);
  }
  if (upTo('ready')) {
    await qaSigns(company);
    await opsSigns(company);
  }
  if (upTo('canary')) {
    await company.advanceToWindow();
    await toProduction(company, { mode: 'canary' });
  }
  if (upTo('deployed')) await toProduction(company, { mode: 'promote' });
  if (upTo('hypercare')) await checks(company);
  if (upTo('closed')) {
    await endHypercare(company);
    await reviewed(company);
  }
}
