import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import { createApplyTogether } from './apply-together.ts';
import { containsObject } from './contains.ts';
import { type Fate, writeOnce } from './guarded-write.ts';
import type { Kubectl } from './kubectl.ts';
import type { Memory } from './memory.ts';
import { refOf, subjectOf } from './object-ref.ts';

/** What writing goes by. */
export interface WriteGround {
  readonly kubectl: Kubectl;
  readonly memory: Memory;
  readonly read: (ref: ObjectRef) => Promise<KubeObject | undefined>;
  /** The command that shows an object, for hints. */
  readonly lookAt: (ref: ObjectRef) => string;
  /** The kubectl arguments that apply what stands on standard input. */
  readonly applying: readonly string[];
}

/**
 * Writes an object as it is sent, with the precondition that it carries.
 * @param before the version it is written over; `undefined`: there was no object
 * @param args what kubectl does with the object on its standard input; it prints what the object became
 * @throws KubectlFailure for a definite no; RelctlError `cluster.ambiguous` when the fate stays unknown
 */
export type Write = (sent: KubeObject, before: string | undefined, args: readonly string[]) => Promise<KubeObject>;

/** Binds writing to a target. */
export function createWrite({ kubectl, memory, read, lookAt, applying }: WriteGround): Write {
  const applyTogether = createApplyTogether(kubectl, applying);

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

  return (sent, before, args) => {
    const byItself = async () => memory.seen(JSON.parse(await kubectl.run(args, JSON.stringify(sent))) as KubeObject);
    let isFirst = args === applying;
    return writeOnce({
      subject: subjectOf(refOf(sent)),
      async attempt() {
        const withOthers = isFirst ? await applyTogether(sent) : 'alone';
        isFirst = false;
        if (withOthers === 'alone') return byItself();
        if (withOthers !== 'refused') return memory.seen(withOthers);
        const fate = await fateOf(sent, before);
        return fate.happened === true ? fate.result : byItself();
      },
      readBack: () => fateOf(sent, before),
      pause: kubectl.pause,
      look: lookAt(refOf(sent)),
    });
  };
}
