import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { reopen } from '../../src/usecases/planning/revise/reopen.ts';
import type { Entry } from '../../src/usecases/release/journal.ts';
import { openRelease } from '../../src/usecases/release/open.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { stage } from '../../src/usecases/stage.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, qaSigns, type Station, toProduction, voteGo, walkTo } from '../support/company-walk.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** Somebody without a key begins a branch before what was signed against a release, and has that one deployed: what the other branch holds is seen. */
let company: SignedCompany;
afterEach(() => company.close());

const git = (...args: string[]) => company.git.git(...args);
const commit = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');

/** Lets something be signed and pushed on the branch of the plan, and leaves this clone on a branch that was begun before it. */
async function onOtherBranch(station: Station, act: () => Promise<unknown>): Promise<void> {
  company = await openSignedCompany();
  git('config', 'relctl.protectedBranch', 'refs/heads/main');
  git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, station);
  const before = commit();
  await act();
  commit();
  git('update-ref', 'refs/remotes/origin/train', 'HEAD');
  git('checkout', '--quiet', '-B', 'train-2', before);
  git('branch', '--quiet', '-D', 'train');
}

it.each([
  [
    'a No-Go',
    () =>
      signoffCab(company.as(PEOPLE.cab[1]), company.id, {
        decision: 'no-go',
        conditions: [],
        comment: 'it loses money',
      }),
  ],
  ['a reopening', () => reopen(company.as(PEOPLE.rdLead), company.id, 'it loses money')],
])('%s on a branch of the remote keeps the release of another branch from production', async (_, act) => {
  await onOtherBranch('ready', act);
  await company.advanceToWindow();
  const { data } = await refusal(toProduction(company, { mode: 'canary' }));
  expect(data).toMatchObject({
    refusals: [{ gate: 'history.whole', sentence: expect.stringMatching(/of another branch, and not in the history/) }],
  });
});

it("a Pass on a branch of the remote is nobody's loss", async () => {
  await onOtherBranch('staged', () => qaSigns(company));
  await walkTo(company, 'ready', 'staged');
  await company.advanceToWindow();
  expect(await toProduction(company, { mode: 'canary' })).toMatchObject({ data: { phase: 'canary' } });
});

const recorded = async (...entries: readonly Entry[]) => {
  for (const entry of entries) {
    const { journal } = await openRelease(company.as(OPERATOR), company.id, { others: false });
    await journal.recordAll([entry]);
  }
};
const attempt = 1;

it.each<[string, readonly Entry[]]>([
  ['a hold', [['canary.held', { attempt, reason: 'checkouts fail' }]]],
  ['an abort', [['deploy.aborted', { attempt, reason: 'checkouts fail' }]]],
  ['a rollback', [['rollback.started', { attempt, reason: 'checkouts fail', fence: 9 }]]],
])(
  '%s of the deployment that is under way keeps its canary from being promoted on another branch',
  async (_, entries) => {
    await onOtherBranch('canary', () => recorded(...entries));
    const { data } = await refusal(toProduction(company, { mode: 'promote' }));
    expect(data).toMatchObject({
      refusals: [
        { gate: 'history.whole', sentence: expect.stringMatching(/of another branch, and not in the history/) },
      ],
    });
  },
);

it('what took an attempt back that is over, and is left on a branch, keeps nothing from the next', async () => {
  await onOtherBranch('canary', () => recorded(['canary.held', { attempt, reason: 'looked at again' }]));
  await toProduction(company, { mode: 'abort' });
  await reopen(company.as(PEOPLE.rdLead), company.id, 'once more');
  const exception = 'the window is open still';
  await submitCab(company.as(PEOPLE.rdLead), company.id, { exception });
  for (const member of PEOPLE.cab.slice(0, 2)) await voteGo(company, member);
  await stage(company.as(PEOPLE.rdLead), company.id, { takeOver: false, exception });
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
  await walkTo(company, 'ready', 'staged');
  expect(await toProduction(company, { mode: 'canary' })).toMatchObject({ data: { phase: 'canary' } });
});
