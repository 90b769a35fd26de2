import { readAllowedSigners } from '../../domain/signing/allowed-signers.ts';
import type { Trust } from '../../domain/signing/trust.ts';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import type { ForgeSettings } from '../../plan/forge.ts';
import type { Policy } from '../../plan/policy.ts';
import type { BranchTip, ProtectedBranch } from '../../ports/protected-branch.ts';
import { command } from '../../text/command-line.ts';
import { CONFIG_FILE, policyFile } from '../release/settings.ts';

/**
 * Finds the protected branch; `undefined` in a repository without any. What names it must be nothing that a push can change: a pin of this
 * clone or of CI, else the default branch that the server told at cloning. A name alone is none, since anybody who may push may call a
 * branch `main` or `HEAD`. `protectedBranch` in relctl.yaml counts only where it stands on that branch itself.
 * @throws RelctlError `signing.trust` where nothing says which branch it is
 */
export async function findProtectedBranch(branch: ProtectedBranch): Promise<BranchTip | undefined> {
  const pin = await branch.pin();
  if (pin !== undefined) return named(branch, pin, 'RELCTL_PROTECTED_BRANCH or relctl.protectedBranch of git names');
  const found = await defaultBranch(branch);
  if (found === undefined) return undefined;
  const name = await redirectionAt(branch, found.commit);
  return name === undefined || name === found.name ? found : named(branch, name, `relctl.yaml on ${found.name} names`);
}

async function defaultBranch(branch: ProtectedBranch): Promise<BranchTip | undefined> {
  const candidates = await branch.candidates();
  if (candidates.default !== undefined) return candidates.default;
  const [first, second] = candidates.local;
  if (!candidates.hasRemote && (second === undefined || second.commit === first?.commit)) return first;
  const { remote, hasRemote } = candidates;
  throw trustError(
    hasRemote
      ? `nothing in this clone says which branch of ${remote ?? 'its remotes'} is the protected one`
      : 'main and master both stand in this repository, and nothing says which is the protected branch',
    [
      ...(remote === undefined ? [] : [command`git remote set-head ${remote} --auto`]),
      command`git config relctl.protectedBranch ${hasRemote ? `${remote ?? '<remote>'}/main` : 'main'}`,
      ...(hasRemote ? ['with the name that the branch has there'] : []),
      `in CI: RELCTL_PROTECTED_BRANCH=${remote ?? '<remote>'}/<branch>, as a variable of the project`,
    ],
    'protected-branch-unknown',
  );
}

/**
 * The branch that files are held against, as git commands in hints name it, in full: the protected one; where it cannot be found, the default branch of the
 * remote.
 */
export async function reviewedBranch(branch: ProtectedBranch): Promise<string> {
  const tip = await findProtectedBranch(branch).catch((error: unknown) => {
    if (error instanceof RelctlError) return undefined;
    throw error;
  });
  return tip?.ref ?? `refs/remotes/${await sharedRemote(branch)}/HEAD`;
}

/** The remote that the others share, as hints name it. */
async function sharedRemote(branch: ProtectedBranch): Promise<string> {
  return (await branch.candidates()).remote ?? '<remote>';
}

/** What has git learn which branch is the default one of the remote. */
export async function branchToldAnew(branch: ProtectedBranch): Promise<string> {
  const remote = await sharedRemote(branch);
  return command`git fetch ${remote} && git remote set-head ${remote} --auto`;
}

async function named(branch: ProtectedBranch, name: string, who: string): Promise<BranchTip> {
  const found = await branch.find(name.startsWith('refs/') ? [name] : [`refs/remotes/${name}`, `refs/heads/${name}`]);
  if (found !== undefined) return found;
  throw trustError(
    `${who} the protected branch ${name}, which is not here`,
    ['git fetch --all'],
    'protected-branch-missing',
  );
}

async function redirectionAt(branch: ProtectedBranch, commit: string): Promise<string | undefined> {
  const text = await readText(branch, commit, CONFIG_FILE);
  return text === undefined ? undefined : (await reading()).readRedirection(text);
}

