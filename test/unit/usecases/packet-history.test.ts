import { afterEach, describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/domain/packet/model.ts';
import { cabPacket } from '../../../src/usecases/cab-packet.ts';
import { openRelease } from '../../../src/usecases/release.ts';
import { reopen } from '../../../src/usecases/reopen.ts';
import { type Company, openCompany } from '../../support/company.ts';
import { undo, walkTo } from '../../support/company-walk.ts';
import { PEOPLE } from '../../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

async function packet(): Promise<Packet> {
  const context = company.as(PEOPLE.rdLead);
  return cabPacket(context, await openRelease(context, company.id), 2);
}

const failuresIn = ({ sections }: Packet) => JSON.stringify(sections.find((one) => one.id === 'failures')?.blocks);

describe('the packet of a release that comes back', () => {
  it('says that it was rolled back before, why, and why it was reopened', async () => {
    company = await openCompany();
    await walkTo(company, 'canary');
    expect(failuresIn(await packet())).not.toContain('attempt of this release');
    await undo(company, { reason: 'checkouts fail' });
    await reopen(company.as(PEOPLE.rdLead), company.id, 'another candidate');
    const second = await packet();
    expect(failuresIn(second)).toMatch(
      /\["1","rolled back at 2026-12-03T[^"]+","checkouts fail","another candidate"\]/,
    );
    expect(second.attention.map((one) => one.text)).toContain('This release was rolled back before: checkouts fail.');
  });
});
