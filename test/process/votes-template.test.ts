import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sha256 } from '../../src/plan/digest.ts';
import { installRelctl } from '../support/installed.ts';
import { type RecordedForge, recordedForge } from '../support/recorded-forge.ts';

/**
 * What the workflows for votes run, line by line in a shell, as a runner would: a repository with a remote, relctl as it lies beside the plans, and a forge that
 * answers as its API documents. Neither forge itself is there.
 */

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const ID = '2026-11-wallet-checkout';
const BRANCH = 'plans/wallet';
const BROKEN = 'plans/broken';
/** Requests of which nothing can be collected, more than one page of them: one whose plan does not read, and those whose branch is gone. */
const NEWER = [BROKEN, ...Array.from({ length: 100 }, (_, index) => `gone-${index}`)];
const CI = 'ci@example.com';
const relctl = installRelctl();
const root = mkdtempSync(join(tmpdir(), 'relctl-votes-'));
const company = join(root, 'company');
const origin = join(root, 'origin.git');
afterAll(() => {
  relctl.remove();
  rmSync(root, { recursive: true, force: true });
});

const env = { PATH: process.env.PATH ?? '', HOME: root, GIT_CONFIG_NOSYSTEM: '1', LANG: 'C.UTF-8' };
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, env, encoding: 'utf8' }).trim();
const change = (path: string, edit: (text: string) => string) =>
  writeFileSync(join(company, path), edit(readFileSync(join(company, path), 'utf8')));

/** The path of the relctl that `init` put beside the plans, with its digest as it put that into the workflows. */
let archive = '';
let digest = '';
const STRANGER = 'THE PROGRAM OF A STRANGER';

/** What anybody may do who may push: tags by the short names of the branches of the remote, which come before these where git is given them. */
function pushMisleadingTags() {
  const place = mkdtempSync(join(root, 'stranger-'));
  git(place, 'clone', '--quiet', origin, 'clone');
  const clone = join(place, 'clone');
  git(clone, 'config', 'user.name', 'Stranger');
  git(clone, 'config', 'user.email', 'stranger@example.com');
  mkdirSync(join(place, 'package/bin'), { recursive: true });
  writeFileSync(join(place, 'package/bin/relctl.js'), `console.log('${STRANGER}')\n`);
  execFileSync('tar', ['-czf', join(clone, archive), 'package'], { cwd: place });
  git(clone, 'commit', '--quiet', '-am', 'Another program');
  for (const name of ['main', BRANCH]) git(clone, 'tag', `origin/${name}`);
  git(clone, 'push', '--quiet', 'origin', ...['main', BRANCH].map((name) => `refs/tags/origin/${name}`));
}

/** A company whose plan waits for votes on a request, with what docs/forge-votes.md asks for. */
beforeAll(async () => {
  execFileSync(process.execPath, [join(PROJECT, 'scripts/practice.js'), company, 'cab'], { env, stdio: 'pipe' });
  git(company, 'checkout', '--quiet', '-b', BRANCH);
  git(company, 'add', 'releases');
  git(company, 'commit', '--quiet', '-m', 'Submit the plan');
  git(company, 'checkout', '--quiet', 'main');
  change('relctl/process/standard-3.0.yaml', (text) =>
    text
      .replace('signing: # docs/signing.md', 'signing:\n  accepts: { cab: [ssh, forge] }')
      .replace('machines: []', `machines: [${CI}]`),
  );
  writeFileSync(join(company, 'relctl/forge_people.yaml'), 'carol: carol@example.com\n');
  git(company, 'add', '-A');
  git(company, 'commit', '--quiet', '-m', 'Votes on the forge');
  git(root, 'init', '--quiet', '--bare', '-b', 'main', origin);
  git(company, 'remote', 'add', 'origin', origin);
  git(company, 'push', '--quiet', 'origin', 'main', BRANCH, 'v4.1.0', `release/${ID}`);
  const [name = ''] = readdirSync(join(company, 'relctl/vendor'));
  archive = `relctl/vendor/${name}`;
  digest = sha256(readFileSync(join(company, archive)));
  pushMisleadingTags();
  git(company, 'checkout', '--quiet', '-b', BROKEN, 'main');
  writeFileSync(join(company, 'releases/broken.yaml'), '{\n');
  git(company, 'add', 'releases');
  git(company, 'commit', '--quiet', '-m', 'A plan that does not read');
  git(company, 'push', '--quiet', 'origin', BROKEN);
  git(company, 'checkout', '--quiet', 'main');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', CI, '-f', join(root, 'key')]);
}, 60_000);

