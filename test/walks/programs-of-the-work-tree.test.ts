import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCommandRunner } from '../../src/adapters/probes/command-runner.ts';
import { notAsSubmitted, reviewedSettings } from '../../src/usecases/binding/reviewed.ts';
import { watchedDifferences } from '../../src/usecases/binding/watched.ts';
import { openRelease } from '../../src/usecases/release/open.ts';
import { loadConfig } from '../../src/usecases/release/settings.ts';
import { verify } from '../../src/usecases/verify.ts';
import { refusal } from '../support/company.ts';
import { OPERATOR, toProduction, walkTo } from '../support/company-walk.ts';
import { SAMPLE_FILE, type WrittenPlan } from '../support/sample-plan.ts';
import { openSignedCompany, type SignedCompany } from '../support/signed-company.ts';

/**
 * A smoke test of a broken product, and somebody who may push and changes what its program reads without being told. Whatever it is, nothing of
 * the work tree is run that nobody answered for.
 */
let company: SignedCompany;
let deployed: string;
const test = 'set -e\ngrep -q ok answers.txt\necho checked\n';
const FILES = {
  'answers.txt': 'down\n',
  'smoke/run.sh': test,
  'lib/ask.sh': test,
  'checks/smoke.py': 'raise SystemExit(1)\n',
  'scripts/verify.sh': test,
  'checks/old.sh': 'exit 0\n',
  'package.json': '{"scripts":{"verify":"sh scripts/verify.sh"}}\n',
};
const git = (...args: string[]) => company.git.git(...args);
const records = () => readFileSync(join(company.git.root, SAMPLE_FILE), 'utf8');

beforeAll(async () => {
  const plan = (document: WrittenPlan) => {
    document.spec.smokeTests = [{ name: 'the shop answers', command: ['sh', 'smoke/run.sh'] }];
  };
  company = await openSignedCompany({ plan });
  mkdirSync(join(company.git.root, 'smoke'), { recursive: true });
  symlinkSync('../lib', join(company.git.root, 'smoke/lib'));
  git('add', 'smoke/lib');
  company.git.commit(FILES, 'Smoke tests');
  git('checkout', '--quiet', '-b', 'train');
  // What is submitted brings a smoke test, and makes another stricter.
  const own = { 'smoke/wallet.sh': 'true\n', 'checks/old.sh': 'exit 1\n', 'checks/run-me.sh': 'true\n' };
  company.git.commit(own, 'Smoke tests of the wallet');
  symlinkSync('old.sh', join(company.git.root, 'checks/link.sh'));
  chmodSync(join(company.git.root, 'checks/run-me.sh'), 0o755);
  git('add', 'checks');
  git('commit', '--quiet', '-m', 'A link, and a program that is run');
  await walkTo(company, 'ready');
  await company.advanceToWindow();
  company.git.commit({ [SAMPLE_FILE]: records() }, 'Ready');
  await toProduction(company);
  deployed = company.git.commit({ [SAMPLE_FILE]: records() }, 'Deployed');
});
afterEach(() => {
  git('checkout', '--quiet', '--force', '-B', 'train', deployed);
});
afterAll(() => company.close());

function check() {
  const context = company.as(OPERATOR);
  const commands = createCommandRunner(company.git.root, process.env);
  return verify({ ...context, environments: { ...context.environments, commands } }, company.id, {
    passed: [],
    failed: [],
  });
}

/** What stands before a program of the plan at the very moment at which it would be run. */
async function mayRun() {
  const context = company.as(OPERATOR);
  const reviewed = reviewedSettings(context);
  const { journal, signing } = await openRelease(context, company.id);
  reviewed.submittedWith(() => notAsSubmitted(context, journal, signing));
  return reviewed.require('plan');
}

