import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startHttpServer } from '../support/http-server.ts';
import { installRelctl } from '../support/installed.ts';
import { jiraStub } from '../support/jira-stub.ts';
import { PEOPLE, SAMPLE_ID } from '../support/sample-plan.ts';
import { serviceNowStub } from '../support/servicenow-stub.ts';
import { examine, killing } from './crash-lab.ts';
import { companyWith } from './notification-lab.ts';

/**
 * Real processes that keep the change record of a release in a stub of each system, and are killed: at each request, once when it has
 * arrived and was carried out and once when it was lost on its way, and at each file that takes its place. Whatever it was, there is one record in
 * the end, at the right state, with one note.
 */

const relctl = installRelctl();
afterAll(() => relctl.remove());

const SUBMIT = ['submit-cab', SAMPLE_ID, '--as', PEOPLE.rdLead];
const IS_FULL = process.env.RELCTL_CI === 'full';
/** Of relctl's own writes, one in twelve is tried, and all where CI runs in full: they take minutes. */
const STRIDE = IS_FULL ? 1 : 12;
/**
 * Which ends of a request are tried: both where CI runs in full; else one, so that the requests of each system take turns and the two
 * systems differ.
 */
const endsOf = (system: keyof typeof SYSTEMS, request: number): readonly boolean[] =>
  IS_FULL ? [true, false] : [request % 2 === (system === 'servicenow' ? 0 : 1)];
/** How long a creation whose end is not known is waited for, in the tests. */
const SETTLE_MS = 1000;

interface Kept {
  readonly correlation: string;
  readonly stage: string;
  readonly start: string;
  readonly notes: number;
}

const SYSTEMS = {
  servicenow: () => {
    const stub = serviceNowStub();
    return {
      answer: stub.answer,
      settings: (url: string) => ({ kind: 'servicenow', api: url }),
      kept: (): Kept[] =>
        stub.changes.map((one) => ({
          correlation: one.correlation_id ?? '',
          stage: one.state ?? '',
          start: one.start_date ?? '',
          notes: stub.journal.filter((entry) => entry.element_id === one.sys_id).length,
        })),
    };
  },
  jira: () => {
    const stub = jiraStub();
    return {
      answer: stub.answer,
      settings: (url: string) => ({ kind: 'jira', api: url, project: 'CHG', plannedStart: 'start', plannedEnd: 'end' }),
      kept: (): Kept[] =>
        stub.issues.map(({ fields, comments }) => ({
          correlation: (fields.labels as string[])[0] ?? '',
          stage: (fields.status as { name: string }).name,
          start: String(fields.start),
          notes: comments.length,
        })),
    };
  },
};

/** One try, in a repository and with a system of its own; `kill` says at which request, or where in its own writing. */
async function attempt(
  system: keyof typeof SYSTEMS,
  kill: { readonly request?: number; readonly arrives?: boolean; readonly placement?: number },
) {
  const { answer, settings, kept } = SYSTEMS[system]();
  let child: ChildProcess | undefined;
  let count = 0;
  const server = await startHttpServer((request, response) => {
    count += 1;
    if (count !== kill.request) return answer(request, response);
    if (kill.arrives === true) answer(request, new Proxy(response, DEAF));
    child?.kill('SIGKILL');
  });
  const changeRecord = { ...settings(server.url), repository: 'acme/shop', settle: `${SETTLE_MS / 1000}s` };
  const git = companyWith({ changeRecord });
  const root = mkdtempSync(join(tmpdir(), 'relctl-change-'));
  cpSync(git.root, root, { recursive: true });
  try {
    const run = (options: { node?: readonly string[]; env?: Record<string, string> } = {}) =>
      relctl.run(SUBMIT, { ...options, cwd: root, started: (one) => (child = one) });
    const report = join(root, '.relctl-placements');
    const { node, env } = killing(kill.placement ?? 0, 'before');
    const first = await run({ node, env: { ...env, REPORT: report } });
    const requests = count;
    const again: string[] = [];
    // Given again until nothing is left to tell: what is not settled yet is told later.
    for (let n = 0; n < 4 && (first.signal !== null || again.length > 0); n += 1) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS / 2));
      again.push((await run()).stderr);
    }
    const placements = first.signal === null ? Number(readFileSync(report, 'utf8')) : 0;
    return { first, requests, placements, again, kept: kept(), seen: await examine(root) };
  } finally {
    rmSync(root, { recursive: true, force: true });
    git.remove();
    await server.stop();
  }
}

/** A response that says nothing: what was asked for is carried out, and nobody hears of it. */
const DEAF: ProxyHandler<ServerResponse> = {
  get: (target, name, proxy) =>
    name === 'writeHead' || name === 'end' ? () => proxy : Reflect.get(target, name, target),
};

const ONE = [
  {
    correlation: `relctl:acme/shop:${SAMPLE_ID}:1`,
    stage: expect.stringMatching(/^(-5|Planning)$/),
    start: expect.stringMatching(/^2126-12-03/),
    notes: 1,
  },
];
const SETTLED = { audit: 'done', undelivered: 0, state: { phase: 'submitted' } };

describe.each(Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[])('one change record in %s', (system) => {
  it('wherever relctl is killed', { timeout: 600_000 }, async () => {
    const whole = await attempt(system, {});
    expect(whole.first, whole.first.stderr).toMatchObject({ exitCode: 0 });
    expect(whole.kept).toEqual(ONE);
    expect(whole.seen).toMatchObject(SETTLED);
    // Looked for, created, its notes looked for, written.
    expect(whole.requests).toBeGreaterThanOrEqual(4);
    for (let request = 1; request <= whole.requests; request += 1) {
      for (const arrives of endsOf(system, request)) {
        const { first, kept, seen } = await attempt(system, { request, arrives });
        const where = `killed at request ${request}, which ${arrives ? 'arrived' : 'was lost'}`;
        expect(first.signal, where).toBe('SIGKILL');
        expect(kept, where).toEqual(ONE);
        expect(seen, where).toMatchObject(SETTLED);
      }
    }
    // What relctl writes itself is the same whatever the system.
    const placements = system === 'servicenow' ? whole.placements : 0;
    for (let placement = 1; placement <= placements; placement += STRIDE) {
      const { first, kept, seen, again } = await attempt(system, { placement });
      const where = `killed before placement ${placement}: ${again.join('\n')}`;
      expect(first.signal, where).toBe('SIGKILL');
      expect(kept, where).toEqual(ONE);
      expect(seen, where).toMatchObject(SETTLED);
    }
  });
});
