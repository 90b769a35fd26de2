import { describe, expect, it } from 'vitest';
import { lacksForRollout } from '../../../../src/domain/deployment/served-pods.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

const SERVICE = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' } } };
const readinessProbe = { httpGet: { path: '/healthz', port: 8080 } };
const sleeping = (seconds: number) => ({ preStop: { sleep: { seconds } } });
const ports = [{ containerPort: 8080 }];
const prepared = { name: 'web', ports, readinessProbe, lifecycle: sleeping(5) };

function deployment(containers: readonly object[], pod: object = {}, spec: object = {}): KubeObject {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers, ...pod } };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template, ...spec } };
}

describe('what a workload lacks, so that replacing its pods loses requests', () => {
  it.each([
    ['all that it takes', deployment([prepared]), []],
    ['no readinessProbe', deployment([{ ...prepared, readinessProbe: undefined }]), ['no-readiness']],
    ['no preStop', deployment([{ ...prepared, lifecycle: undefined }]), ['no-pre-stop']],
    ['a postStart only', deployment([{ ...prepared, lifecycle: { postStart: {} } }]), ['no-pre-stop']],
    ['a preStop that is a command', deployment([{ ...prepared, lifecycle: { preStop: { exec: {} } } }]), []],
    ['neither', deployment([{ name: 'web', ports }]), ['no-readiness', 'no-pre-stop']],
    ['a sleep as long as the default grace', deployment([{ ...prepared, lifecycle: sleeping(30) }]), ['short-grace']],
    [
      'a sleep longer than its grace',
      deployment([{ ...prepared, lifecycle: sleeping(10) }], { terminationGracePeriodSeconds: 8 }),
      ['short-grace'],
    ],
    ['Recreate', deployment([prepared], {}, { strategy: { type: 'Recreate' } }), ['recreates']],
    ['a sidecar that does not listen', deployment([prepared, { name: 'logs' }]), []],
    [
      'a sidecar that listens unprepared',
      deployment([prepared, { name: 'proxy', ports }]),
      ['no-readiness', 'no-pre-stop'],
    ],
    ['no port said, and a Service', deployment([{ name: 'web' }]), ['no-readiness', 'no-pre-stop']],
    ['no port said, one of two prepared', deployment([{ ...prepared, ports: [] }, { name: 'logs' }]), []],
  ])('%s: %o', (_what, object, codes) => {
    expect(lacksForRollout(object, [SERVICE]).map(({ code }) => code.replace('rollout.', ''))).toEqual(codes);
  });

  it('is not asked of what nobody sends requests to', () => {
    const worker = deployment([{ name: 'worker' }]);
    const others = { ...SERVICE, spec: { selector: { app: 'other' } } };
    const headless = { ...SERVICE, spec: {} };
    expect(lacksForRollout(worker, [others, headless])).toEqual([]);
    expect(lacksForRollout({ ...worker, kind: 'Job' }, [SERVICE])).toEqual([]);
  });

  it('is asked of a StatefulSet too', () => {
    const served = { ...deployment([{ name: 'web', ports }]), kind: 'StatefulSet' };
    expect(lacksForRollout(served, []).map(({ code }) => code)).toEqual([
      'rollout.no-readiness',
      'rollout.no-pre-stop',
    ]);
  });

  it('says what would do', () => {
    const [lack] = lacksForRollout(deployment([{ ...prepared, lifecycle: sleeping(40) }]), []);
    expect(lack?.problem).toBe(
      'web sleeps 40 s before it ends and is killed after 30 s: the requests that it is answering are cut off',
    );
    expect(lack?.fix).toBe('set terminationGracePeriodSeconds to at least 70');
  });
});
