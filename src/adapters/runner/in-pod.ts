import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import { gitFailed, gitIn } from '../git/git.ts';

/** The other end of `--runner kubernetes`: what the pod of a Job makes of what it was given. domain/runner/pod.ts says what that is. */

type Env = Readonly<Record<string, string | undefined>>;

/** A repository with a long history takes minutes. */
const CLONE_MS = 15 * 60_000;

/** True in the pod of a Job. */
export function isPod(env: Env): boolean {
  return (env.RELCTL_POD_WORK ?? '') !== '';
}

/**
 * Clones the repository and checks out a commit, or where its default branch stands; a clone that was made before in this pod is made anew.
 * @param identity who acts
 * @returns absolute path of the clone
 */
export async function cloneInPod(env: Env, commit: string | undefined, identity: string): Promise<string> {
  const work = required(env, 'RELCTL_POD_WORK');
  const root = join(work, 'repository');
  await mkdir(join(work, 'tmp'), { recursive: true });
  await rm(root, { recursive: true, force: true });
  const settings = [
    ...loginTo(env.RELCTL_POD_GIT),
    `user.name=${identity}`,
    `user.email=${identity}`,
    // Nothing is left at work in the background when the pod ends.
    'gc.auto=0',
    'maintenance.auto=false',
  ].flatMap((setting) => ['-c', setting]);
  const clone = ['clone', '--quiet', '--no-checkout', ...settings, '--', required(env, 'RELCTL_POD_REPOSITORY'), root];
  await git(work, clone, CLONE_MS);
  await git(root, ['checkout', '--quiet', '--detach', commit ?? 'HEAD']);
  return root;
}

async function git(cwd: string, args: readonly string[], timeout?: number): Promise<void> {
  const result = await gitIn(cwd).run(args, timeout === undefined ? {} : { timeout });
  if (result.exitCode !== 0) throw gitFailed(args, result);
}

/** How git logs in with what a Secret of type ssh-auth or basic-auth holds; its content is read when git needs it, and kept nowhere. */
function loginTo(folder: string | undefined): readonly string[] {
  if (folder === undefined) return [];
  const at = (file: string) => shellWord(join(folder, file));
  const ssh = `ssh -i ${at('ssh-privatekey')} -o IdentitiesOnly=yes -o UserKnownHostsFile=${at('known_hosts')} -o StrictHostKeyChecking=yes`;
  const login = `!f() { test "$1" = get || exit 0; test -r ${at('password')} || exit 0; echo "username=$(cat ${at('username')})"; echo "password=$(cat ${at('password')})"; }; f`;
  return [`core.sshCommand=${ssh}`, `credential.helper=${login}`];
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string }[];
  readonly users: readonly { readonly name: string }[];
  readonly contexts: readonly { readonly name: string }[];
}

/** Not a name that somebody else's kubeconfig would have. */
const OWN = 'relctl-pod';

/**
 * Writes the kubeconfig that the pod works with: the contexts of its own cluster by the token of its service account, which the kubelet
 * renews, and those of a Secret for the other clusters.
 */
export async function writePodKubeconfig(env: Env, { environments }: Pick<Config, 'environments'>): Promise<void> {
  const folder = required(env, 'RELCTL_POD_CLUSTER');
  const host = required(env, 'KUBERNETES_SERVICE_HOST');
  const { production, staging } = environments;
  const targets = [...production.regions, staging];
  const here = new Set([
    production.context,
    ...targets
      .filter(({ clusterUid }) => clusterUid !== undefined && clusterUid === production.clusterUid)
      .map(({ context }) => context),
  ]);
  const given = await readKubeconfig(env.RELCTL_POD_KUBECONFIG);
  const others = <T extends { readonly name: string }>(list: readonly T[]) => list.filter(({ name }) => name !== OWN);
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: OWN,
        cluster: {
          server: `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`,
          'certificate-authority': join(folder, 'ca.crt'),
        },
      },
      ...others(given.clusters),
    ],
    users: [{ name: OWN, user: { tokenFile: join(folder, 'token') } }, ...others(given.users)],
    contexts: [
      ...[...here].map((name) => ({ name, context: { cluster: OWN, user: OWN } })),
      ...given.contexts.filter(({ name }) => !here.has(name)),
    ],
  };
  await writeFile(required(env, 'RELCTL_KUBECONFIG'), JSON.stringify(kubeconfig), { mode: 0o600 });
}

async function readKubeconfig(file: string | undefined): Promise<Kubeconfig> {
  if (file === undefined) return { clusters: [], users: [], contexts: [] };
  const read = (parse(await readFile(file, 'utf8')) ?? {}) as Partial<Kubeconfig>;
  return { clusters: read.clusters ?? [], users: read.users ?? [], contexts: read.contexts ?? [] };
}

function required(env: Env, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new RelctlError('usage.missing-answer', `${name} is not set: this is no pod of --runner kubernetes`, {
    why: '--carry is what the Job of a runner gives to relctl.',
    hints: ['relctl deploy <id> --runner kubernetes'],
  });
}
