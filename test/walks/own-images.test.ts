import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { toProduction, walkTo } from '../support/company-walk.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/** A plan may name images and programs of its own, beside those of its services: the board reads them, and what is tested is what runs. */
const TOOL = 'registry.example.com/tools/migrate:1';
let company: SignedCompany;
afterEach(() => company.close());

it('runs a migration in production with the very image that staging ran', async () => {
  company = await openSignedCompany({
    plan: ({ spec }) => {
      spec.migrations = spec.migrations?.map((one) => ({ ...one, image: TOOL }));
    },
  });
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  await toProduction(company, { mode: 'canary' });
  const staged = (await company.plan()).events.find((one) => one.type === 'stage.completed');
  const [id = ''] = staged?.data.imagesBeside?.api?.[TOOL] ?? [];
  const digest = /@sha256:[0-9a-f]{64}$/.exec(id)?.[0];
  expect(digest).toBeDefined();
  const jobs = await company.sandbox.cluster('production').list({ apiVersion: 'batch/v1', kind: 'Job' });
  expect(JSON.stringify(jobs)).toContain(`"${TOOL}${digest}"`);
});

it('names in the packet what the plan itself runs', async () => {
  company = await openSignedCompany({
    plan: ({ spec }) => {
      spec.migrations = spec.migrations?.map((one) => ({ ...one, image: TOOL }));
      spec.smokeTests.push(
        { name: 'pays', job: { image: 'registry.example.com/tools/pay:7', command: ['pay', '--amount', '1'] } },
        { name: 'looks', command: ['./smoke/look.sh', 'https://www.example.com'] },
        {
          name: 'account',
          http: { url: 'https://www.example.com/account', secretHeaders: { Authorization: 'SHOP_TOKEN' } },
        },
      );
      spec.resources?.push({ name: 'Queue', command: ['./checks/queue.sh'] });
      spec.alerts = spec.alerts?.map((one) => ({ ...one, drill: ['./drills/fail.sh'] }));
    },
  });
  await walkTo(company, 'submitted');
  const packet = (await company.state()).cab?.packet.find(({ file }) => file.endsWith('.md'));
  const text = readFileSync(join(company.git.root, 'releases', company.id, packet?.file ?? ''), 'utf8');
  const shown = text.replaceAll('\\', '');
  for (const named of [
    `The migration add-wallet-table runs an image of its own in production: ${TOOL}`,
    'node migrate.js up',
    'registry.example.com/tools/pay:7',
    'pay --amount 1',
    './smoke/look.sh https://www.example.com',
    'https://www.example.com/account',
    'SHOP_TOKEN',
    './checks/queue.sh',
    './drills/fail.sh',
  ]) {
    expect(shown).toContain(named);
  }
});
