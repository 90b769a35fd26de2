import { afterEach, describe, expect, it } from 'vitest';
import type { Packet } from '../../../../src/domain/packet/model.ts';
import type { NewEvent } from '../../../../src/plan/chain.ts';
import type { EventType } from '../../../../src/plan/events.ts';
import { cabPacket } from '../../../../src/usecases/packet/build.ts';
import { checkRelease } from '../../../../src/usecases/planning/check/check-release.ts';
import { observe } from '../../../../src/usecases/planning/check/observe.ts';
import { reopen } from '../../../../src/usecases/planning/revise/reopen.ts';
import { openRelease } from '../../../../src/usecases/release/open.ts';
import { type Company, openCompany } from '../../../support/company.ts';
import { undo, walkTo } from '../../../support/company-walk.ts';
import { writePastRelease } from '../../../support/past-release.ts';
import { newEvent, PEOPLE } from '../../../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

async function packet(): Promise<Packet> {
  const context = company.as(PEOPLE.rdLead);
  return cabPacket(context, await observe(context, await openRelease(context, company.id)), 2);
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
      /\["1","rolled back, Thu 2026-12-03 [^"]+","checkouts fail","another candidate"\]/,
    );
    expect(second.attention.map((one) => one.text)).toContain(
      'An earlier attempt of this release was rolled back: checkouts fail.',
    );
  });
});

describe('a plan that ships an older version than production has', () => {
  const past = (id: string, daysAgo: number, image: string, more: readonly NewEvent<EventType>[] = []) =>
    writePastRelease(company.git.root, {
      id,
      deployedAt: company.sandbox.clock.now() - daysAgo * 86_400_000,
      until: 'deployed',
      images: { web: image },
      more,
    });
  const SAID = 'production got web:4.2.1 with 2026-11-later; this plan ships web:4.2.0';

  it('is warned of in the check and in the packet', async () => {
    company = await openCompany({ real: true });
    past('2026-10-earlier', 20, 'registry.example.com/shop/web:4.4.0');
    past('2026-11-later', 5, `registry.example.com/shop/web:4.2.1@sha256:${'d'.repeat(64)}`);
    const { data } = await checkRelease(company.as(PEOPLE.rdLead), company.id);
    expect(data.findings).toContainEqual(
      expect.objectContaining({ code: 'services.older-image', severity: 'warning', problem: SAID }),
    );
    expect((await packet()).attention.map((one) => one.text)).toContain(`P${SAID.slice(1)}.`);
  });

  it('is warned of as well where production has exactly this image: nothing changes for that service', async () => {
    company = await openCompany({ real: true });
    past('2026-11-later', 5, `registry.example.com/shop/web:4.2.0@sha256:${'d'.repeat(64)}`);
    const said =
      'production got web:4.2.0 with 2026-11-later already: the image of web does not change, and its canary is compared with itself';
    const { data } = await checkRelease(company.as(PEOPLE.rdLead), company.id);
    expect(data.findings).toContainEqual(
      expect.objectContaining({ code: 'services.same-image', severity: 'warning', problem: said }),
    );
    expect((await packet()).attention.map((one) => one.text)).toContain(`P${said.slice(1)}.`);
  });

  it('is compared with what stands there: a release that was taken back does not count', async () => {
    company = await openCompany({ real: true });
    past('2026-10-earlier', 20, 'registry.example.com/shop/web:4.1.0');
    past('2026-11-later', 5, 'registry.example.com/shop/web:4.2.1', [
      newEvent(
        'rollback.completed',
        { attempt: 1, verified: 'empty diff' },
        { at: new Date(company.sandbox.clock.now()).toISOString() },
      ),
    ]);
    const { data } = await checkRelease(company.as(PEOPLE.rdLead), company.id);
    expect(JSON.stringify(data.findings)).not.toContain('services.older-image');
  });
});
