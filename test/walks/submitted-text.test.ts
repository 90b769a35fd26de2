import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { phaseOf } from '../../src/domain/history/fold.ts';
import { appendEvent, type NewEvent } from '../../src/plan/chain.ts';
import type { EventType } from '../../src/plan/events.ts';
import { parseReleasePlan, writeReleasePlan } from '../../src/plan/release-plan.ts';
import { rollback } from '../../src/usecases/rollback.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';
import { PEOPLE, SAMPLE_FILE, SAMPLE_ID } from '../support/sample-plan.ts';
import { type Clone, openSharedClones, type SharedClones } from '../support/shared-clones.ts';
import { countOnlySigned } from '../support/signed-company.ts';

/** Whoever submits a plan signs the text that lies before them, whatever somebody without a key put on the records branch beside its history. */
let shared: SharedClones;
afterEach(() => shared.close());

const SUBMITTED = 'web 5.0.0 of somebody else';

/** Puts another text on the records branch, with an event about it that nobody signed: a submission of it. */
async function pushAnotherText(mallory: Clone, type = 'cab.submitted', more?: object): Promise<void> {
  const { head, events } = await mallory.plan();
  const other = head
    .replace(/feature: .*/, `feature: ${SUBMITTED}`)
    .replace(/expectedMinutes: \d+/, 'expectedMinutes: 47');
  const { specDigest, textDigest } = parseReleasePlan(new TextEncoder().encode(other), SAMPLE_FILE, SAMPLE_ID);
  const file = { file: 'x.json', sha256: 'a'.repeat(64) };
  const made = {
    ...{ type, actor: PEOPLE.rdLead, at: events.at(-1)?.at ?? '', simulated: false },
    data: {
      specDigest,
      textDigest,
      ...(more ?? (type === 'cab.submitted' ? { round: 1, packet: file, bound: file } : {})),
    },
  } as unknown as NewEvent<EventType>;
  const forged = appendEvent(SAMPLE_ID, events, made).events;
  mallory.git('checkout', '--quiet', '--orphan', 'records');
  mallory.git('rm', '-rfq', '.');
  mkdirSync(join(mallory.root, 'releases'), { recursive: true });
  writeFileSync(
    join(mallory.root, SAMPLE_FILE),
    writeReleasePlan({ id: SAMPLE_ID, head: other }, forged, phaseOf(forged)),
  );
  mallory.git('add', SAMPLE_FILE);
  mallory.git('commit', '--quiet', '-m', 'Records');
  mallory.git('push', '--quiet', 'origin', 'HEAD:refs/heads/relctl/records');
}

it.each(['as it was created', 'not there'])('is not that of others where it is %s in the work tree', async (how) => {
  shared = await openSharedClones({ real: true, ready: async (company) => void countOnlySigned(company) });
  const [lead, mallory] = [await shared.clone(PEOPLE.rdLead), await shared.clone('mallory@example.com')];
  await pushAnotherText(mallory);
  if (how === 'not there') rmSync(join(lead.root, SAMPLE_FILE));
  const context = await lead.onBranch();
  const error = await refusal(submitCab(context, SAMPLE_ID, {}));
  expect(error).toMatchObject({ code: 'plan.digest-mismatch' });
  expect(error.message).toContain('relctl/records');
  const { events } = await context.store.load(SAMPLE_ID);
  expect(events.filter(({ data }) => 'signature' in data)).toEqual([]);
});

it('is the one of the work tree once that is one that was never recorded', async () => {
  shared = await openSharedClones({ real: true, ready: async (company) => void countOnlySigned(company) });
  const [lead, mallory] = [await shared.clone(PEOPLE.rdLead), await shared.clone('mallory@example.com')];
  await pushAnotherText(mallory);
  const path = join(lead.root, SAMPLE_FILE);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/\nstatus:/, '\n# Ours.\nstatus:'));
  const context = await lead.onBranch();
  expect((await submitCab(context, SAMPLE_ID, {})).result).toBe('done');
  expect((await context.store.load(SAMPLE_ID)).head).not.toContain(SUBMITTED);
});

it.each(['cab.submitted', 'plan.revised'])(
  'stays the one that was deployed for its way back, whatever %s is written behind that',
  async (type) => {
    shared = await openSharedClones({
      real: true,
      async ready(company) {
        countOnlySigned(company);
        await walkTo(company, 'canary');
      },
    });
    const [operator, mallory] = [await shared.clone(OPERATOR), await shared.clone('mallory@example.com')];
    await pushAnotherText(mallory, type);
    const context = await operator.onBranch();
    const options = { reason: 'checkouts fail', confirmed: true, takeOver: false, pastPointOfNoReturn: false };
    expect(await rollback(context, SAMPLE_ID, options)).toMatchObject({ result: 'done' });
    expect((await context.store.load(SAMPLE_ID)).head).not.toContain(SUBMITTED);
  },
);

it('is not that of others for a way back from what nobody proves to have begun', async () => {
  shared = await openSharedClones({
    real: true,
    async ready(company) {
      countOnlySigned(company);
      await walkTo(company, 'ready');
    },
  });
  const [operator, mallory] = [await shared.clone(OPERATOR), await shared.clone('mallory@example.com')];
  const clusters = { production: await shared.company.sandbox.cluster('production').identity() };
  const begun = { attempt: 1, fence: 1, strategy: 'shared-service', clusters, steps: [], images: {} };
  await pushAnotherText(mallory, 'deploy.started', begun);
  const options = { reason: 'checkouts fail', confirmed: true, takeOver: false, pastPointOfNoReturn: false };
  const error = await refusal(rollback(await operator.onBranch(), SAMPLE_ID, options));
  expect(error.data).toMatchObject({
    refusals: [{ gate: 'bound.same', sentence: expect.stringMatching(/has another text in the work tree/) }],
  });
});
