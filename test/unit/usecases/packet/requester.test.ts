import { afterEach, expect, it } from 'vitest';
import { previewPacket } from '../../../../src/usecases/packet.ts';
import { type Company, openCompany } from '../../../support/company.ts';
import { walkTo } from '../../../support/company-walk.ts';
import { PEOPLE } from '../../../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

/** What a person reads who asks for the packet. */
async function readBy(person: string): Promise<string> {
  const { data } = await previewPacket(company.as(person), company.id, {});
  return String((data as { markdown: string }).markdown);
}

it('names who submitted it, whoever reads it: a member of the board reads that they are on the board', async () => {
  company = await openCompany();
  await walkTo(company, 'submitted');
  const [member] = PEOPLE.cab;
  const read = await readBy(member as string);
  expect(read).toContain(`- **Requester**: ${PEOPLE.rdLead}`);
  expect(read).toContain(`Board: ${PEOPLE.cab.join(', ')}.`);
  expect(read).toBe(await readBy(PEOPLE.rdLead));
});

it('is made when it was submitted, however late it is read', async () => {
  company = await openCompany();
  await walkTo(company, 'submitted');
  const read = await readBy(PEOPLE.rdLead);
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3 * 86_400_000);
  expect(await readBy(PEOPLE.rdLead)).toBe(read);
});

it('names of a draft who would be asked to submit it', async () => {
  company = await openCompany();
  expect(await readBy(PEOPLE.cab[0] as string)).toContain(`- **Requester**: ${PEOPLE.rdLead}`);
});
