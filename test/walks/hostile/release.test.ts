import { afterEach, describe, expect, it } from 'vitest';
import { reviewDate } from '../../../src/domain/schedule/calendar.ts';
import { type Company, openCompany } from '../../support/company.ts';
import { OPERATOR, walkTo } from '../../support/company-walk.ts';
import { Outputs } from '../../support/hostile/outputs.ts';
import { hostileLine, hostileText } from '../../support/hostile/payload.ts';
import { readAll, readBriefly } from '../../support/hostile/readers.ts';
import { complete, poisonAll } from '../../support/hostile/whole-plan.ts';
import { PEOPLE, SAMPLE_ID, type WrittenPlan } from '../../support/sample-plan.ts';

const [MANAGER, LEAD] = [PEOPLE.productManager, PEOPLE.rdLead];
const CONFIRMED = ['--operational-readiness', '--security-review', '--impact-assessment'];
/** Where `;` sets what is written apart from who owns it. */
const withoutStops = (text: string) => text.replaceAll(';', ',');

/** A plan in which every text is hostile that does not decide how the release goes. */
function hostilePlan(document: WrittenPlan): void {
  complete(document);
  poisonAll(document);
}

/** The same, for a way to the end: reports of tests are XML, an alert without a command fires by itself, and simulated pages hold no text. */
function walkablePlan(document: WrittenPlan): void {
  hostilePlan(document);
  document.spec.testPlan.regression.mandatorySuites = [hostileLine('suite').replace(/[\p{Cc}&<>"']/gu, '')];
  document.spec.alerts = (document.spec.alerts ?? []).map(({ drill: _, ...alert }) => alert);
  for (const { http } of document.spec.smokeTests) delete http?.contains;
}

let company: Company;
let outputs: Outputs;
afterEach(() => company.close());

async function open(plan: (document: WrittenPlan) => void): Promise<void> {
  company = await openCompany({ onDisk: true, plan });
  outputs = new Outputs(company.git.root);
}

/** Gives a command as somebody and insists on its exit code; what it says and writes is looked at. */
async function done(who: string, argv: readonly string[], code = 0): Promise<void> {
  const { exitCode, stdout, stderr } = await outputs.say([...argv, '--as', who]);
  expect(exitCode, `${argv.join(' ')}\n${stdout}${stderr}`).toBe(code);
  outputs.lookAtFiles();
}

/** What stands between backticks in a step of a plan is code in its packet, as the one who writes it is told. */
const CODE_OF_A_STEP = /(?:packet|cab-packet-)\S* has <code> of a text: FORGED$/;

function expectInert(): void {
  expect(outputs.paste()).toBeGreaterThan(5);
  expect(outputs.faults.filter((fault) => !CODE_OF_A_STEP.test(fault))).toEqual([]);
}

describe('a release in which every text, in its plan and on its way, tries to be more than text', () => {
  it('is read, rehearsed, submitted and voted on as text', async () => {
    await open(hostilePlan);
    await done(LEAD, ['plan', SAMPLE_ID, '--check']);
    // No report can hold the names of its tests, so that the rehearsal fails.
    await done(LEAD, ['rehearse', SAMPLE_ID], 1);
    await done(LEAD, ['submit-cab', SAMPLE_ID]);
    const texts = [withoutStops(hostileText('condition')), 'relctl FORGED --confirm'];
    for (const [index, text] of texts.entries()) {
      const vote = ['--decision', 'go', '--comment', hostileText('comment')];
      const condition = ['--condition', `${text}; ${OPERATOR}; 2026-12-02`];
      await done(PEOPLE.cab[index] ?? '', ['signoff', 'cab', SAMPLE_ID, ...vote, ...condition, ...CONFIRMED]);
    }
    const closing = ['signoff', 'condition', SAMPLE_ID, '--evidence', hostileText('evidence')];
    await done(OPERATOR, closing, 2);
    await done(OPERATOR, [...closing, '--condition', 'another', '--json'], 2);
    for (const text of texts) await done(OPERATOR, [...closing, '--condition', text]);
    await readAll(outputs, SAMPLE_ID);
    expectInert();
  });

  it('is deployed, watched and reviewed, and every answer and every document stays text', async () => {
    await open(walkablePlan);
    await walkTo(company, 'ready');
    await company.advanceToWindow();
    await done(OPERATOR, ['deploy', SAMPLE_ID]);
    const { spec } = await company.plan();
    const manual = spec.smokeTests.flatMap(({ name, manual }) => (manual === undefined ? [] : ['--passed', name]));
    await done(OPERATOR, ['verify', SAMPLE_ID, ...manual]);
    await done(OPERATOR, ['hypercare', SAMPLE_ID, '--note', hostileText('note')], 8);
    const incident = ['--incident', hostileLine('incident'), '--severity', '3', '--note', hostileText('note')];
    await done(OPERATOR, ['hypercare', SAMPLE_ID, ...incident]);
    await done(OPERATOR, ['hypercare', SAMPLE_ID, ...incident.slice(0, 2), '--resolved', ...incident.slice(4)]);
    await done(LEAD, ['sandbox', 'advance', '--by', '49h']);
    await done(OPERATOR, ['hypercare', SAMPLE_ID, '--exit', '--confirm']);
    await outputs.say(['success', SAMPLE_ID, '--as', MANAGER]);
    await done(LEAD, ['sandbox', 'advance', '--to', `${reviewDate(spec.window, 7)}T15:00`]);
    await done(MANAGER, ['review', SAMPLE_ID, '--draft']);
    const values = spec.successMetrics.flatMap(({ name }) => ['--value', `${name}=6.5`]);
    const attended = ['--attended', MANAGER, '--attended', LEAD];
    const learned = ['--lesson', hostileText('lesson'), '--side-effect', hostileText('effect')];
    const debt = [hostileText('debt'), LEAD, '2027-02-01', hostileLine('ticket')].map(withoutStops).join(';');
    const judged = ['--outcome', 'partial', '--classification', 'too-low', '--comment', hostileText('comment')];
    await done(MANAGER, ['review', SAMPLE_ID, ...values, ...attended, ...learned, '--debt', debt, ...judged]);
    await readAll(outputs, SAMPLE_ID);
    expectInert();
  });

  it('is put back and opened again, and what is told of that stays text', async () => {
    await open(walkablePlan);
    await walkTo(company, 'canary');
    await done(OPERATOR, ['rollback', SAMPLE_ID, '--reason', hostileText('reason'), '--confirm']);
    await readBriefly(outputs, SAMPLE_ID);
    await outputs.say(['report', SAMPLE_ID, '--notes']);
    await done(LEAD, ['plan', SAMPLE_ID, '--reopen', hostileText('reason')]);
    await readBriefly(outputs, SAMPLE_ID);
    expectInert();
  });
});
