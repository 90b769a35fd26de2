import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, TESTER, walkTo } from '../support/company-walk.ts';
import { tell } from '../support/hostile/told.ts';
import { PEOPLE } from '../support/sample-plan.ts';

/** A practice folder is copied: the simulated company stays with the first, and the copy gets a new one. */

let company: Company;
let copy: string;
beforeAll(async () => {
  company = await openCompany({ onDisk: true });
  await walkTo(company, 'staged');
  copy = `${company.git.root}-copy`;
  cpSync(company.git.root, copy, { recursive: true });
});
afterAll(() => {
  company.close();
  rmSync(copy, { recursive: true, force: true });
});

const NEW = 'the simulated company of this folder is a new one';
const passing = (person: string) => ['signoff', 'ops', company.id, '--decision', 'pass', '--as', person];

describe('a release whose history was made in another company', () => {
  test('is not told so where it was made', async () => {
    expect((await tell(company.git.root, ['status', company.id])).stderr).not.toContain(NEW);
    expect((await tell(company.git.root, passing(TESTER))).stderr).not.toContain(NEW);
  });

  test('is told so in a copy of its folder, by each command that works with the company', async () => {
    for (const argv of [['status', company.id], passing(OPERATOR), passing(OPERATOR)]) {
      const { stderr } = await tell(copy, argv);
      expect(stderr.split(NEW)).toHaveLength(2);
    }
  });

  test('is a release of the copy once it is staged there', async () => {
    const staged = await tell(copy, [
      'stage',
      company.id,
      '--as',
      PEOPLE.rdLead,
      '--exception',
      'it was staged before',
    ]);
    expect(staged).toMatchObject({ exitCode: 0 });
    expect((await tell(copy, passing(TESTER))).stderr).not.toContain(NEW);
  });
});
