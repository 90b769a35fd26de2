import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { previewPacket } from '../../src/usecases/packet.ts';
import { submitCab } from '../../src/usecases/submit-cab.ts';
import { toProduction, undo, walkTo } from '../support/company-walk.ts';
import { PEOPLE, SAMPLE_FILE, SAMPLE_ID } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany, writeUncommitted } from '../support/signed-company.ts';

/** What the board reads of other releases is what is proved of them: whoever may push could else take out that one was rolled back. */
const OURS = '2026-12-vouchers';
const CLEAN = 'No earlier release of these services was rolled back within a year.';
let company: SignedCompany;
afterEach(() => company.close());
const text = () => readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');

async function packet(): Promise<string> {
  const { data } = await previewPacket(company.as(PEOPLE.rdLead), OURS, {});
  return (data as { readonly markdown: string }).markdown.replaceAll('\\', '');
}

async function withOurs(station: 'approved' | 'ready'): Promise<void> {
  company = await openSignedCompany();
  company.git.setClock(company.sandbox.clock.now());
  const draft = text();
  company.git.git('checkout', '--quiet', '-b', 'train');
  await walkTo(company, station);
  const [head = ''] = draft.split('\nstatus:');
  writeUncommitted(company, `releases/${OURS}.yaml`, `${head.replaceAll(SAMPLE_ID, OURS)}\n`);
}

it('a rollback that was cut off, or deleted with its plan, is no clean record', async () => {
  await withOurs('ready');
  const ready = text();
  company.git.commit({ [SAMPLE_FILE]: ready }, 'Ready');
  expect(await packet()).toContain(CLEAN);
  await company.advanceToWindow();
  await toProduction(company);
  await undo(company);
  company.git.commit({ [SAMPLE_FILE]: text() }, 'Rolled back');
  const told = await packet();
  expect(told).not.toContain(CLEAN);
  expect(told).toContain(`| ${SAMPLE_ID} |`);
  company.git.commit({ [SAMPLE_FILE]: ready }, 'Tidy');
  const cut = await packet();
  expect(cut).not.toContain(CLEAN);
  expect(cut).toContain(`Something that was signed is gone from the history of ${SAMPLE_ID}`);
  company.git.commit({ [SAMPLE_FILE]: null }, 'Tidy');
  const deleted = await packet();
  expect(deleted).not.toContain(CLEAN);
  expect(deleted).toContain(`${SAMPLE_FILE} was deleted`);
});

it('a window that was moved in the file of another release still overlaps, also where that was excepted', async () => {
  await withOurs('approved');
  company.git.commit({ [SAMPLE_FILE]: text() }, 'Approved');
  company.git.commit({ [SAMPLE_FILE]: text().replaceAll(': 2026-12-03T1', ': 2027-02-03T1') }, 'Tidy');
  expect(await packet()).toContain(`${SAMPLE_ID} (approved) changes web, api too`);
  await submitCab(company.as(PEOPLE.rdLead), OURS, { exception: 'the shops ask for both' });
  const kept = readFileSync(join(company.git.root, 'releases', OURS, 'cab-packet-1.md'), 'utf8').replaceAll('\\', '');
  expect(kept).not.toContain('No freeze and no other release of the same services overlaps');
  expect(kept).toContain(`${SAMPLE_ID} (approved) changes web, api too`);
});
