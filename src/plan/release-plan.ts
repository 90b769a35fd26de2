import * as z from 'zod';
import { type Place, RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { findChainFault, genesisHash } from './chain.ts';
import { planDigest, sha256 } from './digest.ts';
import { EVENT_DATA, isEventType, type RecordedEvent, statusSchema } from './events.ts';
import { fromGit, lineAt } from './guard.ts';
import { type Metadata, metadataSchema, type Spec, specSchema } from './spec.ts';
import { decodePlan, readStatus, type StatusContent, writeStatus } from './status-text.ts';
import { API_VERSION, upgradeDocument, writtenPath } from './versions.ts';
import { checkShape, readYaml } from './yaml.ts';

/** A Release Plan Document as it was read: content, digests, and positions for messages. */
export interface ReleasePlan {
  readonly id: string;
  /** Path for messages, relative to the repository. */
  readonly file: string;
  readonly metadata: Metadata;
  readonly spec: Spec;
  readonly events: readonly RecordedEvent[];
  /** The phase that the file claims; audit compares it with the fold of the events. */
  readonly claimedPhase: string | undefined;
  /** Digest of the meaning of metadata and spec; approvals are bound to it. */
  readonly specDigest: string;
  /** SHA-256 of the bytes above `status`: what the approvers saw, comments included. */
  readonly textDigest: string;
  /** The bytes above `status`. */
  readonly head: string;
  /** SHA-256 of the whole file, for compare-and-swap. */
  readonly revision: string;
  place(path: readonly PropertyKey[]): Place;
}

/** Schema of the whole document; the JSON Schema for editors is generated from it. */
export const documentSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('ReleasePlan'),
  metadata: metadataSchema,
  spec: specSchema,
});

/** The same with `status`, for the generated JSON Schema. */
export const wholeDocumentSchema = documentSchema.extend({ status: statusSchema.optional() });

/**
 * Reads a Release Plan Document.
 * @param bytes the file as it lies on the disk
 * @param file its path, for messages
 * @throws RelctlError `plan.*`, each with file and line; nothing partial is ever returned
 */
export function parseReleasePlan(bytes: Uint8Array, file: string, id: string): ReleasePlan {
  const { text, head, status } = decodePlan(bytes, file);
  const yaml = readYaml(head, file);
  refuseFlowStyle(head, file);
  const place = (path: readonly PropertyKey[]): Place => yaml.place(writtenPath(yaml.value, path));
  const keyPlace = (path: readonly PropertyKey[]): Place => yaml.keyPlace(writtenPath(yaml.value, path));
  const upgraded = { value: upgradeDocument(yaml.value, file), place, keyPlace };
  const document = checkShape(documentSchema, upgraded, 'plan.schema', file, command`relctl plan ${id} --check`);
  if (document.metadata.id !== id) {
    throw new RelctlError(
      'plan.schema',
      `${file}: metadata.id is "${document.metadata.id}", but the file is named ${id}.yaml`,
      {
        place: place(['metadata', 'id']),
        why: 'The id ties approvals, locks and evidence to one release.',
        hints: [`rename the file, or set metadata.id to ${id}`],
      },
    );
  }
  // The digest is of what was written, not of what defaults were filled in: a new default must not void old approvals.
  const raw = yaml.value as { metadata: Metadata; spec: Spec };
  return {
    id,
    file,
    metadata: document.metadata,
    spec: document.spec,
    ...readHistory(id, file, text, head, status),
    specDigest: planDigest(raw.metadata, raw.spec),
    textDigest: sha256(head),
    head,
    revision: sha256(bytes),
    place,
  };
}

/**
 * Reads the text of a plan that has got another history. What people wrote, and the events that it begins with, are what they were, byte for
 * byte, and are neither parsed nor proved again: a deployment records some forty events. Any other text is read as a whole.
 * @throws RelctlError `plan.*`, as {@link parseReleasePlan} does
 */
export function rereadHistory(plan: ReleasePlan, bytes: Uint8Array): ReleasePlan {
  const { text, head, status } = decodePlan(bytes, plan.file);
  if (head !== plan.head) return parseReleasePlan(bytes, plan.file, plan.id);
  return { ...plan, ...readHistory(plan.id, plan.file, text, head, status, plan.events), revision: sha256(bytes) };
}

function readHistory(
  id: string,
  file: string,
  text: string,
  head: string,
  status: string,
  known: readonly RecordedEvent[] = [],
): Pick<ReleasePlan, 'events' | 'claimedPhase'> {
  const firstLine = lineAt(text, head.length);
  const content = readStatus(status, file, firstLine, known);
  return {
    events: content === undefined ? [] : checkEvents(id, content, file, firstLine + 4, known),
    claimedPhase: content?.phase,
  };
}

/** Lines cannot be added below a document that is one pair of braces, and `status` is lines. */
function refuseFlowStyle(head: string, file: string): void {
  const opening = /^(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*\{/.exec(head);
  if (opening === null) return;
  throw new RelctlError('plan.schema', `${file} is written as one pair of braces, as JSON is`, {
    place: { file, line: lineAt(head, opening[0].length - 1) },
    why: 'relctl keeps what people wrote as it is and records events in lines below it.',
    hints: ['write the top level in block style: apiVersion: relctl/v1, kind: ReleasePlan, …'],
  });
}

/** The text of a plan with other events; what people wrote is kept byte for byte. */
export function writeReleasePlan(
  plan: Pick<ReleasePlan, 'id' | 'head'>,
  events: readonly RecordedEvent[],
  phase: string,
): string {
  const head = plan.head.endsWith('\n') ? plan.head : `${plan.head}\n`;
  return `${head}${writeStatus({ phase, head: events.at(-1)?.hash ?? genesisHash(plan.id), events })}`;
}

/** @param known events that have been checked before; those that the history begins with are the same objects */
function checkEvents(
  id: string,
  content: StatusContent,
  file: string,
  firstLine: number,
  known: readonly RecordedEvent[],
): readonly RecordedEvent[] {
  const firstNew = content.events.findIndex((event, index) => event !== known[index]);
  const checked = firstNew === -1 ? content.events.length : firstNew;
  const fresh = content.events.slice(checked);
  const broken = (seq: number, problem: string): RelctlError =>
    new RelctlError('plan.chain-broken', `${file}: event ${seq} ${problem}`, {
      place: { file, line: firstLine + seq - 1 },
      why: 'Approvals and the record of what was done are only worth something if nobody can change them afterwards.',
      hints: fromGit(file),
    });
  const envelope = statusSchema.safeParse({ ...content, events: fresh });
  if (!envelope.success) {
    const [field, index = 0, ...rest] = envelope.error.issues[0]?.path ?? [];
    const seq = checked + Number(index) + 1;
    const path = field === 'events' ? [field, seq - 1, ...rest] : (envelope.error.issues[0]?.path ?? []);
    throw broken(seq, `is not an event that relctl records (${path.join('.')})`);
  }
  for (const event of fresh) {
    if (!isEventType(event.type)) throw broken(event.seq, `has the unknown type ${String(event.type)}`);
    const data = EVENT_DATA[event.type].safeParse(event.data);
    if (!data.success)
      throw broken(event.seq, `(${event.type}) has the wrong data at ${data.error.issues[0]?.path.join('.')}`);
  }
  const fault = findChainFault(id, content.events, checked);
  if (fault) throw broken(fault.seq, fault.problem);
  const last = content.events.at(-1);
  if (content.head !== (last?.hash ?? genesisHash(id)))
    throw broken(last?.seq ?? 0, 'is not the head that status names: the end of the history was cut');
  return content.events;
}
