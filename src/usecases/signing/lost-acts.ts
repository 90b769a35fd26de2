import {
  type ClaimedAct,
  type LostAct,
  lostActs,
  unreadVersions,
  voidingActs,
} from '../../domain/history/lost-acts.ts';
import { timeOf } from '../../domain/schedule/calendar.ts';
import { actOf, signatureOf, titleOf } from '../../domain/signing/acts.ts';
import { examineSigner } from '../../domain/signing/examine-signer.ts';
import type { Trust } from '../../domain/signing/trust.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { FileHistory, FileVersion } from '../../ports/protected-branch.ts';
import type { SigningGround } from '../release/context.ts';
import { revokedKeys } from './trust.ts';
import { Trusts } from './trusts.ts';

/**
 * Signed acts that stand in a commit on any line that leads here, or to the protected branch, and are gone from the history: whoever may
 * push can take the end of a history off, be it by a merge that keeps the file of before. Only acts whose signatures hold count, so that
 * nobody without a key can put one there that was never given. They hold under the keys of today, and under any that the protected branch has
 * had since: a No-Go stays said when its signer has left, or has another key. Only a revoked key takes with it what it signed.
 */
export async function findLostActs(
  ground: SigningGround,
  plan: ReleasePlan,
  trust: Trust,
  history: { readonly versions: readonly Pick<FileVersion, 'commit' | 'bytes'>[] },
): Promise<readonly LostAct[]> {
  const versions = history.versions.map(({ commit, bytes }) => ({ commit, text: new TextDecoder().decode(bytes) }));
  if (lostActs(plan, versions, []).length === 0) return [];
  const revoked = await revokedKeys(ground.protectedBranch, trust);
  const trusts = new Trusts(ground, trust);
  const signed = async <T extends ClaimedAct>(claimed: readonly T[]): Promise<readonly T[]> => {
    const found: T[] = [];
    for (const one of claimed) {
      for (const rules of await rulesSince(trusts, trust, one)) {
        if (!(await isSigned(ground, rules, revoked, one))) continue;
        found.push(one);
        break;
      }
    }
    return found;
  };
  return signed(lostActs(plan, versions, await signed(voidingActs(plan))));
}

/** The rules of today and those since the act was signed, each list of keys once. */
async function rulesSince(trusts: Trusts, tip: Trust, { statement }: ClaimedAct): Promise<readonly Trust[]> {
  const { commit, process } = statement.predicate.policy;
  const all = [tip, ...(await trusts.since(commit, process))];
  return all.filter((one, index) => all.findIndex((other) => other.allowedSigners === one.allowedSigners) === index);
}

/**
 * Versions that do not read because git kept another text than was written, or that are too many, as sentences: whoever may push attributes (`filter`,
 * `working-tree-encoding`) could else have what others sign committed in a form in which nobody finds it, and take it out again. A version that
 * does not read although no attribute was ever there, such as one with the marks of a merge, hides nothing.
 */
export async function unreadSentences(
  { protectedBranch }: Pick<SigningGround, 'protectedBranch'>,
  { file }: Pick<ReleasePlan, 'file'>,
  history: Omit<FileHistory, 'isWhole'>,
  tips: readonly string[] = [],
): Promise<readonly string[]> {
  if (history.isTooMuch === true) {
    return [
      `commits hold more of ${file} than is read, so nobody knows what was signed there: have them taken out of their branch`,
    ];
  }
  const versions = history.versions.map(({ commit, bytes }) => ({ commit, text: new TextDecoder().decode(bytes) }));
  const [unread] = unreadVersions(versions);
  if (unread === undefined) return [];
  const attributes = await protectedBranch.keptOtherwise(file, tips);
  return attributes.length === 0
    ? []
    : [
        `${file} does not read as commit ${unread.commit.slice(0, 12)} has it, and .gitattributes had git keep it in another form (${attributes.join(', ')}), so nobody knows what was signed there: have that commit taken out of its branch, and what was recorded in it recorded again`,
      ];
}

/** What is gone, in a sentence. */
export function lostSentence(lost: LostAct): string {
  return `${standsIn(lost)} and is gone from the history`;
}

/** What stands on another branch alone, in a sentence. */
export function elsewhereSentence(lost: LostAct): string {
  return `${standsIn(lost)} of another branch, and not in the history here`;
}

function standsIn({ commit, event, statement }: LostAct): string {
  const { role, decision, signer } = statement.predicate;
  const word = decision === event.type ? '' : `, ${decision},`;
  return `the ${titleOf(event.type, role)} of ${signer}${word} stands signed in commit ${commit.slice(0, 12)}`;
}

async function isSigned(
  { signer }: SigningGround,
  trust: Trust,
  revoked: Uint8Array | undefined,
  { event, statement }: ClaimedAct,
): Promise<boolean> {
  const [act, signature] = [actOf(event), signatureOf(event)];
  if (act === undefined || signature === undefined) return false;
  // The signed time: that of the event is anybody's word.
  const { issuedAt, signer: principal } = statement.predicate;
  const read = examineSigner({ ...event, at: issuedAt }, signature, act, trust.signers, undefined);
  if ('code' in read) return false;
  const { namespace } = signature;
  const { allowedSigners } = trust;
  const claim = { statement: signature.statement, signature: signature.signature, namespace, principal };
  return (await signer.verify({ ...claim, at: timeOf(issuedAt), allowedSigners, revoked })) === 'good';
}
