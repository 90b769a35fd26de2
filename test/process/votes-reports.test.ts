import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sha256 } from '../../src/plan/digest.ts';

/**
 * Whose reports of the regression run the workflows for votes hand to `collect`: whoever may push can leave an artifact of any name on any branch. The
 * scripts run in a shell, with a relctl that tells what it was given and a forge that knows the runs below.
 */

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const STAGED = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
/** The run that counts; the newest come first, as the forges list them. */
const HONEST = {
  id: 7,
  workflow: 'regression.yml',
  job: 'regression',
  ref: 'release/next',
  sha: STAGED,
  source: 'push',
  status: 'success',
};
const RUNS = [
  { ...HONEST, id: 15, ref: 'stranger' },
  { ...HONEST, id: 14, source: 'pull_request' },
  { ...HONEST, id: 13, source: 'merge_request_event' },
  { ...HONEST, id: 12, workflow: 'stranger.yml', job: 'other' },
  { ...HONEST, id: 11, sha: OTHER },
  { ...HONEST, id: 10, status: 'failure' },
  { ...HONEST, id: 9, source: 'workflow_dispatch' },
  HONEST,
];

const root = mkdtempSync(join(tmpdir(), 'relctl-votes-reports-'));
const origin = join(root, 'origin.git');
const bin = join(root, 'bin');
const ARCHIVE = 'relctl/vendor/relctl-1.0.0.tgz';
const env = { PATH: process.env.PATH ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1', LANG: 'C.UTF-8' };
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, env, encoding: 'utf8' }).trim();
let digest = '';
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Tells what is staged, and what was in the reports that it was given. */
const RELCTL = `
const fs = require('node:fs');
const args = process.argv.slice(2);
if (args[0] === 'status') console.log(JSON.stringify({ data: { staging: process.env.UNSTAGED ? null : { commit: '${STAGED}' } } }));
else console.log(args.includes('--junit') ? 'reports of run ' + fs.readFileSync('regression-reports/run.xml', 'utf8') : 'no reports');
`;

/** cli.github.com/manual: gh_run_list, gh_run_download; docs.gitlab.com/api: pipelines, jobs, job_artifacts. */
const FORGE = `#!${process.execPath}
const fs = require('node:fs');
const { execFileSync } = require('node:child_process');
const runs = ${JSON.stringify(RUNS)};
const args = process.argv.slice(2);
const flag = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const matching = (wanted) => runs.filter((run) => Object.entries(wanted).every(([name, value]) => value == null || run[name] === value));
const put = (folder, id) => { fs.mkdirSync(folder, { recursive: true }); fs.writeFileSync(folder + '/run.xml', String(id)); };
const where = args[1] ?? '';
if (args[0] === 'run' && args[1] === 'list') {
  const found = matching({ workflow: flag('--workflow'), ref: flag('--branch'), sha: flag('--commit'), source: flag('--event'), status: flag('--status') });
  for (const { id } of found.slice(0, Number(flag('--limit') ?? 20))) console.log(id);
} else if (args[0] === 'run') put(flag('--dir'), /^\\d+$/.test(args[2]) ? args[2] : runs[0].id);
else if (args[0] === 'pr') console.log('plans/next');
else if (args[0] === 'job') put(flag('--path'), runs[0].id);
else if (where.includes('/merge_requests')) console.log('[{"source_branch":"plans/next","source_project_id":1,"target_project_id":1}]');
else if (where.includes('/pipelines?')) {
  const query = new URLSearchParams(where.slice(where.indexOf('?')));
  const { ref, sha, source, status, per_page } = Object.fromEntries(query);
  console.log(JSON.stringify(matching({ ref, sha, source, status }).slice(0, Number(per_page ?? 20))));
} else if (/\\/jobs\\?/.test(where)) {
  const run = runs.find(({ id }) => id === Number(/pipelines\\/(\\d+)/.exec(where)[1]));
  console.log(JSON.stringify([{ id: 900, name: 'lint' }, { id: 100 + run.id, name: run.job }]));
} else {
  const folder = fs.mkdtempSync('${root}/zip-');
  put(folder, Number(/jobs\\/(\\d+)/.exec(where)[1]) - 100);
  process.stdout.write(execFileSync('zip', ['-q', '-', 'run.xml'], { cwd: folder }));
}
`;

