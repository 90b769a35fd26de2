import { claimsOf } from '../../domain/signing/claims.ts';
import { objectionRemedy } from '../../domain/signing/objections.ts';
import { remedyOf } from '../../domain/signing/remedy.ts';
import { faultSentence, spoiltOf } from '../../domain/signing/verdicts.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { examineHistory } from './examine.ts';
import type { Governance } from './governance.ts';
import { mergedHashes } from './merged-hashes.ts';
import { sealWith } from './seal.ts';
import type { Signing, SigningContext } from './signing.ts';

/**
 * The signatures of a release whose rules ask for them: its whole history is examined.
 * @param contributors who has commits in the candidate, where that was asked
 */
export async function requiredSigning(
  context: SigningContext,
  plan: ReleasePlan,
  governance: Extract<Governance, { mode: 'required' }>,
  contributors: readonly string[] | undefined,
): Promise<Signing> {
  const ground = await context.signing();
  const examination = await examineHistory(ground, plan, governance.trust, context.clock.now());
  const refused = examination.refused.filter(({ act, standing, hash }) =>
    act === 'outcome' ? standing !== 'superseded' && examination.leftOut.has(hash) : standing === 'live',
  );
  const claimed = claimsOf(countedEvents(plan.events, 'real'));
  const merged = claimed.length === 0 ? undefined : await mergedHashes(ground, plan, governance.trust)();
  const isProved = (hash: string) => examination.signed.has(hash) || merged?.has(hash) === true;
  return {
    policy: governance.policy,
    branch: governance.branch,
    claims: claimed.filter((one) => !isProved(one.hash) && !examination.leftOut.has(one.hash)),
    trust: {
      commit: governance.trust.commit,
      policy: governance.trust.policyDigest,
      version: governance.trust.policy.version,
    },
    facts: {
      mode: 'required',
      contributors,
      refused: refused.map((one) => ({ act: one.act, sentence: faultSentence(one), ...remedyOf(plan, one) })),
      objections: [
        ...examination.objections.map(({ sentence }) => ({
          sentence,
          ...objectionRemedy(plan),
        })),
        ...spoiltOf(examination).map((one) => ({ sentence: faultSentence(one), ...remedyOf(plan, one) })),
      ],
    },
    sealing: {
      leftOut: examination.leftOut,
      proves: ({ hash }) => examination.proved.has(hash),
      seal: sealWith(ground, governance.trust, examination.leftOut),
    },
    examination,
  };
}
