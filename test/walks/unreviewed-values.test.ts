import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { MeasuredDay } from '../../src/ports/success-source.ts';
import { readSource } from '../../src/usecases/success/read-source.ts';
import { PEOPLE } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** What the success metrics of a release show is read from no file that somebody has only pushed. */
const FILE = 'orders.csv';
let company: SignedCompany;
afterEach(() => company.close());

it('a CSV file that git keeps counts as the protected branch has it; one of the user’s own as it is', async () => {
  company = await openSignedCompany();
  const { environments, ...context } = company.as(PEOPLE.productManager);
  const real = { ...environments, simulated: false, success: { read: async () => ({ ok: true, value: 7 }) as const } };
  const source = { kind: 'csv', file: FILE, column: 'count', dayColumn: 'day', separator: ',' } as const;
  const read = () => readSource({ ...context, environments: real }, source, {} as MeasuredDay);
  writeFileSync(join(company.git.root, FILE), 'day,count\n2026-12-04,7\n');
  expect(await read()).toEqual({ ok: true, value: 7 });
  company.git.commit({ [FILE]: 'day,count\n2026-12-04,7\n' }, 'Orders');
  expect(await read()).toEqual({ ok: true, value: 7 });
  company.git.git('checkout', '--quiet', '-b', 'train');
  company.git.commit({ [FILE]: 'day,count\n2026-12-04,700\n' }, 'Tidy');
  expect(await read()).toMatchObject({ ok: false, noData: { detail: expect.stringContaining(`${FILE} is not as`) } });
});
