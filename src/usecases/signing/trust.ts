import { readAllowedSigners } from '../../domain/signing/allowed-signers.ts';
import type { Trust } from '../../domain/signing/trust.ts';
import { RelctlError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import { type Policy, policySchema } from '../../plan/policy.ts';
import { checkShape, readYaml } from '../../plan/yaml.ts';
import type { BranchTip, ProtectedBranch } from '../../ports/protected-branch.ts';
import { CONFIG_FILE, policyFile } from '../release/settings.ts';

/** Where the protected branch is looked for until relctl.yaml on it names another. Remote ones first: nobody moves them by a commit here. */
const USUAL = [
  'refs/remotes/origin/HEAD',
  'refs/remotes/origin/main',
  'refs/remotes/origin/master',
  'refs/heads/main',
  'refs/heads/master',
];

/**
 * Finds the protected branch. `protectedBranch` counts only where it stands in relctl.yaml on the usual branch: the work tree
 * could name a branch that its author controls.
 */
export async function findProtectedBranch(branch: ProtectedBranch): Promise<BranchTip | undefined> {
  const usual = await branch.find(USUAL);
  if (usual === undefined) return undefined;
  const name = await redirectionAt(branch, usual.commit);
  if (name === undefined) return usual;
  const named = await branch.find([`refs/remotes/${name}`, `refs/heads/${name}`]);
  if (named !== undefined) return named;
  throw trustError(`relctl.yaml on ${usual.name} names the protected branch ${name}, which is not here`, [
    'git fetch --all',
  ]);
}

/** Only one key is needed, and an older file may not fit the schema of today. */
async function redirectionAt(branch: ProtectedBranch, commit: string): Promise<string | undefined> {
  const text = await readText(branch, commit, CONFIG_FILE);
  if (text === undefined) return undefined;
  const value = readYaml(text, CONFIG_FILE).value as { readonly protectedBranch?: unknown } | null;
  return typeof value?.protectedBranch === 'string' ? value.protectedBranch : undefined;
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
  const policy = checkShape(policySchema, readYaml(text, shown), 'policy.invalid', shown, 'relctl schema policy');
  if (`${policy.name}@${policy.version}` !== process) {
    throw trustError(`${shown} says that it is ${policy.name}@${policy.version}, not ${process}`, [
      `git log -p -- ${file}`,
    ]);
  }
  return { policy, digest: sha256(text) };
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
      hints: [
        `correct line ${fault.line} and have it merged`,
        ...faults.slice(1).map((one) => `also line ${one.line}: ${one.problem}`),
      ],
      data: { fault: 'signers-unreadable', commit, faults },
    });
  }
  return { commit, process, policy: read.policy, policyDigest: read.digest, signers, allowedSigners: text };
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
      why: 'An emptied list would make every revoked key good again, without a word.',
      hints: [
        `ssh-keygen -k -f ${file} <public keys>`,
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

async function readText(branch: ProtectedBranch, commit: string, path: string): Promise<string | undefined> {
  const bytes = await branch.read(commit, path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
