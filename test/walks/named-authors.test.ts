import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { auditRelease } from '../../src/usecases/audit/one.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { refusal } from '../support/company.ts';
import { submit, toStaging, voteGo } from '../support/company-walk.ts';
import { forge } from '../support/forge-history.ts';
import { PEOPLE, SAMPLE_FILE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/**
 * Who wrote a plan may not approve it. Whoever may push can write of a member of the board that they did: that keeps a Go of theirs from
 * counting, and takes neither their seat nor their No-Go.
 */
const BOARD = [...PEOPLE.cab, 'dora@example.com', 'dan@example.com'];
const [CAROL, CHEN, CARLOS] = PEOPLE.cab;
let company: SignedCompany;
const noGo = (who: string) =>
  signoffCab(company.as(who), company.id, { decision: 'no-go', conditions: [], comment: 'a hole' });
const gates = (error: { readonly data: unknown }) =>
  (error.data as { readonly refusals: readonly { readonly gate: string }[] }).refusals.map((one) => one.gate);
const commit = () =>
  company.git.commit({ [SAMPLE_FILE]: readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8') }, 'Records');

afterEach(() => company.close());

async function openBoardOf(board: readonly string[]) {
  company = await openSignedCompany({
    plan: (document) => {
      (document as { spec: { owners: { cab: readonly string[] } } }).spec.owners.cab = board;
    },
  });
  company.git.git('checkout', '--quiet', '-b', 'train');
}

describe('a member whom only an unsigned event names as an author', () => {
  it('keeps the quorum as it was, and their No-Go', async () => {
    await openBoardOf(BOARD);
    const { specDigest, textDigest } = await company.plan();
    await forge(company, (events) => [
      ...events,
      ...BOARD.slice(2).map((actor) => ({ actor, type: 'plan.revised', data: { specDigest, textDigest } })),
    ]);
    await submit(company);
    await voteGo(company, CAROL);
    const second = await voteGo(company, CHEN);
    expect(second.headline).toContain('not decided yet');
    expect(second.data).toMatchObject({ quorum: 3, board: 5, go: 2 });
    expect(gates(await refusal(voteGo(company, CARLOS)))).toContain('cab.not-author');
    expect((await noGo(CARLOS)).headline).toContain('the CAB decides No-Go');
    expect(gates(await refusal(toStaging(company)))).toContain('phase.order');
    expect((await auditRelease(company.as(CAROL), company.id)).findings.map((one) => one.code)).toEqual([]);
  });

  it('objects in the round after a reopening in their name', async () => {
    await openBoardOf(PEOPLE.cab);
    await submit(company);
    await noGo(CARLOS);
    commit();
    const { specDigest, textDigest } = await company.plan();
    const data = { specDigest, textDigest, reason: 'mended' };
    await forge(company, (events) => [...events, { actor: CARLOS, type: 'plan.reopened', data }]);
    await submit(company);
    await voteGo(company, CAROL);
    expect((await noGo(CARLOS)).headline).toContain('the CAB decides No-Go');
  });
});

it('whoever signed the submission has no seat, and no voice', async () => {
  await openBoardOf([...PEOPLE.cab, PEOPLE.rdLead]);
  await submit(company);
  expect(gates(await refusal(noGo(PEOPLE.rdLead)))).toContain('cab.not-author');
  await voteGo(company, CAROL);
  expect((await voteGo(company, CHEN)).headline).toContain('the CAB decides Go');
});