interface Workflow {
  readonly name: string;
  readonly kind: 'github' | 'gitlab';
  /** Of each step, which run in a shell of their own; the first that fails ends the job. */
  readonly scripts: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const template = (name: string) => parse(readFileSync(join(PROJECT, 'templates/ci', name), 'utf8'));
const gitHubSteps = template('github-votes.yml').jobs.collect.steps as {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}[];
const gitLabJob = template('gitlab-votes.yml')['relctl-votes'] as {
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};
const gitHubScripts = gitHubSteps.flatMap(({ run }) => (run === undefined ? [] : [run]));
/** The protected branch as a template names it, once the forge has put in how its default branch is called. */
const pinned = (text = '') => text.replace(/\$\{\{.*?\}\}|\$CI_DEFAULT_BRANCH/, 'main');
const gitHubPin = pinned(gitHubSteps.find(({ env }) => env?.RELCTL_PROTECTED_BRANCH)?.env?.RELCTL_PROTECTED_BRANCH);
const WORKFLOWS: readonly Workflow[] = [
  {
    name: 'of GitHub, for one branch',
    kind: 'github',
    scripts: gitHubScripts,
    variables: { BRANCH, RELCTL_PROTECTED_BRANCH: gitHubPin },
  },
  {
    name: 'of GitHub, by its schedule',
    kind: 'github',
    scripts: gitHubScripts,
    variables: { BRANCH: '', RELCTL_PROTECTED_BRANCH: gitHubPin },
  },
  {
    name: 'of GitLab, by its schedule',
    kind: 'gitlab',
    scripts: [gitLabJob.script.join('\n')],
    variables: {
      RELCTL_PROTECTED_BRANCH: pinned(gitLabJob.variables.RELCTL_PROTECTED_BRANCH),
      CI_DEFAULT_BRANCH: 'main',
      CI_SERVER_HOST: 'gitlab.example.com',
      CI_PROJECT_PATH: 'shop/web',
      GITLAB_TOKEN: 'secret',
      RELCTL_SIGNING_KEY_FILE: join(root, 'key'),
    },
  },
];

/** Runs a workflow in a clone of its own, as each run of a pipeline is. */
function run(
  { kind, scripts, variables }: Workflow,
  forge: RecordedForge,
  more: Readonly<Record<string, string>> = {},
) {
  const place = mkdtempSync(join(root, 'runner-'));
  const clone = join(place, 'clone');
  mkdirSync(join(place, 'temp'));
  git(place, 'clone', '--quiet', origin, clone);
  writeFileSync(
    join(place, '.gitconfig'),
    `[url "${origin}"]\n  insteadOf = https://oauth2:secret@gitlab.example.com/shop/web.git\n`,
  );
  const options = {
    cwd: clone,
    encoding: 'utf8' as const,
    env: {
      ...env,
      HOME: place,
      XDG_CACHE_HOME: join(place, 'cache'),
      PATH: `${forge.bin}${delimiter}${env.PATH}`,
      ARCHIVE: archive,
      SHA256: digest,
      COLLECTOR: CI,
      RUNNER_TEMP: join(place, 'temp'),
      ...(kind === 'github'
        ? { KEY: readFileSync(join(root, 'key'), 'utf8'), STAGING_KUBECONFIG: '', REPORTS: '' }
        : {}),
      TMPDIR: join(place, 'temp'),
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
  const written = readdirSync(join(place, 'temp'), { recursive: true, encoding: 'utf8' });
  return { status, text, wroteKey: written.some((path) => /(^|\/)key$/.test(path)) };
}

describe.each(WORKFLOWS)('the workflow for votes $name', (workflow) => {
  let forge: RecordedForge;
  const head = () => git(origin, 'rev-parse', BRANCH);
  const plan = () => git(origin, 'show', `${BRANCH}:releases/${ID}.yaml`);
  beforeAll(() => {
    git(company, 'push', '--quiet', '--force', 'origin', `${BRANCH}:${BRANCH}`);
    git(company, 'checkout', '--quiet', 'main');
    change('relctl.yaml', (text) => `${text.replace(/\nforge: .*\n/, '\n')}\nforge: { kind: ${workflow.kind} }\n`);
    git(company, 'commit', '--quiet', '--allow-empty', '-am', `The forge is ${workflow.name}`);
    git(company, 'push', '--quiet', 'origin', 'main');
    forge = recordedForge(mkdtempSync(join(root, 'forge-')), BRANCH, 'ravi');
    forge.set({ head: head() });
  });

  it('puts the ballot on the request', () => {
    const ran = run(workflow, forge);
    expect(ran.status, ran.text).toBe(0);
    expect(forge.comments(), ran.text).toHaveLength(1);
    expect(forge.comments()[0]).toContain(`Votes on ${ID}, collected by relctl`);
    expect(ran.wroteKey).toBe(true);
    expect(ran.text).not.toContain(STRANGER);
  });

  it('writes no key anywhere where relctl is not the one that wrote the workflow', () => {
    const ran = run(workflow, forge, { SHA256: sha256('another one') });
    expect(ran.status, ran.text).not.toBe(0);
    expect(ran.text).toContain('FAILED');
    expect(ran.wroteKey).toBe(false);
  });

  it('records a vote, pushes the record, and says on the request how it was read, whatever stands on newer requests', () => {
    const lines =
      forge
        .comments()[0]
        ?.split('\n')
        .filter((line) => line.startsWith('    ')) ?? [];
    const text = lines
      .map((line) => line.trim())
      .join('\n')
      .replaceAll('[ ]', '[x]')
      .replace('(Go or No-Go)', 'Go')
      .replace(/Comment:$/, 'Comment: fine by me');
    forge.set({ reviews: [{ login: 'carol', text, approves: true, commit: head(), at: '2026-11-04T10:00:00Z' }] });
    forge.set({ newer: NEWER });
    const before = head();
    const ran = run(workflow, forge);
    forge.set({ newer: [] });
    // Who looks at all of them says in the end that some could not be read.
    expect(ran.status, ran.text).toBe(workflow.variables.BRANCH === BRANCH ? 0 : 1);
    expect(head(), ran.text).not.toBe(before);
    expect(plan()).toContain('"login":"carol"');
    expect(forge.comments()[0]).toContain('fine by me');
    expect(ran.text).not.toContain('PRIVATE KEY');
  });

  it('changes nothing when it is run again', () => {
    const before = head();
    forge.set({ head: before });
    const ran = run(workflow, forge);
    expect(ran.status, ran.text).toBe(0);
    expect(head(), ran.text).toBe(before);
    expect(forge.comments()).toHaveLength(1);
  });
});
