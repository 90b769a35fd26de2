import { afterEach, expect, it } from 'vitest';
import type { Progress } from '../../src/domain/outcome/progress.ts';
import { whatIsLeft } from '../../src/usecases/runner/carry-on.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, TESTER, toProduction, walkTo } from '../support/company-walk.ts';
import { openSignedCompany, SIGNERS_FILE, type SignedCompany, signerLine } from '../support/signed-company.ts';

/** Whoever may push may start the workflow that carries a release on, under their own login: that gives nobody a role. */
const CI = 'releases@example.com';
const MALLORY = 'mallory@example.com';
let company: SignedCompany;
afterEach(() => company.close());

async function open(deadRuns: 'page' | 'resume'): Promise<void> {
  company = await openSignedCompany({
    policy: (text) =>
      text.replace('machines: []', `machines: [${CI}]`).replace('deadRuns: page', `deadRuns: ${deadRuns}`),
  });
  company.git.commit(
    {
      [SIGNERS_FILE]: company.signers + signerLine(CI, ['stage', 'deploy', 'outcome'], company.publicKey(CI)),
      'relctl/forge_people.yaml': `olga: ${OPERATOR}\nquinn: ${TESTER}\nmallory: ${MALLORY}\n`,
    },
    'A machine, and who is who',
  );
  await walkTo(company, 'ready');
  await company.advanceToWindow();
}

/** What the machine makes of a run that somebody started. */
function carried(askedBy: string, login: string, round: 'forward' | 'promote' | 'abort') {
  const context = company.as(CI);
  const runs = { ...context.runs, self: { ...context.runs.self, askedBy, login } };
  const work = { attempt: 1, round, stopsAtVerdict: false, options: {} };
  return whatIsLeft({ ...context, runs }, company.id, work);
}
const gatesOf = async (step: Promise<unknown>) =>
  ((await refusal(step)).data as { readonly refusals: readonly { readonly gate: string }[] }).refusals.map(
    (one) => one.gate,
  );

it('a canary that is held is promoted, or taken out, by nobody without the role', async () => {
  await open('resume');
  expect(await gatesOf(carried(MALLORY, 'mallory', 'forward'))).toContain('role.allowed');
  await toProduction(company, { mode: 'canary' });
  for (const round of ['promote', 'abort'] as const) {
    expect(await gatesOf(carried(MALLORY, 'mallory', round))).toContain('role.allowed');
    expect(await gatesOf(carried(TESTER, 'quinn', round))).toContain('role.allowed');
    expect(await carried(OPERATOR, 'olga', round)).toBe(round);
  }
});

it.each(['page', 'resume'] as const)(
  'what a person holds is resumed by no workflow, with deadRuns %s',
  async (deadRuns) => {
    await open(deadRuns);
    const controller = new AbortController();
    const emit = (progress: Progress) => {
      if (progress.type === 'canary.look') controller.abort();
    };
    const interruption = { signal: controller.signal, clear: () => undefined };
    expect(await refusal(toProduction(company, {}, { interruption, sink: { emit } }))).toMatchObject({
      code: 'pending.person',
    });
    expect(await gatesOf(carried(CI, 'github-actions[bot]', 'forward'))).toEqual(['role.allowed']);
    expect(await carried(OPERATOR, 'olga', 'forward')).toBe('resume');
  },
);
