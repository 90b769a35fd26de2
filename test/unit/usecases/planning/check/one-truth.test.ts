import { afterEach, expect, test } from 'vitest';
import type { RelctlError } from '../../../../../src/errors.ts';
import { previewPacket } from '../../../../../src/usecases/packet.ts';
import { plan } from '../../../../../src/usecases/plan.ts';
import { checkRelease } from '../../../../../src/usecases/planning/check/check-release.ts';
import { status } from '../../../../../src/usecases/status.ts';
import { submitCab } from '../../../../../src/usecases/submit-cab.ts';
import {
  branch,
  goOn,
  manifest,
  NO_FLAGS,
  type PlanningGround,
  planningGround,
  WINDOW,
} from '../../../../support/planning-ground.ts';

/** `plan`, `plan --check`, `status`, `submit-cab` and the packet say the same of a plan: each finding, with its severity. */

const ID = '2026-12-wallet';
interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly problem: string;
}
let ground: PlanningGround;
afterEach(() => ground.remove());

const shown = (findings: unknown): string[] =>
  (findings as readonly Finding[]).map(({ code, severity, problem }) => `${severity} ${code} ${problem}`).sort();
const context = () => ground.context({ documents: PAPER, runs: NO_RUNS, notifier: NOBODY } as never);
/** The packet as its model, so that what the board reads can be compared. */
const PAPER = { packet: async (packet: object) => ({ markdown: JSON.stringify(packet), html: '' }) };
const NO_RUNS = { find: async () => undefined };
const NOBODY = { channelsFor: () => [] };

async function draftOf(files: Record<string, string>): Promise<void> {
  branch(ground.git, 'feature/wallet', files);
  await plan(ground.context(), ID, {
    ...NO_FLAGS,
    base: 'v4.1.0',
    feature: 'Wallet',
    branches: ['feature/wallet'],
    window: WINDOW,
  });
}

/** Writes into the plan what only people know, and with it whatever a case is about. */
async function complete(change: (head: string) => string = (head) => head): Promise<void> {
  const before = await ground.store.load(ID);
  const head = before.head
    .replace(
      / {2}successMetrics:[\s\S]*?\n\n/,
      '  successMetrics: [{ name: share, direction: up, target: 5, owner: priya@example.com }]\n\n',
    )
    .replace('mandatorySuites: []', 'mandatorySuites: [checkout]')
    .replace('review: pending', 'review: done\n    reviewer: sam@example.com\n    reference: SEC-1')
    .replaceAll(/"TO BE WRITTEN[^"]*"/g, '"written by a person"');
  await ground.store.rewrite(before, change(head));
}

async function check(): Promise<string[]> {
  const answer = await checkRelease(context(), ID).catch((thrown: RelctlError) => thrown);
  return shown(answer.data?.findings);
}

/** What each of them says; they are all asked about one state of the plan. */
async function everybody(): Promise<void> {
  const expected = await check();
  expect(expected.length).toBeGreaterThan(0);
  expect(shown((await status(context(), ID, async () => context())).data.findings)).toEqual(expected);
  const packet = await previewPacket(context(), ID, {});
  expect(shown(packet.data.findings)).toEqual(expected);
  const errors = expected.filter((one) => one.startsWith('error'));
  const refusal = await submitCab(context(), ID, {}).catch((thrown: RelctlError) => thrown);
  if (errors.length === 0) {
    // With the board, `plan` changes nothing any more.
    expect(refusal).toMatchObject({ result: 'done' });
    expect(shown(refusal.data?.findings)).toEqual(expected);
    const { attention } = JSON.parse(String(packet.data.markdown)) as { attention: readonly { text: string }[] };
    for (const one of expected) {
      const problem = one.replace(/^\w+ \S+ /, '');
      expect(attention.map(({ text }) => text.toLowerCase())).toContain(`${problem.toLowerCase()}.`);
    }
  } else {
    expect(refusal).toMatchObject({ code: 'gate.refused', message: expect.stringContaining('the plan has') });
    if (errors.length > 1) expect((refusal as RelctlError).message).toContain(`${errors.length} gaps`);
    // A further `plan` may add what is missing; what it then says is what the check says then.
    const said = shown((await plan(context(), ID, NO_FLAGS)).data.findings);
    expect(said).toEqual(await check());
  }
}

test('a draft in which nobody wrote anything yet', async () => {
  ground = await planningGround();
  await draftOf({ 'services/api/src/wallet.js': 'process.env.WALLET_URL;\n' });
  await everybody();
});

test('a complete plan of which only git says that a branch moved', async () => {
  ground = await planningGround();
  await draftOf({
    'services/api/src/wallet.js': '1;\n',
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0' }),
  });
  await complete();
  goOn(ground.git, 'feature/wallet', { 'services/api/src/more.js': '1;\n' });
  expect(await check()).toEqual([expect.stringContaining('warning stale.branch')]);
  await everybody();
});

test('a service that is in the candidate and not in the plan', async () => {
  ground = await planningGround();
  await draftOf({
    'services/api/src/wallet.js': '1;\n',
    'services/web/src/wallet.js': '1;\n',
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0' }),
  });
  await complete((head) => head.replace(/ {4}# services\/web[^\n]*\n {4}- name: web\n(?: {6}[^\n]*\n)+/, ''));
  expect((await check()).join('\n')).toContain('warning unplanned.service the service web is in the candidate');
  await everybody();
});

test('a canary that only the manifests show to be too large', async () => {
  ground = await planningGround();
  await draftOf({
    'services/api/src/wallet.js': '1;\n',
    'deploy/production/api.yaml': manifest('api', { version: '4.2.0', replicas: 2 }),
  });
  await complete();
  expect((await check()).join('\n')).toContain('error canary.true-share');
  await everybody();
});

test('what status cannot look at is a finding, and the rest is told', async () => {
  ground = await planningGround();
  await draftOf({ 'services/api/src/wallet.js': '1;\n' });
  const { RelctlError: Known } = await import('../../../../../src/errors.ts');
  const outcome = await status(context(), ID, async () => {
    throw new Known('tool.missing', 'kubectl is not there', { hints: ['apt-get install kubectl'] });
  });
  expect(shown(outcome.data.findings)).toContain('error tool.missing kubectl is not there');
  expect(outcome.result).toBe('done');
});