/**
 * The forge whose votes count, as relctl.yaml at a commit names it; `undefined` where it names none. Whoever may push could else have votes
 * read from a server of their own.
 */
async function forgeAt(branch: ProtectedBranch, commit: string): Promise<ForgeSettings | undefined> {
  const text = await readText(branch, commit, CONFIG_FILE);
  return text === undefined ? undefined : (await reading()).readForge(text);
}

/** The forge that votes are read from: that of the protected branch, and that of the work tree only where there is no such branch. */
export async function votingForge(
  branch: ProtectedBranch,
  workTree: ForgeSettings | undefined,
): Promise<ForgeSettings | undefined> {
  const tip = await findProtectedBranch(branch);
  return tip === undefined ? workTree : forgeAt(branch, tip.commit);
}

/** The policy of a process at a commit of the protected branch, with the digest of its file; `undefined` when there is none. */
export async function policyAt(
  branch: ProtectedBranch,
  commit: string,
  process: string,
): Promise<{ readonly policy: Policy; readonly digest: string } | undefined> {
  const file = policyFile(process);
  const text = await readText(branch, commit, file);
  if (text === undefined) return undefined;
  const shown = `${commit.slice(0, 12)}:${file}`;
  const policy = (await reading()).readPolicy(text, shown);
  if (`${policy.name}@${policy.version}` !== process) {
    throw trustError(`${shown} says that it is ${policy.name}@${policy.version}, not ${process}`, [
      command`git log -p -- ${file}`,
    ]);
  }
  return { policy, digest: sha256(text) };
}

/** For how many days an approval counts at the most, by the policies of these processes. */
export async function longestApproval(
  branch: ProtectedBranch,
  commit: string,
  processes: readonly string[],
): Promise<number> {
  let longest = 0;
  for (const process of processes) {
    const read = await policyAt(branch, commit, process);
    longest = Math.max(longest, read?.policy.signing.maxAgeDays ?? 0);
  }
  return longest;
}

/** The processes whose policies on the protected branch count only signed approvals, such as `standard@3.0`. */
export async function signedProcesses(branch: ProtectedBranch, commit: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of await branch.list(commit, 'relctl/process')) {
    const [, name, version] = /^relctl\/process\/([a-z0-9-]+)-(\d+\.\d+)\.yaml$/.exec(file) ?? [];
    if (name === undefined || version === undefined) continue;
    const read = await policyAt(branch, commit, `${name}@${version}`);
    if (read?.policy.signing.mode === 'required') found.push(`${name}@${version}`);
  }
  return found;
}

/** Rules and keys at a commit of the protected branch. Errors: `signing.trust` when the keys are missing or do not read. */
export async function trustAt(branch: ProtectedBranch, commit: string, process: string): Promise<Trust | undefined> {
  const read = await policyAt(branch, commit, process);
  if (read === undefined) return undefined;
  const file = read.policy.signing.allowedSigners;
  const text = await readText(branch, commit, file);
  if (text === undefined) {
    throw trustError(`${file} is not on the protected branch (${commit.slice(0, 12)})`, [
      `write ${file} with one line for each person and have it merged: docs/signing.md`,
    ]);
  }
  const { signers, faults } = readAllowedSigners(text);
  const [fault] = faults;
  if (fault !== undefined) {
    throw new RelctlError('signing.trust', `${file}: line ${fault.line} ${fault.problem}`, {
      place: { file, line: fault.line },
      why: 'ssh-keygen skips what it cannot read and says nothing, so the file counts as a whole or not at all.',
      found: faults.slice(1).map((one) => ({ state: 'failed', text: `line ${one.line} ${one.problem}` })),
      hints: [`correct ${faults.length === 1 ? `line ${fault.line}` : 'these lines'} and have the file merged`],
      data: { fault: 'signers-unreadable', commit, faults },
    });
  }
  const forgePeople = await forgePeopleAt(branch, commit, read.policy);
  return {
    commit,
    process,
    policy: read.policy,
    policyDigest: read.digest,
    signers,
    allowedSigners: text,
    forgePeople,
    forge: await forgeAt(branch, commit),
  };
}

