import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGNATURE_FAULTS } from '../../src/domain/signing/faults.ts';
import { tryForgery } from '../bench/forgeries/forgery.ts';
import { generatedUnsigned } from '../bench/forgeries/generated.ts';
import { sealHonest } from '../bench/forgeries/honest.ts';
import { type ForgeryLab, openForgeryLab } from '../bench/forgeries/lab.ts';
import { SPOILED_OBJECTIONS } from '../bench/forgeries/objections.ts';
import { OUTCOMES } from '../bench/forgeries/outcomes.ts';
import { RELAXING, RELAXING_AFTER } from '../bench/forgeries/relaxing.ts';
import { REVOKING_ACTS } from '../bench/forgeries/revoking.ts';
import { FORGERIES, onePerCode } from '../bench/forgeries/table.ts';
import { VOIDED } from '../bench/forgeries/voided.ts';

/** Every so many of a group: each takes a second, and the bench tries all of them. `RELCTL_CI=full` does, too. */
function some<T>(forgeries: readonly T[], stride: number): readonly T[] {
  return process.env.RELCTL_CI === 'full' ? forgeries : forgeries.filter((_one, index) => index % stride === 0);
}

/**
 * One forgery for each code; `npm run bench -- forgeries` tries all of them. The lab's honest release has no finding and may
 * be deployed, so that a refusal is never the lab's own fault.
 */
let lab: ForgeryLab;
beforeAll(async () => {
  lab = await openForgeryLab();
}, 120_000);
afterAll(() => lab.close());

describe('a release that is ready to be deployed', () => {
  it('has no finding and may be deployed while it is honest', async () => {
    expect(await lab.look()).toEqual({ findings: [], refusedBy: [], leftOut: [] });
  });

  it.each(onePerCode().map((forgery) => [forgery.code, forgery.kind, forgery.field, forgery] as const))(
    'is refused with %s: %s (%s)',
    async (_code, _kind, _field, forgery) => {
      const tried = await tryForgery(lab, forgery);
      expect(tried, tried.found.join(', ')).toMatchObject({ refused: true });
    },
  );

  it.each([
    // The whole table is tried by the bench, and each type of event by test/unit/plan/counted.test.ts.
    ['makes void', [...some(VOIDED, 6), ...VOIDED.filter(({ field }) => field === 'plan.reopened')]],
    ['spoils an objection', some(SPOILED_OBJECTIONS, 2)],
    ['relaxes a check without a signature', some(RELAXING, 2)],
    ['takes back what took something back', some(REVOKING_ACTS, 4)],
  ] as const)(
    'is refused by whatever %s',
    async (_, forgeries) => {
      const accepted: string[] = [];
      for (const forgery of forgeries) {
        const tried = await tryForgery(lab, forgery);
        if (!tried.refused) accepted.push(`${tried.kind}: ${tried.field} (${tried.found.join(', ')})`);
      }
      expect(accepted).toEqual([]);
    },
    240_000,
  );

  it('would be seen through by this lab if the verifier believed everything', async () => {
    const unsigned = FORGERIES.filter((forgery) => forgery.code === 'statement-not-signed').slice(-3);
    lab.sabotage(true);
    try {
      for (const forgery of unsigned) expect(await tryForgery(lab, forgery)).toMatchObject({ refused: false });
    } finally {
      lab.sabotage(false);
    }
  });

  it('is what it was after all that', async () => {
    expect(await lab.look()).toEqual({ findings: [], refusedBy: [], leftOut: [] });
  });

  it('takes honest sign-offs of everybody, whatever they write', async () => {
    expect(await sealHonest(lab, 50, () => undefined)).toEqual([]);
  }, 120_000);
});

describe('a release whose hypercare may be signed off', () => {
  it('is kept from that, or goes on as if it were not there, by whatever is forged of its outcome', async () => {
    const after = await openForgeryLab(true, 'hypercare');
    try {
      const honest = { findings: [], refusedBy: [], leftOut: [] };
      expect(await after.look('hypercare --exit')).toEqual(honest);
      const accepted: string[] = [];
      for (const forgery of [...OUTCOMES, ...RELAXING_AFTER]) {
        const tried = await tryForgery(after, forgery);
        if (!tried.refused) accepted.push(`${tried.kind}: ${tried.field} (${tried.found.join(', ')})`);
      }
      expect(accepted).toEqual([]);
      expect(await after.look('hypercare --exit')).toEqual(honest);
    } finally {
      after.close();
    }
  }, 240_000);
});

describe('a company that does not sign', () => {
  it('still takes no history that the process cannot have written, and says so in its audit', async () => {
    const unsigned = await openForgeryLab(false);
    try {
      expect(await unsigned.look()).toEqual({ findings: [], refusedBy: [], leftOut: [] });
      const accepted: string[] = [];
      for (const forgery of some(generatedUnsigned(), 4)) {
        const tried = await tryForgery(unsigned, forgery);
        if (!tried.refused) accepted.push(`${tried.kind}: ${tried.field} (${tried.found.join(', ')})`);
      }
      expect(accepted).toEqual([]);
    } finally {
      unsigned.close();
    }
  }, 240_000);
});

describe('the table of forgeries', () => {
  it('has a forgery for each fault, but for those that take a file that is not read in the first place', () => {
    const tried = new Set(FORGERIES.map((forgery) => forgery.code));
    const untried = Object.keys(SIGNATURE_FAULTS).filter((code) => !tried.has(code));
    expect(untried).toEqual([
      // Of votes on a forge, which the lab does not take: test/unit/domain/signing/examine-proof.test.ts.
      ...['proof-not-accepted', 'collector-not-a-machine', 'forge-of-another', 'login-of-another', 'ballot-of-another'],
      // test/walks/signed-release.test.ts tries the first, test/unit/domain/signing/count-people.test.ts the others.
      ...['policy-not-in-force', 'key-of-two-people', 'contributors-unknown'],
    ]);
  });

  it('has at least four hundred kinds', () => {
    const kinds = [...FORGERIES, ...OUTCOMES, ...generatedUnsigned()].map((forgery) => forgery.kind);
    expect(new Set(kinds).size).toBeGreaterThanOrEqual(400);
  });
});
