import { describe, expect, it } from 'vitest';
import { withPinnedImages } from '../../../../src/domain/kubernetes/pods.ts';
import { imagesBeside, movedImages, pinsOf, together } from '../../../../src/domain/kubernetes/running-images.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const [A, B] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);

const workload: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    template: {
      spec: {
        initContainers: [{ name: 'setup', image: 'setup:1' }],
        containers: [
          { name: 'web', image: 'web:4' },
          { name: 'proxy', image: `envoy:1.30@${A}` },
          { name: 'logs', image: 'vector:0.40' },
        ],
      },
    },
  },
};

const pod = (ids: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1' },
  status: {
    initContainerStatuses: [{ name: 'setup', imageID: `setup@${A}` }],
    containerStatuses: [
      ...Object.entries(ids).map(([name, imageID]) => ({ name, imageID })),
      { name: 'istio-proxy', imageID: `istio@${B}` },
    ],
  },
});

describe('the images beside a service', () => {
  const images = imagesBeside(workload, [pod({ web: `web@${B}`, proxy: `envoy@${A}`, logs: `vector@${B}` })], 'web');

  it('are those of init containers and sidecars that the manifests name, with what ran', () => {
    expect(images).toEqual({ 'setup:1': [`setup@${A}`], 'envoy:1.30': [`envoy@${A}`], 'vector:0.40': [`vector@${B}`] });
  });

  it('are pinned to what ran, where that is one thing', () => {
    const two = together([images, { 'vector:0.40': [`vector@${A}`] }]);
    const pinned = withPinnedImages(workload, pinsOf(two));
    const { containers, initContainers } = (pinned.spec as { template: { spec: Record<string, { image: string }[]> } })
      .template.spec;
    expect([...(initContainers ?? []), ...(containers ?? [])].map(({ image }) => image)).toEqual([
      `setup:1@${A}`,
      'web:4',
      `envoy:1.30@${A}`,
      'vector:0.40',
    ]);
  });

  it('are named when their tag moved, whatever the registry is called', () => {
    expect(movedImages(images, { 'vector:0.40': [`mirror/vector@${B}`] })).toEqual([]);
    expect(movedImages(images, { 'vector:0.40': [`vector@${A}`] })).toEqual([
      `vector:0.40 was vector@${B} and is vector@${A}`,
    ]);
    expect(movedImages({}, { 'new:1': [`new@${A}`, `new@${B}`] })).toEqual([
      `new:1 is new@${A} and new@${B} at the same time`,
    ]);
  });
});
