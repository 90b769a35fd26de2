import { isoTime } from '../../../src/domain/schedule/calendar.ts';
import { RelctlError } from '../../../src/errors.ts';
import type { NewEvent } from '../../../src/plan/chain.ts';
import type { EventType } from '../../../src/plan/events.ts';
import { subjectOf } from '../../../src/usecases/release/subject.ts';
import { loadGovernance } from '../../../src/usecases/signing/governance.ts';
import { sealWith } from '../../../src/usecases/signing/seal.ts';
import { PEOPLE } from '../../support/sample-plan.ts';
import type { ForgeryLab } from './lab.ts';

/** Texts that must survive signing, storing and reading byte by byte. */
const COMMENTS = [
  '',
  'fine',
  'Ä — ☑ 👍',
  '"quoted" \\ back',
  'two\nlines\r\n',
  '\u2028',
  'é',
  'é',
  ' '.repeat(40),
  '0',
  'null',
];

/**
 * Signs and examines honest acts of everybody who may, with different contents; nothing is recorded.
 * @returns what was refused, which should be nothing
 */
export async function sealHonest(
  lab: ForgeryLab,
  count: number,
  onDone: (done: number) => void,
): Promise<readonly string[]> {
  const { company } = lab;
  const plan = await company.plan();
  const refused: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const event = honestAct(number, subjectOf(plan), isoTime(company.sandbox.clock.now()));
    const context = company.as(event.actor);
    const governance = await loadGovernance(context, plan.metadata.process, { simulated: false, finished: false });
    if (governance.mode !== 'required') throw new Error('the lab must ask for signatures');
    try {
      await sealWith(await context.signing(), governance.trust)(plan, event);
    } catch (error) {
      if (!(error instanceof RelctlError)) throw error;
      refused.push(`${number} ${event.type} of ${event.actor}: ${error.message} (${JSON.stringify(error.data)})`);
    }
    onDone(number + 1);
  }
  return refused;
}

function honestAct(
  number: number,
  subject: { readonly specDigest: string; readonly textDigest: string },
  at: string,
): NewEvent<EventType> {
  const comment = `${COMMENTS[number % COMMENTS.length]}${number}`;
  const base = { at, simulated: false };
  const [olga] = PEOPLE.operations;
  switch (number % 5) {
    case 0:
      return {
        ...base,
        type: 'signoff.recorded',
        actor: PEOPLE.qa[0],
        data: {
          ...subject,
          role: 'qa',
          stageAttempt: 1,
          decision: number % 2 === 0 ? 'pass' : 'reject',
          checks: [{ name: comment, ok: true, detail: comment }],
          evidence: [],
          comment,
        },
      };
    case 1:
      return {
        ...base,
        type: 'signoff.recorded',
        actor: olga,
        data: { ...subject, role: 'ops', stageAttempt: 1, decision: 'pass', checks: [], evidence: [], comment },
      };
    case 2:
      return { ...base, type: 'condition.closed', actor: olga, data: { condition: 'load test', evidence: comment } };
    case 3:
      return {
        ...base,
        type: 'exception.granted',
        actor: olga,
        data: { gate: 'time.window-open', reason: comment, command: 'deploy' },
      };
    default:
      return {
        ...base,
        type: 'cab.voted',
        actor: PEOPLE.cab[Math.floor(number / 5) % 3] ?? PEOPLE.cab[0],
        data: {
          ...subject,
          round: 1,
          decision: number % 2 === 0 ? 'go' : 'no-go',
          operationalReadiness: true,
          securityReview: number % 3 === 0,
          impactAssessment: true,
          conditions: number % 4 === 0 ? [{ text: comment, owner: olga, due: '2026-12-02' }] : [],
          comment,
        },
      };
  }
}
