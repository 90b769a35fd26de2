import { isoTime, timeOf } from '../../domain/schedule/calendar.ts';
import { actOf, leadsBack, mustBeSigned, namespaceOf, signerOf } from '../../domain/signing/acts.ts';
import { roundOf, stagedImages } from '../../domain/signing/examine-statement.ts';
import { SIGNATURE_FAULTS } from '../../domain/signing/faults.ts';
import type { RefusedAct } from '../../domain/signing/refused-act.ts';
import { keyFingerprint, readSshSignature } from '../../domain/signing/sshsig.ts';
import { buildStatement, statementText } from '../../domain/signing/statement.ts';
import type { Trust } from '../../domain/signing/trust.ts';
import { RelctlError } from '../../errors.ts';
import { appendEvent, genesisHash, type NewEvent } from '../../plan/chain.ts';
import { countedEvents } from '../../plan/counted.ts';
import type { EventData, EventType, RecordedEvent } from '../../plan/events.ts';
import type { SignedAct } from '../../plan/policy.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import { command } from '../../text/command-line.ts';
import type { SigningGround } from '../release/context.ts';
import { examineHistory } from './examine.ts';

/** Puts a signature under what has to be signed, before it is recorded. */
export type Seal = (plan: ReleasePlan, event: NewEvent<EventType>) => Promise<NewEvent<EventType>>;

/** What seals a release. */
interface Sealer {
  readonly context: SigningGround;
  readonly trust: Trust;
  readonly leftOut: ReadonlySet<string>;
}

/**
 * Makes the seal of a release that counts only signed acts. What was just signed is examined like what others signed, at once:
 * nothing is recorded that would not count.
 * @param leftOut hashes of recorded events that do not count
 * @throws RelctlError `signing.refused` with the fault, `signing.no-key`, `signing.failed`
 */
export function sealWith(context: SigningGround, trust: Trust, leftOut: ReadonlySet<string> = new Set()): Seal {
  const on: Sealer = { context, trust, leftOut };
  return async (plan, event) => {
    const act = actOf(event as Pick<RecordedEvent, 'type' | 'data'>);
    if (act === undefined || !mustBeSigned(act, trust.policy)) return event;
    try {
      return await seal(on, plan, event, act);
    } catch (error) {
      if (!(error instanceof RelctlError) || !leadsBack(event as Pick<RecordedEvent, 'type' | 'data'>)) throw error;
      // A key that did not sign is not asked twice while production is to go back.
      return OF_KEY.has(error.code) ? event : signedAnyhow(on, plan, event, act);
    }
  };
}

const OF_KEY: ReadonlySet<string> = new Set(['signing.failed', 'signing.no-key', 'tool.missing', 'tool.timeout']);

/** What is recorded while production waits to be put back; its end is recorded when it is. */
const WAITED_FOR: ReadonlySet<EventType> = new Set([
  ...(['canary.judged', 'canary.held', 'deploy.aborted', 'rollback.started', 'release.frozen'] as const),
  ...(['step.intended', 'step.completed', 'step.failed'] as const),
]);

function isHurried(event: NewEvent<EventType>): boolean {
  return WAITED_FOR.has(event.type) && leadsBack(event as Pick<RecordedEvent, 'type' | 'data'>);
}

/**
 * What puts production back is recorded in any case: signed where there is a key, also while what it is examined by does not
 * read; without a signature where there is none, which the audit names.
 */
async function signedAnyhow(
  on: Sealer,
  plan: ReleasePlan,
  event: NewEvent<EventType>,
  act: SignedAct,
): Promise<NewEvent<EventType>> {
  try {
    return { ...event, data: await signed(on, plan, event, act) };
  } catch (error) {
    if (error instanceof RelctlError) return event;
    throw error;
  }
}

async function seal(
  on: Sealer,
  plan: ReleasePlan,
  event: NewEvent<EventType>,
  act: SignedAct,
): Promise<NewEvent<EventType>> {
  const sealed = { ...event, data: await signed(on, plan, event, act) };
  const { context, trust } = on;
  const { events } = appendEvent(plan.id, plan.events, sealed);
  const examination = await examineHistory(context, { ...plan, events }, trust, timeOf(event.at));
  const refused = examination.refused.find((one) => one.seq === events.length);
  if (refused !== undefined) throw await refusal(context, trust, plan.id, refused, sealed as Sealed);
  return sealed;
}

async function signed(
  { context, trust, leftOut }: Sealer,
  plan: ReleasePlan,
  event: NewEvent<EventType>,
  act: SignedAct,
): Promise<EventData<EventType>> {
  const namespace = namespaceOf(event as Pick<RecordedEvent, 'data'>, act);
  const held = countedEvents(plan.events, 'real').filter((one) => !leftOut.has(one.hash));
  const { signing } = trust.policy;
  const statement = statementText(
    buildStatement({
      release: plan.id,
      act,
      event: event as Pick<RecordedEvent, 'type' | 'data'>,
      specDigest: plan.specDigest,
      textDigest: plan.textDigest,
      images: stagedImages(held, held.length),
      round: roundOf(held, { ...(event as RecordedEvent), seq: plan.events.length + 1 }, plan.events),
      repository: signing.repository ?? '',
      policy: {
        process: trust.process,
        version: trust.policy.version,
        sha256: trust.policyDigest,
        commit: trust.commit,
      },
      seen: plan.events.at(-1)?.hash ?? genesisHash(plan.id),
      signer: signerOf(event as Pick<RecordedEvent, 'actor' | 'data'>),
      issuedAt: event.at,
      expiresAt: isoTime(timeOf(event.at) + signing.maxAgeDays * 86_400_000),
      nonce: context.signer.nonce(),
    }),
  );
  const signature = await context.signer.sign(statement, namespace, { hurried: isHurried(event) });
  const keyFingerprintOfSigner = readSshSignature(signature)?.fingerprint ?? 'unknown';
  return {
    ...event.data,
    signature: { statement, signature, namespace, keyFingerprint: keyFingerprintOfSigner },
  } as EventData<EventType>;
}

type Sealed = Pick<RecordedEvent, 'actor' | 'data'>;

async function refusal(
  context: SigningGround,
  trust: Trust,
  id: string,
  refused: RefusedAct,
  event: Sealed,
): Promise<RelctlError> {
  const { act, actor, fault } = refused;
  return new RelctlError('signing.refused', `${actor} cannot sign this: ${SIGNATURE_FAULTS[fault.code]}`, {
    why: `It would not count (${fault.detail}), so nothing was recorded.`,
    hints: await hintsFor(context, trust, id, refused, event),
    data: { fault: fault.code, detail: fault.detail, act, actor, release: id },
  });
}

async function hintsFor(
  context: SigningGround,
  trust: Trust,
  id: string,
  { act, fault }: RefusedAct,
  event: Sealed,
): Promise<readonly string[]> {
  const isAboutKeys = /^(signer-|key-)/.test(fault.code) && fault.code !== 'signer-without-role';
  if (!isAboutKeys) return [command`relctl audit ${id}`, command`relctl status ${id}`];
  const file = trust.policy.signing.allowedSigners;
  const [type = '', base64 = ''] = (await context.signer.publicKey()).split(' ');
  const isKnown = trust.signers.some((one) => one.fingerprint === keyFingerprint(type, base64));
  return [
    isKnown
      ? `correct the line of this key in ${file} and have it merged`
      : `have this line merged into ${file}: ${signerOf(event)} namespaces="${namespaceOf(event, act)}" ${type} ${base64}`,
    'or sign with your other key: git config relctl.signingKey <file>',
    'relctl doctor',
  ];
}
