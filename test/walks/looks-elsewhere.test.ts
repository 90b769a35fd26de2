import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GateRule } from '../../src/domain/gates/gate.ts';
import { watchedSame } from '../../src/domain/gates/history.ts';
import { PROCESS } from '../../src/domain/process/process.ts';
import { hypercare } from '../../src/usecases/hypercare.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';
import { openSignedCompany, type SignedCompany, writeUncommitted } from '../support/signed-company.ts';

/** Whoever may push names another metrics store after the deployment: no look at it is recorded, and nothing signs that all is well there. */
let company: SignedCompany;
beforeAll(async () => {
  company = await openSignedCompany();
  await walkTo(company, 'hypercare');
});
afterAll(() => company.close());

it.each(['verify', 'hypercare', 'hypercare --exit', 'success', 'review'] as const)(
  '%s looks at production where it was said, or not at all',
  (command) => {
    const gates: readonly GateRule[] = PROCESS[command].gates;
    expect(gates).toContain(watchedSame);
  },
);

it('hypercare is looked at where it was submitted, and nowhere else', async () => {
  const file = readFileSync(join(company.git.root, 'relctl.yaml'), 'utf8');
  const { config } = company.as(OPERATOR);
  const { environments } = config;
  const production = { ...environments.production, prometheus: 'http://prometheus.example.com' };
  const elsewhere = { ...config, environments: { ...environments, production } };
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3_600_000);
  writeUncommitted(company, 'relctl.yaml', `${file}# another\n`);
  const before = (await company.plan()).events.length;
  const error = await refusal(hypercare(company.as(OPERATOR, { config: elsewhere }), company.id, { exit: false }));
  expect(error).toMatchObject({ code: 'gate.refused', message: expect.stringContaining('production.prometheus') });
  expect((await company.plan()).events).toHaveLength(before);
  writeUncommitted(company, 'relctl.yaml', file);
  expect(await hypercare(company.as(OPERATOR), company.id, { exit: false })).toMatchObject({ result: 'pending' });
});
