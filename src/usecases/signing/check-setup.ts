import type { Check } from '../../domain/outcome/outcome.ts';
import { samePerson } from '../../domain/people/people.ts';
import { grantsOf, signersLine } from '../../domain/signing/grants.ts';
import { keyFingerprint } from '../../domain/signing/sshsig.ts';
import type { Trust } from '../../domain/signing/trust.ts';
import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { Context } from '../release/context.ts';
import { loadGovernance } from './governance.ts';
import { revokedKeys } from './trust.ts';

/** What `relctl doctor` says about signatures: the rules, the keys, and whether the person at work can sign. */
export async function checkSigning(context: Context): Promise<readonly Check[]> {
  const { simulated } = context.environments;
  try {
    const governance = await loadGovernance(context, context.config.process, { simulated, finished: false });
    if (governance.mode !== 'required') return [notSigned(governance.mode)];
    const ground = await context.signing();
    const revoked = await revokedKeys(ground.protectedBranch, governance.trust);
    return [
      {
        state: 'ok',
        text: 'signatures',
        detail: `required; ${governance.trust.signers.length} keys of ${peopleIn(governance.trust)} people on ${governance.branch}`,
      },
      revoked === undefined
        ? { state: 'warning', text: 'revoked keys', detail: 'the policy names no list (signing.revoked)' }
        : { state: 'ok', text: 'revoked keys', detail: governance.trust.policy.signing.revoked ?? '' },
      await ownKey(context, governance.trust),
    ];
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return [{ state: 'failed', text: 'signatures', detail: [error.message, ...error.hints.slice(0, 2)].join('; ') }];
  }
}

function notSigned(mode: 'simulated' | 'unsigned'): Check {
  return mode === 'simulated'
    ? { state: 'ok', text: 'signatures', detail: 'nobody signs in the sandbox' }
    : {
        state: 'warning',
        text: 'signatures',
        detail: 'approvals are not signed: set signing.mode to required in the policy (docs/signing.md)',
      };
}

function peopleIn(trust: Trust): number {
  return new Set(trust.signers.map((one) => one.principal)).size;
}

/** The key of the person at work: what it may sign, or the line that has to be merged first. */
async function ownKey(context: Pick<Context, 'actor' | 'config' | 'signing'>, trust: Trust): Promise<Check> {
  const text = `signing key of ${context.actor}`;
  const { signer } = await context.signing();
  try {
    const publicKey = await signer.publicKey();
    const [type = '', base64 = ''] = publicKey.split(' ');
    const fingerprint = keyFingerprint(type, base64);
    const line = trust.signers.find(
      (one) => one.fingerprint === fingerprint && samePerson(one.principal, context.actor),
    );
    if (line === undefined) {
      const wanted = signersLine(context.actor, grantsOf(context.actor, context.config.team), publicKey);
      return {
        state: 'warning',
        text,
        detail: `not allowed to sign; to be merged, as ${command`relctl keys setup`} does: ${wanted}`,
      };
    }
    await signer.sign('relctl doctor', 'relctl-doctor@relctl.dev');
    return { state: 'ok', text, detail: `${fingerprint}, may sign ${line.namespaces.join(', ')}` };
  } catch (error) {
    if (!(error instanceof RelctlError)) throw error;
    return { state: 'warning', text, detail: [error.message, ...error.hints.slice(0, 1)].join('; ') };
  }
}
