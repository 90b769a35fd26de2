import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { audit } from '../../src/usecases/audit.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { type Company, openCompany } from '../support/company.ts';
import { toProduction, toStaging, voteGo, walkTo } from '../support/company-walk.ts';
import { PEOPLE } from '../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

const [CAROL, CHEN, CARLOS] = PEOPLE.cab;
const takeBack = (member: string) =>
  signoffCab(company.as(member), company.id, {
    decision: 'no-go',
    comment: 'the partner is not ready',
    conditions: [],
  });
const phase = async () => (await company.state()).phase;

describe('until the deployment begins, a member of the board takes their Go back', () => {
  test.each(['approved', 'staged', 'ready'] as const)('while the release is %s', async (station) => {
    company = await openCompany();
    await walkTo(company, station);
    const outcome = await takeBack(CAROL);
    expect(outcome.headline).toBe(`${CAROL} votes No-Go; the CAB decides No-Go`);
    expect(await phase()).toBe('no-go');
    await expect(station === 'ready' ? toProduction(company) : toStaging(company)).rejects.toMatchObject({
      code: 'gate.refused',
    });
    expect((await audit(company.as(PEOPLE.rdLead), company.id)).result).toBe('done');
  });

  test('and nobody else does, and a further Go is out of turn', async () => {
    company = await openCompany();
    await walkTo(company, 'staged');
    await expect(takeBack(PEOPLE.operations[0])).rejects.toMatchObject({ code: 'gate.refused' });
    await expect(takeBack(PEOPLE.rdLead)).rejects.toMatchObject({ code: 'gate.refused' });
    await expect(voteGo(company, CARLOS)).rejects.toMatchObject({ code: 'gate.refused' });
    expect(await phase()).toBe('staged');
  });

  test('and not once production is changed: then there is the rollback', async () => {
    company = await openCompany();
    await walkTo(company, 'canary');
    await expect(takeBack(CAROL)).rejects.toMatchObject({ code: 'gate.refused' });
  });
});

test('without a veto a Go stands as long as its quorum does, and is a No-Go when it does not', async () => {
  company = await openCompany();
  const file = join(company.git.root, 'relctl/process/standard-3.0.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('veto: true', 'veto: false'));
  await walkTo(company, 'submitted');
  await voteGo(company, CAROL);
  await voteGo(company, CHEN);
  expect(await phase()).toBe('approved');
  // The third was never counted on.
  expect((await takeBack(CARLOS)).headline).toBe(`${CARLOS} votes No-Go; the CAB decides Go`);
  expect(await phase()).toBe('approved');
  expect((await takeBack(CHEN)).headline).toBe(`${CHEN} votes No-Go; the CAB decides No-Go`);
  expect(await phase()).toBe('no-go');
  expect((await audit(company.as(PEOPLE.rdLead), company.id)).result).toBe('done');
});
