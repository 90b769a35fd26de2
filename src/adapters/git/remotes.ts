import { RelctlError } from '../../errors.ts';
import type { RemoteBranches } from '../../ports/repository.ts';
import type { Git } from './git.ts';
import { settingsOf } from './settings.ts';

/** A server that does not answer must not keep somebody from planning. */
const ASK_MS = 15_000;

/** The remote that the others share, of those that this clone has. */
export async function remoteOf(git: Pick<Git, 'read'>): Promise<string | undefined> {
  return sharedAmong((await settingsOf(git)).remotes);
}

/** Which of the remotes the others share: `origin`, or the only one that there is; `undefined` where nothing says which of several. */
export function sharedAmong(remotes: readonly string[]): string | undefined {
  return remotes.includes('origin') ? 'origin' : remotes.length === 1 ? remotes[0] : undefined;
}

/** The address of the remote, without a login that stands in it. Errors: `runner.not-pushed` where there is none. */
export async function remoteAddress(git: Git): Promise<string> {
  const remote = await remoteOf(git);
  if (remote === undefined) {
    throw new RelctlError('runner.not-pushed', 'this clone has no remote that another one could be made of', {
      why: 'What carries the release on clones the remote, and sees nothing else.',
      hints: ['git remote -v', 'runner.kubernetes.repository in relctl.yaml names its address'],
    });
  }
  const address = (await git.read(['remote', 'get-url', remote])).trim();
  // The user of an SSH address is no secret, and needed.
  return /^https?:/i.test(address) ? address.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1') : address;
}

/** Head of a branch: of this clone's, else of the remote's as it was fetched last. */
export async function branchHead(git: Git, name: string): Promise<string | undefined> {
  const remote = await remoteOf(git);
  for (const ref of [`refs/heads/${name}`, ...(remote === undefined ? [] : [`refs/remotes/${remote}/${name}`])]) {
    const found = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
    if (found.exitCode === 0) return found.stdout.trim();
  }
  return undefined;
}

/** Asks the remote where its branches stand now, and compares. */
export async function compareWithRemote(
  git: Git,
  branches: readonly { readonly name: string; readonly head: string }[],
): Promise<RemoteBranches | undefined> {
  const remote = await remoteOf(git);
  if (remote === undefined || branches.length === 0) return undefined;
  const refs = branches.map(({ name }) => `refs/heads/${name}`);
  const asked = await git.run(['ls-remote', '--heads', remote, ...refs], { timeout: ASK_MS }).catch(() => undefined);
  if (asked?.exitCode !== 0) {
    const said = asked?.stderr.trim().split('\n').at(-1);
    return { remote, unreachable: said === undefined || said === '' ? 'it does not answer' : said };
  }
  const heads = new Map(
    asked.stdout.split('\n').flatMap((line) => {
      const [commit, ref] = line.split('\t');
      return commit === undefined || ref === undefined ? [] : [[ref.slice('refs/heads/'.length), commit] as const];
    }),
  );
  const stale: string[] = [];
  const unpushed: string[] = [];
  for (const { name, head } of branches) {
    const there = heads.get(name);
    if (there === head) continue;
    // A commit that this clone does not have is one that its branch does not hold.
    const holds = there !== undefined && (await git.run(['merge-base', '--is-ancestor', there, head])).exitCode === 0;
    if (there === undefined || holds) unpushed.push(name);
    else stale.push(name);
  }
  return { remote, stale, unpushed };
}
