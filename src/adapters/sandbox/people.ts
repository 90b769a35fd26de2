import type { Spec } from '../../plan/spec.ts';
import { faultOn } from './faults.ts';
import type { WorldState } from './world-state.ts';

/**
 * The people of the simulated company: they bear the names of the plan's owners, say that they are simulated, and answer
 * the same question always in the same way. They approve, unless a fault says otherwise.
 */
export interface People {
  /** The author of the plan. */
  readonly author: string;
  /** The members of the CAB who may vote: the author does not count. */
  readonly board: readonly string[];
  readonly qaLead: string;
  readonly operator: string;
  /** A member's vote. */
  cabVote(member: string): CabVote;
  /** What QA found: a verdict, each feature test, and the regression report as JUnit XML. */
  qaFindings(): QaFindings;
  /** What Operations answers when asked whether it is ready. */
  operationsAnswer(): Answer;
  /** What a person answers who looks at something by hand. */
  manualCheck(name: string): Answer;
  /** What the review meeting comes to. */
  reviewFindings(): ReviewFindings;
}

/** A person's yes or no. */
interface Answer {
  readonly by: string;
  readonly ok: boolean;
  readonly comment: string;
}

/** A vote as the CAB casts it. */
interface CabVote {
  readonly by: string;
  readonly decision: 'go' | 'no-go';
  readonly operationalReadiness: boolean;
  readonly securityReview: boolean;
  readonly impactAssessment: boolean;
  readonly comment: string;
}

/** What QA hands over. */
interface QaFindings {
  readonly by: string;
  readonly decision: 'pass' | 'reject';
  readonly features: readonly { readonly id: string; readonly ok: boolean }[];
  readonly junit: string;
  readonly comment: string;
}

/** What a review meeting hands over. */
interface ReviewFindings {
  readonly attended: { readonly product: readonly string[]; readonly rd: readonly string[] };
  readonly lessons: readonly string[];
  readonly debts: readonly {
    readonly text: string;
    readonly owner: string;
    readonly due: string;
    readonly ticket: string;
  }[];
  readonly outcome: 'success' | 'partial' | 'failure';
}

/** The people of a plan. `read` gives the world as it is now. */
export function createPeople(spec: Spec, read: () => WorldState): People {
  const { owners } = spec;
  const board = owners.cab.filter((member) => member !== owners.rdLead);
  const qaLead = owners.qa[0] ?? owners.rdLead;
  const operator = owners.operations.find((person) => person !== qaLead) ?? owners.operations[0] ?? owners.rdLead;
  return {
    author: owners.rdLead,
    board,
    qaLead,
    operator,
    cabVote(member) {
      const against = faultOn(read(), 'no-go') && member === board.at(-1);
      const comment = against ? 'simulated: not in this week, the on-call rota has a hole' : 'simulated: no objection';
      return {
        by: member,
        decision: against ? 'no-go' : 'go',
        operationalReadiness: !against,
        securityReview: true,
        impactAssessment: true,
        comment,
      };
    },
    qaFindings() {
      const bad = faultOn(read(), 'qa-failing');
      const features = spec.testPlan.feature.map(({ id }, index) => ({ id, ok: !(bad && index === 0) }));
      return {
        by: qaLead,
        decision: bad ? 'reject' : 'pass',
        features,
        junit: junitOf(spec.testPlan.regression.mandatorySuites, bad),
        comment: bad ? 'simulated: a mandatory test fails' : 'simulated: all tests pass',
      };
    },
    operationsAnswer: () => ({ by: operator, ok: true, comment: 'simulated: resources and alerts looked at' }),
    manualCheck(name) {
      const bad = faultOn(read(), 'smoke-failing');
      return {
        by: operator,
        ok: !bad,
        comment: `simulated: ${name}: ${bad ? 'not as it should be' : 'as it should be'}`,
      };
    },
    reviewFindings() {
      const due = new Date(read().now + 30 * 86_400_000).toISOString().slice(0, 10);
      return {
        attended: { product: [owners.productManager], rd: [owners.rdLead] },
        lessons: ['simulated: the canary saw enough traffic to decide in time'],
        debts: [{ text: 'simulated: remove the old code path', owner: owners.rdLead, due, ticket: 'SIM-1' }],
        outcome: 'success',
      };
    },
  };
}

/** A regression report of 12 tests for each mandatory suite; the first fails when `bad`. */
function junitOf(suites: readonly string[], bad: boolean): string {
  const quoted = (text: string) => text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const names = suites.length === 0 ? ['regression'] : suites;
  const body = names.map((suite, index) => {
    const cases = Array.from({ length: 12 }, (_, test) => {
      const failed = bad && index === 0 && test === 0;
      const name = `simulated test ${test + 1}`;
      const open = `    <testcase classname="${quoted(suite)}" name="${name}" time="0.1"`;
      return failed ? `${open}><failure message="simulated: expected 200, got 500"/></testcase>` : `${open}/>`;
    });
    const failures = bad && index === 0 ? 1 : 0;
    const open = `  <testsuite name="${quoted(suite)}" tests="12" failures="${failures}" errors="0" skipped="0">`;
    return [open, ...cases, '  </testsuite>'].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${body.join('\n')}\n</testsuites>\n`;
}
