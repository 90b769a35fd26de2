import { foldState } from '../domain/history/fold.ts';
import type { ReleaseState } from '../domain/history/state.ts';
import type { Block, Check, Outcome } from '../domain/outcome/outcome.ts';
import { sayPhase } from '../domain/process/phases.ts';
import {
  addCalendarDays,
  formatMoment,
  reviewDate,
  startOfDate,
  timeOf,
  windowSpan,
} from '../domain/schedule/calendar.ts';
import { sourceOf } from '../domain/success/metric.ts';
import { RelctlError } from '../errors.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import { gitopsOf } from '../plan/rollout.ts';
import type { People, RehearsalStage } from '../ports/people.ts';
import { command } from '../text/command-line.ts';
import { deploy } from './deploy.ts';
import { hypercare } from './hypercare.ts';
import { drawnDay, fewestStablePods } from './rehearsal/day.ts';
import { NOT_BY_COMMITS, type RehearsedStep, rehearsalDocument } from './rehearsal/document.ts';
import type { Context } from './release/context.ts';
import { Journal } from './release/journal.ts';
import { subjectOf } from './release/subject.ts';
import { review } from './review.ts';
import { signoffCab } from './signoff-cab.ts';
import { signoffOps } from './signoff-ops.ts';
import { signoffQa } from './signoff-qa.ts';
import { stage } from './stage.ts';
import { submitCab } from './submit-cab.ts';
import { verify } from './verify.ts';

const JUNIT_FILE = 'rehearsal/junit.xml';
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/**
 * Walks a copy of a plan through the whole process in a simulated company, from the submission to the review, and keeps what
 * happened as a document that the CAB can read. Without faults the day is an ordinary one, which a good plan survives. In the plan's own history it stands that it was rehearsed, unless faults were
 * switched on, whose outcome says nothing of the plan, or a deployment has begun, which nothing should write beside. Nothing of
 * this satisfies a real gate.
 * @param context the user's own company, in which the result is recorded
 * @param plan the user's own plan
 * @param company a stage whose store holds a copy of the plan without history
 */
export async function rehearse(
  context: Context,
  plan: ReleasePlan,
  company: RehearsalStage<Context>,
  faults: readonly string[],
): Promise<Outcome> {
  const day = faults.length === 0 ? drawnDay(plan, await fewestStablePods(context, plan)) : undefined;
  for (const fault of [...faults, ...(day === undefined ? [] : [day])]) company.fault(fault);
  const byCommits = gitopsOf(context.config) !== undefined;
  if (byCommits) context.sink.emit({ type: 'note', level: 'warning', text: NOT_BY_COMMITS });
  const steps: RehearsedStep[] = [];
  await walk(plan, company, steps, context.sink);
  const { author } = company.people(plan.spec);
  const rehearsed = await company.contextAs(author).store.load(plan.id);
  const state = foldState(rehearsed.events);
  const passed = state.phase === 'closed';
  const held = plan.events.filter((event) => event.type === 'rehearsal.recorded').length;
  const text = await context.documents.markdown(rehearsalDocument(plan, state, steps, { faults, day, byCommits }));
  const document = await context.store.keep(plan.id, `rehearsal-${held + 1}.md`, text);
  if (faults.length === 0 && foldState(plan.events).deployment === undefined) {
    const result = passed ? 'passed' : 'failed';
    await new Journal(context, plan).record('rehearsal.recorded', { ...subjectOf(plan), result, document });
  }
  return {
    result: passed ? 'done' : 'failed',
    headline: `the rehearsal of ${plan.metadata.feature} ${passed ? 'passed: it' : 'failed: it stops where the release'} ${sayPhase(state.phase)}`,
    blocks: [
      // Each step was told when it ended; what is left to say is where it did not go on.
      { kind: 'checks', checks: passed ? [] : steps.slice(-1).map(lastStep) },
      {
        kind: 'facts',
        facts: [...verdictFacts(state), ['result for the CAB', `releases/${plan.id}/${document.file}`]],
      },
      ...(state.phase === 'draft' ? [toComplete(plan.id, author)] : []),
      ...(passed && foldState(plan.events).phase === 'draft' ? [toSubmit(plan.id, author)] : []),
      ...(state.deployment?.verdict?.data.verdict === 'inconclusive' ? [toDetect(plan, author)] : []),
    ],
    data: {
      release: plan.id,
      phase: state.phase,
      faults,
      steps,
      verdict: state.deployment?.verdict?.data ?? null,
      document,
    },
    simulated: true,
  };
}

