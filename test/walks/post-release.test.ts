import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import { startOfDate, timeOf } from '../../src/domain/schedule/calendar.ts';
import { hypercare } from '../../src/usecases/hypercare.ts';
import { review } from '../../src/usecases/review.ts';
import { status } from '../../src/usecases/status.ts';
import { success } from '../../src/usecases/success.ts';
import { type Company, openCompany, refusal } from '../support/company.ts';
import { endHypercare, OPERATOR, undo, walkTo } from '../support/company-walk.ts';
import { PEOPLE } from '../support/sample-plan.ts';

let company: Company;
afterEach(() => company?.close());

const HOUR = 3_600_000;
const webhook = { kind: 'webhook', name: 'programs', format: 'cdevents', url: 'http://127.0.0.1:9' };

/** A company whose release is out and watched, a day after. */
async function watched(config: (config: Record<string, unknown>) => void = () => undefined): Promise<void> {
  company = await openCompany({ shape: { config } });
  await walkTo(company, 'hypercare');
  company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 24 * HOUR);
}

/**
 * Watches; before a redraw something may happen, such as the end of the watch. Each redraw takes the time that it asks for, or
 * `atLeast`.
 */
async function watchUntil(
  happens: Readonly<Record<number, (end: () => void) => unknown>>,
  atLeast = 0,
): Promise<{ readonly outcome: Outcome; readonly redraws: number }> {
  const interrupted = new AbortController();
  const { clock } = company.as(OPERATOR);
  let redraws = 0;
  const as = company.as(OPERATOR, {
    interruption: { signal: interrupted.signal, clear: () => undefined },
    clock: {
      now: () => clock.now(),
      sleep: async (milliseconds) => {
        redraws += 1;
        await happens[redraws]?.(() => interrupted.abort());
        await clock.sleep(milliseconds < 60_000 ? milliseconds : Math.max(milliseconds, atLeast));
      },
    },
  });
  return { outcome: await hypercare(as, company.id, { exit: false, watch: true }), redraws };
}

