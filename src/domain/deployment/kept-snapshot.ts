import { sha256 } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';
import { FENCE_ANNOTATION, fenceNumber, RELEASE_LABEL } from '../kubernetes/manifests.ts';

/**
 * A snapshot (what a target ran before a release) as it is kept in the target's own cluster, beside the lock: whoever lost the
 * clone that recorded it finds it there. ConfigMaps hold at most 1 MiB, so it is cut into parts.
 */
export interface KeptSnapshot {
  readonly attempt: number;
  readonly text: string;
  /** Digest of the plan that was deployed then; missing in what an older relctl kept. */
  readonly specDigest?: string;
}

/** Label on the parts of a snapshot, with the attempt that it was taken for. */
export const SNAPSHOT_LABEL = 'relctl.dev/snapshot';

const DIGEST = 'relctl.dev/snapshot-sha256';
const PLAN = 'relctl.dev/plan-sha256';
const PARTS = 'relctl.dev/snapshot-parts';

/** Characters of a part; one is at most three bytes in UTF-8, and a ConfigMap of 1 MiB is refused. */
const PART_LENGTH = 300_000;

/** The objects that keep a snapshot of a target in its cluster. */
export function snapshotParts(release: string, { attempt, text, specDigest }: KeptSnapshot): readonly KubeObject[] {
  const parts = partsOf(text);
  return parts.map((part, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `relctl-snapshot-${release}-${attempt}-${index}`,
      labels: { [RELEASE_LABEL]: release, [SNAPSHOT_LABEL]: String(attempt) },
      annotations: {
        [DIGEST]: sha256(text),
        [PARTS]: String(parts.length),
        ...(specDigest === undefined ? {} : { [PLAN]: specDigest }),
      },
    },
    data: { part },
  }));
}

/** Pieces of a text, none of which ends within a character: half of one does not survive the way to the API server. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  do {
    const end = from + PART_LENGTH;
    const to = isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;
    parts.push(text.slice(from, to));
    from = to;
  } while (from < text.length);
  return parts;
}

/** True for the first half of a character beyond the Basic Multilingual Plane, as UTF-16 has it. */
function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/**
 * The snapshot of the latest attempt; `undefined` when there is none, or when not all of its parts are there and are what was kept. An earlier
 * attempt's is of a production that was another one, so it never stands in for it.
 */
export function latestSnapshot(release: string, objects: readonly KubeObject[]): KeptSnapshot | undefined {
  const attempts = objects.map((one) => Number(one.metadata.labels?.[SNAPSHOT_LABEL])).filter(Number.isSafeInteger);
  if (attempts.length === 0) return undefined;
  const attempt = Math.max(...attempts);
  const text = textOf(release, attempt, objects);
  const first = objects.find(({ metadata: { name } }) => name === `relctl-snapshot-${release}-${attempt}-0`);
  const specDigest = first?.metadata.annotations?.[PLAN];
  return text === undefined ? undefined : { attempt, text, ...(specDigest === undefined ? {} : { specDigest }) };
}

function textOf(release: string, attempt: number, objects: readonly KubeObject[]): string | undefined {
  const named = new Map(objects.map((one) => [one.metadata.name, one]));
  const first = named.get(`relctl-snapshot-${release}-${attempt}-0`);
  const count = Number(first?.metadata.annotations?.[PARTS]);
  if (!Number.isSafeInteger(count)) return undefined;
  const parts = Array.from({ length: count }, (_, index) => {
    const { data } = (named.get(`relctl-snapshot-${release}-${attempt}-${index}`) ?? {}) as {
      data?: { part?: string };
    };
    return data?.part;
  });
  if (parts.includes(undefined)) return undefined;
  const text = parts.join('');
  return sha256(text) === first?.metadata.annotations?.[DIGEST] ? text : undefined;
}

/**
 * True for an object that a run of this release has written; parts of a snapshot are no change of production.
 * @param above fence of the last run that does not count
 */
export function isWrittenBy(release: string, { metadata }: Pick<KubeObject, 'metadata'>, above = 0): boolean {
  const mark = metadata.annotations?.[FENCE_ANNOTATION];
  return (
    metadata.labels?.[SNAPSHOT_LABEL] === undefined &&
    mark?.startsWith(`${release}/`) === true &&
    (above === 0 || fenceNumber(mark) > above)
  );
}
