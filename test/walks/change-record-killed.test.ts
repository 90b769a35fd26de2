import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { openChangeRecords } from '../../src/adapters/change-record/open.ts';
import { exec } from '../../src/adapters/exec.ts';
import { createEndpointFetch } from '../../src/adapters/http/login.ts';
import { queuedNotes } from '../../src/domain/change-record/notes.ts';
import { changeRecordSchema } from '../../src/plan/change-record.ts';
import type { PlanStore } from '../../src/ports/plan-store.ts';
import { deliverRest } from '../../src/usecases/release/deliver-rest.ts';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, type Station, undo, walkTo } from '../support/company-walk.ts';
import { Killed } from '../support/dying-store.ts';
import { startHttpServer, type TestServer } from '../support/http-server.ts';
import { jiraStub } from '../support/jira-stub.ts';
import { serviceNowStub } from '../support/servicenow-stub.ts';

/**
 * The change record from the submission to the end, told by processes of which each is killed one boundary later than the one before it: at a request that arrived, or
 * was lost on its way, and before or after what it records. Whatever it was, there is one record at the state of the release, with each note once.
 * That submissions are killed as real processes is in test/crash/change-record.test.ts.
 */

let company: Company;
let server: TestServer;
afterEach(async () => {
  company.close();
  await server.stop();
});

/** A record as the system itself holds it. */
interface Kept {
  readonly correlation: string;
  readonly state: string;
  readonly end: string;
  readonly notes: readonly string[];
}

const SYSTEMS = {
  servicenow: () => {
    const stub = serviceNowStub();
    return {
      answer: stub.answer,
      settings: { kind: 'servicenow' },
      kept: (): Kept[] =>
        stub.changes.map((one) => ({
          correlation: one.correlation_id ?? '',
          state: one.state ?? '',
          end: one.close_code ?? '',
          notes: stub.journal.filter((entry) => entry.element_id === one.sys_id).map(({ value }) => value),
        })),
    };
  },
  jira: () => {
    const stub = jiraStub();
    return {
      answer: stub.answer,
      settings: { kind: 'jira', project: 'CHG', plannedStart: 'start', plannedEnd: 'end' },
      kept: (): Kept[] =>
        stub.issues.map(({ fields, comments }) => ({
          correlation: (fields.labels as string[])[0] ?? '',
          state: (fields.status as { name: string }).name,
          end: '',
          notes: comments.map(({ body }) => body),
        })),
    };
  },
};
type System = keyof typeof SYSTEMS;

/** What the systems call a stage; Jira's workflow here has none for a review, and says by its status how a change ended. */
const STATES: Readonly<Record<System, Readonly<Record<string, string>>>> = {
  servicenow: { planned: '-5', implementing: '-1', reviewing: '0', successful: '3', unsuccessful: '3' },
  jira: {
    ...{ planned: 'Planning', implementing: 'Implementing', reviewing: 'Implementing' },
    ...{ successful: 'Completed', unsuccessful: 'Failed' },
  },
};

/** A company with a system of changes on loopback. */
async function openWith(system: System) {
  const { answer, settings, kept } = SYSTEMS[system]();
  server = await startHttpServer(answer);
  const changeRecord = { ...settings, api: server.url, repository: 'acme/shop' };
  company = await openCompany({ shape: { config: (config) => Object.assign(config, { changeRecord }) } });
  const ground = { env: {}, cwd: tmpdir(), exec };
  const opened = (send: (go: () => Promise<Response>) => Promise<Response>) =>
    openChangeRecords(changeRecordSchema.parse(changeRecord), {
      ...ground,
      fetchOf(endpoint) {
        const fetch = createEndpointFetch(endpoint, ground);
        return (input, init) => send(() => fetch(input, init));
      },
    });
  const unreachable = opened(() => Promise.reject(new TypeError('the network is down')));
  return {
    kept,
    /** The company while nothing reaches the system: what is to be told waits. */
    cutOff: { ...company, as: (who, more) => company.as(who, { changeRecords: unreachable, ...more }) } as Company,
    /** One process that tells what waits. True when it was killed at this boundary, which it may never come to. */
    async tell(boundary: number, when: 'before' | 'after'): Promise<boolean> {
      const life = lifeUntil(boundary, when);
      const context = company.as(OPERATOR, {
        changeRecords: opened(life.passes),
        store: recording(company.store, life.passes),
      });
      await deliverRest(context, company.id, 'for programs').catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      return life.isOver();
    },
  };
}

