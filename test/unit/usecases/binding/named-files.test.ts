import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorkspace } from '../../../../src/adapters/fs/workspace.ts';
import { openRepository } from '../../../../src/adapters/git/repository.ts';
import type { Config } from '../../../../src/plan/config.ts';
import type { Spec } from '../../../../src/plan/spec.ts';
import { versionsOfNamed } from '../../../../src/usecases/binding/named-files.ts';
import { type GitFixture, gitFixture } from '../../../support/git-fixture.ts';

let repo: GitFixture | undefined;
afterEach(() => repo?.remove());

const FILES = {
  '.gitignore': 'smoke/reports/\n',
  'smoke/run.js': 'require("./lib/all.js")\n',
  'smoke/lib/all.js': 'exports.check = 1\n',
  'smoke/k6.json': '{}\n',
  'checks/test_it.py': 'x\n',
  Makefile: 'smoke:\n',
  'package.json': '{}\n',
  'pyproject.toml': '\n',
  'ops/kubeconfig': 'clusters: []\n',
  'ops/ca.pem': 'x\n',
  'relctl/metrics/own.mjs': 'x\n',
  'relctl/metrics/table.mjs': 'x\n',
  'relctl/change.mjs': 'x\n',
  'relctl/allowed_signers': 'x\n',
  'web/main.js': 'x\n',
  'README.md': 'x\n',
};

async function named(more: {
  readonly command?: readonly string[];
  readonly config?: object;
  readonly untracked?: object;
}) {
  repo = gitFixture();
  repo.commit(FILES);
  for (const [path, text] of Object.entries(more.untracked ?? {})) {
    mkdirSync(dirname(join(repo.root, path)), { recursive: true });
    writeFileSync(join(repo.root, path), String(text));
  }
  const smokeTests = more.command === undefined ? [] : [{ name: 'smoke', command: more.command }];
  const spec = { smokeTests, resources: [], alerts: [] } as unknown as Spec;
  const config = { services: { web: { paths: ['web/**'] } }, ...more.config } as unknown as Config;
  const repository = await openRepository(repo.root);
  return Object.keys(
    await versionsOfNamed({ repository, config, workspace: createWorkspace(repo.root, repo.root) }, spec),
  );
}

const SMOKE = ['smoke/k6.json', 'smoke/lib/all.js', 'smoke/run.js'];

describe('files that decide, by who names them', () => {
  it.each<[string, Parameters<typeof named>[0], readonly string[]]>([
    ['a program, and what it reads beside it', { command: ['node', 'smoke/run.js'] }, SMOKE],
    ['a program that is written another way', { command: ['./smoke//run.js'] }, SMOKE],
    ['a value of an option', { command: ['k6', 'run', '--config=smoke/k6.json'] }, SMOKE],
    ['a file that is sent', { command: ['curl', '-d', '@smoke/k6.json', 'https://shop.example.com'] }, SMOKE],
    ['words of a shell', { command: ['sh', '-c', 'set -e; node smoke/run.js&&true'] }, SMOKE],
    ['a folder', { command: ['pytest', 'checks/'] }, ['checks/test_it.py', 'pyproject.toml']],
    ['what a tool reads without being told', { command: ['make', 'all'] }, ['Makefile']],
    ['a script of a package', { command: ['npm', 'run', 'check'] }, ['package.json']],
    [
      'a new file beside a program',
      { command: ['smoke/run.js'], untracked: { 'smoke/new.js': 'x' } },
      ['smoke/k6.json', 'smoke/lib/all.js', 'smoke/new.js', 'smoke/run.js'],
    ],
    [
      'not what git ignores, such as a report',
      { command: ['smoke/run.js'], untracked: { 'smoke/reports/r.xml': 'x' } },
      SMOKE,
    ],
    [
      'not the source of a service, whose name is a word like any other',
      { command: ['kubectl', 'get', 'deploy', 'web'] },
      [],
    ],
    ['not the whole repository', { command: ['node', 'README.md', '.', '/', '../x', '--', ''] }, ['README.md']],
    [
      'a kubeconfig',
      { config: { environments: { production: { kubeconfig: 'ops/kubeconfig' } } } },
      ['ops/kubeconfig'],
    ],
    ['a CA', { config: { probes: [{ tls: { ca: 'ops/ca.pem' } }] } }, ['ops/ca.pem']],
    ['any setting of next year', { config: { next: { year: ['ops/ca.pem'] } } }, ['ops/ca.pem']],
    [
      'a metrics command, with its folder',
      { config: { environments: { production: { metrics: { command: ['node', 'relctl/metrics/own.mjs'] } } } } },
      ['relctl/metrics/own.mjs', 'relctl/metrics/table.mjs'],
    ],
    [
      'a program in the folder of the keys, without these',
      { config: { changeRecord: { command: ['relctl/change.mjs'] } } },
      ['relctl/change.mjs'],
    ],
    [
      'not what manifests are rendered from: that is read at the candidate',
      { config: { manifests: { production: 'ops/ca.pem' } } },
      [],
    ],
  ])('%s', async (_kind, more, expected) => {
    expect(await named(more)).toEqual(expected);
  });
});
