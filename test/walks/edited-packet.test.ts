import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { refusal } from '../support/company.ts';
import { submit, toStaging, voteGo, walkTo } from '../support/company-walk.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** The board reads the packet: one that was edited since the submission is voted on by nobody, and nothing is staged on such votes. */
let company: SignedCompany;
afterEach(() => company.close());

function edit(file: string) {
  const path = join(company.git.root, 'releases', company.id, file);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('cannot be undone', 'can be undone').replaceAll('e', 'a'));
}

it.each(['cab-packet-1.md', 'cab-packet-1.html'])('%s, edited before the vote', async (file) => {
  company = await openSignedCompany();
  await submit(company);
  edit(file);
  const error = await refusal(voteGo(company, PEOPLE.cab[0]));
  expect(error.data).toMatchObject({ refusals: [{ gate: 'bound.same' }] });
  expect(error.message).toContain('evidence-mismatch');
});

it('edited between the votes and the staging', async () => {
  company = await openSignedCompany();
  await walkTo(company, 'approved');
  await company.advanceToWindow(-4 * 86_400_000);
  edit('cab-packet-1.md');
  expect((await refusal(toStaging(company))).data).toMatchObject({ refusals: [{ gate: 'bound.same' }] });
});
