import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import type { Address, Api } from './api.ts';
import { containsObject } from './contains.ts';
import { type Fate, writeOnce } from './guarded-write.ts';
import type { Memory } from './memory.ts';
import { refOf, subjectOf } from './object-ref.ts';
import { pauseAfter } from './repeat.ts';

/** What writing goes by. */
export interface WriteGround {
  readonly api: Api;
  readonly memory: Pick<Memory, 'at'>;
  /** Is given what an object became. */
  readonly seen: (object: KubeObject) => KubeObject;
  readonly read: (ref: ObjectRef) => Promise<KubeObject | undefined>;
  /** The command that shows an object, for hints. */
  readonly lookAt: (ref: ObjectRef) => string;
}

/**
 * Writes an object as it is sent, with the precondition that it carries.
 * @param before the version it is written over; `undefined`: there was no object
 * @throws RequestFailure for a definite no; RelctlError `cluster.ambiguous` when the fate stays unknown
 */
type Write = (address: Address, sent: KubeObject, before: string | undefined) => Promise<KubeObject>;

/** The ways of writing a whole object. */
export type Writes = Readonly<Record<'create' | 'apply' | 'replace', Write>>;

/** Binds writing to a target. */
export function createWrites({ api, memory, seen, read, lookAt }: WriteGround): Writes {
  /** What is known of a write of `wanted` over `before` from what is there now. */
  async function fateOf(wanted: KubeObject, before: string | undefined): Promise<Fate<KubeObject>> {
    const now = await read(refOf(wanted));
    if (now !== undefined && containsObject(now, wanted)) return { happened: true, result: now };
    const isUntouched =
      now?.metadata.resourceVersion === before || (now !== undefined && hasOldSpec(now, wanted, before));
    return { happened: isUntouched ? false : 'unknowable' };
  }

  /**
   * True when only status or metadata has changed since a version: a change of the spec raises the generation, and ours would have.
   */
  function hasOldSpec(now: KubeObject, wanted: KubeObject, before: string | undefined): boolean {
    const known = before === undefined ? undefined : memory.at(wanted, before);
    if (known?.generation === undefined || known.uid !== now.metadata.uid) return false;
    const { apiVersion, kind, spec } = wanted;
    const hasOurs = containsObject(now, { apiVersion, kind, metadata: { name: wanted.metadata.name }, spec });
    return !hasOurs && known.generation === now.metadata.generation;
  }

  function bind(
    attempt: (address: Address, sent: KubeObject, isFirst: boolean) => Promise<KubeObject | 'refused'>,
  ): Write {
    return (address, sent, before) => {
      let isFirst = true;
      return writeOnce({
        subject: subjectOf(refOf(sent)),
        async attempt() {
          const company = isFirst;
          isFirst = false;
          const written = await attempt(address, sent, company);
          if (written !== 'refused') return seen(written);
          const fate = await fateOf(sent, before);
          if (fate.happened === true) return fate.result;
          return seen((await attempt(address, sent, false)) as KubeObject);
        },
        readBack: () => fateOf(sent, before),
        pause: pauseAfter,
        look: lookAt(refOf(sent)),
      });
    };
  }

  return {
    create: bind(({ collection }, sent) => api.create(collection, sent)),
    apply: bind((address, sent, isFirst) => api.apply(address, sent, isFirst)),
    replace: bind((address, sent) => api.replace(address, sent)),
  };
}