/** A plan that was not even taken for submission: what is missing is told by the check. */
function toComplete(id: string, who: string): Block {
  const why = 'says what is missing; then fill it in, and rehearse again';
  return { kind: 'next', actions: [{ who, command: command`relctl plan ${id} --check`, why }] };
}

function toSubmit(id: string, who: string): Block {
  return { kind: 'next', actions: [{ who, command: command`relctl submit-cab ${id}`, why: 'asks the board' }] };
}

/** A canary that could not be told from good: the plan has to show more, or ask for less. */
function toDetect({ id, file }: Pick<ReleasePlan, 'id' | 'file'>, who: string): Block {
  const why =
    'let the canary show more, or ask for less: more stable pods (stablePods), a longer bake, a larger detectableRatio; strategy none with a reason where none of it can be had';
  const actions = [
    { who, command: `\${EDITOR:-vi} ${file}`, why },
    { who, command: command`relctl rehearse ${id}`, why: 'again' },
  ];
  return { kind: 'next', actions };
}

function lastStep(step: RehearsedStep): Check {
  return { state: 'failed', text: step.command, detail: step.said };
}

function verdictFacts({ deployment }: ReleaseState): readonly (readonly [string, string])[] {
  const verdict = deployment?.verdict?.data;
  const why = deployment?.rollbackReason;
  return [
    ...(verdict === undefined ? [] : [['canary', `${verdict.verdict}: ${verdict.reason}`] as const]),
    ...(why === undefined ? [] : [['rolled back', why] as const]),
  ];
}

/** The process, step by step, at the times that the plan sets; it ends where a step is refused or fails. */
async function walk(
  plan: ReleasePlan,
  company: RehearsalStage<Context>,
  steps: RehearsedStep[],
  sink: Context['sink'],
): Promise<void> {
  const { spec, id } = plan;
  const zone = spec.window.timeZone;
  const { start } = windowSpan(spec.window);
  const people = company.people(spec);
  const act = async (who: string, command: string, work: (context: Context) => Promise<Outcome>): Promise<boolean> => {
    const when = formatMoment(company.now(), zone);
    sink.emit({ type: 'step', step: command, title: `${when}  ${command}`, state: 'started' });
    const { result, said } = await attempt(() => work(company.contextAs(who)));
    const good = result === 'done' || result === 'pending';
    sink.emit({
      type: 'step',
      step: command,
      title: `${when}  ${command}`,
      state: good ? 'completed' : 'failed',
      detail: said,
    });
    steps.push({ when, command, who, result, said });
    return good;
  };

  company.advanceTo(addCalendarDays(start, -8, zone));
  await begin(company.contextAs(people.author), id);
  if (!(await act(people.author, command`relctl submit-cab ${id}`, (context) => submitCab(context, id, {})))) return;
  if (!(await vote(company, plan, people, act))) return;

  company.advanceTo(addCalendarDays(start, -3, zone));
  if (
    !(await act(spec.owners.rdLead, command`relctl stage ${id}`, (context) => stage(context, id, { takeOver: false })))
  )
    return;
  company.advanceTo(company.now() + HOUR);
  const qa = people.qaFindings();
  company.provide(JUNIT_FILE, qa.junit);
  const signedQa = await act(people.qaLead, command`relctl signoff qa ${id}`, (context) =>
    signoffQa(context, id, {
      junit: [JUNIT_FILE],
      passed: qa.features.filter((test) => test.ok).map((test) => test.id),
      failed: qa.features.filter((test) => !test.ok).map((test) => test.id),
      decision: qa.decision,
      comment: qa.comment,
    }),
  );
  if (!signedQa || qa.decision === 'reject') return;
  if (
    !(await act(people.operator, command`relctl signoff ops ${id}`, (context) =>
      signoffOps(context, id, { decision: 'pass' }),
    ))
  )
    return;

  company.advanceTo(start + 5 * MINUTE);
  if (
    !(await act(people.operator, command`relctl deploy ${id}`, (context) =>
      deploy(context, id, { mode: 'full', takeOver: false }),
    ))
  )
    return;
  const manual = spec.smokeTests.filter((test) => test.manual !== undefined).map((test) => test.name);
  const verified = await act(people.operator, command`relctl verify ${id}`, (context) =>
    verify(context, id, {
      passed: manual.filter((name) => people.manualCheck(name).ok),
      failed: manual.filter((name) => !people.manualCheck(name).ok),
    }),
  );
  if (!verified) return;
  company.advanceTo(await hypercareEnd(company.contextAs(people.operator), id));
  const exited = await act(people.operator, command`relctl hypercare ${id} --exit`, (context) =>
    hypercare(context, id, { exit: true, confirmed: true }),
  );
  if (!exited) return;
  company.advanceTo(startOfDate(reviewDate(spec.window, 7), zone) + 10 * HOUR);
  await act(spec.owners.productManager, command`relctl review ${id}`, (context) => reviewAs(context, plan, people));
}