/**
 * Which login of the forge is which person, in lower case; nobody where the policy takes no votes from a forge. Errors: `signing.trust` where it
 * does and the file is missing or does not read.
 */
export async function forgePeopleAt(
  branch: ProtectedBranch,
  commit: string,
  policy: Policy,
): Promise<ReadonlyMap<string, string>> {
  const { accepts, forgePeople: file } = policy.signing;
  if (!Object.values(accepts).some((proofs) => proofs.includes('forge'))) return new Map();
  const people = await loginsAt(branch, commit, policy);
  if (people !== undefined) return people;
  throw trustError(`${file} is not on the protected branch (${commit.slice(0, 12)})`, [
    `write ${file} with one line for each login, such as carol: carol@example.com, and have it merged`,
  ]);
}

/** The same, whatever is taken from a forge; `undefined` where the file is missing. Errors: `signing.trust` where it does not read. */
export async function loginsAt(
  branch: ProtectedBranch,
  commit: string,
  { signing: { forgePeople: file } }: Policy,
): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await readText(branch, commit, file);
  if (text === undefined) return undefined;
  const shown = `${commit.slice(0, 12)}:${file}`;
  const people = (await reading()).readForgePeople(text, shown);
  const byLogin = new Map<string, string>();
  for (const [login, person] of Object.entries(people)) {
    const key = login.toLowerCase();
    const other = byLogin.get(key);
    if (other !== undefined && other !== person) {
      throw trustError(`${shown} says of the login ${key} that it is ${other} and ${person}`, [`correct ${file}`]);
    }
    byLogin.set(key, person);
  }
  return byLogin;
}

/**
 * Revoked keys, always those of today: a key that was stolen never becomes good again. A list that the policy names must be
 * there and hold something, since ssh-keygen takes an empty one for "nothing is revoked".
 */
export async function revokedKeys(branch: ProtectedBranch, tip: Trust): Promise<Uint8Array | undefined> {
  const file = tip.policy.signing.revoked;
  if (file === undefined) return undefined;
  const bytes = await branch.read(tip.commit, file);
  if (bytes !== undefined && isRevocationList(bytes)) return bytes;
  throw new RelctlError(
    'signing.trust',
    bytes === undefined
      ? `${file}, the list of revoked keys, is not on the protected branch`
      : `${file}, the list of revoked keys, is empty or none`,
    {
      place: { file },
      why: 'An empty list would silently make every revoked key valid again.',
      hints: [
        command`ssh-keygen -k -f ${file} "<public keys>"`,
        'or, while no key is revoked, leave signing.revoked out of the policy',
      ],
      data: { fault: bytes === undefined ? 'revocations-missing' : 'revocations-empty' },
    },
  );
}

/** A KRL begins with its magic (PROTOCOL.krl); a text has at least one line that is a key. */
function isRevocationList(bytes: Uint8Array): boolean {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 8));
  // 44 bytes are the header alone, without any revoked key.
  if (head === 'SSHKRL\n\0') return bytes.length > 44;
  return /^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+/m.test(new TextDecoder().decode(bytes));
}

/** `signing.trust`: what approvals are checked against is missing or does not read. */
export function trustError(message: string, hints: readonly string[], fault = 'policy-not-protected'): RelctlError {
  return new RelctlError('signing.trust', message, {
    why: 'Who may approve is read from the branch that nobody changes without a review, never from the work tree.',
    hints,
    data: { fault },
  });
}

function reading(): Promise<typeof import('./trusted-files.ts')> {
  return import('./trusted-files.ts');
}

async function readText(branch: ProtectedBranch, commit: string, path: string): Promise<string | undefined> {
  const bytes = await branch.read(commit, path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
