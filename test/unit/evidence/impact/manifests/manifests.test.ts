import { describe, expect, test } from 'vitest';
import { compareExposure } from '../../../../../src/evidence/impact/manifests/exposure.ts';
import { compareMonitoring } from '../../../../../src/evidence/impact/manifests/monitoring.ts';
import { compareResources } from '../../../../../src/evidence/impact/manifests/resources.ts';
import { scanYaml } from '../../../../../src/evidence/impact/manifests/yaml-lines.ts';

const nobody = () => [];
const file = (path: string, oldText: string | undefined, newText: string | undefined) => ({
  oldPath: oldText === undefined ? undefined : path,
  newPath: newText === undefined ? undefined : path,
  oldText,
  newText,
});
const object = (kind: string, name: string, rest = '') =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;

describe('YAML by lines', () => {
  test('paths follow indentation, also for lists at the indentation of their key', () => {
    const lines = scanYaml('a:\n- b: 1\n  c:\n    - d\n- e: "x # y"\nf: {g: 1} # h\n---\ni: |\n  j: k\nl: m');
    expect(lines.map((l) => [l.document, l.path.join('.'), l.value, l.item])).toEqual([
      [0, 'a', '', undefined],
      [0, 'a.-.b', '1', 1],
      [0, 'a.-.c', '', undefined],
      [0, 'a.-.c.-', 'd', 3],
      [0, 'a.-.e', 'x # y', 1],
      [0, 'f', '', undefined],
      [0, 'f.g', '1', undefined],
      [1, 'i', '|', undefined],
      [1, 'l', 'm', undefined],
    ]);
  });

  test('flow collections are as if they stood in lines of their own', () => {
    const flow =
      'metadata: {name: web, labels: {app: web}}\nlist:\n  - {name: A, value: "x, y"}\n  - [1, 2]\nports: [80]\nz: 1';
    const block =
      'metadata:\n  name: web\n  labels:\n    app: web\nlist:\n  - name: A\n    value: x, y\n  - - 1\n    - 2\nports:\n  - 80\nz: 1';
    const told = (text: string) => scanYaml(text).map((l) => [l.path.join('.'), l.key, l.value, l.item]);
    expect(told(flow)).toEqual(told(block));
  });

  test('a flow collection over several lines counts where it begins; what only looks like one stays a text', () => {
    const text = 'a: {\n  b: 1,\n  c: [x,\n    y]\n}\nd: {{ .Values.d }}\ne: [{{ .Values.e }}\nf: 1';
    expect(scanYaml(text).map((l) => [l.line, l.path.join('.'), l.value])).toEqual([
      [1, 'a', ''],
      [1, 'a.b', '1'],
      [1, 'a.c', ''],
      [1, 'a.c.-', 'x'],
      [1, 'a.c.-', 'y'],
      [6, 'd', '{{ .Values.d }}'],
      [7, 'e', '[{{ .Values.e }}'],
      [8, 'f', '1'],
    ]);
  });
});

