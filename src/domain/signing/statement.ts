import * as z from 'zod';
import { canonicalJson, sha256 } from '../../plan/digest.ts';
import type { RecordedEvent } from '../../plan/events.ts';
import { SIGNED_ACTS, type SignedAct } from '../../plan/policy.ts';
import { ACTS } from './acts.ts';

/** The type of relctl's predicate; there is no standard one for a decision in a release. */
const PREDICATE_TYPE = 'https://relctl.dev/attestation/decision/v1';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().min(1);
/** It becomes part of a path, so it is held to its form. */
const processName = z.string().regex(/^[a-z0-9-]+@\d+\.\d+$/);
const subject = z.strictObject({ name: text, digest: z.strictObject({ sha256: digest }) });

/** An in-toto Statement v1 whose predicate is a decision: everything that an approval is bound to. */
const statementSchema = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  /** What is decided on: the meaning of the plan, its exact text, and the images in staging where there are any. */
  subject: z.array(subject).min(2).max(3),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.strictObject({
    repository: text,
    release: text,
    environment: z.enum(['staging', 'production']),
    role: z.enum(SIGNED_ACTS),
    /** Round of the CAB, or attempt of staging or deployment; 0 where there was none yet. */
    round: z.int().min(0),
    decision: text,
    /** Digest of the evidence of a sign-off: its checks and files. */
    checks: digest.optional(),
    /** Digest of the event's type and data, the signature aside: not a comment can be changed. */
    act: digest,
    policy: z.strictObject({ process: processName, version: text, sha256: digest, commit: text }),
    /** Hash of the last event that the signer saw. */
    seen: digest,
    signer: text,
    onBehalfOf: text.optional(),
    issuedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    nonce: z.string().regex(/^[0-9a-f]{32}$/),
  }),
});

/** What is signed. */
export type Statement = z.infer<typeof statementSchema>;

/** The facts from which a statement is built. */
export interface StatementFacts {
  readonly release: string;
  readonly act: SignedAct;
  /** Type and data of the event as it will be recorded, without the signature. */
  readonly event: Pick<RecordedEvent, 'type' | 'data'>;
  readonly specDigest: string;
  readonly textDigest: string;
  /** Images in staging, by service; `undefined` before anything was staged. */
  readonly images: Readonly<Record<string, readonly string[]>> | undefined;
  readonly round: number;
  readonly repository: string;
  readonly policy: Statement['predicate']['policy'];
  readonly seen: string;
  readonly signer: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly nonce: string;
}

/** Builds the statement of an act. */
export function buildStatement(facts: StatementFacts): Statement {
  const { release, act, event, images } = facts;
  const checks = checksDigest(event);
  const { onBehalfOf } = event.data as { onBehalfOf?: string };
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjectsOf(release, facts.specDigest, facts.textDigest, images),
    predicateType: PREDICATE_TYPE,
    predicate: {
      repository: facts.repository,
      release,
      environment: ACTS[act].environment,
      role: act,
      round: facts.round,
      decision: decisionOf(event),
      ...(checks === undefined ? {} : { checks }),
      act: actDigest(event),
      policy: facts.policy,
      seen: facts.seen,
      signer: facts.signer,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      issuedAt: facts.issuedAt,
      expiresAt: facts.expiresAt,
      nonce: facts.nonce,
    },
  };
}

/** The exact text that is signed: canonical JSON, so that one meaning has one text. */
export function statementText(statement: Statement): string {
  return canonicalJson(statement);
}

/** Reads a signed text: `malformed` when it is no statement, `not-canonical` when it is one written otherwise than relctl writes it. */
export function readStatement(signed: string): Statement | 'malformed' | 'not-canonical' {
  let value: unknown;
  try {
    value = JSON.parse(signed);
  } catch {
    return 'malformed';
  }
  const read = statementSchema.safeParse(value);
  if (!read.success) return 'malformed';
  return statementText(read.data) === signed ? read.data : 'not-canonical';
}

/** What is decided on, in the order in which it stands in the statement. */
export function subjectsOf(
  release: string,
  specDigest: string,
  textDigest: string,
  images: StatementFacts['images'],
): Statement['subject'] {
  const named = (part: string, digestOfPart: string) => ({
    name: `releases/${release}.yaml#${part}`,
    digest: { sha256: digestOfPart },
  });
  return [
    named('spec', specDigest),
    named('text', textDigest),
    ...(images === undefined ? [] : [named('staged-images', sha256(canonicalJson(images)))]),
  ];
}

/** Digest of an event's type and data, without the signature. */
export function actDigest(event: Pick<RecordedEvent, 'type' | 'data'>): string {
  const { signature: _signature, ...data } = event.data as Record<string, unknown>;
  return sha256(canonicalJson({ type: event.type, data }));
}

/** Digest of what a sign-off is based on; `undefined` for other acts. */
export function checksDigest(event: Pick<RecordedEvent, 'type' | 'data'>): string | undefined {
  if (event.type !== 'signoff.recorded') return undefined;
  const { checks, evidence } = event.data as { checks: unknown; evidence: unknown };
  return sha256(canonicalJson({ checks, evidence }));
}

/** The decision of an act in a word: a vote or a sign-off has one of its own, the others say what they are. */
export function decisionOf(event: Pick<RecordedEvent, 'type' | 'data'>): string {
  const { decision } = event.data as { decision?: string };
  return decision ?? event.type;
}
