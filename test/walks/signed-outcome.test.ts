import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventHash, genesisHash, type NewEvent } from '../../src/plan/chain.ts';
import type { EventData, EventType, RecordedEvent } from '../../src/plan/events.ts';
import { writeReleasePlan } from '../../src/plan/release-plan.ts';
import { audit } from '../../src/usecases/audit.ts';
import { hypercare } from '../../src/usecases/hypercare.ts';
import { lookAtRelease } from '../../src/usecases/signing/look.ts';
import { status } from '../../src/usecases/status.ts';
import { refusal } from '../support/company.ts';
import { checks, OPERATOR, reviewed, walkTo } from '../support/company-walk.ts';
import { SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany, signerLine } from '../support/signed-company.ts';

/** What decides after a deployment, where signatures are required: claims of whoever may write the file bring a release no further. */

const CI = 'ci@example.com';
const HOUR = 3_600_000;
let company: SignedCompany;
beforeAll(async () => {
  company = await openSignedCompany({ policy: (text) => text.replace('machines: []', `machines: [${CI}]`) });
  const line = signerLine(CI, ['outcome'], company.publicKey(CI));
  company.git.commit({ [SIGNERS_FILE]: company.signers + line }, 'A key for CI');
  await walkTo(company, 'deployed');
});
afterAll(() => company.close());

/** Writes events in the name of somebody, as whoever may push can. */
async function claim(...claims: readonly { [T in EventType]: readonly [T, EventData<T>] }[EventType][]): Promise<void> {
  const plan = await company.plan();
  const at = new Date(company.sandbox.clock.now()).toISOString();
  const events = claims.map(([type, data]) => ({ type, data, at, actor: OPERATOR, simulated: false }));
  await company.store.append(plan, events as readonly NewEvent<EventType>[]);
}
const look = () => lookAtRelease(company.as(OPERATOR), company.id);
const codes = async () =>
  ((await audit(company.as(OPERATOR), company.id)).data as { findings: { code: string }[] }).findings.map(
    (one) => one.code,
  );
const exit = () => hypercare(company.as(OPERATOR), company.id, { exit: true, confirmed: true });
type Refused = { readonly refusals: readonly { readonly gate: string; readonly sentence: string }[] };
const refusals = async (work: Promise<unknown>) => ((await refusal(work)).data as unknown as Refused).refusals;
type Loose = Omit<RecordedEvent, 'data'> & { readonly data: Record<string, unknown> };

/** A history that was changed, chained anew. */
function rechained(id: string, events: readonly Loose[]): readonly RecordedEvent[] {
  const chained: RecordedEvent[] = [];
  for (const [index, event] of events.entries()) {
    const link = {
      ...event,
      seq: index + 1,
      prev: chained.at(-1)?.hash ?? genesisHash(id),
    } as unknown as RecordedEvent;
    chained.push({ ...link, hash: eventHash(link) });
  }
  return chained;
}
const healthy = (): EventData<'hypercare.observed'> => ({
  ...{ from: '2026-12-01T00:00:00Z', to: '2026-12-03T00:00:00Z', healthy: true, slos: [], alerts: [], gaps: [] },
  note: '',
});