describe('resources', () => {
  const changes = (...files: ReturnType<typeof file>[]) =>
    compareResources(files, nobody).map((r) => `${r.change} ${r.kind}/${r.name}@${r.seen.line}`);

  test('new and gone objects of a file of several', () => {
    const before = `${object('Service', 'a')}---\n${object('PersistentVolumeClaim', 'old')}`;
    const after = `${object('Service', 'a')}---\n# c\n${object('CronJob', 'b')}`;
    expect(changes(file('k8s/a.yaml', before, after))).toEqual([
      'added CronJob/b@8',
      'removed PersistentVolumeClaim/old@7',
    ]);
  });
  test('an object that moves to another file, or stands in two overlays, is one', () => {
    expect(
      changes(file('a.yaml', object('Ingress', 'a'), undefined), file('b.yaml', undefined, object('Ingress', 'a'))),
    ).toEqual([]);
    expect(
      changes(file('x/a.yaml', undefined, object('Ingress', 'a')), file('y/a.yaml', undefined, object('Ingress', 'a'))),
    ).toEqual(['added Ingress/a@2']);
  });
  test('Helm templates count with a computed name, what is no object does not', () => {
    const template =
      '{{- if .Values.x }}\napiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: {{ include "a.fullname" . }}\n{{- end }}';
    expect(changes(file('charts/a/templates/cron.yaml', undefined, template))).toEqual(['added CronJob/@3']);
    expect(changes(file('openapi.yaml', undefined, 'openapi: 3.0.0\ninfo:\n  kind: Thing'))).toEqual([]);
    expect(
      changes(
        file('kustomization.yaml', undefined, 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization'),
      ),
    ).toEqual([]);
  });
  test('Terraform resources', () => {
    expect(
      changes(
        file(
          'infra/db.tf',
          undefined,
          '# resource "a" "b"\nresource "aws_db_instance" "replica" {\n}\ndata "x" "y" {}',
        ),
      ),
    ).toEqual(['added aws_db_instance/replica@2']);
  });
});

describe('monitoring', () => {
  const rules = (...alerts: string[]) => `groups:\n  - name: g\n    rules:\n${alerts.join('\n')}\n`;
  const alert = (name: string, expr = 'up == 0') =>
    `      - alert: ${name}\n        expr: ${expr}\n        labels:\n          severity: page`;
  const changes = (oldText: string | undefined, newText: string | undefined, path = 'rules/a.yaml') =>
    compareMonitoring([file(path, oldText, newText)], nobody).map((m) =>
      [m.change, m.kind, m.name, m.severity, m.seen.line].join(' '),
    );

  test('new, changed and removed alerts; recording rules are none', () => {
    const record = '      - record: a:b\n        expr: sum(up)';
    expect(changes(rules(alert('A'), alert('B'), record), rules(alert('B', 'up == 1'), record, alert('C')))).toEqual([
      'added alert C page 10',
      'changed alert B page 4',
      'removed alert A page 4',
    ]);
  });
  test('an alert whose expr comes first, and one at the end', () => {
    expect(
      changes(
        undefined,
        rules('      - expr: up == 0\n        alert: First\n        labels: {severity: x}', alert('Last')),
      ),
    ).toEqual(['added alert First x 5', 'added alert Last page 7']);
  });
  test('reordering changes nothing, and a key named alert elsewhere is no rule', () => {
    expect(changes(rules(alert('A'), alert('B')), rules(alert('B'), alert('A')))).toEqual([]);
    expect(changes(undefined, 'settings:\n  - alert: Loud\n    volume: 11')).toEqual([]);
  });
  test('dashboards by their outermost title', () => {
    const json =
      '{\n  "panels": [\n    {\n      "title": "Inner"\n    }\n  ],\n  "schemaVersion": 39,\n  "title": "Wallet"\n}';
    expect(changes(undefined, json, 'dashboards/w.json')).toEqual(['added dashboard Wallet  8']);
    expect(changes(undefined, '{"panels": "of wood"}', 'a.json')).toEqual([]);
  });
});

describe('ports and permissions', () => {
  const changes = (path: string, oldText: string | undefined, newText: string | undefined) =>
    compareExposure([file(path, oldText, newText)], nobody).map((e) => `${e.change} ${e.kind} ${e.text}`);

  test('container ports, security settings and capabilities', () => {
    const pod = (port: number, more = '') =>
      object(
        'Deployment',
        'a',
        `spec:\n  containers:\n    - name: a\n      ports:\n        - containerPort: ${port}\n${more}`,
      );
    expect(
      changes(
        'd.yaml',
        pod(80),
        pod(
          81,
          '      securityContext:\n        privileged: true\n        capabilities:\n          add:\n            - NET_ADMIN\n',
        ),
      ),
    ).toEqual([
      'added port Deployment a: containerPort 81',
      'added permission Deployment a: spec.containers.securityContext.privileged true',
      'added permission Deployment a: capabilities add NET_ADMIN',
      'removed port Deployment a: containerPort 80',
    ]);
  });
  test('rules of a role', () => {
    const role = (verb: string) =>
      object('ClusterRole', 'r', `rules:\n  - apiGroups: [""]\n    resources: ["pods"]\n    verbs: ["${verb}"]\n`);
    expect(changes('r.yaml', role('get'), role('*'))).toEqual([
      'added permission ClusterRole r: rules.verbs *',
      'removed permission ClusterRole r: rules.verbs get',
    ]);
  });
  test('Dockerfile, compose, chart values', () => {
    expect(changes('Dockerfile', 'FROM x\nEXPOSE 80', 'FROM x\nEXPOSE 80 9090/udp')).toEqual([
      'added port Dockerfile: EXPOSE 9090/udp',
    ]);
    expect(
      changes(
        'compose.yaml',
        'services:\n  a:\n    ports:\n      - "80:80"',
        'services:\n  a:\n    ports:\n      - "81:80"',
      ),
    ).toEqual(['added port service a: ports 81:80', 'removed port service a: ports 80:80']);
    expect(changes('charts/a/values.yaml', 'service:\n  port: 80', 'service:\n  port: 81')).toEqual([
      'changed port values.yaml: service.port 81 (was 80)',
    ]);
    expect(changes('config.yaml', undefined, 'server:\n  hostPort: 80')).toEqual([]);
  });
});
