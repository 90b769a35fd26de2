import { expect, it } from 'vitest';
import type { FeedSink } from '../../../../src/adapters/kubectl/api.ts';
import { createFollowing } from '../../../../src/adapters/kubectl/following.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const QUERY = { apiVersion: 'v1', kind: 'Pod' };
const pod = (version: number): KubeObject => ({
  ...QUERY,
  metadata: { name: 'web', resourceVersion: String(version) },
});

it('a glance shows nothing of a server that does not answer, until it tells of a change again', async () => {
  let sink: FeedSink | undefined;
  const feed = async (_selection: unknown, into: FeedSink) => {
    sink = into;
    into.all({ objects: [pod(1)], version: '1' });
  };
  const following = createFollowing(
    { feed },
    async () => '/api/v1/pods',
    (object) => object,
  );
  const versions = async () => (await following.glance(QUERY, 1000))?.map(({ metadata }) => metadata.resourceVersion);
  expect(await versions()).toEqual(['1']);
  sink?.stumbled();
  // Whoever glances asks for themselves.
  expect(await versions()).toBe(undefined);
  sink?.changed(pod(2));
  expect(await versions()).toEqual(['2']);
  following.end();
});