describe('what is recorded after a deployment and signed by nobody', () => {
  it('brings the release no further, whatever it says', async () => {
    const until = new Date(company.sandbox.clock.now()).toISOString();
    await claim(
      ['verify.recorded', { ok: true, checks: [] }],
      ['hypercare.started', { until, hours: 48 }],
      ['hypercare.observed', healthy()],
      ['hypercare.closed', { comment: '' }],
      ['success.judged', { metrics: [] }],
    );
    expect(await look()).toMatchObject({ phase: 'deployed', approvals: 'not proved' });
    expect((await status(company.as(OPERATOR), company.id)).data).toMatchObject({ phase: 'deployed' });
    expect((await codes()).filter((code) => code === 'signature-missing').length).toBe(5);
    expect((await refusals(exit()))[0]).toMatchObject({
      gate: 'approval.genuine',
      sentence: expect.stringContaining('not signed'),
    });
  });

  it('keeps nobody from recording what is so: the release goes on from where it was', async () => {
    expect((await checks(company)).data).toMatchObject({ phase: 'hypercare' });
    expect(await look()).toMatchObject({ phase: 'hypercare' });
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + HOUR);
    expect((await hypercare(company.as(CI), company.id, { exit: false })).data).toMatchObject({
      observation: { healthy: true },
    });
    const last = (await company.plan()).events.findLast((event) => event.type === 'hypercare.observed');
    expect(last).toMatchObject({ actor: CI, data: { signature: { namespace: 'outcome-record@relctl.dev' } } });
  });

  it('ends no incident and shortens no extension, and opens one without a proof', async () => {
    const report = { ref: 'INC-1', severity: '1', resolved: false };
    await hypercare(company.as(OPERATOR), company.id, { exit: false, incident: report });
    const until = (await company.state()).hypercare?.until ?? '';
    await claim(
      ['incident.closed', { ref: 'INC-1', note: 'over' }],
      ['incident.opened', { ref: 'INC-2', severity: 5, note: 'from the phone' }],
      ['hypercare.extended', { until: '2026-11-01T00:00:00Z', reason: 'shorter' }],
    );
    expect((await company.state()).hypercare?.until).toBe(until);
    company.sandbox.clock.advanceTo(Date.parse(until) + HOUR);
    const refused = (await refusals(exit())).find(({ gate }) => gate === 'incidents.closed');
    expect(refused?.sentence).toContain('INC-1 (severity 1), INC-2 (severity 5)');
  });

  it('is not looked at elsewhere: where metrics are read is what was submitted, or what was merged', async () => {
    const file = join(company.git.root, 'relctl.yaml');
    const honest = readFileSync(file, 'utf8');
    const { config } = company.as(OPERATOR);
    const elsewhere = { ...config, metrics: { ...config.metrics, staleAfter: '9h' } };
    const asked = () =>
      hypercare(company.as(OPERATOR, { config: elsewhere }), company.id, { exit: true, confirmed: true });
    writeFileSync(file, `${honest}# of somebody who may write\n`);
    const refused = (await refusals(asked())).find(({ gate }) => gate === 'bound.same');
    expect(refused?.sentence).toMatch(/metrics\.staleAfter is "9h", and .* was submitted/);
    writeFileSync(file, honest);
    // As the protected branch has it, it may change while a release is watched.
    expect((await refusals(asked())).map(({ gate }) => gate)).not.toContain('bound.same');
  });

  it('keeps hypercare open where a signed incident was made a lesser one', async () => {
    const plan = await company.plan();
    const file = join(company.git.root, SAMPLE_FILE);
    const honest = readFileSync(file);
    const edited = structuredClone(plan.events) as unknown as Loose[];
    const opened = edited.find((event) => event.type === 'incident.opened');
    if (opened !== undefined) opened.data.severity = 5;
    writeFileSync(file, writeReleasePlan(plan, rechained(plan.id, edited), 'hypercare'));
    const gates = (await refusals(exit())).map(({ gate }) => gate);
    expect(gates).toContain('approval.objection');
    writeFileSync(file, honest);
  });

  it('lets hypercare end and the release be closed once what is open is closed by signatures', async () => {
    for (const ref of ['INC-1', 'INC-2'])
      await hypercare(company.as(OPERATOR), company.id, { exit: false, incident: { ref, resolved: true } });
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 25 * HOUR);
    await exit();
    expect((await reviewed(company)).data).toMatchObject({ phase: 'closed' });
    expect(await look()).toMatchObject({ phase: 'closed', claimed: false });
    expect((await codes()).every((code) => code === 'signature-missing')).toBe(true);
  });
});

describe('a release that was signed off', () => {
  it('is asked for signed acts that were taken out, also where hypercare ends', async () => {
    const file = join(company.git.root, SAMPLE_FILE);
    const plan = await company.plan();
    company.git.commit({ [SAMPLE_FILE]: readFileSync(file, 'utf8') }, 'All of it');
    // Back to where hypercare could end, without the incident that was committed.
    const closed = plan.events.findIndex((event) => event.type === 'hypercare.closed');
    const left = plan.events.slice(0, closed).filter((event) => !event.type.startsWith('incident.'));
    const events = rechained(plan.id, structuredClone(left) as unknown as Loose[]);
    writeFileSync(file, writeReleasePlan(plan, events, 'hypercare'));
    expect((await refusals(exit())).map(({ gate }) => gate)).toContain('history.whole');
  });
});
