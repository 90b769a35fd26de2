import { describe, expect, it } from 'vitest';
import { gitHubPipelines } from '../../src/adapters/runner/github.ts';
import { gitLabPipelines } from '../../src/adapters/runner/gitlab.ts';
import { type PipelineIo, pipelineRunner } from '../../src/adapters/runner/pipelines.ts';
import { readWork } from '../../src/domain/runner/work-text.ts';
import type { RunNews, Runner, Work } from '../../src/ports/runner.ts';
import { progressLine } from '../../src/renderers/ndjson.ts';

/**
 * The runners of GitHub and GitLab against forges that answer as their REST APIs document it (docs.github.com/rest/actions: workflow runs,
 * dispatches, jobs and logs; docs.gitlab.com/api: pipelines, jobs and traces). No forge is asked.
 */

const WORK: Work = {
  release: 'next',
  attempt: 1,
  round: 'forward',
  stopsAtVerdict: true,
  commit: 'c'.repeat(40),
  askedBy: 'olga@example.com',
  records: 'origin/relctl/records',
  options: { reason: 'a "quoted" reason' },
};
const NOTE = progressLine({ type: 'note', level: 'info', text: 'hello' }).trim();

/** A run as the forge has it; statuses in its own words. */
interface FakeRun {
  readonly id: number;
  readonly key: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The branch whose workflow it runs; `main` when left out. */
  readonly branch?: string;
  status: string;
  log: string;
}

interface FakeForge {
  readonly runs: FakeRun[];
  readonly runner: Runner;
  /** The statuses of the forge for these. */
  readonly words: Readonly<Record<'waiting' | 'running' | 'done' | 'failed' | 'cancelled', string>>;
  /** A line as the log has it. */
  logged(line: string): string;
  /** Whether a log can be had while the job runs. */
  readonly isLive: boolean;
}

type Answer = (method: string, path: string, body: unknown) => string | undefined;

