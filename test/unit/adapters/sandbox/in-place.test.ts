import { beforeEach, describe, expect, it } from 'vitest';
import { advanceWorld } from '../../../../src/adapters/sandbox/advance.ts';
import { applyObject, listObjects, readObject, removeObject } from '../../../../src/adapters/sandbox/object-store.ts';
import { newWorld, type TargetState, type WorldState } from '../../../../src/adapters/sandbox/world-state.ts';
import { rolloutStatus } from '../../../../src/domain/kubernetes/rollout.ts';
import { revisionPods, stuckPods } from '../../../../src/domain/kubernetes/rollout-others.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

/** What the StatefulSet and DaemonSet controllers do by the sources that rollout.ts names; `test/e2e/manifests.test.ts` asks real ones. */

let world: WorldState;
let target: TargetState;
beforeEach(() => {
  world = newWorld({ seed: 1, start: 1_000_000, targets: [{ environment: 'production', namespace: 'shop' }] });
  const [first] = Object.values(world.targets);
  if (first === undefined) throw new Error('a world has the targets that it was made with');
  target = first;
});

function workload(kind: string, tag: string, spec: object = {}): KubeObject {
  const labels = { 'app.kubernetes.io/name': 'ledger' };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'ledger' },
    spec: {
      ...(kind === 'StatefulSet' ? { replicas: 3 } : {}),
      ...spec,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'ledger', image: `ledger:${tag}` }] } },
    },
  };
}

const live = (kind: string) => readObject(world, target, { apiVersion: 'apps/v1', kind, name: 'ledger' });
const pods = () => listObjects(world, target, { apiVersion: 'v1', kind: 'Pod' });
const wait = (seconds: number) => advanceWorld(world, world.now + seconds * 1000);

function apply(object: KubeObject): void {
  const before = live(object.kind);
  const guard =
    before === undefined ? ({ absent: true } as const) : { resourceVersion: before.metadata.resourceVersion ?? '' };
  applyObject(world, target, object, guard);
}

const running = () =>
  pods().map(({ metadata, spec }) => {
    const [container] = (spec as { containers: { image: string }[] }).containers;
    return `${metadata.name} ${container?.image}`;
  });

function state(kind: string): string {
  const object = live(kind);
  if (object === undefined) throw new Error('it is there');
  return rolloutStatus(object, [], pods()).state;
}

describe('a StatefulSet in the sandbox', () => {
  beforeEach(() => {
    apply(workload('StatefulSet', '1'));
    wait(30);
  });

  it('replaces the pods at and above its partition, the highest first, and the others when that is lowered', () => {
    apply(workload('StatefulSet', '2', { updateStrategy: { rollingUpdate: { partition: 2 } } }));
    wait(30);
    expect(running()).toEqual(['ledger-0 ledger:1', 'ledger-1 ledger:1', 'ledger-2 ledger:2']);
    expect(state('StatefulSet')).toBe('complete');
    const set = live('StatefulSet');
    expect(set && revisionPods(set, pods()).map(({ metadata }) => metadata.name)).toEqual(['ledger-2']);
    apply(workload('StatefulSet', '2'));
    wait(1);
    expect(running()).toContain('ledger-0 ledger:1');
    wait(30);
    expect(running()).toEqual(['ledger-0 ledger:2', 'ledger-1 ledger:2', 'ledger-2 ledger:2']);
  });

  it('waits for a pod that cannot start, also when its template was taken back, until somebody deletes that pod', () => {
    apply(workload('StatefulSet', '2-crash'));
    wait(60);
    apply(workload('StatefulSet', '1'));
    wait(60);
    expect(running()).toContain('ledger-2 ledger:2-crash');
    const set = live('StatefulSet');
    const [stuck, ...more] = set === undefined ? [] : stuckPods(set, pods());
    expect([stuck?.metadata.name, more]).toEqual(['ledger-2', []]);
    const resourceVersion = stuck?.metadata.resourceVersion ?? '';
    removeObject(world, target, { apiVersion: 'v1', kind: 'Pod', name: 'ledger-2' }, { resourceVersion });
    wait(30);
    expect(state('StatefulSet')).toBe('complete');
    expect(running()).toEqual(['ledger-0 ledger:1', 'ledger-1 ledger:1', 'ledger-2 ledger:1']);
  });
});

describe('a DaemonSet in the sandbox', () => {
  it('replaces none by itself with OnDelete, and the others once it may', () => {
    apply(workload('DaemonSet', '1'));
    wait(30);
    apply(workload('DaemonSet', '2', { updateStrategy: { type: 'OnDelete' } }));
    wait(30);
    expect(running().filter((one) => one.endsWith(':2'))).toEqual([]);
    const [first] = pods();
    const { name, resourceVersion = '' } = first?.metadata ?? { name: '' };
    removeObject(world, target, { apiVersion: 'v1', kind: 'Pod', name }, { resourceVersion });
    wait(30);
    const set = live('DaemonSet');
    expect(running().filter((one) => one.endsWith(':2'))).toHaveLength(1);
    expect(set && revisionPods(set, pods())).toHaveLength(1);
    apply(workload('DaemonSet', '2'));
    wait(30);
    expect(running().every((one) => one.endsWith(':2'))).toBe(true);
    expect(state('DaemonSet')).toBe('complete');
  });
});
