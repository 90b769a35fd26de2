import { afterEach, describe, expect, it } from 'vitest';
import { reviewDate, startOfDate, timeOf } from '../../src/domain/schedule/calendar.ts';
import { hypercare } from '../../src/usecases/hypercare.ts';
import { review } from '../../src/usecases/review.ts';
import { signoffCab } from '../../src/usecases/signoff-cab.ts';
import { signoffOps } from '../../src/usecases/signoff-ops.ts';
import { signoffQa } from '../../src/usecases/signoff-qa.ts';
import { success } from '../../src/usecases/success.ts';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, TESTER, walkTo } from '../support/company-walk.ts';
import { person, type Seen } from '../support/person.ts';
import { PEOPLE } from '../support/sample-plan.ts';

let company: Company;
afterEach(() => company.close());

/** Where in the order of the screen something was first shown or asked; -1 when it never was. */
const at = (seen: readonly Seen[], text: string): number =>
  seen.findIndex((one) => Object.values(one).some((said) => String(said).includes(text)));

async function staged(): Promise<{ readonly ids: readonly string[] }> {
  company = await openCompany();
  await walkTo(company, 'staged');
  const { spec } = await company.plan();
  const { junit } = company.sandbox.people(spec).qaFindings();
  await company.as(TESTER).workspace.write('reports/regression.xml', junit, { overwrite: true });
  return { ids: spec.testPlan.feature.map((test) => test.id) };
}

const qa = { junit: [], passed: [], failed: [] };
const blocksOf = (blocks: readonly { readonly kind: string }[]) => blocks.map((block) => block.kind);

describe('QA at a terminal', () => {
  it('is asked for the reports, again where there are none, and sees what they say before it decides', async () => {
    const { ids } = await staged();
    const { prompter, seen } = person({
      '--junit': ['nowhere/*.xml', '', undefined],
      '--passed': ids.flatMap(() => [true]),
      '--decision': ['pass'],
    });
    // Of each case it is asked twice under the flag of its outcome: whether it passed, and what shows it.
    const answering = {
      ...prompter,
      text: async (question: Parameters<typeof prompter.text>[0]) =>
        question.flag.startsWith('--passed') ? '' : prompter.text(question),
    };
    const outcome = await signoffQa(company.as(TESTER, { prompter: answering }), company.id, qa);
    expect(seen[0]).toMatchObject({ default: 'reports/**/*.xml' });
    expect(seen.slice(1, 3)).toEqual([
      { refused: 'no file matches nowhere/*.xml' },
      { refused: 'there is no regression report to sign off on' },
    ]);
    const evidence = at(seen, 'regression reports/regression.xml');
    expect(evidence).toBeGreaterThan(0);
    expect(seen[evidence]).toMatchObject({ shown: expect.stringMatching(/\d+ passed, 0 failed/) });
    expect(at(seen, 'Sign off on')).toBe(evidence + 1);
    expect((await company.state()).signoffs.qa?.data.decision).toBe('pass');
    expect(blocksOf(outcome.blocks), 'what was just shown is not repeated').toEqual(['next']);
  });

  it('is asked again for a file that is not there to show a case', async () => {
    const { ids } = await staged();
    const [first = '', ...others] = ids;
    const { prompter, seen } = person({
      [`--passed ${first} `]: [true],
      [`--passed ${first}=`]: ['shots/none.png', 'https://example.com/shot'],
      '--decision': ['reject'],
      '--comment': ['the button is grey'],
    });
    await signoffQa(company.as(TESTER, { prompter }), company.id, { ...qa, junit: ['reports/*.xml'], passed: others });
    expect(seen).toContainEqual({ refused: `there is no file shots/none.png to show ${first}` });
    const recorded = (await company.state()).signoffs.qa?.data.checks.find((check) => check.name.endsWith(first));
    expect(recorded).toMatchObject({ ok: true, link: 'https://example.com/shot' });
  });
});

describe('Operations at a terminal', () => {
  it('sees the readiness before it decides', async () => {
    await staged();
    const { prompter, seen } = person({ '--decision': ['pass'] });
    await signoffOps(company.as(OPERATOR, { prompter }), company.id, {});
    const { alerts } = (await company.plan()).spec;
    expect(at(seen, alerts[0]?.name ?? 'no alert')).toBe(0);
    expect(at(seen, 'Sign off on')).toBe(1);
  });

  it('sees nothing twice: with the decision as a flag all is in the answer', async () => {
    await staged();
    const { prompter, seen } = person({});
    const outcome = await signoffOps(company.as(OPERATOR, { prompter }), company.id, { decision: 'pass' });
    expect(seen).toEqual([]);
    expect(blocksOf(outcome.blocks)).toEqual(['checks', 'next']);
  });
});