function ioOf(answer: Answer): PipelineIo {
  return {
    cwd: '/',
    timeout: 1000,
    every: 1,
    async exec(_program, args, options) {
      const method = args.includes('--method') ? (args[args.indexOf('--method') + 1] ?? '') : 'GET';
      const path = args.find((one) => /^(repos|projects)\//.test(one)) ?? '';
      const said = answer(method, path, options.input === undefined ? undefined : JSON.parse(String(options.input)));
      return said === undefined
        ? { exitCode: 1, stdout: '', stderr: 'gh: Not Found (HTTP 404)\n' }
        : { exitCode: 0, stdout: said, stderr: '' };
    },
  };
}

function gitHub(): FakeForge {
  const runs: FakeRun[] = [];
  const conclusions = new Set(['success', 'failure', 'cancelled']);
  const io = ioOf((method, path, body) => {
    if (method === 'POST' && path.endsWith('/relctl-deploy.yml/dispatches')) {
      const { ref, inputs } = body as { ref: string; inputs: Record<string, string> };
      if (ref !== 'refs/heads/main') return undefined;
      runs.unshift({ id: 100 + runs.length, key: inputs.key ?? '', inputs, status: 'waiting', log: '' });
      return '';
    }
    const [, id] = /runs\/(\d+)/.exec(path) ?? [];
    const run = runs.find((one) => String(one.id) === id);
    if (method === 'POST' && run !== undefined && path.endsWith('/cancel')) {
      run.status = 'cancelled';
      return '{}';
    }
    if (path.includes('/relctl-deploy.yml/runs')) {
      const workflow_runs = runs.map(({ id, key, status, branch = 'main' }) => ({
        id,
        display_title: `relctl ${key}`,
        status: conclusions.has(status) ? 'completed' : status,
        conclusion: conclusions.has(status) ? status : null,
        html_url: `https://github.com/shop/web/actions/runs/${id}`,
        head_branch: branch,
      }));
      return JSON.stringify({ total_count: runs.length, workflow_runs });
    }
    if (run !== undefined && path.endsWith('/jobs')) {
      return JSON.stringify({ jobs: [{ id: run.id, status: conclusions.has(run.status) ? 'completed' : run.status }] });
    }
    const [, job] = /jobs\/(\d+)\/logs/.exec(path) ?? [];
    return runs.find((one) => String(one.id) === job)?.log;
  });
  return {
    runs,
    runner: pipelineRunner(gitHubPipelines(io, 'relctl-deploy.yml', 'refs/heads/main'), io, 'shop'),
    words: { waiting: 'waiting', running: 'in_progress', done: 'success', failed: 'failure', cancelled: 'cancelled' },
    logged: (line) => `2026-11-28T10:00:00.1234567Z ${line}\r\n`,
    isLive: false,
  };
}

function gitLab(): FakeForge {
  const runs: FakeRun[] = [];
  const io = ioOf((method, path, body) => {
    if (method === 'POST' && path === 'projects/:id/pipeline') {
      const { ref, variables } = body as { ref: string; variables: { key: string; value: string }[] };
      if (ref !== 'main') return undefined;
      const inputs = Object.fromEntries(
        variables.map(({ key, value }) => [key.slice('RELCTL_'.length).toLowerCase(), value]),
      );
      runs.unshift({ id: 100 + runs.length, key: inputs.key ?? '', inputs, status: 'manual', log: '' });
      return '{}';
    }
    const [, id] = /(?:pipelines|jobs)\/(\d+)/.exec(path) ?? [];
    const run = runs.find((one) => String(one.id) === id);
    if (run === undefined) {
      const all = runs.map(({ id, status }) => ({ id, status, web_url: `https://gitlab.example/pipelines/${id}` }));
      return path.startsWith('projects/:id/pipelines?') ? JSON.stringify(all) : undefined;
    }
    if (method === 'POST' && path.endsWith('/cancel')) run.status = 'canceled';
    if (path.endsWith('/variables'))
      return JSON.stringify([{ key: 'RELCTL_KEY', value: run.key, variable_type: 'env_var' }]);
    if (path.endsWith('/jobs')) return JSON.stringify([{ id: run.id, name: 'relctl-deploy' }]);
    return path.endsWith('/trace') ? run.log : '{}';
  });
  return {
    runs,
    runner: pipelineRunner(gitLabPipelines(io, 'relctl-deploy', 'main'), io, 'shop'),
    words: { waiting: 'manual', running: 'running', done: 'success', failed: 'failed', cancelled: 'canceled' },
    logged: (line) => `2026-11-28T10:00:00.123456Z 01O ${line}\n`,
    isLive: true,
  };
}

describe.each([
  ['github', gitHub],
  ['gitlab', gitLab],
])('the runner %s', (_name, open) => {
  const endless = new AbortController().signal;

  it('finds nothing before anything was handed over, and then what was, from everywhere', async () => {
    const { runner, runs } = open();
    expect(await runner.find(WORK)).toBeUndefined();
    const run = await runner.start(WORK);
    expect(await runner.find({ release: 'next', attempt: 1, round: 'forward' })).toEqual(run);
    expect(await runner.find({ ...WORK, attempt: 2 })).toBeUndefined();
    expect(runs).toHaveLength(1);
    const { inputs } = runs[0] ?? { inputs: {} as FakeRun['inputs'] };
    expect(inputs).toMatchObject({ release: 'next', asked_by: 'olga@example.com', records: 'origin/relctl/records' });
    const { attempt, round, stopsAtVerdict, commit, options } = WORK;
    expect(readWork(inputs.work)).toEqual({ attempt, round, stopsAtVerdict, commit, options });
  });

  it('says what it waits for, shows what relctl prints and nothing else, and how it ended', async () => {
    const { runner, runs, words, logged, isLive } = open();
    const run = await runner.start(WORK);
    expect(run.state).toMatchObject({ phase: 'waiting', stuck: false, detail: expect.stringContaining('approval') });
    const [fake] = runs;
    const news: RunNews[] = [];
    for await (const one of runner.follow(run, endless)) {
      news.push(one);
      if (fake === undefined) break;
      if (fake.status === words.waiting) {
        fake.status = words.running;
        fake.log = `${logged('##[group]Run set -eu')}${logged(NOTE)}`;
      } else if (fake.status === words.running && one.kind === 'state') {
        fake.log += logged(NOTE);
        fake.status = words.failed;
      }
    }
    const states = news.flatMap((one) => (one.kind === 'state' ? [one.run.state.phase] : []));
    expect(states).toEqual(['waiting', 'running', 'ended']);
    expect(news.flatMap((one) => (one.kind === 'line' ? [one.text] : []))).toEqual([NOTE, NOTE]);
    // Lines come before the end; live where the forge gives them.
    expect(news.at(-1)).toMatchObject({ kind: 'state', run: { state: { ok: false } } });
    expect(news.findIndex(({ kind }) => kind === 'line') < news.length - 3).toBe(isLive);
  });

  it('ends a run, and waits until it has ended', async () => {
    const { runner, runs, words } = open();
    const run = await runner.start(WORK);
    await runner.end(run);
    expect(runs[0]?.status).toBe(words.cancelled);
    expect((await runner.find(WORK))?.state).toMatchObject({ phase: 'ended', ok: false });
  });

  it('stops looking when nobody looks any more', async () => {
    const { runner } = open();
    const left = new AbortController();
    const run = await runner.start(WORK);
    for await (const one of runner.follow(run, left.signal)) if (one.kind === 'state') left.abort();
  });
});

it('takes a run of that name on a branch that somebody pushed for none of its own', async () => {
  const { runner, runs } = gitHub();
  const key = (await runner.start(WORK)).key.split(' ')[0] ?? '';
  const [own] = runs.splice(0);
  if (own === undefined) throw new Error('there is no run');
  runs.push({ id: 900, key, inputs: {}, branch: 'mallory', status: 'success', log: '' });
  expect(await runner.find(WORK)).toBeUndefined();
  runs.push(own);
  expect((await runner.find(WORK))?.url).toMatch(/runs\/100$/);
});

it('says what gh said where it cannot be asked', async () => {
  const io = ioOf(() => undefined);
  const runner = pipelineRunner(gitHubPipelines(io, 'relctl-deploy.yml', 'main'), io, 'shop');
  await expect(runner.find(WORK)).rejects.toMatchObject({
    code: 'runner.failed',
    message: expect.stringContaining('404'),
  });
  await expect(runner.start(WORK)).rejects.toMatchObject({ code: 'runner.failed' });
});
