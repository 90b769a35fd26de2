import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gitFixture } from '../support/git-fixture.ts';
import { inertMarkdown, inertTerminal } from '../support/hostile/inert.ts';
import { complete, poisonAll } from '../support/hostile/whole-plan.ts';
import { installRelctl } from '../support/installed.ts';
import { productFiles } from '../support/planning-ground.ts';
import { SAMPLE_FILE, sampleHead } from '../support/sample-plan.ts';

const relctl = installRelctl();
const git = gitFixture();
afterAll(() => {
  relctl.remove();
  git.remove();
});

const read = (path: string) => readFileSync(join(git.root, path), 'utf8');
let base = '';
let archive = '';
beforeAll(async () => {
  base = git.commit(productFiles());
  const people = ['--product-manager', 'p@example.com', '--rd-lead', 'r@example.com'];
  const done = await relctl.run(['init', '--platform', 'sandbox', '--time-zone', 'UTC', ...people], { cwd: git.root });
  expect(done.exitCode, done.stderr).toBe(0);
  git.git('add', '-A');
  git.git('commit', '-qm', 'set up');
  [archive = ''] = readdirSync(join(git.root, 'relctl/vendor')).map((name) => `relctl/vendor/${name}`);
});

/** Runs a script of a workflow as a runner would, in a shell of its own. */
function shell(script: string, variables: Readonly<Record<string, string>>) {
  const env = { PATH: process.env.PATH ?? '', HOME: git.root, BASE: base, CI_MERGE_REQUEST_DIFF_BASE_SHA: base };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: git.root,
    env: { ...env, RUNNER_TEMP: relctl.root, GITHUB_STEP_SUMMARY: '/dev/null', ...variables },
    encoding: 'utf8',
  });
  return { status, text: `${stdout}${stderr}` };
}

/** The scripts of both workflows, with the variables that they set. */
function workflows() {
  const github = parse(read('.github/workflows/relctl.yml')).jobs.audit.steps as {
    readonly run?: string;
    readonly env?: Readonly<Record<string, string>>;
  }[];
  const gitlab = parse(read('.gitlab/relctl.yml')).relctl as {
    readonly script: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
  };
  const { ARCHIVE = '', SHA256 = '' } = github.find(({ env }) => env?.ARCHIVE)?.env ?? {};
  const steps = github.flatMap(({ run }) => (run === undefined ? [] : [run]));
  return [
    { name: 'GitHub', script: steps.map((step) => `(${step})`).join(' && '), variables: { ARCHIVE, SHA256 } },
    { name: 'GitLab', script: gitlab.script.join('\n'), variables: gitlab.variables },
  ];
}

describe('what init writes for CI', () => {
  it('names no package of a registry and no action by a name that can be moved', () => {
    for (const path of ['.github/workflows/relctl.yml', '.gitlab/relctl.yml']) {
      expect(read(path)).not.toMatch(/npx|npm |@[A-Z]+@/);
      for (const [, used = ''] of read(path).matchAll(/uses: (\S+)/g)) expect(used).toMatch(/@[0-9a-f]{40}$/);
    }
  });

  it('keeps the relctl that wrote it, the same bytes each time, and runs it', () => {
    const again = spawnSync(process.execPath, [relctl.program, 'init', '--dry-run', '--json'], { cwd: git.root });
    expect(String(again.stdout)).not.toContain('relctl/vendor');
    const listed = execFileSync('tar', ['-tzf', join(git.root, archive)], { encoding: 'utf8' }).split('\n');
    expect(listed).toContain('package/bin/relctl.js');
    expect(listed).not.toContain('package/dist/meta.json');
    for (const { name, script, variables } of workflows()) {
      const ran = shell(script, variables);
      expect(ran.status, `${name}: ${ran.text}`).toBe(0);
      expect(ran.text, name).toContain('0 histories are valid');
    }
  });

  it('shows what people wrote as a listing in the summary of a job, which is Markdown', () => {
    const head = sampleHead((document) => {
      complete(document);
      poisonAll(document);
    });
    const before = git.git('rev-parse', 'HEAD');
    git.commit({ [SAMPLE_FILE]: head }, 'A plan');
    const summary = join(relctl.root, 'summary.md');
    const [gitHub] = workflows();
    const ran = shell(gitHub?.script ?? '', { ...gitHub?.variables, GITHUB_STEP_SUMMARY: summary, BASE: before });
    expect(readFileSync(summary, 'utf8'), ran.text).toContain('FORGED');
    expect(inertMarkdown(readFileSync(summary, 'utf8'))).toEqual([]);
    expect(inertTerminal(ran.text)).toEqual([]);
  });

  it('runs nothing that is not those bytes', () => {
    const path = join(git.root, archive);
    const honest = readFileSync(path);
    const changed = Buffer.from(honest);
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
    writeFileSync(path, changed);
    try {
      for (const { name, script, variables } of workflows()) {
        const ran = shell(script, variables);
        expect(ran.status, name).not.toBe(0);
        expect(ran.text, name).toContain('FAILED');
      }
    } finally {
      writeFileSync(path, honest);
    }
  });
});

describe('the schedule that init writes for GitHub', () => {
  const { on, jobs } = parse(
    readFileSync(new URL('../../templates/ci/github-schedule.yml', import.meta.url), 'utf8'),
  ) as {
    readonly on: { readonly schedule: readonly { readonly cron: string }[] };
    readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
  };
  const script = jobs['relctl-schedule']?.steps.at(-1)?.run ?? '';
  /** The script with a `node` that tells what it was asked. */
  const given = (CRON: string, DUE = '') => {
    const bin = join(relctl.root, 'asked');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'node'), '#!/bin/sh\necho "asked: $*"\n', { mode: 0o755 });
    return shell(script, { CRON, DUE, KEY: '', IDENTITY: 'ci@example.com', PATH: `${bin}:${process.env.PATH}` });
  };

  it('gives a command at each of its times, and hands over a run that is dead', () => {
    const asked = on.schedule.map(
      ({ cron }) => /runner (--due \S+( --runner \S+)?) --as ci@example.com/.exec(given(cron).text)?.[1],
    );
    expect(asked).toEqual(['--due hypercare', '--due success', '--due remind', '--due resume --runner github']);
    expect(given('', 'success').text).toContain('--due success');
    expect(given('0 0 * * *')).toMatchObject({ status: 1, text: expect.stringContaining('No command stands here') });
  });
});
