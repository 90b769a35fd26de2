import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { remind } from '../../../src/usecases/remind.ts';
import { signoffCab } from '../../../src/usecases/signoff-cab.ts';
import { stage } from '../../../src/usecases/stage.ts';
import { submitCab } from '../../../src/usecases/submit-cab.ts';
import { type Company, openCompany, refusal } from '../../support/company.ts';
import { PEOPLE } from '../../support/sample-plan.ts';

const [carol, chen, carlos] = PEOPLE.cab;
const GO = { decision: 'go', operationalReadiness: true, securityReview: true, impactAssessment: true, conditions: [] };
const DAY = 86_400_000;

let company: Company;
beforeEach(async () => {
  company = await openCompany({
    shape: { policy: (text) => text.replace('# approvalExpiresDays: 30', 'approvalExpiresDays: 30') },
  });
});
afterEach(() => company.close());

const lead = () => company.as(PEOPLE.rdLead);
const told = () =>
  company.sandbox
    .outbox()
    .filter((message) => message.topic === 'reminder')
    .map((message) => message.text);

async function submitted(): Promise<void> {
  await submitCab(lead(), company.id, {});
}

describe('a reminder', () => {
  test('goes to each member of the board who has not voted, with the exact command', async () => {
    await submitted();
    await signoffCab(company.as(carol), company.id, GO);
    const outcome = await remind(lead(), company.id);
    expect(outcome.headline).toContain('2 reminders');
    expect(told()).toEqual(
      [chen, carlos].map(
        (who) =>
          `${who}: Wallet checkout (${company.id}) waits for you: your vote is missing. Answer with: relctl signoff cab ${company.id} --as ${who}`,
      ),
    );
  });

  test('goes out once a day, however often it is asked for, and again the next day', async () => {
    await submitted();
    await remind(lead(), company.id);
    const again = await remind(lead(), company.id);
    expect(again.headline).toContain('already sent today');
    expect(told()).toHaveLength(3);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + DAY);
    await remind(lead(), company.id);
    expect(told()).toHaveLength(6);
  });

  test('goes to QA and Operations once the candidate is in staging', async () => {
    await submitted();
    await signoffCab(company.as(carol), company.id, GO);
    await signoffCab(company.as(chen), company.id, GO);
    await stage(lead(), company.id, { takeOver: false });
    await remind(lead(), company.id);
    expect(told().map((text) => text.split(':')[0])).toEqual([...PEOPLE.qa, ...PEOPLE.operations]);
  });

  test('goes to the owner of a condition on the day on which it is due, and says when it is overdue', async () => {
    await submitted();
    const due = new Date(company.sandbox.clock.now() + DAY).toISOString().slice(0, 10);
    await signoffCab(company.as(carol), company.id, {
      ...GO,
      conditions: [`load test; ${PEOPLE.operations[0]}; ${due}`],
    });
    await signoffCab(company.as(chen), company.id, GO);
    await remind(lead(), company.id);
    expect(told()).toEqual([]);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + DAY);
    await remind(lead(), company.id);
    expect(told()[0]).toContain('the condition "load test" is due today');
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + DAY);
    await remind(lead(), company.id);
    expect(told()[1]).toContain(`overdue since ${due}`);
  });

  test('has nobody to go to in a draft', async () => {
    expect((await remind(lead(), company.id)).headline).toContain('nobody has anything open');
  });
});

describe('an approval that lies too long', () => {
  test('no longer counts, and a submission nobody can vote on reminds nobody', async () => {
    await submitted();
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 31 * DAY);
    const error = await refusal(signoffCab(company.as(carol), company.id, GO));
    expect(error).toMatchObject({ code: 'gate.refused', message: expect.stringContaining('expired at') });
    expect(error.data).toMatchObject({ refusals: [{ gate: 'cab.not-expired', exceptionable: false }] });
    await remind(lead(), company.id);
    expect(told()).toEqual([]);
  });

  test('is a Go that stage refuses, with the way to a new round', async () => {
    await submitted();
    await signoffCab(company.as(carol), company.id, GO);
    await signoffCab(company.as(chen), company.id, GO);
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 31 * DAY);
    const error = await refusal(stage(lead(), company.id, { takeOver: false, exception: 'late' }));
    expect(error.message).toContain('the Go of the CAB expired');
    expect(error.hints[0]).toContain(`relctl plan ${company.id} --reopen`);
  });
});