describe('hypercare', () => {
  it('is handed over with a note, and to nobody who has no part in it', async () => {
    await watched();
    const to = PEOPLE.operations[1];
    const as = company.as(OPERATOR);
    const without = await refusal(hypercare(as, company.id, { exit: false, handOver: to }));
    expect(without.code).toBe('usage.missing-answer');
    const stranger = await refusal(hypercare(as, company.id, { exit: false, handOver: 'eve@example.com', note: 'x' }));
    expect(stranger.code).toBe('usage.bad-flag');
    const { data } = await hypercare(as, company.id, { exit: false, handOver: to, note: 'INC-12 is mitigated' });
    expect(data.watcher).toBe(to);
    expect(company.sandbox.outbox().at(-1)?.text).toContain('INC-12 is mitigated');
  });

  it('is not signed off over an open incident, nor soon after a severe one, and then it is', async () => {
    await watched();
    const { clock } = company.sandbox;
    const as = company.as(OPERATOR);
    await hypercare(as, company.id, { exit: false, incident: { ref: 'INC-12', severity: '2', resolved: false } });
    clock.advanceTo(timeOf((await company.state()).hypercare?.until ?? '') + HOUR);
    const exit = () => hypercare(as, company.id, { exit: true, confirmed: true });
    const gates = async () =>
      ((await refusal(exit())).data?.refusals as readonly { gate: string }[] | undefined)?.map(
        (refused) => refused.gate,
      );
    expect(await gates()).toEqual(['incidents.closed']);
    await hypercare(as, company.id, { exit: false, incident: { ref: 'INC-12', resolved: true } });
    expect(await gates()).toEqual(['incidents.quiet']);
    clock.advanceTo(clock.now() + 24 * HOUR);
    expect((await exit()).result).toBe('done');
    expect((await company.state()).invited?.data.attendees).toContain(PEOPLE.productManager);
  });

  it('is signed off once: status says by whom and what comes next, and a second sign-off is refused', async () => {
    await watched();
    await endHypercare(company);
    const signed = (await company.plan()).events.length;
    const shown = await status(company.as(OPERATOR), company.id);
    const by = (await company.state()).hypercare?.closed;
    expect(shown.headline).toContain('is signed off from hypercare and waits for its review');
    expect(JSON.stringify(shown.blocks)).toContain(`signed off by ${OPERATOR} on Sat 2026-12-05`);
    expect(shown.data).toMatchObject({
      hypercare: { signedOff: { by: OPERATOR, at: by?.at } },
      next: [{ command: `relctl review ${company.id}` }, { command: `relctl success ${company.id}` }],
    });

    const lead = company.as(PEOPLE.rdLead);
    for (const again of [
      { exit: true, confirmed: true },
      { exit: false, extendHours: 1, reason: 'late' },
      { exit: false, handOver: OPERATOR, note: 'yours' },
    ]) {
      expect(await refusal(hypercare(lead, company.id, again))).toMatchObject({
        exitCode: 4,
        message: expect.stringContaining(`hypercare was signed off by ${OPERATOR}`),
        hints: expect.arrayContaining([expect.stringContaining(`relctl review ${company.id}`)]),
      });
    }
    const look = await hypercare(lead, company.id, { exit: false });
    expect(look).toMatchObject({
      result: 'done',
      headline: expect.stringContaining(`${OPERATOR} signed it off on Sat`),
    });
    expect((await company.plan()).events).toHaveLength(signed);
  });

  it('is watched until somebody ends it, and records what is news', async () => {
    await watched();
    const { outcome, redraws } = await watchUntil({ 3: (end) => end() });
    expect(redraws).toBe(3);
    expect((await company.state()).hypercare?.observations).toHaveLength(2);
    expect(outcome).toMatchObject({ result: 'pending', data: { observation: { healthy: true } } });
  });

  it('is watched from its first minute on: the screen says what it waits for, and fills', async () => {
    company = await openCompany();
    await walkTo(company, 'hypercare');
    company.told.length = 0;
    const begun = timeOf((await company.state()).hypercare?.startedAt ?? '');
    const observations: number[] = [];
    const { outcome, redraws } = await watchUntil({
      2: async () => observations.push((await company.state()).hypercare?.observations.length ?? 0),
      8: (end) => end(),
    });
    expect(redraws).toBe(8);
    expect(observations).toEqual([0]);
    const said = company.told.flatMap((one) => (one.type === 'waiting' ? [one.subject] : []));
    expect(said.indexOf('error budgets')).toBeLessThan(said.indexOf('gaps in the data'));
    expect(said.indexOf('alerts')).toBeLessThan(said.indexOf('gaps in the data'));
    const [first] = (await company.state()).hypercare?.observations ?? [];
    expect(timeOf(first?.data.to ?? '') - begun).toBe(5 * 60_000);
    expect(outcome).toMatchObject({ result: 'pending', data: { observation: { healthy: true } } });
  });

  it('records nothing when the watch is ended before there is anything to see', async () => {
    company = await openCompany();
    await walkTo(company, 'hypercare');
    const { outcome } = await watchUntil({ 1: (end) => end() });
    expect(outcome).toMatchObject({ result: 'pending', headline: expect.stringContaining('has just started') });
    expect((await company.state()).hypercare?.observations).toHaveLength(0);
  });

  it('is watched to its end, also when others extend it and link incidents meanwhile', async () => {
    await watched();
    const until = timeOf((await company.state()).hypercare?.until ?? '');
    const others = company.as(PEOPLE.rdLead);
    const { outcome } = await watchUntil(
      {
        1: () =>
          hypercare(others, company.id, { exit: false, incident: { ref: 'I-1', severity: '3', resolved: false } }),
        2: () => hypercare(others, company.id, { exit: false, extendHours: 1, reason: 'an incident is open' }),
      },
      HOUR,
    );
    expect(timeOf(String(outcome.data.until))).toBe(until + HOUR);
    const last = (await company.state()).hypercare?.observations.at(-1);
    expect(timeOf(last?.data.to ?? '')).toBe(until + HOUR);
  });

  it('is watched no longer once somebody else has signed it off or takes the release back', async () => {
    await watched();
    const { clock } = company.sandbox;
    const exit = { exit: true, confirmed: true };
    clock.advanceTo(timeOf((await company.state()).hypercare?.until ?? '') - 60_000);
    const signed = await watchUntil({
      1: () => {
        clock.advanceTo(clock.now() + 120_000);
        return hypercare(company.as(OPERATOR), company.id, exit);
      },
    });
    expect(signed).toMatchObject({
      redraws: 1,
      outcome: { result: 'done', headline: expect.stringContaining(`${OPERATOR} signed hypercare`) },
    });
    company.close();
    await watched();
    const back = await watchUntil({ 2: () => undo(company) });
    expect(back).toMatchObject({ redraws: 2, outcome: { result: 'failed', data: { phase: 'rolled-back' } } });
  });
});

