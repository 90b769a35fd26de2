import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { immutableChanges } from '../../src/domain/kubernetes/immutable-fields.ts';
import type { Cluster, FollowQuery, KubeObject, ObjectRef } from '../../src/ports/cluster.ts';
import { REFUSED, TAKEN } from './immutable-cases.ts';

/** A cluster to try the contract on; its namespace may hold other objects, but none whose name begins with `contract-`. */
export interface ClusterUnderTest {
  readonly cluster: Cluster;
  /** Minor version of the Kubernetes 1.x that it stands for; that of the newest where left out. */
  readonly minor?: number;
  /** Lets the cluster's controllers work: about a second of its own time. Without it nothing is awaited. */
  settle(): Promise<void>;
  dispose?(): Promise<void>;
}

/** How often {@link ClusterUnderTest.settle} is called before what is awaited counts as missing. */
const PATIENCE = 60;

/**
 * What every adapter of the `Cluster` port must do, against whatever cluster it stands for. Call it from a test file.
 *
 * Only built-in kinds of a namespace are used.
 */
export function clusterContract(name: string, setup: { create(): Promise<ClusterUnderTest> }): void {
  describe(`cluster contract: ${name}`, () => {
    let made: ClusterUnderTest;
    let cluster: Cluster;
    beforeAll(async () => {
      made = await setup.create();
      cluster = made.cluster;
    });
    afterAll(async () => {
      await made?.dispose?.();
    });

    describe('identity', () => {
      it('is not empty and does not change', async () => {
        const first = await cluster.identity();
        expect(first).not.toBe('');
        expect(await cluster.identity()).toBe(first);
      });

      it('says by what it is reached, or that nothing stands between', async () => {
        const access = await cluster.access();
        if (access === undefined) return;
        for (const version of [access.client, access.server]) expect(version).toMatch(/^v\d+\.\d+\./);
      });

      it('is told to people by context and namespace', () => {
        expect(cluster.name).toBe(`${cluster.name.slice(0, cluster.name.lastIndexOf('/'))}/${cluster.namespace}`);
        expect(cluster.namespace).not.toBe('');
      });
    });

    describe('since when an object stands as it is', () => {
      it('is told by the clock of the server, or not at all', async () => {
        const created = await cluster.create(configMap('contract-written', { key: 'value' }));
        const since = await cluster.sinceWritten(created);
        if (since !== undefined) expect(since).toBeLessThan(60_000);
      });
    });

    describe('get', () => {
      it('answers undefined for an object that does not exist', async () => {
        expect(await cluster.get(ref(configMap('contract-none')))).toBeUndefined();
      });

      it('answers the whole object, with what the cluster added', async () => {
        const created = await cluster.create(configMap('contract-get', { key: 'value' }, { app: 'web' }));
        const read = await cluster.get(ref(created));
        expect(read).toEqual(created);
        expect(read).toMatchObject({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'contract-get', namespace: cluster.namespace, labels: { app: 'web' } },
          data: { key: 'value' },
        });
        for (const added of ['uid', 'resourceVersion', 'creationTimestamp']) {
          expect(read?.metadata[added], added).toEqual(expect.stringMatching(/./));
        }
      });

      it('gives back texts exactly as they were put in, also those that YAML reads as something else', async () => {
        const data = {
          yes: 'yes',
          number: '0x1F',
          octal: '0755',
          empty: '',
          nil: 'null',
          multi: 'a: 1\n\n  b\t"\'\\ \n',
          unicode: 'Zürich 🚀 \u2028',
          template: '{{ .x }} $(y) $z `w`',
        };
        await cluster.create(configMap('contract-texts', data));
        expect((await cluster.get(ref(configMap('contract-texts'))))?.data).toEqual(data);
      });

      it('refuses a kind that the cluster does not know', async () => {
        await expect(
          cluster.get({ apiVersion: 'unknown.example.com/v1', kind: 'Gadget', name: 'contract-gadget' }),
        ).rejects.toMatchObject({ code: 'cluster.rejected' });
      });
    });

    describe('keys', () => {
      it('gives the names of the keys of a ConfigMap and a Secret, and never a value', async () => {
        const metadata = { name: 'contract-keys' };
        await cluster.create({ ...configMap('contract-keys'), data: { 'b.txt': 'one\ntwo', a: 'three' } });
        const data = { TOKEN: 'Y29ycmVjdCBob3JzZQ==', '.hidden': '' };
        await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata, data });
        expect(await cluster.keys({ kind: 'ConfigMap', name: 'contract-keys' })).toEqual(['a', 'b.txt']);
        expect(await cluster.keys({ kind: 'Secret', name: 'contract-keys' })).toEqual(['.hidden', 'TOKEN']);
      });

      it('is an empty list for one without content, and undefined for one that is not there', async () => {
        await cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'contract-no-keys' } });
        expect(await cluster.keys({ kind: 'ConfigMap', name: 'contract-no-keys' })).toEqual([]);
        expect(await cluster.keys({ kind: 'Secret', name: 'contract-none' })).toBe(undefined);
        expect(await cluster.keys({ kind: 'Secret', name: '../secrets/contract-keys' })).toBe(undefined);
      });
    });

    describe('list', () => {
      it('answers objects with all the labels, by name, each with its kind', async () => {
        for (const [suffix, labels] of [
          ['c', { 'contract-set': 'one', track: 'canary' }],
          ['a', { 'contract-set': 'one', track: 'stable' }],
          ['b', { 'contract-set': 'one', track: 'stable' }],
          ['d', { 'contract-set': 'two', track: 'stable' }],
        ] as const) {
          await cluster.create(configMap(`contract-list-${suffix}`, {}, labels));
        }
        const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
        const names = async (labels: Record<string, string>) =>
          (await cluster.list({ ...kind, labels })).map((object) => object.metadata.name);
        expect(await names({ 'contract-set': 'one' })).toEqual([
          'contract-list-a',
          'contract-list-b',
          'contract-list-c',
        ]);
        expect(await names({ 'contract-set': 'one', track: 'stable' })).toEqual(['contract-list-a', 'contract-list-b']);
        expect(await names({ 'contract-set': 'three' })).toEqual([]);
        const [first] = await cluster.list({ ...kind, labels: { 'contract-set': 'two' } });
        expect(first).toEqual(await cluster.get({ ...kind, name: 'contract-list-d' }));
      });

      it('answers all objects of the kind when no label is asked for', async () => {
        await cluster.create(configMap('contract-list-all'));
        const names = (await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' })).map((o) => o.metadata.name);
        expect(names).toContain('contract-list-all');
        expect(names).toEqual([...names].sort());
      });
    });

    describe('follow', () => {
      const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
      const every = 1000;

      /** Takes views until one fits; what it saw before is in the error. */
      async function until(
        views: AsyncIterator<readonly (readonly KubeObject[])[]>,
        fits: (names: readonly string[], objects: readonly KubeObject[]) => boolean,
      ): Promise<readonly KubeObject[]> {
        const seen: string[] = [];
        for (let looks = 0; looks < PATIENCE; looks += 1) {
          const { value } = await views.next();
          const objects = (value as readonly (readonly KubeObject[])[])[0] ?? [];
          const names = objects.map(({ metadata }) => metadata.name).sort();
          if (fits(names, objects)) return objects;
          seen.push(names.join(' '));
        }
        throw new Error(`never seen; but: ${seen.join(', ')}`);
      }

      const following = (query: FollowQuery) => {
        const over = new AbortController();
        const views = cluster.follow([query], { every, signal: over.signal })[Symbol.asyncIterator]();
        return { views, end: () => over.abort() };
      };

      it('shows what there is, what is new, what has changed and what is gone', async () => {
        const labels = { 'contract-follow': 'yes' };
        const first = await cluster.create(configMap('contract-follow-a', { a: '1' }, labels));
        const { views, end } = following({ ...kind, labels });
        expect(await until(views, (names) => names.length === 1)).toEqual([first]);
        const second = await cluster.create(configMap('contract-follow-b', {}, labels));
        await cluster.create(configMap('contract-follow-other'));
        await until(views, (names) => names.join() === 'contract-follow-a,contract-follow-b');
        const changed = await cluster.replace(configMap('contract-follow-a', { a: '2' }, labels), at(first));
        const now = await until(views, (_names, objects) =>
          objects.some(({ metadata }) => metadata.resourceVersion === changed.metadata.resourceVersion),
        );
        expect(now).toContainEqual(changed);
        await cluster.remove(ref(second), at(second));
        await until(views, (names) => names.join() === 'contract-follow-a');
        await cluster.replace(configMap('contract-follow-a', { a: '3' }), at(changed));
        await until(views, (names) => names.length === 0);
        end();
        await views.return?.();
      });

      it('never shows less than what was answered before', async () => {
        let object = await cluster.create(configMap('contract-follow-late', { round: '0' }));
        const { views, end } = following({ ...kind, name: 'contract-follow-late' });
        for (let round = 1; round <= 10; round += 1) {
          object = await cluster.replace(configMap('contract-follow-late', { round: String(round) }), at(object));
          const { value } = await views.next();
          expect((value as readonly (readonly KubeObject[])[])[0]).toEqual([object]);
        }
        end();
        await views.return?.();
      });

      it('says that there is nothing, and comes back after the time that was asked for', async () => {
        const { views, end } = following({ ...kind, name: 'contract-follow-none' });
        for (let looks = 0; looks < 3; looks += 1) expect(await views.next()).toEqual({ done: false, value: [[]] });
        end();
        expect(await views.next()).toMatchObject({ done: true });
      });

      it('refuses a kind that the cluster does not know', async () => {
        const { views } = following({ apiVersion: 'unknown.example.com/v1', kind: 'Gadget' });
        await expect(views.next()).rejects.toMatchObject({ code: 'cluster.rejected' });
      });
    });

    describe('glance', () => {
      const kind = { apiVersion: 'v1', kind: 'ConfigMap' };

      it.each([5000, 60_000])('never shows less than what was answered before, asked every %d ms', async (again) => {
        const name = `contract-glance-${again}`;
        const labels = { 'contract-glance': String(again) };
        const glances = async () => [
          await cluster.glance({ ...kind, labels }, again),
          await cluster.glance({ ...kind, name }, again),
        ];
        expect(await glances()).toEqual([[], []]);
        let object = await cluster.create(configMap(name, { round: '0' }, labels));
        for (let round = 1; round <= 5; round += 1) {
          expect(await glances()).toEqual([[object], [object]]);
          object = await cluster.replace(configMap(name, { round: String(round) }, labels), at(object));
        }
        await cluster.remove(ref(object), at(object));
        expect(await glances()).toEqual([[], []]);
      });

      it('refuses a kind that the cluster does not know', async () => {
        const gadgets = { apiVersion: 'unknown.example.com/v1', kind: 'Gadget' };
        await expect(cluster.glance(gadgets, 5000)).rejects.toMatchObject({ code: 'cluster.rejected' });
      });
    });

    describe('create', () => {
      it('conflicts when the object exists, and leaves it alone', async () => {
        const first = await cluster.create(configMap('contract-create', { by: 'first' }));
        await expect(cluster.create(configMap('contract-create', { by: 'second' }))).rejects.toMatchObject({
          code: 'cluster.conflict',
        });
        expect(await cluster.get(ref(first))).toEqual(first);
      });

      it('has exactly one winner when several create the same Lease', async () => {
        const claims = ['ann', 'bob', 'cy', 'di'].map((holder) => cluster.create(lease('contract-race', holder)));
        const settled = await Promise.allSettled(claims);
        const won = settled.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []));
        const lost = settled.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason.code] : []));
        expect(won).toHaveLength(1);
        expect(lost).toEqual(['cluster.conflict', 'cluster.conflict', 'cluster.conflict']);
        expect(await cluster.get(ref(lease('contract-race', '')))).toEqual(won[0]);
      });
    });

    describe('apply', () => {
      it('creates what is absent, and conflicts when it was to be absent but is there', async () => {
        const applied = await cluster.apply(configMap('contract-apply', { a: '1' }), { absent: true });
        expect(applied.data).toEqual({ a: '1' });
        await expect(cluster.apply(configMap('contract-apply', { a: '2' }), { absent: true })).rejects.toMatchObject({
          code: 'cluster.conflict',
        });
        expect((await cluster.get(ref(applied)))?.data).toEqual({ a: '1' });
      });

      it('conflicts on a version that is no longer the present one, and changes nothing', async () => {
        const first = await cluster.create(configMap('contract-apply-stale', { a: '1' }));
        const second = await cluster.apply(configMap('contract-apply-stale', { a: '2' }), at(first));
        await expect(cluster.apply(configMap('contract-apply-stale', { a: '3' }), at(first))).rejects.toMatchObject({
          code: 'cluster.conflict',
        });
        expect(await cluster.get(ref(first))).toEqual(second);
      });

      it('conflicts when the object that was to have a version is gone', async () => {
        const object = await cluster.create(configMap('contract-apply-gone'));
        await cluster.remove(ref(object), at(object));
        await expect(cluster.apply(configMap('contract-apply-gone', { a: '1' }), at(object))).rejects.toMatchObject({
          code: 'cluster.conflict',
        });
        expect(await cluster.get(ref(object))).toBeUndefined();
      });

      it('keeps the fields of others, takes over those it sets, and removes those it no longer sets', async () => {
        let object = await cluster.create(
          configMap('contract-own', { other: 'kept', shared: 'other' }, { team: 'payments' }),
        );
        object = await cluster.apply(configMap('contract-own', { shared: 'ours', ours: 'new' }), at(object));
        expect(object.data).toEqual({ other: 'kept', shared: 'ours', ours: 'new' });
        expect(object.metadata.labels).toEqual({ team: 'payments' });
        object = await cluster.apply(configMap('contract-own', { shared: 'ours' }), at(object));
        expect(object.data).toEqual({ other: 'kept', shared: 'ours' });
      });

      it('keeps replicas that somebody else decides, and merges containers and variables by name', async () => {
        await cluster.create(
          deployment('contract-merge', { replicas: 3, image: 'registry.example/web:1.0.0', env: { LEVEL: 'info' } }),
        );
        const applied = await applyNow(
          deployment('contract-merge', { image: 'registry.example/web:1.1.0', env: { COLOR: 'blue' } }),
        );
        expect(applied.spec).toMatchObject({ replicas: 3 });
        const [container, ...others] = containersOf(applied);
        expect(others).toEqual([]);
        expect(container).toMatchObject({ name: 'web', image: 'registry.example/web:1.1.0' });
        const variables = [...((container?.env ?? []) as { name: string; value: string }[])];
        expect(variables.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
          { name: 'COLOR', value: 'blue' },
          { name: 'LEVEL', value: 'info' },
        ]);
      });

      it('raises the generation when the spec changes, and only then', async () => {
        const object = deployment('contract-generation', { replicas: 0, image: 'registry.example/web:1.0.0' });
        const first = await cluster.apply(object, { absent: true });
        expect(first.metadata.generation).toBe(1);
        const labelled = await applyNow({ ...object, metadata: { ...object.metadata, labels: { team: 'payments' } } });
        expect(labelled.metadata.labels).toEqual({ team: 'payments' });
        expect(labelled.metadata.generation).toBe(1);
        const changed = await applyNow(
          deployment('contract-generation', { replicas: 0, image: 'registry.example/web:2' }),
        );
        expect(changed.metadata.generation).toBe(2);
        expect(changed.metadata.uid).toBe(first.metadata.uid);
        // Kubernetes counts a Deployment's annotations as part of what its controller must observe.
        const annotated = await applyNow({
          ...deployment('contract-generation', { replicas: 0, image: 'registry.example/web:2' }),
          metadata: { name: 'contract-generation', annotations: { note: 'x' } },
        });
        expect(annotated.metadata.generation).toBe(3);
      });

      it('changes the version when it changes the object, and not when it changes nothing', async () => {
        const first = await cluster.apply(configMap('contract-noop', { a: '1' }), { absent: true });
        const same = await cluster.apply(configMap('contract-noop', { a: '1' }), at(first));
        expect(same.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
        const other = await cluster.apply(configMap('contract-noop', { a: '2' }), at(same));
        expect(other.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
      });

      it('gives each of many that are applied at once its own outcome', async () => {
        const [old, stale] = await Promise.all(
          ['old', 'stale'].map((name) => cluster.create(configMap(`contract-many-${name}`, { round: '1' }))),
        );
        if (old === undefined || stale === undefined) throw new Error('not made');
        const moved = await cluster.apply(configMap('contract-many-stale', { round: 'theirs' }), at(stale));
        const settled = await Promise.allSettled([
          cluster.apply(configMap('contract-many-new', { round: '2' }), { absent: true }),
          cluster.apply(configMap('contract-many-stale', { round: '2' }), at(stale)),
          cluster.apply(configMap('contract-many-old', { round: '2' }), at(old)),
          cluster.apply(configMap('contract-many-other', { round: '2' }), { absent: true }),
        ]);
        expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
        expect(settled[1]).toMatchObject({ reason: { code: 'cluster.conflict' } });
        expect(await cluster.get(ref(moved))).toEqual(moved);
        for (const [index, name] of [
          [0, 'new'],
          [2, 'old'],
          [3, 'other'],
        ] as const) {
          const live = await cluster.get(ref(configMap(`contract-many-${name}`, {})));
          expect(settled[index]).toEqual({ status: 'fulfilled', value: live });
          expect(live?.data).toEqual({ round: '2' });
        }
      });

      it('answers many that are applied at once, each under its name', async () => {
        const names = ['a', 'b', 'c'].map((name) => `contract-at-once-${name}`);
        const applied = await Promise.all(
          names.map((name) => cluster.apply(configMap(name, { of: name }), { absent: true })),
        );
        expect(applied.map(({ data }) => data)).toEqual(names.map((name) => ({ of: name })));
        const again = await Promise.all(
          applied.map((made) => cluster.apply(configMap(made.metadata.name, { more: 'yes' }), at(made))),
        );
        expect(again.map(({ data }) => data)).toEqual(names.map(() => ({ more: 'yes' })));
        expect(await Promise.all(again.map((one) => cluster.get(ref(one))))).toEqual(again);
      });

      it('has exactly one winner when several apply over the same version', async () => {
        const base = await cluster.create(configMap('contract-apply-race', { by: 'nobody' }));
        const settled = await Promise.allSettled(
          ['ann', 'bob', 'cy'].map((by) => cluster.apply(configMap('contract-apply-race', { by }), at(base))),
        );
        expect(settled.filter((claim) => claim.status === 'fulfilled')).toHaveLength(1);
        for (const claim of settled) {
          if (claim.status === 'rejected') expect(claim.reason).toMatchObject({ code: 'cluster.conflict' });
        }
      });
    });

    describe('replace', () => {
      it('puts exactly this object in place, whatever version it carries itself', async () => {
        const first = await cluster.create(configMap('contract-replace', { a: '1', b: '2' }, { team: 'payments' }));
        const replaced = await cluster.replace(
          {
            ...configMap('contract-replace', { c: '3' }),
            metadata: { name: 'contract-replace', resourceVersion: '1' },
          },
          at(first),
        );
        expect(replaced.data).toEqual({ c: '3' });
        expect(replaced.metadata.labels ?? {}).toEqual({});
        expect(replaced.metadata.uid).toBe(first.metadata.uid);
        expect(await cluster.get(ref(first))).toEqual(replaced);
      });

      it('conflicts on a stale version and when the object is gone', async () => {
        const first = await cluster.create(configMap('contract-replace-stale', { a: '1' }));
        const second = await cluster.replace(configMap('contract-replace-stale', { a: '2' }), at(first));
        await expect(cluster.replace(configMap('contract-replace-stale', { a: '3' }), at(first))).rejects.toMatchObject(
          { code: 'cluster.conflict' },
        );
        expect(await cluster.get(ref(first))).toEqual(second);
        await cluster.remove(ref(second), at(second));
        await expect(
          cluster.replace(configMap('contract-replace-stale', { a: '4' }), at(second)),
        ).rejects.toMatchObject({ code: 'cluster.conflict' });
        expect(await cluster.get(ref(first))).toBeUndefined();
      });

      it('passes a Lease from holder to holder, each once', async () => {
        const held = await cluster.create(lease('contract-lease', 'ann'));
        const taken = await cluster.replace(lease('contract-lease', 'bob'), at(held));
        expect(taken.spec).toMatchObject({ holderIdentity: 'bob', leaseDurationSeconds: 60 });
        await expect(cluster.replace(lease('contract-lease', 'ann'), at(held))).rejects.toMatchObject({
          code: 'cluster.conflict',
        });
      });
    });

    describe('remove', () => {
      it('conflicts on a stale version and leaves the object', async () => {
        const first = await cluster.create(configMap('contract-remove', { a: '1' }));
        const second = await cluster.apply(configMap('contract-remove', { a: '2' }), at(first));
        await expect(cluster.remove(ref(first), at(first))).rejects.toMatchObject({ code: 'cluster.conflict' });
        expect(await cluster.get(ref(first))).toEqual(second);
        await cluster.remove(ref(second), at(second));
        expect(await cluster.get(ref(first))).toBeUndefined();
      });

      it('conflicts when the object is gone already or was made anew', async () => {
        const first = await cluster.create(configMap('contract-remove-twice'));
        await cluster.remove(ref(first), at(first));
        await expect(cluster.remove(ref(first), at(first))).rejects.toMatchObject({ code: 'cluster.conflict' });
        const second = await cluster.create(configMap('contract-remove-twice'));
        expect(second.metadata.uid).not.toBe(first.metadata.uid);
        await expect(cluster.remove(ref(first), at(first))).rejects.toMatchObject({ code: 'cluster.conflict' });
        expect(await cluster.get(ref(second))).toEqual(second);
      });

      it('takes what the object owned away too, in the background', async () => {
        const owner = await cluster.create(configMap('contract-owner'));
        const { name, uid = '' } = owner.metadata;
        const owned = configMap('contract-owned');
        await cluster.create({
          ...owned,
          metadata: {
            ...owned.metadata,
            ownerReferences: [
              { apiVersion: 'v1', kind: 'ConfigMap', name, uid } as { kind: string; name: string; uid: string },
            ],
          },
        });
        await cluster.remove(ref(owner), at(owner));
        await eventually(async () => (await cluster.get(ref(owned))) === undefined);
      });
    });

    describe('rejected objects', () => {
      const rejected: readonly [string, () => KubeObject][] = [
        ['a name that Kubernetes does not allow', () => configMap('Contract_Bad')],
        [
          'a Deployment whose selector does not match its own pods',
          () => withSpec(deployment('contract-mismatch', { replicas: 0 }), { selector: { matchLabels: { app: 'x' } } }),
        ],
        [
          'another namespace than the pinned one',
          () => ({
            ...configMap('contract-elsewhere'),
            metadata: { name: 'contract-elsewhere', namespace: 'elsewhere' },
          }),
        ],
        [
          'an unknown kind',
          () => ({ apiVersion: 'unknown.example.com/v1', kind: 'Gadget', metadata: { name: 'contract-g' } }),
        ],
      ];
      for (const [what, object] of rejected) {
        it(`says no to ${what}, on create and on apply`, async () => {
          await expect(cluster.create(object())).rejects.toMatchObject({ code: 'cluster.rejected' });
          await expect(cluster.apply(object(), { absent: true })).rejects.toMatchObject({ code: 'cluster.rejected' });
        });
      }

      it('says no to another selector of an existing Deployment', async () => {
        await cluster.create(deployment('contract-immutable', { replicas: 0 }));
        const changed = deployment('contract-immutable', {
          replicas: 0,
          labels: { app: 'contract-immutable', track: 'x' },
        });
        await expect(applyNow(changed)).rejects.toMatchObject({ code: 'cluster.rejected' });
      });

      for (const { what, before, after } of REFUSED) {
        it(`says no to another ${what}`, async () => {
          await cluster.apply(before, { absent: true });
          await expect(applyNow(after)).rejects.toMatchObject({ code: 'cluster.rejected' });
          expect(immutableChanges(before, after)).toHaveLength(1);
        });
      }

      for (const { what, before, after, since = 0 } of TAKEN) {
        it(`takes another ${what}`, async ({ skip }) => {
          skip(made.minor !== undefined && made.minor < since, `Kubernetes 1.${made.minor} does not`);
          await cluster.apply(before, { absent: true });
          await applyNow(after);
          expect(immutableChanges(before, after)).toEqual([]);
        });
      }

      it('names the object and the reason', async () => {
        await expect(cluster.create(configMap('Contract_Bad'))).rejects.toThrow(/Contract_Bad/);
      });
    });

    describe('diff', () => {
      it('is empty when apply would change nothing', async () => {
        const objects = [
          configMap('contract-diff-none', { a: '1' }),
          deployment('contract-diff-none', { replicas: 0 }),
          service('contract-diff-none'),
        ];
        for (const object of objects) await cluster.apply(object, { absent: true });
        expect(await cluster.diff(objects)).toBe('');
        expect(await cluster.diff([])).toBe('');
      });

      it('shows new and changed objects, line by line, and writes nothing', async () => {
        const before = await cluster.apply(configMap('contract-diff', { a: 'old' }), { absent: true });
        const diff = await cluster.diff([
          configMap('contract-diff', { a: 'new' }),
          configMap('contract-diff-new', { b: '1' }),
        ]);
        expect(diff).toMatch(/^-.*\ba: ?"?old/m);
        expect(diff).toMatch(/^\+.*\ba: ?"?new/m);
        expect(diff).toMatch(/^\+.*name: "?contract-diff-new/m);
        expect(await cluster.get(ref(before))).toEqual(before);
        expect(await cluster.get(ref(configMap('contract-diff-new')))).toBeUndefined();
      });

      it('shows what somebody else changed since', async () => {
        const object = deployment('contract-drift', { replicas: 0, image: 'registry.example/web:1' });
        await cluster.apply(object, { absent: true });
        expect(await cluster.diff([object])).toBe('');
        await overPresent(object, (guard) =>
          cluster.replace(
            deployment('contract-drift', { replicas: 0, image: 'registry.example/web:hand-made' }),
            guard,
          ),
        );
        expect(await cluster.diff([object])).toMatch(/^-.*registry\.example\/web:hand-made/m);
      });

      it('never shows the values of a Secret', async () => {
        const secret = (value: string): KubeObject => ({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'contract-diff-secret' },
          type: 'Opaque',
          data: { password: Buffer.from(value).toString('base64') },
        });
        await cluster.apply(secret('correct horse'), { absent: true });
        const diff = await cluster.diff([secret('battery staple')]);
        expect(diff).not.toBe('');
        for (const value of ['correct horse', 'battery staple']) {
          expect(diff).not.toContain(Buffer.from(value).toString('base64'));
          expect(diff).not.toContain(value);
        }
      });

      it('says no to what apply would be refused', async () => {
        await expect(cluster.diff([configMap('Contract_Bad')])).rejects.toMatchObject({ code: 'cluster.rejected' });
      });
    });

    describe('rehearse', () => {
      it('says of each object what applying it would come to, and writes nothing', async () => {
        await cluster.create(deployment('contract-rehearse', { replicas: 0 }));
        const other = deployment('contract-rehearse', {
          replicas: 0,
          labels: { app: 'contract-rehearse', track: 'x' },
        });
        const said = await cluster.rehearse([
          configMap('contract-rehearse', { a: '1' }),
          other,
          configMap('Contract_Bad'),
        ]);
        expect(said[0]).toMatchObject({ object: { kind: 'ConfigMap', metadata: { name: 'contract-rehearse' } } });
        expect(said[1]).toMatchObject({ refused: expect.stringMatching(/immutable/) });
        expect(said[2]).toMatchObject({ refused: expect.stringMatching(/Contract_Bad/) });
        expect(await cluster.get(ref(configMap('contract-rehearse')))).toBeUndefined();
      });
    });

    describe('controllers', () => {
      it('bring a Deployment to one ReplicaSet that it owns, and report the generation they saw', async () => {
        const created = await cluster.apply(deployment('contract-rollout', { replicas: 1 }), { absent: true });
        await eventually(async () => {
          const sets = await cluster.list({
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            labels: { app: 'contract-rollout' },
          });
          const now = await cluster.get(ref(created));
          const status = now?.status as { observedGeneration?: number; replicas?: number } | undefined;
          return (
            sets.length === 1 &&
            sets[0]?.metadata.ownerReferences?.[0]?.uid === created.metadata.uid &&
            status?.observedGeneration === 1 &&
            status.replicas === 1
          );
        });
        const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', labels: { app: 'contract-rollout' } });
        expect(pods).toHaveLength(1);
      });
    });

    describe('logs', () => {
      it('are empty for a pod that does not exist', async () => {
        expect(await cluster.logs('contract-no-such-pod', { tail: 10 })).toBe('');
        expect(await cluster.logs('contract-no-such-pod', { tail: 10, previous: true, container: 'web' })).toBe('');
      });
    });

    /** Writes over whatever version is there now: controllers write too, so a version can change at any moment. */
    async function overPresent<T>(
      of: KubeObject,
      write: (guard: { resourceVersion: string }) => Promise<T>,
    ): Promise<T> {
      for (let attempt = 1; ; attempt += 1) {
        const now = await cluster.get(ref(of));
        expect(now, `${of.kind} ${of.metadata.name}`).toBeDefined();
        try {
          return await write(at(now ?? of));
        } catch (error) {
          if ((error as { code?: string }).code !== 'cluster.conflict' || attempt === 5) throw error;
        }
      }
    }

    function applyNow(object: KubeObject): Promise<KubeObject> {
      return overPresent(object, (guard) => cluster.apply(object, guard));
    }

    async function eventually(holds: () => Promise<boolean>): Promise<void> {
      for (let tries = 0; tries < PATIENCE; tries += 1) {
        if (await holds()) return;
        await made.settle();
      }
      expect(await holds(), `still not so after ${PATIENCE} turns`).toBe(true);
    }
  });
}

