import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACTS } from '../../src/domain/signing/acts.ts';
import { SIGNED_ACTS, type SignedAct } from '../../src/plan/policy.ts';
import { type Company, type CompanyOptions, keyFile, openCompany } from './company.ts';
import { PEOPLE } from './sample-plan.ts';

const POLICY = readFileSync(
  fileURLToPath(new URL('../../templates/process/standard-3.0.yaml', import.meta.url)),
  'utf8',
);

/** Where the rules of a test company lie. */
export const POLICY_FILE = 'relctl/process/standard-3.0.yaml';
export const SIGNERS_FILE = 'relctl/allowed_signers';
export const REVOKED_FILE = 'relctl/revoked_keys';
/** What the company calls its repository in what is signed. */
const REPOSITORY = 'git.example.com/shop/shop';

/** Who may sign what in the test company. */
const GRANTS: Readonly<Record<string, readonly SignedAct[]>> = {
  [PEOPLE.productManager]: ['submit', 'outcome'],
  [PEOPLE.rdLead]: ['submit', 'exception', 'stage', 'outcome', 'hypercare'],
  [PEOPLE.cab[0]]: ['cab'],
  [PEOPLE.cab[1]]: ['cab'],
  [PEOPLE.cab[2]]: ['cab'],
  [PEOPLE.qa[0]]: ['qa'],
  [PEOPLE.operations[0]]: ['ops', 'condition', 'exception', 'stage', 'deploy', 'outcome', 'hypercare'],
  [PEOPLE.operations[1]]: ['ops', 'condition', 'exception', 'stage', 'deploy', 'outcome', 'hypercare'],
};

/** A company whose policy counts only signed approvals, with a key for everybody. */
export interface SignedCompany extends Company {
  /** The public key of a person, as `allowed_signers` writes it; it is made when it is first asked for. */
  publicKey(person: string): string;
  /** Lines of `allowed_signers`, as they stand on the protected branch at first. */
  readonly signers: string;
  /** The policy as it stands on the protected branch at first. */
  readonly policy: string;
}

/** A line of `allowed_signers`. */
export function signerLine(person: string, acts: readonly SignedAct[], key: string, validity = ''): string {
  return `${person} namespaces="${acts.map((act) => ACTS[act].namespace).join(',')}"${validity} ${key}\n`;
}

/** The policy of the test company: everything is signed. */
export function signedPolicy(change: (text: string) => string = (text) => text): string {
  return change(
    POLICY.replace(/mode: unsigned.*/, 'mode: required')
      .replace(/# repository: .*/, `repository: ${REPOSITORY}`)
      .replace(/contributorsMaySign: .*/, 'contributorsMaySign: []'),
  );
}

/** Makes such a company; the rules are merged into main before anything is submitted. */
export async function openSignedCompany(
  options: CompanyOptions & { readonly policy?: (text: string) => string } = {},
): Promise<SignedCompany> {
  const company = await openCompany({ ...options, real: true });
  return { ...company, ...countOnlySigned(company, options.policy) };
}

/** Gives everybody of a company a key, and merges the rules into main. */
export function countOnlySigned(
  { git }: Pick<Company, 'git'>,
  change?: (text: string) => string,
): Pick<SignedCompany, 'publicKey' | 'signers' | 'policy'> {
  const publicKey = (person: string) => keyOf(git.root, person);
  const signers = Object.entries(GRANTS)
    .filter(([, acts]) => acts.length > 0)
    .map(([person, acts]) => signerLine(person, acts, publicKey(person)))
    .join('');
  const policy = signedPolicy(change);
  git.commit({ [POLICY_FILE]: policy, [SIGNERS_FILE]: signers }, 'Count only signed approvals');
  return { publicKey, signers, policy };
}

function keyOf(root: string, person: string): string {
  const file = keyFile(root, person);
  mkdirSync(dirname(file), { recursive: true });
  const read = () => readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  try {
    return read();
  } catch {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', person, '-f', file]);
    return read();
  }
}

/** Writes a file of the work tree without committing it. */
export function writeUncommitted(company: Company, path: string, text: string): void {
  writeFileSync(join(company.git.root, path), text);
}

/** Every act that can be signed. */
const _ALL_ACTS: readonly SignedAct[] = SIGNED_ACTS;
