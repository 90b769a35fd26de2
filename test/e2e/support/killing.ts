import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Hook, HookedKubectl } from '../../cluster/hooked-kubectl.ts';
import type { Arena, RunOptions } from './lab.ts';

/** Loaded into a process that is to be killed when a file takes its place. */
export const PRELOAD = fileURLToPath(new URL('../../crash/kill-at.js', import.meta.url));

/** Where a run is killed. */
export type Boundary =
  | { readonly kind: 'call'; readonly at: number; readonly what: Extract<Hook, `kill-${string}`> }
  | { readonly kind: 'write'; readonly at: number; readonly when: 'before' | 'after' };

/** Every boundary of a run that made so many calls and placed so many files. */
export function boundariesOf(calls: number, writes: number): readonly Boundary[] {
  const whats = ['kill-before', 'kill-during', 'kill-after'] as const;
  return [
    ...Array.from({ length: calls }, (_, n) =>
      whats.map((what) => ({ kind: 'call' as const, at: n + 1, what })),
    ).flat(),
    ...Array.from({ length: writes }, (_, n) =>
      (['before', 'after'] as const).map((when) => ({ kind: 'write' as const, at: n + 1, when })),
    ).flat(),
  ];
}

/** Every so manieth boundary, from both kinds; which ones says the seed of the day's rounds: none, so always the same. */
export function sample(all: readonly Boundary[], count: number): readonly Boundary[] {
  return Array.from({ length: count }, (_, n) => all[Math.floor(((n + 0.5) * all.length) / count)]).filter(
    (boundary) => boundary !== undefined,
  );
}

/** How relctl is run so that it is killed at a boundary. */
export function optionsOf(boundary: Boundary, hooked: HookedKubectl): RunOptions {
  return boundary.kind === 'call'
    ? { env: hooked.environment(boundary) }
    : {
        env: { ...hooked.environment(), KILL_AT: String(boundary.at), KILL_WHEN: boundary.when },
        node: ['--import', PRELOAD],
      };
}

/** The candidate is out, and each effect was there once. */
export async function isDeployedOnce(
  arena: Arena,
  name: string,
  reference: Awaited<ReturnType<Arena['contents']>>,
  phase: string,
): Promise<void> {
  same(name, phase, 'deployed');
  // Killed when all was done but the cleaning up: the Jobs of the release are what may be left.
  const left = (await arena.contents()).filter((object) => object.kind !== 'Job');
  same(name, left, reference);
  const web = await arena.cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
  // Revision 1 is version 1.0.0, and each change of the pods is one more. A fence that was renewed is none.
  same(name, web?.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  same(name, arena.migrations(), ['up']);
  same(name, doneTwice(arena), []);
}

/** Production is what it was, and each effect was there and back once. */
export async function isAsBefore(
  arena: Arena,
  name: string,
  before: Awaited<ReturnType<Arena['contents']>>,
): Promise<void> {
  same(name, await arena.contents(), before);
  const migrations = arena.migrations();
  same(name, migrations, migrations.length === 0 ? [] : ['up', 'down']);
  same(name, doneTwice(arena), []);
}

/** Fails with what was found and where: failures of many rounds are told together. */
export function same(name: string, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  throw new Error(`${name}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

/** Objects that were made or removed more than once, as the API server saw it. */
function doneTwice(arena: Arena): readonly string[] {
  const effects = arena
    .writes()
    .filter(
      ({ verb, code, resource }) => (code === 201 || (verb === 'delete' && code === 200)) && resource !== 'leases',
    )
    .map(({ verb, resource, name }) => `${verb === 'delete' ? 'removed' : 'made'} ${resource}/${name}`);
  return effects.filter((effect, index) => effects.indexOf(effect) !== index);
}

/** A message whose delivery was not recorded comes again, once and under the same key; no other does. */
export function repeatedMessages(arena: Arena, name: string): number {
  const keys = arena.notifications();
  const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
  same(name, repeated.length <= 1, true);
  return repeated.length;
}