/** What names an object. */
export function ref(object: KubeObject): ObjectRef {
  return { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name };
}

/** The precondition that an object is still as it was read. */
export function at(object: KubeObject): { readonly resourceVersion: string } {
  return { resourceVersion: object.metadata.resourceVersion ?? 'none' };
}

function configMap(name: string, data: Record<string, string> = {}, labels?: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels ? { labels } : {}) }, data };
}

function lease(name: string, holder: string): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
    spec: { holderIdentity: holder, leaseDurationSeconds: 60 },
  };
}

function service(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }] },
  };
}

function deployment(
  name: string,
  options: {
    readonly replicas?: number;
    readonly image?: string;
    readonly env?: Record<string, string>;
    readonly labels?: Record<string, string>;
  },
): KubeObject {
  const labels = options.labels ?? { app: name };
  const env = Object.entries(options.env ?? {}).map(([key, value]) => ({ name: key, value }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      ...(options.replicas === undefined ? {} : { replicas: options.replicas }),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'web',
              image: options.image ?? 'registry.example/web:1.0.0',
              ...(env.length === 0 ? {} : { env }),
            },
          ],
        },
      },
    },
  };
}

function withSpec(object: KubeObject, fields: Record<string, unknown>): KubeObject {
  return { ...object, spec: { ...(object.spec as Record<string, unknown>), ...fields } };
}

function containersOf(object: KubeObject): readonly Record<string, unknown>[] {
  const spec = object.spec as { template: { spec: { containers: Record<string, unknown>[] } } };
  return spec.template.spec.containers;
}