describe('success', () => {
  it('observes each day once, and makes up for days on which nobody looked', async () => {
    await watched();
    const pm = company.as(PEOPLE.productManager);
    expect((await success(pm, company.id, { values: [] })).data.fresh).toHaveLength(0);
    company.sandbox.clock.advanceTo(startOfDate('2026-12-07', 'America/New_York') + HOUR);
    const answer = await success(pm, company.id, { values: [] });
    const days = answer.data.fresh as readonly { day: string }[];
    expect(answer.blocks.at(-1)).toMatchObject({
      kind: 'next',
      actions: expect.arrayContaining([expect.objectContaining({ command: `relctl success ${company.id}` })]),
    });
    expect(days.map((day) => day.day)).toEqual(['2026-12-04', '2026-12-05', '2026-12-06']);
    const { events } = await company.plan();
    await success(pm, company.id, { values: [] });
    expect((await company.plan()).events).toHaveLength(events.length);
  });
});

describe('a review', () => {
  it('is drafted before the meeting and closes nothing', async () => {
    await watched();
    const answers = { values: [], attended: [], lessons: [], debts: [], noDebt: false };
    const { data } = await review(company.as(PEOPLE.rdLead), company.id, { ...answers, draft: true });
    const text = new TextDecoder().decode(
      await company.store.read(company.id, data.document as { file: string; sha256: string }),
    );
    expect(text).toContain('## What the release waited for');
    expect(text).toContain('| deployment began |');
    expect((await company.state()).phase).toBe('hypercare');
  });

  it('plans what is due on a day for the day that every other page says', async () => {
    company = await openCompany();
    await walkTo(company, 'closed');
    const { review: closed } = await company.state();
    if (closed?.data.document === undefined) throw new Error('the review kept no document');
    const text = new TextDecoder().decode(await company.store.read(company.id, closed.data.document));
    const row = (name: string) => text.split('\n').find((line) => line.startsWith(`| ${name} |`));
    expect(row('review')).toContain('| on 2026-12-10 |');
    expect(row('submitted to the CAB')).toMatch(/\| on 2026-11-26 \| .* early \|$/);
    expect(row('in staging')).toMatch(/\| on 2026-11-30 \| .* \| (on the day|.* (early|late)) \|$/);
  });
});

describe('events for programs', () => {
  it('are queued in the same history as the transitions, once each', async () => {
    await watched((config) => {
      config.notifications = [webhook];
    });
    const queued = (await company.state()).outbox.filter((entry) => entry.channels.includes('programs'));
    const topics = queued.map((entry) => entry.topic);
    expect(topics.filter((topic) => topic === 'dev.cdevents.service.upgraded.0.3.0')).toHaveLength(2);
    expect(new Set(queued.map((entry) => entry.key)).size).toBe(queued.length);
  });
});
