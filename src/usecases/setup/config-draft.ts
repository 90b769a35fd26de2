import { observerEntry } from '../../domain/kubernetes/observers.ts';
import type { Discovery } from '../../evidence/service-discovery/discover.ts';
import { type Comment, writeCommentedYaml } from '../../plan/commented-yaml.ts';
import { configSchema } from '../../plan/config.ts';
import { API_VERSION } from '../../plan/versions.ts';
import { checkShape, readYaml } from '../../plan/yaml.ts';
import type { FoundObserver } from '../../ports/environments.ts';
import { type GitOpsProposal, proposalText } from '../gitops/propose.ts';
import { CONFIG_FILE } from '../release/settings.ts';
import type { SetupAnswers } from './answers.ts';
import { completed, ofManifests, whyLeftOut } from './service-entry.ts';

/** A relctl.yaml that was drafted. */
export interface ConfigDraft {
  readonly text: string;
  /** Services that stand in it. */
  readonly services: readonly string[];
  /** Where a person has to put something in, and what. */
  readonly toFill: readonly (Missing & { readonly path: string; readonly line: number })[];
  /** Services that were found and cannot stand in it yet, with why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/** What observes the cluster of each environment, the best first. */
export type FoundObservers = Readonly<Partial<Record<'staging' | 'production', readonly FoundObserver[]>>>;

/** Namespaces that the overlays of the environments name. */
export type Namespaces = Readonly<Partial<Record<'staging' | 'production', string>>>;

/** Where staging is, unless the company says otherwise: the host of the process document. */
const STAGING_HOST = 'staging.example.com';

/** Drafts relctl.yaml from what was found and what people said. The text is valid; what a person must fill in is named. */
export function draftConfig(
  answers: SetupAnswers,
  discovery: Discovery,
  observers: FoundObservers,
  kept?: GitOpsProposal,
  namespaces: Namespaces = {},
): ConfigDraft {
  const built = discovery.services.flatMap((service) => completed(service));
  // A repository without any source holds configuration only: what its manifests run is what is released from it.
  const complete = built.length > 0 ? built : discovery.services.flatMap((service) => completed(ofManifests(service)));
  const leftOut = discovery.services
    .filter((service) => complete.every((one) => one.name !== service.name))
    .map((service) => ({ name: service.name, why: whyLeftOut(service) }));
  const names = complete.map((service) => service.name);
  const shared = discovery.shared
    .map(({ usedBy, ...rest }) => ({
      ...rest,
      paths: [...rest.paths],
      usedBy: usedBy.filter((name) => names.includes(name)),
    }))
    .filter((one) => one.usedBy.length > 0);
  const isSandbox = answers.platform === 'sandbox';
  const target = (environment: 'staging' | 'production', context: string | undefined) => ({
    context: context ?? (isSandbox ? `sandbox-${environment}` : environment),
    namespace: namespaces[environment] ?? answers.namespace ?? 'default',
    ...observedBy(observers[environment] ?? []),
  });
  const { informed, productManager, rdLead, operations, qa, cab } = answers.team;
  const config = {
    apiVersion: API_VERSION,
    kind: 'Config',
    process: 'standard@3.0',
    platform: answers.platform,
    team: {
      ...(productManager === undefined ? {} : { productManager }),
      ...(rdLead === undefined ? {} : { rdLead }),
      operations,
      qa,
      cab,
      informed,
    },
    timeZone: answers.timeZone ?? 'UTC',
    environments: {
      staging: { ...target('staging', answers.stagingContext), host: STAGING_HOST },
      production: { ...target('production', answers.productionContext), ...byCommits(kept) },
    },
    services: Object.fromEntries(complete.map(({ name, entry }) => [name, entry])),
    ...(shared.length === 0 ? {} : { shared }),
    notifications: [],
  };
  const comments: Comment[] = [
    ...GENERAL,
    ...(['staging', 'production'] as const).flatMap((environment) =>
      foundComments(environment, observers[environment]),
    ),
    ...keptComments(kept),
    ...complete.map(({ name, note }): Comment => ({ path: ['services', name], text: note })),
    ...(leftOut.length === 0
      ? []
      : [
          {
            path: ['services'],
            text: `Not yet here:\n${leftOut.map(({ name, why }) => `  ${name}: ${why}`).join('\n')}`,
          },
        ]),
  ];
  const text = writeCommentedYaml(config, { heading: HEADING, comments });
  const yaml = readYaml(text, CONFIG_FILE);
  checkShape(configSchema, yaml, 'config.invalid', CONFIG_FILE, 'relctl schema config');
  const toFill = missingOf(answers, observers).map(([path, missing]) => ({
    path: path.join('.'),
    line: yaml.place(path).line ?? 1,
    ...missing,
  }));
  return { text, services: names, toFill, leftOut };
}

/** The best of each kind: a Service inside the cluster, reached with the login that kubectl has. */
function observedBy(found: readonly FoundObserver[]) {
  const entry = (kind: FoundObserver['kind']) => {
    const [best] = found.filter((one) => one.kind === kind);
    if (best === undefined) return {};
    const { namespace, service, port, path } = best;
    return { [kind]: { via: 'kubectl', namespace, service, port, ...(path === '' ? {} : { path }) } };
  };
  return { ...entry('prometheus'), ...entry('alertmanager') };
}

/** Production that others keep gets a release by commits. Where the cluster does not tell from where they are read, a person has to. */
function byCommits(kept: GitOpsProposal | undefined) {
  if (kept?.repository === undefined || kept.path === undefined) return {};
  const { repository, branch = 'main', path, application } = kept;
  return { rollout: 'gitops', gitops: { repository, branch, path, application } };
}

function keptComments(kept: GitOpsProposal | undefined): readonly Comment[] {
  if (kept === undefined) return [];
  return 'rollout' in byCommits(kept)
    ? [
        {
          path: ['environments', 'production', 'rollout'],
          text: `${kept.application} keeps production: it is released by commits to what that reads`,
        },
      ]
    : [
        {
          path: ['environments', 'production'],
          text: `${kept.application} keeps production; a release over it is refused. Correct and add: ${proposalText(kept)}`,
        },
      ];
}

/** Says where it comes from, and what else there was to choose. */
function foundComments(environment: string, found: readonly FoundObserver[] = []): readonly Comment[] {
  return (['prometheus', 'alertmanager'] as const).flatMap((kind) => {
    const [best, ...others] = found.filter((one) => one.kind === kind);
    if (best === undefined) return [];
    const more = others.map((one) => `\n  or ${observerEntry(one)}`).join('');
    return [
      {
        path: ['environments', environment, kind],
        text: `Found in the cluster; it answers through the API server${more}`,
      },
    ];
  });
}

/** What only people know, and the flag that says it before the file is written. */
interface Missing {
  readonly what: string;
  readonly flag?: string;
}

/** What only people know, where nobody has said it. */
function missingOf(
  answers: SetupAnswers,
  { production = [] }: FoundObservers,
): readonly (readonly [path: readonly string[], missing: Missing])[] {
  const { team, platform } = answers;
  const asked: readonly (readonly [path: readonly string[], value: unknown, missing: Missing])[] = [
    ...ROLES.map(([role, what, flag]) => [['team', role], team[role], { what, flag }] as const),
    [['timeZone'], answers.timeZone, { what: 'IANA zone of the change windows (UTC for now)', flag: '--time-zone' }],
    ...(platform === 'sandbox'
      ? []
      : ([
          [
            ['environments', 'staging', 'context'],
            answers.stagingContext,
            { what: 'kubectl context of staging', flag: '--staging-context' },
          ],
          [
            ['environments', 'production', 'context'],
            answers.productionContext,
            { what: 'kubectl context of production', flag: '--production-context' },
          ],
          [
            ['environments', 'production', 'namespace'],
            answers.namespace,
            { what: 'namespace of the product (default for now)', flag: '--namespace' },
          ],
        ] as const)),
  ];
  const observers = ['prometheus, ', 'alertmanager and '].filter(
    (text) => !production.some(({ kind }) => text.startsWith(kind)),
  );
  return [
    ...asked
      .filter(([, value]) => value === undefined || (Array.isArray(value) && value.length === 0))
      .map(([path, , missing]) => [path, missing] as const),
    ...(platform === 'sandbox'
      ? []
      : [
          [
            ['environments', 'production'],
            { what: `${observers.join('')}clusterUid; \`relctl doctor\` prints the UID` },
          ] as const,
        ]),
  ];
}

const ROLES = [
  ['productManager', 'address of the Product Manager', '--product-manager'],
  ['rdLead', 'address of the R&D Lead', '--rd-lead'],
  ['operations', 'addresses of Operations', '--operations'],
  ['qa', 'addresses of QA', '--qa'],
  ['cab', 'addresses of the Change Advisory Board', '--cab'],
] as const;

const HEADING =
  'What relctl knows of this repository; `relctl schema config` describes every key. No secrets in this file.';

const GENERAL: readonly Comment[] = [
  { path: ['process'], text: 'The policy in relctl/process/, with what varies between companies' },
  { path: ['platform'], text: 'sandbox: a simulated company on a virtual clock; kubernetes: the real thing' },
  {
    path: ['team'],
    text: 'Who does what unless a plan says otherwise; keys: productManager, rdLead, operations, qa, cab, informed',
  },
  { path: ['timeZone'], text: 'IANA zone of the change windows' },
  {
    path: ['environments'],
    text: [
      'Each with its kubectl context and namespace. Further keys:',
      '  clusterUid: UID of the kube-system namespace (`relctl doctor` prints it); without it nothing real is deployed',
      '  host: www.example.com',
      '  prometheus: http://prometheus.example.com:9090',
      '  prometheus: { via: kubectl, namespace: monitoring, service: prometheus-operated, port: http-web }, inside the cluster',
      '  alertmanager: http://alertmanager.example.com:9093',
      '  regions: for production in several clusters; see `relctl schema config`',
    ].join('\n'),
  },
  {
    path: ['services'],
    text: 'Paths are globs of the files that make a service; manifests are files and folders, or where they are rendered from',
  },
  { path: ['shared'], text: 'Code that several services are built from' },
  {
    path: ['notifications'],
    text: [
      'Who gets notifications. Secrets belong in environment variables; only their names are written here. Examples:',
      '  - { kind: slack, name: releases, urlFrom: SLACK_WEBHOOK_URL }',
      '  - { kind: command, name: mail, command: [./tools/notify], topics: [deploy.starting, deploy.complete] }',
    ].join('\n'),
  },
];
