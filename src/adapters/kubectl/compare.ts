import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../ports/cluster.ts';
import type { Addressing } from './addressing.ts';
import type { Api } from './api.ts';
import { stableDiff } from './diff-text.ts';
import { readFailure } from './failure.ts';
import { SERVER_SIDE } from './flags.ts';
import type { Kubectl } from './kubectl.ts';
import { refOf } from './object-ref.ts';

/**
 * What applying objects would change, as kubectl tells it to people; empty when nothing. That nothing would change is asked of the
 * server by dry runs, which is what kubectl does too, so kubectl is started only where there is something to tell.
 * @param objects as they would be sent
 */
export async function compare(
  api: Api,
  kubectl: Kubectl,
  { addressOf }: Addressing,
  objects: readonly KubeObject[],
): Promise<string> {
  const same = await Promise.all(
    objects.map(async (object) => {
      const address = await addressOf(refOf(object));
      const planned = await api.preview(address, object);
      if (planned === undefined) return false;
      const live = await api.one(address);
      return live !== undefined && isDeepStrictEqual(content(live), content(planned));
    }),
  );
  const different = objects.filter((_object, index) => same[index] !== true);
  if (different.length === 0) return '';
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: different });
  const result = await kubectl.raw(['diff', ...SERVER_SIDE, '-f', '-'], list);
  // 0: nothing would change · 1: something would · more: kubectl or diff failed.
  if (result.exitCode !== 0 && (result.exitCode !== 1 || result.stdout === '')) throw readFailure(result.stderr);
  return stableDiff(result.stdout);
}

/** What kubectl compares: all but who set which field. A dry run gives the version that stands. */
function content({ metadata: { managedFields, ...metadata }, ...object }: KubeObject): unknown {
  return { ...object, metadata };
}