/** A process that is killed at its n-th boundary, before or after what happens there, and does nothing more. */
function lifeUntil(boundary: number, when: 'before' | 'after') {
  let [count, over] = [0, false];
  return {
    isOver: () => over,
    async passes<T>(go: () => Promise<T>): Promise<T> {
      if (over) throw new Killed('dead');
      count += 1;
      if (count !== boundary) return go();
      if (when === 'after') await go();
      over = true;
      throw new Killed(`boundary ${boundary}`);
    },
  };
}

function recording(store: PlanStore, passes: <T>(go: () => Promise<T>) => Promise<T>): PlanStore {
  return { ...store, append: (plan, events) => passes(() => store.append(plan, events)) };
}

/** Tells until one process was not killed and nothing waits; how many were killed. */
async function toldByTheDying({ tell }: Awaited<ReturnType<typeof openWith>>, when: 'before' | 'after') {
  for (let boundary = 1; boundary < 40; boundary += 1) {
    const killed = await tell(boundary, when);
    const { outbox } = await company.state();
    if (!killed && outbox.every(({ sent, channels }) => sent.length === channels.length)) return boundary - 1;
    // A creation whose end is not known is waited for before another is begun.
    company.sandbox.clock.advanceTo(company.sandbox.clock.now() + 3 * 60_000);
  }
  throw new Error('it is never told');
}

/** The one record of a release, and that it has each note that the history asks for once. */
async function theOne(kept: readonly Kept[]): Promise<Kept> {
  const [record, ...more] = kept;
  expect(more).toEqual([]);
  expect(record?.correlation).toBe(`relctl:acme/shop:${company.id}:1`);
  const { events } = await company.plan();
  const wanted = queuedNotes(company.id, events).map(({ key, text }) => `${text} [relctl ${key}]`);
  const of = (note: string) => record?.notes.filter((one) => one === note).length;
  expect(wanted.map((note) => [note, of(note)])).toEqual(wanted.map((note) => [note, 1]));
  return record as Kept;
}

const ALONG: readonly (readonly [Station, string])[] = [
  ['submitted', 'planned'],
  ['ready', 'planned'],
  ['canary', 'implementing'],
  ['deployed', 'implementing'],
  ['hypercare', 'reviewing'],
  ['closed', 'successful'],
];

describe.each(Object.keys(SYSTEMS) as System[])('one change in %s', (system) => {
  it.each(['before', 'after'] as const)('follows the release to its review, killed %s every boundary', async (when) => {
    const world = await openWith(system);
    let from: Station = 'draft';
    for (const [station, state] of ALONG) {
      await walkTo(world.cutOff, station, from);
      // Looked for, written, and what was told recorded.
      expect(await toldByTheDying(world, when), station).toBeGreaterThanOrEqual(4);
      expect((await theOne(world.kept())).state, station).toBe(STATES[system][state]);
      from = station;
    }
    const { end, notes } = await theOne(world.kept());
    if (system === 'servicenow') expect(end).toBe('successful');
    // Jira has no field for how a change ended: a note says it, once.
    else expect(notes.filter((note) => note.includes('The post-release review was held'))).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)('fails with a rollback, killed %s every boundary', async (when) => {
    const world = await openWith(system);
    await walkTo(world.cutOff, 'canary');
    await toldByTheDying(world, when);
    await undo(world.cutOff);
    expect(await toldByTheDying(world, when)).toBeGreaterThanOrEqual(4);
    const { state, end, notes } = await theOne(world.kept());
    expect(state).toBe(STATES[system].unsuccessful);
    if (system === 'servicenow') expect(end).toBe('unsuccessful');
    else expect(notes.filter((note) => note.includes('Reason: checkouts fail'))).toHaveLength(1);
  });
});
