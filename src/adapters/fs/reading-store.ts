import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../plan/digest.ts';
import type { ReleasePlan } from '../../plan/release-plan.ts';
import type { PlanStore } from '../../ports/plan-store.ts';
import { readBounded } from './bounded-read.ts';
import { confine } from './confine.ts';
import type { Remembered } from './remembered.ts';

/** Where the plans lie and what is known of them. */
export interface ReadingStoreOptions {
  /** Absolute path of the work tree. */
  readonly root: string;
  /** Folder of the plans, relative to `root`. */
  readonly releases: string;
  readonly remembered: Remembered;
}

/** An id that can stand in a path without further checks; what is refused, and why, says the whole store. */
const PLAIN_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** No plan is larger; see LARGEST_PLAN, whose module this one must not load. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * A plan store for reading. A plan that was read before in the same bytes is not parsed and checked again; its places in the
 * file are then known by file only. Everything else is done by the whole store, which is opened when it is needed.
 */
export function createReadingStore(options: ReadingStoreOptions, openWhole: () => Promise<PlanStore>): PlanStore {
  const { root, releases, remembered } = options;
  const folder = join(root, releases);
  let opened: Promise<PlanStore> | undefined;
  const whole = (): Promise<PlanStore> => {
    opened ??= openWhole();
    return opened;
  };

  async function load(id: string): Promise<ReleasePlan> {
    const bytes = await plainBytes(id);
    if (bytes === undefined) return (await whole()).load(id);
    const plan = await remembered<ReleasePlan>(`plan-${id}`, bytes, async () => (await whole()).load(id));
    // The file may have changed between the two readings.
    if (plan.revision !== sha256(bytes)) return (await whole()).load(id);
    return 'place' in plan ? plan : { ...(plan as ReleasePlan), place: () => ({ file: `${releases}/${id}.yaml` }) };
  }

  /** The plan's bytes; `undefined` where something about them is out of the ordinary. */
  async function plainBytes(id: string): Promise<Uint8Array | undefined> {
    if (!PLAIN_ID.test(id)) return undefined;
    const path = join(folder, `${id}.yaml`);
    try {
      await confine(root, path, path);
      const bytes = await readBounded(path, MOST_BYTES);
      return bytes.byteLength > MOST_BYTES ? undefined : bytes;
    } catch {
      return undefined;
    }
  }

  return {
    load,
    list: async () => (await whole()).list(),
    async summaries() {
      const versions = await versionsOf(folder);
      const make = async () => (await whole()).summaries();
      return versions === undefined ? make() : remembered('summaries', versions, make);
    },
    survey: async (most) => (await whole()).survey(most),
    create: async (id, head) => (await whole()).create(id, head),
    rewrite: async (plan, head) => (await whole()).rewrite(plan, head),
    append: async (plan, events) => (await whole()).append(plan, events),
    keep: async (id, name, content) => (await whole()).keep(id, name, content),
    read: async (id, evidence) => (await whole()).read(id, evidence),
  };
}

/** The clocks of file systems are coarse: a file that changed this recently may change again without a sign of it. */
const UNSETTLED_MS = 2000;

/** Which files a folder holds and in which version each; `undefined` where that cannot be told for sure. */
async function versionsOf(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const stats = await Promise.all(
    names
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map(async (name) => ({ name, found: await stat(join(folder, name), { bigint: true }).catch(() => undefined) })),
  );
  const limit = BigInt(Date.now() - UNSETTLED_MS) * 1_000_000n;
  if (stats.some(({ found }) => found === undefined || found.ctimeNs > limit)) return undefined;
  return stats.map(({ name, found }) => `${name} ${found?.ino} ${found?.size} ${found?.ctimeNs}`).join('\n');
}
