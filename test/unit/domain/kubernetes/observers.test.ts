import { describe, expect, it } from 'vitest';
import { observersIn } from '../../../../src/domain/kubernetes/observers.ts';
import type { KubeObject } from '../../../../src/ports/cluster.ts';

function service(
  name: string,
  labels: Record<string, string>,
  ports: readonly { readonly name?: string; readonly port: number }[],
): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'monitoring', labels }, spec: { ports } };
}

const chart = (name: string) => ({ 'app.kubernetes.io/name': name });
const found = (...services: KubeObject[]) =>
  observersIn(services).map(({ kind, service: name, port }) => `${kind} ${name}:${port}`);

describe('metrics stores among the Services of a cluster', () => {
  it('are those of kube-prometheus-stack', () => {
    const web = [
      { name: 'http-web', port: 9090 },
      { name: 'reloader-web', port: 8080 },
    ];
    expect(
      found(
        service('alertmanager-operated', { 'operated-alertmanager': 'true' }, [{ name: 'http-web', port: 9093 }]),
        service('kps-alertmanager', { app: 'kube-prometheus-stack-alertmanager' }, [{ name: 'http-web', port: 9093 }]),
        service('kps-operator', { app: 'kube-prometheus-stack-operator' }, [{ name: 'https', port: 443 }]),
        service('kps-prometheus', { app: 'kube-prometheus-stack-prometheus' }, web),
        service('kps-prometheus-node-exporter', chart('prometheus-node-exporter'), [
          { name: 'http-metrics', port: 9100 },
        ]),
        service('prometheus-operated', { 'operated-prometheus': 'true' }, [{ name: 'http-web', port: 9090 }]),
      ),
    ).toEqual([
      'prometheus kps-prometheus:http-web',
      'prometheus prometheus-operated:http-web',
      'alertmanager kps-alertmanager:http-web',
      'alertmanager alertmanager-operated:http-web',
    ]);
  });

  it('are those of the plain chart, whose port has a name or none', () => {
    expect(
      found(
        service('prometheus-server', chart('prometheus'), [{ name: 'http', port: 80 }]),
        service('prometheus-alertmanager', chart('alertmanager'), [{ port: 9093 }]),
        service('prometheus-prometheus-pushgateway', chart('prometheus-pushgateway'), [{ name: 'http', port: 9091 }]),
      ),
    ).toEqual(['prometheus prometheus-server:http', 'alertmanager prometheus-alertmanager:9093']);
  });

  it('has what sees several Prometheus before one of them', () => {
    expect(
      found(
        service('prometheus-k8s', chart('prometheus'), [{ name: 'web', port: 9090 }]),
        service('thanos-query', chart('thanos'), [
          { name: 'grpc', port: 10901 },
          { name: 'http', port: 9090 },
        ]),
        service('vmsingle-shop', {}, [{ name: 'http', port: 8429 }]),
      ),
    ).toEqual(['prometheus thanos-query:http', 'prometheus prometheus-k8s:web', 'prometheus vmsingle-shop:http']);
  });

  it('are no others, nor one without a port for questions', () => {
    expect(
      found(
        service('web', { app: 'web' }, [{ name: 'http', port: 80 }]),
        service('prometheus', {}, [{ name: 'grpc', port: 10901 }]),
        { apiVersion: 'v1', kind: 'Service', metadata: { name: 'prometheus' } },
      ),
    ).toEqual([]);
  });
});
