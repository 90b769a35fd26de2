import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubeObject } from '../../../src/ports/cluster.ts';
import { COUNTER } from '../../cluster/exporter.ts';
import { PEOPLE } from './company.ts';
import { rpd } from './rpd.ts';

const POLICY = fileURLToPath(new URL('../../../templates/process/standard-3.0.yaml', import.meta.url));

/** Id of the lab's release. */
export const RELEASE = 'next';

/** What varies between the products of labs. */
export interface LabProduct {
  /** False leaves the migration out. */
  readonly migration?: boolean;
  /** Changes of `relctl.yaml` at its top. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Changes of the plan's `spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly canary?: Readonly<Record<string, unknown>>;
  /** How long the lock outlives its last renewal; 60 s when left out. */
  readonly lockSeconds?: number;
  /** Names of CI in the policy. */
  readonly machines?: readonly string[];
  /** Files beside those, at both versions. */
  readonly files?: Readonly<Record<string, string>>;
  /** What else is changed in its policy. */
  readonly policy?: (text: string) => string;
  /** How its clusters are asked; `single-calls` where a test steps in at calls of kubectl. */
  readonly connection?: 'proxy' | 'single-calls';
}

/** Where the lab's parts are. */
export interface LabFacts {
  readonly context: string;
  readonly uid: string;
  readonly kubeconfig: string;
  readonly prometheus: string;
  /** File that migrations write a line to. */
  readonly effects: string;
}

/** Manifests of the service, in a version; three replicas, so that rollouts are quick. */
function manifest(version: string, replicas: number): string {
  const labels = { 'app.kubernetes.io/name': 'web', track: 'stable' };
  const container = {
    name: 'web',
    image: `registry.example/web:${version}`,
    ports: [{ containerPort: 8080 }],
    env: [{ name: 'WHERE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
    envFrom: [{ configMapRef: { name: 'web' } }],
    readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
  };
  const objects = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { GREETING: `hello from ${version}` } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      // Headless, so that it holds no address which another namespace's does not have.
      spec: {
        clusterIP: 'None',
        selector: { 'app.kubernetes.io/name': 'web' },
        ports: [{ port: 80, targetPort: 8080 }],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
  ];
  return objects.map((object) => stringify(object)).join('---\n');
}

/** What production runs before the release. */
export const STABLE: readonly KubeObject[] = parseAllDocuments(manifest('1.0.0', 3)).map(
  (document) => document.toJS() as KubeObject,
);

/** The repository at a version. */
export function labFiles(version: string, facts: LabFacts, options: LabProduct): Record<string, string> {
  const target = (namespace: string) => ({ context: facts.context, namespace, clusterUid: facts.uid });
  const { kubeconfig, prometheus } = facts;
  const { connection = 'proxy' } = options;
  const config = {
    apiVersion: 'relctl/v1',
    kind: 'Config',
    platform: 'kubernetes',
    environments: {
      staging: { ...target('shop-staging'), kubeconfig, prometheus, connection },
      production: { ...target('shop'), kubeconfig, prometheus, connection },
    },
    services: {
      web: {
        paths: ['web/**'],
        manifests: { staging: ['deploy/staging/web.yaml'], production: ['deploy/production/web.yaml'] },
      },
    },
    metrics: { staleAfter: '5s' },
    notifications: [{ kind: 'command', name: 'record', command: ['sh', 'hooks/record.sh'] }],
    ...options.config,
  };
  return {
    'relctl.yaml': JSON.stringify(config, null, 2),
    'relctl/process/standard-3.0.yaml': (options.policy ?? ((text) => text))(
      policy(options.lockSeconds ?? 60, options.machines ?? []),
    ),
    'hooks/record.sh': '#!/bin/sh\nmkdir -p .relctl && (cat; echo) >> .relctl/notifications.ndjson\n',
    'deploy/staging/web.yaml': manifest(version, 1),
    'deploy/production/web.yaml': manifest(version, 3),
    ...options.files,
  };
}

/** The standard process with shorter times and fewer requests; nothing else differs. */
function policy(lockSeconds: number, machines: readonly string[]): string {
  return readFileSync(POLICY, 'utf8')
    .replace(/cab: 7.*/, 'cab: 0')
    .replace(/minimumMembers: .*/, 'minimumMembers: 1')
    .replace(/staging: 3.*/, 'staging: 0')
    .replace(/maxShare: .*/, 'maxShare: 30%')
    .replace(/minBake: .*/, 'minBake: 4s')
    .replace(/warmup: .*/, 'warmup: 0s')
    .replace(/minimumRequests: .*/, 'minimumRequests: 200')
    .replace(/lockSeconds: .*/, `lockSeconds: ${lockSeconds}`)
    .replace('machines: []', `machines: [${machines.join(', ')}]`);
}

/** The plan of the release. Its migration writes into the effects file, so that a second run would be seen. */
export function labPlan(commit: string, facts: LabFacts, options: LabProduct): string {
  const say = (what: string) => ['sh', '-c', `echo "$WHERE ${what}" >> ${facts.effects}`];
  const migration = { id: 'add-column', service: 'web', reversible: true, up: say('up'), down: say('down') };
  const series = `${COUNTER}{service="web"}`;
  return rpd({
    id: RELEASE,
    commit,
    tag: '2.0.0',
    canary: { share: '25%', bake: '4s', extension: '4s', look: '1s', ...options.canary },
    more: {
      owners: {
        productManager: PEOPLE.pm,
        rdLead: PEOPLE.lead,
        operations: [PEOPLE.ops, 'otto@example.com'],
        qa: [PEOPLE.qa],
        cab: [PEOPLE.cab],
        informed: ['marketing'],
      },
      migrations: options.migration === false ? [] : [migration],
      slos: [
        {
          name: 'availability',
          service: 'web',
          objective: '95%',
          good: series.replace('}', ',code!~"5.."}'),
          total: series,
        },
      ],
      ...options.spec,
    },
  });
}
