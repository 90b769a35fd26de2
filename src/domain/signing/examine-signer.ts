import type { RecordedEvent, RecordedSignature } from '../../plan/events.ts';
import type { SignedAct } from '../../plan/policy.ts';
import { samePerson } from '../people/people.ts';
import { timeOf } from '../schedule/calendar.ts';
import { namespaceOf, signerOf } from './acts.ts';
import type { AllowedSigner } from './allowed-signers.ts';
import type { SignatureFault } from './faults.ts';
import { readSshSignature } from './sshsig.ts';
import { readStatement, type Statement } from './statement.ts';

/** Why an act does not count: the fault, and the fact behind it. */
export interface Fault {
  readonly code: SignatureFault;
  readonly detail: string;
}

/** A signature whose form, signer and key are as they should be; ssh-keygen still has to verify the bytes. */
export interface ReadSignature {
  readonly statement: Statement;
  readonly fingerprint: string;
}

/**
 * First part of the examination: form, person and key. It reads the signature by itself, so that each reason for a refusal
 * is known; ssh-keygen only says yes or no.
 * @param usedAt when the act is used, milliseconds since the epoch; `undefined` where only its recording counts
 */
export function examineSigner(
  event: RecordedEvent,
  signature: RecordedSignature,
  act: SignedAct,
  signers: readonly AllowedSigner[],
  usedAt: number | undefined,
): ReadSignature | Fault {
  const read = readSshSignature(signature.signature);
  if (read === undefined) return { code: 'signature-malformed', detail: 'no armoured SSH signature' };
  const statement = readStatement(signature.statement);
  if (statement === 'malformed') return { code: 'statement-malformed', detail: signature.statement.slice(0, 60) };
  if (statement === 'not-canonical') return { code: 'statement-not-canonical', detail: 'not canonical JSON' };
  if (read.fingerprint !== signature.keyFingerprint) {
    return { code: 'fingerprint-mismatch', detail: `${signature.keyFingerprint} recorded, ${read.fingerprint} signed` };
  }
  const due = namespaceOf(event, act);
  const wrong = [read.namespace, signature.namespace].find((namespace) => namespace !== due);
  if (wrong !== undefined) {
    return { code: 'namespace-mismatch', detail: `${wrong} instead of ${due}` };
  }
  const { signer } = statement.predicate;
  const expected = signerOf(event);
  if (signer !== expected) return { code: 'actor-mismatch', detail: `${expected} recorded, ${signer} signed` };
  const fault = examineKey(signer, read.fingerprint, due, signers, timeOf(event.at), usedAt);
  return fault ?? { statement, fingerprint: read.fingerprint };
}

function examineKey(
  signer: string,
  fingerprint: string,
  namespace: string,
  signers: readonly AllowedSigner[],
  at: number,
  usedAt: number | undefined,
): Fault | undefined {
  const own = signers.filter((one) => one.principal === signer);
  if (own.length === 0) {
    const spelled = signers.find((one) => samePerson(one.principal, signer));
    return spelled === undefined
      ? { code: 'signer-unknown', detail: signer }
      : { code: 'signer-spelled-otherwise', detail: `${signer}, there ${spelled.principal}` };
  }
  const lines = own.filter((one) => one.fingerprint === fingerprint);
  if (lines.length === 0) return { code: 'key-unknown', detail: `${fingerprint} is no key of ${signer}` };
  const granted = lines.filter((one) => one.namespaces.includes(namespace));
  if (granted.length === 0) return { code: 'signer-without-grant', detail: `${signer} has no grant ${namespace}` };
  if (granted.some((one) => isValid(one, at) && (usedAt === undefined || isValid(one, usedAt)))) return undefined;
  const intake = granted.find((one) => isValid(one, at));
  if (intake !== undefined) return { code: 'key-expired-since', detail: validity(intake) };
  const [first] = granted;
  const isEarly = granted.every((one) => at < (one.validAfter ?? Number.NEGATIVE_INFINITY));
  return { code: isEarly ? 'key-not-yet-valid' : 'key-expired', detail: first === undefined ? '' : validity(first) };
}

/** As ssh-keygen has it (sshsig.c): valid from `valid-after` on, both ends included. */
function isValid({ validAfter, validBefore }: AllowedSigner, at: number): boolean {
  return at >= (validAfter ?? Number.NEGATIVE_INFINITY) && at <= (validBefore ?? Number.POSITIVE_INFINITY);
}

function validity({ validAfter, validBefore, line }: AllowedSigner): string {
  const day = (at: number | undefined) => (at === undefined ? '…' : new Date(at).toISOString());
  return `valid ${day(validAfter)} to ${day(validBefore)} (line ${line} of the allowed signers)`;
}