describe('verify', () => {
  it.each([
    ['one carriage return', 'smoke/run.sh', test.replace('set -e\n', 'set -e\r\n')],
    ['a carriage return in every line', 'smoke/run.sh', test.replaceAll('\n', '\r\n')],
    ['the settings of npm', '.npmrc', 'script-shell=/bin/true\n'],
    ['a conftest.py above the tests', 'tests/conftest.py', 'def pytest_pyfunc_call(pyfuncitem):\n    return True\n'],
    ['a module of Python', 'checks/smoke.py', 'print("fine")\n'],
    ['what a link in its folder leads to', 'lib/ask.sh', 'true\n'],
    ['a script of package.json elsewhere', 'scripts/verify.sh', 'true\n'],
    ['a file that a pattern matches', 'smoke/a.sh', 'true\n'],
    ['a program among the records', 'releases/conftest.py', 'x\n'],
    ['what attributes make of a file', '.gitattributes', '*.sh text eol=crlf\n'],
  ])('is refused after a push of %s', async (_, path, text) => {
    company.git.commit({ [path]: text }, 'Tidy');
    const error = await refusal(check());
    expect(error.data).toMatchObject({ refusals: [{ gate: 'bound.same' }] });
    expect(error.message).toContain(path);
    await expect(mayRun()).rejects.toMatchObject({ code: 'config.unreviewed' });
  });

  it.each([
    ['a program that the plan names', 'smoke/run.sh', '100755'],
    ['what lies beside it', 'smoke/wallet.sh', '100755'],
    ['what a link leads to', 'lib/ask.sh', '100755'],
    ['a program that was submitted to be run', 'checks/run-me.sh', '100644'],
    ['a file that becomes a link', 'checks/old.sh', '120000'],
    ['a link that becomes a file', 'checks/link.sh', '100644'],
  ])('is refused after a push that changes the mode of %s', async (_, path, mode) => {
    const blob = git('ls-files', '-s', '--', path).split(' ')[1] ?? '';
    git('update-index', '--cacheinfo', `${mode},${blob},${path}`);
    git('commit', '--quiet', '-m', 'Tidy');
    git('reset', '--quiet', '--hard');
    const error = await refusal(check());
    expect(error.data).toMatchObject({ refusals: [{ gate: 'bound.same' }] });
    expect(error.message).toContain(path);
    await expect(mayRun()).rejects.toMatchObject({ code: 'config.unreviewed' });
  });

  it.each([
    ['deletes', 'smoke/wallet.sh', { 'smoke/wallet.sh': null }],
    ['puts back as the protected branch has it', 'checks/old.sh', { 'checks/old.sh': 'exit 0\n' }],
  ])('is refused after a push that %s what was approved', async (_, path, files) => {
    company.git.commit(files, 'Tidy');
    const error = await refusal(check());
    expect(error.data).toMatchObject({ refusals: [{ gate: 'bound.same' }] });
    expect(error.message).toContain(path);
    await expect(mayRun()).rejects.toMatchObject({ code: 'config.unreviewed' });
    // As in a fresh clone after the branch was pushed anew, without the commit that was submitted.
    git('checkout', '--quiet', '--force', '-B', 'train', git('commit-tree', '-p', 'main', '-m', 'Anew', 'HEAD^{tree}'));
    expect((await refusal(check())).message).toContain(path);
  });

  it('is not refused where the protected branch has had what was approved, and went on', async () => {
    const files = { 'smoke/wallet.sh': 'true\n', 'checks/old.sh': 'exit 1\n' };
    git('checkout', '--quiet', '-B', 'squashed', 'main');
    company.git.commit(files, 'Squashed');
    const tip = company.git.commit({ 'smoke/wallet.sh': null, 'checks/old.sh': 'exit 2\n' }, 'Reviewed');
    const before = git('rev-parse', 'main');
    git('branch', '--quiet', '--force', 'main', tip);
    git('checkout', '--quiet', '--force', '-B', 'train', deployed);
    company.git.commit({ 'smoke/wallet.sh': null, 'checks/old.sh': 'exit 2\n' }, 'As reviewed');
    await expect(mayRun()).resolves.toBeUndefined();
    git('branch', '--quiet', '--force', 'main', before);
  });

  it('is not refused where only records were added, or what the protected branch has', async () => {
    expect((await check()).result).toBe('failed');
    git('checkout', '--quiet', '--force', '-B', 'train', deployed);
    company.git.commit({ 'releases/more/report.html': '<p>x</p>\n' }, 'Report');
    await expect(mayRun()).resolves.toBeUndefined();
    git('checkout', '--quiet', 'main');
    company.git.commit({ 'lib/ask.sh': 'exit 1\n', 'docs/notes.md': 'x\n' }, 'Reviewed');
    git('checkout', '--quiet', 'train');
    git('merge', '--quiet', '-m', 'Merge', 'main');
    await expect(mayRun()).resolves.toBeUndefined();
  });

  it('counts nothing as submitted whose commit is not here any more', async () => {
    // As in a fresh clone after the branch was rebased.
    const other = git('commit-tree', '-m', 'Another', `${deployed}^{tree}`);
    git('checkout', '--quiet', '--force', '-B', 'train', other);
    await expect(mayRun()).resolves.toBeUndefined();
    company.git.commit({ 'smoke/run.sh': 'true\n' }, 'Tidy');
    const context = company.as(OPERATOR);
    const { repository } = context;
    const changedSince: typeof repository.changedSince = async (commit) =>
      commit === git('rev-parse', 'main') ? repository.changedSince(commit) : undefined;
    const { journal, policy, signing } = await openRelease(context, company.id);
    const found = await watchedDifferences(
      { ...context, repository: { ...repository, changedSince } },
      journal.plan,
      policy,
      journal.state,
      signing.trust?.commit ?? '',
    );
    expect(found.join()).toContain('is not here');
  });
});

describe('a program of relctl.yaml', () => {
  it('is run from no work tree with other settings of tools than the protected branch has', async () => {
    git('checkout', '--quiet', 'main');
    const text = readFileSync(join(company.git.root, 'relctl.yaml'), 'utf8');
    const channel = 'notifications:\n  - { name: chat, kind: command, command: [npm, run, tell] }\n';
    company.git.commit({ 'relctl.yaml': `${text.replace(/^notifications:.*\n/m, '')}${channel}` }, 'Tell people');
    const mayTell = async (files: Readonly<Record<string, string>>) => {
      git('checkout', '--quiet', '--force', '-B', 'work', 'main');
      company.git.commit({ 'README.md': 'x\n', ...files }, 'Work');
      const context = company.as(OPERATOR);
      const config = await loadConfig(context.workspace);
      return reviewedSettings({ ...context, config }).require('channel chat');
    };
    git('checkout', '--quiet', '-B', 'work', 'main');
    company.git.commit({ 'README.md': 'x\n' }, 'A page');
    git('branch', '--quiet', '--force', 'main', 'work');
    await expect(mayTell({ 'services/api/more.js': 'x\n' })).resolves.toBeUndefined();
    await expect(mayTell({ '.npmrc': 'script-shell=/bin/true\n' })).rejects.toMatchObject({
      code: 'config.unreviewed',
    });
    await expect(mayTell({ 'scripts/tell.sh': 'x\n' })).rejects.toMatchObject({ code: 'config.unreviewed' });
  });
});
