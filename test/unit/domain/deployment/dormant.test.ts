import { describe, expect, it } from 'vitest';
import { awake, dormant, isAsleep } from '../../../../src/domain/deployment/dormant.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const template = { spec: { containers: [{ name: 'web', image: 'web:1' }] } };
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 3, template },
};
const job: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'up' },
  spec: { backoffLimit: 0, template },
};
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ports: [{ port: 80 }] },
};

describe('what is made asleep', () => {
  it('is a Deployment without pods, else as it is wanted', () => {
    expect(dormant(deployment)).toEqual({ ...deployment, spec: { replicas: 0, template } });
  });

  it('is a Job that may run no pod and needs one to be complete, and that one pod once it is awake', () => {
    const asleep = dormant(job);
    expect(asleep).toEqual({ ...job, spec: { backoffLimit: 0, completions: 1, parallelism: 0, template } });
    expect(asleep && isAsleep(asleep)).toBe(true);
    expect(asleep && awake(asleep).spec).toEqual({ backoffLimit: 0, completions: 1, parallelism: 1, template });
  });

  it('is nothing that does nothing by being there', () => {
    expect(dormant(service)).toBeUndefined();
  });
});

describe('waking', () => {
  it.each([job, deployment, service])('leaves what is not asleep as it is: $kind', (object) => {
    expect(isAsleep(object)).toBe(false);
    expect(awake(object)).toBe(object);
  });
});
