import type { KubeObject, ObjectRef } from '../../ports/cluster.ts';
import { adoptionPatch } from './adoption.ts';
import { versionKey } from './object-ref.ts';

/** What is kept of an object that was read. */
export interface Remembered {
  readonly uid: string | undefined;
  /** Raised by the server with each change of the spec; some kinds have none. */
  readonly generation: number | undefined;
  /** See {@link adoptionPatch}. */
  readonly adoption: readonly object[] | undefined;
  /** Who has set fields of it. */
  readonly managers: readonly string[];
  /** When fields of it were set last, by the server's clock. */
  readonly writtenAt: number | undefined;
}

/** What is known of objects that were read, by name and version: a version alone does not tell an object from its successor. */
export interface Memory {
  /** Keeps what a later write needs to know, and gives the object without what only kubectl's own bookkeeping needs. */
  seen(object: KubeObject): KubeObject;
  /** What was seen of the object at a version. */
  at(ref: KubeObject | ObjectRef, resourceVersion: string): Remembered | undefined;
}

const MOST = 2000;

/** A memory for the objects of one target that `manager` applies. */
export function createMemory(manager: string): Memory {
  const known = new Map<string, Remembered>();
  return {
    seen(object) {
      const { managedFields, ...metadata } = object.metadata;
      const { uid, generation, resourceVersion } = metadata;
      const managers = managersIn(managedFields);
      known.set(versionKey(object, resourceVersion), {
        uid,
        generation,
        adoption: adoptionPatch(object, manager),
        managers,
        writtenAt: lastWrite(managedFields),
      });
      if (known.size > MOST) known.delete(known.keys().next().value ?? '');
      return { ...object, metadata };
    },
    at: (ref, resourceVersion) => known.get(versionKey(ref, resourceVersion)),
  };
}

/** Each line of the book has the time at which its manager changed something. Source: Kubernetes API, ManagedFieldsEntry. */
function lastWrite(managedFields: unknown): number | undefined {
  const entries = Array.isArray(managedFields) ? (managedFields as readonly { readonly time?: string }[]) : [];
  const times = entries.map(({ time }) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : Math.max(...times);
}

function managersIn(managedFields: unknown): readonly string[] {
  const entries = Array.isArray(managedFields) ? (managedFields as readonly { readonly manager?: string }[]) : [];
  return [...new Set(entries.flatMap(({ manager }) => manager ?? []))];
}
