import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProtectedBranch } from '../../../../src/adapters/git/protected-branch.ts';
import { trustAt } from '../../../../src/usecases/signing/trust.ts';
import { Trusts } from '../../../../src/usecases/signing/trusts.ts';
import { type GitFixture, gitFixture } from '../../../support/git-fixture.ts';
import { POLICY_FILE, SIGNERS_FILE, signedPolicy } from '../../../support/signed-company.ts';

/** Whose keys count: those that the protected branch itself had, whatever was merged into it on the way. */
const lineOf = (person: string, key: string) =>
  `${person} namespaces="cab-decision@relctl.dev" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${key.repeat(43)}\n`;
const [ADA, BEA, EVIL] = [
  lineOf('ada@example.com', 'A'),
  lineOf('bea@example.com', 'B'),
  lineOf('ada@example.com', 'E'),
];

let git: GitFixture;
beforeEach(() => {
  git = gitFixture();
  git.commit({ [POLICY_FILE]: signedPolicy(), [SIGNERS_FILE]: ADA });
});
afterEach(() => git.remove());

async function keysOf(commit: string): Promise<string | undefined> {
  const protectedBranch = createProtectedBranch(git.root);
  const tip = await trustAt(protectedBranch, git.git('rev-parse', 'main'), 'standard@3.0');
  if (tip === undefined) throw new Error('no rules on main');
  const ground = { protectedBranch } as ConstructorParameters<typeof Trusts>[0];
  return (await new Trusts(ground, tip).of(commit))?.allowedSigners;
}

/** A branch that begins at main, with these lists of keys one after the other. */
function branchWith(...lists: readonly string[]): readonly string[] {
  git.git('checkout', '--quiet', '-b', 'side');
  return lists.map((signers, index) => git.commit({ [SIGNERS_FILE]: signers, 'side.txt': `${index}` }));
}

const merge = (...how: readonly string[]) => {
  git.git('checkout', '--quiet', 'main');
  git.git('merge', '--quiet', ...how, 'side');
};

it('keys that a merged branch brought and took out again never count', async () => {
  const [planted = ''] = branchWith(ADA + EVIL, ADA);
  merge('--no-ff', '-m', 'Merge a feature');
  expect(await keysOf(planted)).toBeUndefined();
});

it('keys that main had count at each of its commits, when they are rotated one commit at a time', async () => {
  const commits = [ADA + BEA, BEA].map((signers) => [signers, git.commit({ [SIGNERS_FILE]: signers })] as const);
  for (const [signers, commit] of commits) expect(await keysOf(commit)).toBe(signers);
});

it('what main was counts also where a branch that took it in was fast-forwarded into main', async () => {
  const before = git.git('rev-parse', 'main');
  branchWith(ADA);
  git.git('checkout', '--quiet', 'main');
  const was = git.commit({ 'other.txt': 'y' });
  git.git('checkout', '--quiet', 'side');
  git.git('merge', '--quiet', '--no-ff', '-m', 'Take main in', 'main');
  merge('--ff-only');
  for (const commit of [before, was]) expect(await keysOf(commit)).toBe(ADA);
});
