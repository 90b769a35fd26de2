import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, TESTER, walkTo } from '../support/company-walk.ts';
import { installRelctl } from '../support/installed.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { treeDigest } from '../support/tree-digest.ts';

const relctl = installRelctl();
afterAll(() => relctl.remove());

/** Standard input is a closed pipe: a command that asked would get nothing, and one that waited would be killed. */
async function asked(company: Company, who: string, args: readonly string[]) {
  const before = treeDigest(company.git.root);
  const finished = await relctl.run([...args, '--json', '--as', who], { cwd: company.git.root, timeout: 30_000 });
  expect(treeDigest(company.git.root)).toEqual(before);
  const { error } = JSON.parse(finished.stdout) as { error: { code: string; message: string; hints: string[] } };
  return { exitCode: finished.exitCode, ...error, text: [error.message, ...error.hints].join('\n') };
}

describe('without a terminal', () => {
  const companies = new Map<string, Company>();
  beforeAll(async () => {
    const stations = ['submitted', 'staged', 'deployed', 'hypercare'] as const;
    await Promise.all(
      stations.map(async (station) => {
        const company = await openCompany({ onDisk: true });
        await walkTo(company, station);
        companies.set(station, company);
      }),
    );
  });
  afterAll(() => {
    for (const company of companies.values()) company.close();
  });
  const at = (station: string): Company => {
    const company = companies.get(station);
    if (company === undefined) throw new Error(`no company is ${station}`);
    return company;
  };

  it.each([
    ['submitted', PEOPLE.cab[0], ['signoff', 'cab'], '--operational-readiness'],
    ['staged', OPERATOR, ['signoff', 'ops'], '--decision'],
    ['staged', TESTER, ['signoff', 'qa'], '--junit'],
    ['deployed', OPERATOR, ['verify'], '--passed'],
    ['deployed', OPERATOR, ['rollback'], '--reason'],
    ['deployed', OPERATOR, ['rollback', '--reason', 'checkouts fail'], '--confirm'],
  ] as const)('%s: %s %j never asks, exits 2 and names %s', async (station, who, command, flag) => {
    const company = at(station);
    const refusal = await asked(company, who, [...command, company.id]);
    expect(refusal).toMatchObject({ exitCode: 2, code: 'usage.missing-answer' });
    expect(refusal.text).toContain(flag);
  });

  it.each([
    ['submitted', PEOPLE.cab[0], ['signoff', 'cab', '--decision', 'go', '--yes'], '--operational-readiness'],
    ['deployed', OPERATOR, ['verify', '--yes'], '--passed'],
    ['deployed', OPERATOR, ['rollback', '--reason', 'checkouts fail', '--yes'], '--confirm'],
  ] as const)('%s: %s %j: --yes answers no approval', async (station, who, command, flag) => {
    const company = at(station);
    const refusal = await asked(company, who, [...command, company.id]);
    expect(refusal).toMatchObject({ exitCode: 2, code: 'usage.missing-answer' });
    expect(refusal.text).toContain(flag);
  });

  it('--yes does not sign hypercare off either', async () => {
    const company = at('hypercare');
    const { hypercare } = await company.state();
    company.sandbox.clock.advanceTo(Date.parse(hypercare?.until ?? '') + 60_000);
    const finished = await relctl.run(['hypercare', company.id, '--exit', '--yes', '--json', '--as', OPERATOR], {
      cwd: company.git.root,
    });
    expect(finished.exitCode).toBe(2);
    expect((await company.state()).hypercare?.closed).toBeUndefined();
  });
});