async function vote(
  company: RehearsalStage<Context>,
  plan: ReleasePlan,
  people: People,
  act: (who: string, command: string, work: (context: Context) => Promise<Outcome>) => Promise<boolean>,
): Promise<boolean> {
  for (const member of people.board) {
    company.advanceTo(company.now() + 2 * HOUR);
    const { comment, ...answers } = people.cabVote(member);
    const voted = await act(member, command`relctl signoff cab ${plan.id}`, (context) =>
      signoffCab(context, plan.id, { ...answers, comment, conditions: [] }),
    );
    if (!voted) return false;
    const { phase } = foldState((await company.contextAs(member).store.load(plan.id)).events);
    if (phase !== 'submitted') return phase === 'approved';
  }
  return false;
}

async function begin(context: Context, id: string): Promise<void> {
  const journal = new Journal(context, await context.store.load(id));
  await journal.record('plan.created', subjectOf(journal.plan));
}

async function hypercareEnd(context: Pick<Context, 'clock' | 'store'>, id: string): Promise<number> {
  const { hypercare: care } = foldState((await context.store.load(id)).events);
  return care === undefined ? context.clock.now() + 2 * DAY : timeOf(care.until);
}

function reviewAs(context: Context, plan: ReleasePlan, people: People): Promise<Outcome> {
  const found = people.reviewFindings();
  return review(context, plan.id, {
    // What people would report by hand is made up at its target, and the document says that all of it is simulated.
    values: plan.spec.successMetrics
      .filter((metric) => sourceOf(metric).kind === 'hand')
      .map((metric) => `${metric.name}=${metric.target}`),
    attended: [...found.attended.product, ...found.attended.rd],
    lessons: found.lessons,
    debts: found.debts.map((debt) => `${debt.text}; ${debt.owner}; ${debt.due}; ${debt.ticket}`),
    noDebt: found.debts.length === 0,
    outcome: found.outcome,
    comment: 'simulated: decided beforehand',
  });
}

async function attempt(
  work: () => Promise<Outcome>,
): Promise<{ readonly result: Outcome['result']; readonly said: string }> {
  try {
    const { result, headline } = await work();
    return { result, said: headline };
  } catch (error) {
    if (!(error instanceof RelctlError) || error.kind === 'bug') throw error;
    return { result: error.kind === 'usage' ? 'failed' : error.kind, said: `${error.code}: ${error.message}` };
  }
}