beforeAll(() => {
  const work = join(root, 'work');
  mkdirSync(bin);
  for (const name of ['gh', 'glab']) writeFileSync(join(bin, name), FORGE, { mode: 0o755 });
  mkdirSync(join(root, 'package/bin'), { recursive: true });
  writeFileSync(join(root, 'package/bin/relctl.js'), RELCTL);
  git(root, 'init', '--quiet', '--bare', '-b', 'main', origin);
  git(root, 'init', '--quiet', '-b', 'main', work);
  git(work, 'config', 'user.name', 'A');
  git(work, 'config', 'user.email', 'a@example.com');
  mkdirSync(join(work, 'relctl/vendor'), { recursive: true });
  mkdirSync(join(work, 'releases'));
  execFileSync('tar', ['-czf', join(work, ARCHIVE), 'package'], { cwd: root });
  digest = sha256(readFileSync(join(work, ARCHIVE)));
  git(work, 'add', '-A');
  git(work, 'commit', '--quiet', '-m', 'Set up');
  git(work, 'checkout', '--quiet', '-b', 'plans/next');
  writeFileSync(join(work, 'releases/next.yaml'), 'a: plan\n');
  git(work, 'add', '-A');
  git(work, 'commit', '--quiet', '-m', 'A plan');
  git(work, 'push', '--quiet', origin, 'main', 'plans/next');
  writeFileSync(join(root, 'key'), 'a key\n');
});

const template = (name: string) => parse(readFileSync(join(PROJECT, 'templates/ci', name), 'utf8'));
const STEPS = template('github-votes.yml').jobs.collect.steps as readonly { readonly run?: string }[];
const KINDS = [
  {
    kind: 'GitHub',
    scripts: STEPS.flatMap(({ run }) => (run === undefined ? [] : [run])),
    variables: { BRANCH: '', KEY: 'a key', STAGING_KUBECONFIG: '', REPORTS: 'junit', REGRESSION: 'regression.yml' },
  },
  {
    kind: 'GitLab',
    scripts: [(template('gitlab-votes.yml')['relctl-votes'].script as string[]).join('\n')],
    variables: {
      CI_SERVER_HOST: 'gitlab.example.com',
      CI_PROJECT_PATH: 'shop/web',
      GITLAB_TOKEN: 'secret',
      RELCTL_SIGNING_KEY_FILE: join(root, 'key'),
      RELCTL_REGRESSION_JOB: 'regression',
    },
  },
];

function run({ scripts, variables }: (typeof KINDS)[number], more: Readonly<Record<string, string>> = {}) {
  const place = mkdtempSync(join(root, 'runner-'));
  mkdirSync(join(place, 'temp'));
  git(place, 'clone', '--quiet', origin, 'clone');
  const home = `[url "${origin}"]\n  insteadOf = https://oauth2:secret@gitlab.example.com/shop/web.git\n`;
  writeFileSync(join(place, '.gitconfig'), home);
  const options = {
    cwd: join(place, 'clone'),
    encoding: 'utf8' as const,
    env: {
      ...env,
      HOME: place,
      PATH: `${bin}${delimiter}${env.PATH}`,
      RUNNER_TEMP: join(place, 'temp'),
      TMPDIR: join(place, 'temp'),
      RELCTL_PROTECTED_BRANCH: 'refs/remotes/origin/main',
      COLLECTOR: 'ci@example.com',
      ARCHIVE,
      SHA256: digest,
      ...variables,
      ...more,
    },
  };
  let status: number | null = 0;
  let text = '';
  for (const script of scripts) {
    if (status !== 0) break;
    const ran = spawnSync('bash', ['-c', script], options);
    status = ran.status;
    text += `${ran.stdout}${ran.stderr}`;
  }
  return { status, text };
}

it.each(KINDS)(
  'of $kind only the run counts that a push of what is staged has started, by its own workflow',
  (kind) => {
    const ran = run(kind);
    expect(ran.text).toMatch(/reports of run \d+/);
    expect(/reports of run (\d+)/.exec(ran.text)?.[1], ran.text).toBe(String(HONEST.id));
    expect(ran.status, ran.text).toBe(0);
  },
);

it.each(KINDS)('on $kind answers are collected without reports where nothing is staged', (kind) => {
  const ran = run(kind, { UNSTAGED: '1' });
  expect(ran.text).toContain('no reports');
  expect(ran.status, ran.text).toBe(0);
});
