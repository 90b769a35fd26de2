import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneInPod, isPod, writePodKubeconfig } from '../../src/adapters/runner/in-pod.ts';
import { configSchema } from '../../src/plan/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'relctl-pod-'));
const work = join(folder, 'work');
const remote = join(folder, 'remote');
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();
let first = '';
let second = '';
beforeAll(() => {
  mkdirSync(remote);
  git(remote, 'init', '--quiet', '--initial-branch=main');
  git(remote, 'config', 'user.name', 'a');
  git(remote, 'config', 'user.email', 'a@example.com');
  const commit = (text: string) => {
    writeFileSync(join(remote, 'file'), text);
    git(remote, 'add', '--all');
    git(remote, 'commit', '--quiet', '-m', text);
    return git(remote, 'rev-parse', 'HEAD');
  };
  first = commit('first');
  second = commit('second');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = () => ({ RELCTL_POD_WORK: work, RELCTL_POD_REPOSITORY: remote });

describe('the clone of a pod', () => {
  it('is at the commit that was handed over, knows the default branch, and acts as the machine', async () => {
    const root = await cloneInPod(env(), first, 'ci@example.com');
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('first');
    expect(git(root, 'rev-parse', 'HEAD')).toBe(first);
    expect(git(root, 'symbolic-ref', 'refs/remotes/origin/HEAD')).toBe('refs/remotes/origin/main');
    expect(git(root, 'config', 'user.email')).toBe('ci@example.com');
  });

  it('is made anew, with nothing of the one before, at the default branch where no commit is named', async () => {
    const before = await cloneInPod(env(), first, 'ci@example.com');
    writeFileSync(join(before, 'left'), '');
    const root = await cloneInPod(env(), undefined, 'ci@example.com');
    expect(git(root, 'rev-parse', 'HEAD')).toBe(second);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  it('logs in with what a Secret holds, for git alone and when git asks', async () => {
    const login = join(folder, "git's login");
    mkdirSync(login);
    writeFileSync(join(login, 'username'), 'robot\n');
    writeFileSync(join(login, 'password'), 'p"a$s`s\n');
    const root = await cloneInPod({ ...env(), RELCTL_POD_GIT: login }, first, 'ci@example.com');
    expect(readFileSync(join(root, '.git/config'), 'utf8')).not.toContain('p"a$s');
    const filled = execFileSync('git', ['credential', 'fill'], {
      cwd: root,
      input: 'protocol=https\nhost=git.example.com\n\n',
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' },
    });
    expect(filled).toContain('username=robot');
    expect(filled).toContain('password=p"a$s`s');
    expect(git(root, 'config', 'core.sshCommand')).toContain('StrictHostKeyChecking=yes');
  });

  it('says what git said where there is no such commit or remote', async () => {
    await expect(cloneInPod(env(), 'f'.repeat(40), 'ci@example.com')).rejects.toMatchObject({ code: 'tool.failed' });
    const nowhere = { ...env(), RELCTL_POD_REPOSITORY: join(folder, 'nowhere') };
    await expect(cloneInPod(nowhere, first, 'ci@example.com')).rejects.toMatchObject({ code: 'tool.failed' });
  });

  it('is made in a pod only', async () => {
    expect([isPod({}), isPod(env())]).toEqual([false, true]);
    await expect(cloneInPod({}, first, 'ci@example.com')).rejects.toMatchObject({ code: 'usage.missing-answer' });
  });
});

describe('the kubeconfig of a pod', () => {
  const target = (context: string, namespace: string, clusterUid: string) => ({ context, namespace, clusterUid });
  const { environments } = configSchema.parse({
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: {
      staging: target('staging', 'shop', 'uid-2'),
      production: {
        ...target('eu', 'shop', 'uid-1'),
        regions: [
          { name: 'eu-1', ...target('eu', 'shop', 'uid-1'), matcher: 'region="eu-1"' },
          { name: 'eu-2', ...target('eu-again', 'shop-2', 'uid-1'), matcher: 'region="eu-2"' },
          { name: 'us', ...target('us', 'shop', 'uid-3'), matcher: 'region="us"' },
        ],
      },
    },
    services: {},
  });
  const file = join(folder, 'kubeconfig');
  const base = { RELCTL_POD_CLUSTER: '/relctl/cluster', RELCTL_KUBECONFIG: file, KUBERNETES_SERVICE_HOST: 'fd00::1' };

  it('reaches its own cluster by every context of it, with the token that the kubelet renews', async () => {
    await writePodKubeconfig({ ...base, KUBERNETES_SERVICE_PORT: '6443' }, { environments });
    const text = readFileSync(file, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      clusters: [{ cluster: { server: 'https://[fd00::1]:6443', 'certificate-authority': '/relctl/cluster/ca.crt' } }],
      users: [{ user: { tokenFile: '/relctl/cluster/token' } }],
      contexts: [{ name: 'eu' }, { name: 'eu-again' }],
    });
  });

  it('reaches the others by what a Secret holds, which cannot take the place of its own', async () => {
    const given = join(folder, 'given');
    const context = (name: string) => `{name: ${name}, context: {cluster: theirs, user: theirs}}`;
    writeFileSync(
      given,
      `clusters: [{name: theirs, cluster: {server: 'https://us.example'}}]\nusers: [{name: theirs, user: {token: t}}]\ncontexts: [${context('us')}, ${context('eu')}]\n`,
    );
    await writePodKubeconfig({ ...base, RELCTL_POD_KUBECONFIG: given }, { environments });
    const { contexts } = JSON.parse(readFileSync(file, 'utf8')) as {
      contexts: { name: string; context: { cluster: string } }[];
    };
    expect(contexts.map(({ name, context }) => `${name} ${context.cluster}`)).toEqual([
      'eu relctl-pod',
      'eu-again relctl-pod',
      'us theirs',
    ]);
  });
});
