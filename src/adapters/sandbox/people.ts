import type { Spec } from '../../plan/spec.ts';
import type { People } from '../../ports/people.ts';
import { faultOn } from './faults.ts';
import type { WorldState } from './world-state.ts';

/**
 * The people of a plan: they say that they are simulated, and answer the same question always in the same way. They approve, unless
 * a fault says otherwise. `read` gives the world as it is now.
 */
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
        decision: bad ? 'reject' : 'pass',
        features,
        junit: junitOf(spec.testPlan.regression.mandatorySuites, bad),
        comment: bad ? 'simulated: a mandatory test fails' : 'simulated: all tests pass',
      };
    },
    manualCheck: () => ({ ok: !faultOn(read(), 'smoke-failing') }),
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
