import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** What the workflow of a deployment believes of who starts it. Its last step runs in a shell, with programs that tell what they were given. */

const template = (name: string) => parse(readFileSync(new URL(`../../templates/ci/${name}`, import.meta.url), 'utf8'));
const step = template('github-deploy.yml').jobs['relctl-deploy'].steps.at(-1) as {
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
};
const job = template('gitlab-deploy.yml')['relctl-deploy'] as {
  readonly variables: Readonly<Record<string, string>>;
  readonly script: readonly string[];
};
const root = mkdtempSync(join(tmpdir(), 'relctl-ci-deploy-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(() => {
  for (const name of ['tar', 'kubectl', 'sha256sum']) writeFileSync(join(root, name), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(root, 'git'), '#!/bin/sh\necho "git $*"\n', { mode: 0o755 });
  writeFileSync(
    join(root, 'node'),
    '#!/bin/sh\necho "records: $RELCTL_RECORDS_BRANCH"\necho "login: $RELCTL_ASKED_LOGIN"\n',
    { mode: 0o755 },
  );
});

const COMMIT = '3f9c0d2a'.repeat(5);

const KINDS = [
  {
    kind: 'GitHub',
    script: step.run,
    // What the forge fills in is left out; what the workflow itself says stays.
    variables: (records: string) => ({
      ...Object.fromEntries(
        Object.entries(step.env).map(([name, value]) => [
          name,
          value
            .replace('${{ inputs.records }}', records)
            .replace('${{ github.triggering_actor }}', 'olga-k')
            .replace('${{ fromJSON(inputs.work).commit }}', COMMIT),
        ]),
      ),
      KEY: '',
    }),
  },
  {
    kind: 'GitLab',
    script: job.script.join('\n'),
    // Variables of a pipeline come before those of the job.
    variables: (records: string) => ({
      ...Object.fromEntries(
        Object.entries(job.variables).map(([name, value]) => [name, value.replace('$RELCTL_RECORDS', records)]),
      ),
      RELCTL_RECORDS: records,
      RELCTL_IDENTITY: 'ci@example.com',
      RELCTL_RELEASE: 'next',
      RELCTL_ASKED_LOGIN: 'stranger',
      GITLAB_USER_LOGIN: 'olga-k',
    }),
  },
];

describe.each(KINDS)('the workflow of a deployment on $kind', ({ script, variables }) => {
  const run = (records: string) => {
    const env = { PATH: `${root}:${process.env.PATH}`, RUNNER_TEMP: root, ...variables(records) };
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: root, encoding: 'utf8', env });
    return { status, text: `${stdout}${stderr}` };
  };

  it.each(['origin/relctl/records', 'upstream/relctl/records'])('reads its own records branch, as %s is', (records) => {
    const ran = run(records);
    expect(ran.text).toContain('records: origin/relctl/records\n');
    expect(ran.status).toBe(0);
  });

  it('tells the login that the forge says started it', () => {
    expect(run('origin/relctl/records').text).toContain('login: olga-k\n');
  });

  it('starts nothing for records on a branch of a stranger', () => {
    const ran = run('origin/stranger');
    expect(ran.text).toContain('shares records elsewhere');
    expect(ran.text).not.toContain('records: ');
    expect(ran.status).toBe(1);
  });
});

describe('the workflow of a deployment on GitHub', () => {
  const run = (commit: string) => {
    const [gitHub] = KINDS;
    const env = {
      PATH: `${root}:${process.env.PATH}`,
      RUNNER_TEMP: root,
      ...gitHub?.variables('origin/relctl/records'),
    };
    const { stdout, stderr } = spawnSync('bash', ['-c', step.run], {
      ...{ cwd: root, encoding: 'utf8' },
      env: { ...env, COMMIT: commit },
    });
    return `${stdout}${stderr}`;
  };

  it('takes out the commit that was handed over, right before relctl', () => {
    expect(run(COMMIT)).toContain(`git checkout --quiet --detach ${COMMIT}\nrecords: `);
  });

  it.each(['', 'main', '--orphan=x', '$(touch made)'])('takes out no "%s"', (commit) => {
    const said = run(commit);
    expect(said).toContain('names no commit');
    expect(said).not.toContain('records: ');
  });
});