describe('a member of the board at a terminal', () => {
  it('sees the packet in short before the first question', async () => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    // It was submitted in time, and is not late because somebody votes later.
    await company.advanceToWindow(-5 * 86_400_000);
    const { prompter, seen } = person({
      '--operational-readiness': [true],
      '--security-review': [true],
      '--impact-assessment': [true],
      '--decision': ['go'],
    });
    await signoffCab(company.as(PEOPLE.cab[0], { prompter }), company.id, { conditions: [] });
    expect(seen[0]).toMatchObject({ shown: expect.stringContaining('the packet in short') });
    for (const part of ['Risk', 'Rollback', 'cab-packet-1.html', 'Votes so far']) expect(at(seen, part)).toBe(0);
    expect(at(seen, 'By exception')).toBe(-1);
    expect((await company.state()).cab?.votes).toHaveLength(1);
  });

  it('cannot choose Go while an area is not confirmed, and hears of a bad condition before any question', async () => {
    company = await openCompany();
    await walkTo(company, 'submitted');
    const member = (prompter: ReturnType<typeof person>['prompter']) => company.as(PEOPLE.cab[0], { prompter });
    const unsure = person({
      '--operational-readiness': [true],
      '--security-review': [false],
      '--impact-assessment': [true],
      '--decision': ['go'],
    });
    await expect(signoffCab(member(unsure.prompter), company.id, { conditions: [] })).rejects.toThrow(
      'go cannot be chosen: (not all three areas are confirmed)',
    );
    const hasty = person({});
    await expect(signoffCab(member(hasty.prompter), company.id, { conditions: ['soon'] })).rejects.toMatchObject({
      code: 'usage.bad-flag',
    });
    expect(hasty.seen).toEqual([]);
  });
});

describe('Product at a terminal', () => {
  it('is asked again for what is not complete, and for one debt after the other', async () => {
    company = await openCompany({
      plan: ({ spec }) => {
        for (const name of ['NPS', 'CSAT']) {
          spec.successMetrics?.push({ name, direction: 'up', target: 40, owner: PEOPLE.productManager });
        }
      },
    });
    await walkTo(company, 'hypercare');
    const { clock } = company.sandbox;
    clock.advanceTo(timeOf((await company.state()).hypercare?.until ?? '') + 60_000);
    await hypercare(company.as(OPERATOR), company.id, { exit: true, confirmed: true });
    await success(company.as(PEOPLE.productManager), company.id, { values: ['CSAT=41'] });
    const { window } = (await company.plan()).spec;
    clock.advanceTo(startOfDate(reviewDate(window, 7), window.timeZone) + 36_000_000);
    const debt = (due: string) => `remove the flag; ${PEOPLE.rdLead}; ${due}; SHOP-1`;
    const { prompter, seen } = person({
      '--attended': [PEOPLE.productManager, `${PEOPLE.productManager}, ${PEOPLE.rdLead}`],
      '--lesson': ['small is good'],
      '--debt': [debt('2027-02-30'), debt('2027-02-01'), debt('2027-03-01'), undefined],
      "--value 'NPS": ['many', '39'],
      "--value 'CSAT": [undefined],
      '--outcome': ['success'],
      '--comment': ['two of a hundred answered'],
    });
    await review(company.as(PEOPLE.productManager, { prompter }), company.id, {
      values: [],
      attended: [],
      lessons: [],
      debts: [],
      noDebt: false,
    });
    const order = seen.flatMap((one) => ('asked' in one ? [one.asked] : 'shown' in one ? [one.shown] : []));
    const at = (part: string) => order.findIndex((text) => text.includes(part));
    expect(order[1]).toContain('1 of 3 daily values; leave empty to keep it inconclusive');
    expect([at('What is NPS'), at('missed: 39'), at('Who attended'), at('outcome of the release'), at('Why')]).toEqual([
      0,
      2,
      3,
      order.length - 2,
      order.length - 1,
    ]);
    expect(order.at(-1)).toBe('Why success, although NPS was missed, CSAT is inconclusive?');
    expect(seen).toContainEqual({ asked: 'What was the outcome of the release?', default: 'partial' });
    expect((await company.state()).review?.data).toMatchObject({ comment: 'two of a hundred answered' });
    expect(seen.filter((one) => 'refused' in one)).toEqual([
      { refused: expect.stringContaining('not a number for NPS') },
      { refused: expect.stringContaining('the review needs Product and R&D') },
      { refused: expect.stringMatching(/has no due date$/) },
    ]);
    expect((await company.state()).review?.data.debts.map((one) => one.due)).toEqual(['2027-02-01', '2027-03-01']);
  });
});
