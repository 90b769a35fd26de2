import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phaseOf } from '../../../src/domain/history/fold.ts';
import type { NewEvent } from '../../../src/plan/chain.ts';
import type { EventType } from '../../../src/plan/events.ts';
import { writeReleasePlan } from '../../../src/plan/release-plan.ts';
import { type Company, openCompany } from '../../support/company.ts';
import { walkTo } from '../../support/company-walk.ts';
import { EVENT_TEXTS, isNeededOf, type LooseEvent, poisonEvent, RARE } from '../../support/hostile/history.ts';
import { Outputs } from '../../support/hostile/outputs.ts';
import { hostileText } from '../../support/hostile/payload.ts';
import { readAll, readBriefly } from '../../support/hostile/readers.ts';
import { chainOf, PEOPLE } from '../../support/sample-plan.ts';

type Event = NewEvent<EventType>;

/** One in three of the texts that an event cannot do without, and each where CI runs in full: all of them take minutes. */
const SAMPLE = process.env.RELCTL_CI === 'full' ? 1 : 3;

let company: Company;
let honest: readonly Event[];
beforeAll(async () => {
  company = await openCompany({ onDisk: true });
  await walkTo(company, 'closed');
  honest = (await company.plan()).events.map(({ type, data, at, actor, simulated }) => ({
    type,
    data,
    at,
    actor,
    simulated: simulated === true,
  }));
});
afterAll(() => company.close());

/** Writes a history in place of the one that there is. */
async function write(events: readonly Event[]): Promise<void> {
  const plan = await company.plan();
  const chained = chainOf(company.id, structuredClone(events));
  const file = join(company.git.root, plan.file);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, writeReleasePlan(plan, chained, phaseOf(chained)));
}

/** The honest history with the rare events after it, dated after its end. */
function whole(): Event[] {
  const { at = '', simulated = true } = honest.at(-1) ?? {};
  const rare = RARE.map(({ type, data }) => ({ type, data, at, actor: PEOPLE.operations[0], simulated }) as Event);
  return structuredClone([...honest, ...rare]);
}

describe('a history in which every text tries to be more than text', () => {
  it('knows every text of every event', () => {
    const events = whole();
    const missing = EVENT_TEXTS.filter(
      ({ type, path }) =>
        !events.some((event) => event.type === type && poisonEvent(structuredClone(event) as LooseEvent, path) > 0),
    );
    expect(missing.map(({ type, path }) => `${type}: ${path.join('.')}`)).toEqual([]);
  });

  it('keeps all of it text at each station, whoever asks', async () => {
    const outputs = new Outputs(company.git.root);
    const events = whole().map((event) => ({ ...event }));
    for (const event of events) {
      for (const one of EVENT_TEXTS.filter((text) => text.type === event.type && !isNeededOf(text))) {
        poisonEvent(event as LooseEvent, one.path);
      }
    }
    const stations: readonly EventType[] = [
      'cab.voted',
      'cab.decided',
      'stage.completed',
      'canary.judged',
      'verify.recorded',
    ];
    for (const type of stations) {
      await write(events.slice(0, events.findIndex((event) => event.type === type) + 1));
      await readBriefly(outputs, company.id);
    }
    for (const end of [honest.length, events.length]) {
      await write(events.slice(0, end));
      await readAll(outputs, company.id);
    }
    outputs.paste();
    expect(outputs.faults).toEqual([]);
  });

  it('tells of a history that cannot be understood, in text', async () => {
    const outputs = new Outputs(company.git.root);
    const read = new Set<EventType>();
    for (const one of EVENT_TEXTS.filter(isNeededOf).filter((_, index) => index % SAMPLE === 0)) {
      const events = whole();
      for (const event of events) if (event.type === one.type) poisonEvent(event as LooseEvent, one.path);
      const last = events.findLastIndex((event) => event.type === one.type);
      await write(events.slice(0, Math.max(last + 1, honest.length)));
      // All three say of an event what one function says of it; which of its texts cannot be understood shows in the status.
      if (read.has(one.type)) await outputs.say(['status', company.id, '--verbose']);
      else await readBriefly(outputs, company.id);
      read.add(one.type);
    }
    await write(whole().map((event) => ({ ...event, actor: hostileText('actor') })));
    await readBriefly(outputs, company.id);
    outputs.paste();
    expect(outputs.faults).toEqual([]);
  });
});
