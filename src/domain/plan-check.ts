import type { Config } from '../plan/config.ts';
import { durationSeconds, percentRatio } from '../plan/duration.ts';
import type { Policy } from '../plan/policy.ts';
import type { ReleasePlan } from '../plan/release-plan.ts';
import type { Spec } from '../plan/spec.ts';
import { isTimeZone, windowSpan } from './calendar.ts';
import { quorumOf, samePerson, votingBoard } from './people.ts';

/** Something that is wrong with a plan, with how to mend it. */
export interface PlanFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Path in the document, for the place. */
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly fix: string;
}

/** What a plan is checked against. */
export interface PlanCheckFacts {
  readonly plan: Pick<ReleasePlan, 'id' | 'metadata' | 'spec'>;
  readonly policy: Policy;
  readonly config: Config;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The mark that a draft carries where a person has to write something. */
export const TO_BE_WRITTEN = 'TO BE WRITTEN';

const UNWRITTEN_MARK = new RegExp(`${TO_BE_WRITTEN}:? ?`);

/** Checks that a plan is complete, consistent, can be satisfied by the people it names, and is in time. Pure. */
export function checkPlan(facts: PlanCheckFacts): readonly PlanFinding[] {
  return [...unwritten(facts.plan.spec), ...CHECKS.flatMap((check) => check(facts))];
}

type PlanRule = (facts: PlanCheckFacts) => readonly PlanFinding[];

const error = (code: string, path: readonly (string | number)[], problem: string, fix: string): PlanFinding => ({
  code,
  severity: 'error',
  path,
  problem,
  fix,
});
const warning = (code: string, path: readonly (string | number)[], problem: string, fix: string): PlanFinding => ({
  code,
  severity: 'warning',
  path,
  problem,
  fix,
});

const window: PlanRule = ({ plan: { spec } }) => {
  if (!isTimeZone(spec.window.timeZone)) {
    return [
      error(
        'window.zone',
        ['spec', 'window', 'timeZone'],
        `"${spec.window.timeZone}" is not an IANA time zone`,
        'write one such as America/New_York or Europe/Berlin',
      ),
    ];
  }
  const { start, end } = windowSpan(spec.window);
  return end > start
    ? []
    : [error('window.order', ['spec', 'window', 'end'], 'the window ends before it starts', 'set end after start')];
};

const services: PlanRule = ({ plan: { spec }, config }) => {
  const seen = new Set<string>();
  return spec.services.flatMap((service, index) => {
    const path = ['spec', 'services', index, 'name'];
    const twice = seen.has(service.name);
    seen.add(service.name);
    return [
      ...(twice ? [error('services.twice', path, `the service ${service.name} stands twice`, 'remove one')] : []),
      ...(Object.hasOwn(config.services, service.name)
        ? []
        : [
            error(
              'services.unknown',
              path,
              `the service ${service.name} is not in relctl.yaml`,
              `use one of ${Object.keys(config.services).join(', ')}, or define it in relctl.yaml`,
            ),
          ]),
    ];
  });
};

const references: PlanRule = ({ plan: { spec } }) => {
  const names = new Set(spec.services.map((service) => service.name));
  const unknown = (service: string, path: readonly (string | number)[]) =>
    names.has(service)
      ? []
      : [
          error(
            'services.not-released',
            path,
            `${service} is not a service of this release`,
            'add it to spec.services, or correct the name',
          ),
        ];
  return [
    ...spec.environmentVariables.flatMap((variable, i) =>
      variable.services.flatMap((service, j) => unknown(service, ['spec', 'environmentVariables', i, 'services', j])),
    ),
    ...spec.migrations.flatMap((migration, i) => unknown(migration.service, ['spec', 'migrations', i, 'service'])),
    ...spec.slos.flatMap((slo, i) => unknown(slo.service, ['spec', 'slos', i, 'service'])),
    ...spec.services.flatMap((service, i) =>
      spec.slos.some((slo) => slo.service === service.name)
        ? []
        : [
            error(
              'slos.missing',
              ['spec', 'services', i],
              `no SLO judges ${service.name}, so its canary could not be judged`,
              'add an SLO for it under spec.slos',
            ),
          ],
    ),
  ];
};

const twins: PlanRule = ({ plan: { spec } }) => [
  ...repeated(
    spec.slos.map((slo) => slo.name),
    ['spec', 'slos'],
  ),
  ...repeated(
    spec.migrations.map((migration) => migration.id),
    ['spec', 'migrations'],
  ),
  ...repeated(
    spec.smokeTests.map((test) => test.name),
    ['spec', 'smokeTests'],
  ),
  ...repeated(
    spec.successMetrics.map((metric) => metric.name),
    ['spec', 'successMetrics'],
  ),
  ...repeated(
    spec.testPlan.feature.map((test) => test.id),
    ['spec', 'testPlan', 'feature'],
  ),
];

function repeated(names: readonly string[], path: readonly string[]): readonly PlanFinding[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [error('names.twice', [...path, index], `"${name}" stands twice`, 'give each its own name')],
  );
}

const board: PlanRule = ({ plan: { spec }, policy }) => {
  const voting = votingBoard(spec, [spec.owners.rdLead], policy);
  const quorum = quorumOf(voting, policy);
  const findings: PlanFinding[] = [];
  if (voting.length < quorum || voting.length === 0) {
    findings.push(
      error(
        'cab.unsatisfiable',
        ['spec', 'owners', 'cab'],
        `a Go needs ${quorum} votes, but only ${voting.length} of the board may vote (the R&D Lead wrote the plan)`,
        'name more members under spec.owners.cab',
      ),
    );
  }
  const { qa, operations } = spec.owners;
  const [tester] = qa;
  if (
    !policy.separation.onePersonManyRoles &&
    qa.length === 1 &&
    tester !== undefined &&
    operations.every((one) => samePerson(one, tester))
  ) {
    findings.push(
      error(
        'signoff.unsatisfiable',
        ['spec', 'owners', 'operations'],
        `${tester} is alone in QA and in Operations, and one person may not sign off for both`,
        'name another person in one of the two',
      ),
    );
  }
  return findings;
};

const canary: PlanRule = ({ plan: { spec }, policy, config }) => {
  const { canary: plan } = spec;
  const findings: PlanFinding[] = [];
  if (percentRatio(plan.share) > percentRatio(policy.canary.maxShare)) {
    findings.push(
      error(
        'canary.share',
        ['spec', 'canary', 'share'],
        `the canary asks for ${plan.share} of production; the policy allows ${policy.canary.maxShare}`,
        `set share to at most ${policy.canary.maxShare}`,
      ),
    );
  }
  if (durationSeconds(plan.bake) < durationSeconds(policy.canary.minBake)) {
    findings.push(
      error(
        'canary.bake',
        ['spec', 'canary', 'bake'],
        `the canary bakes for ${plan.bake}; the policy asks for at least ${policy.canary.minBake}`,
        `set bake to at least ${policy.canary.minBake}`,
      ),
    );
  }
  if (plan.strategy === 'region') {
    const regions = config.environments.production.regions;
    const region = regions.find((one) => one.name === plan.region);
    if (region === undefined || region.critical || regions.length < 2) {
      findings.push(
        error(
          'canary.region',
          ['spec', 'canary', 'region'],
          plan.region === undefined
            ? 'the strategy region needs the region that goes first'
            : `${plan.region} cannot go first: it must be one of several regions of relctl.yaml, and not a critical one`,
          `set region to one of: ${
            regions
              .filter((one) => !one.critical)
              .map((one) => one.name)
              .join(', ') || '(none is non-critical)'
          }`,
        ),
      );
    }
  }
  return findings;
};

const candidate: PlanRule = ({ plan: { spec } }) =>
  spec.candidate.branches.flatMap((branch, index) =>
    branch.approvedBy.length > 0
      ? []
      : [
          warning(
            'candidate.unapproved',
            ['spec', 'candidate', 'branches', index],
            `the branch ${branch.name} carries no approval`,
            'have it reviewed, or say why it ships in spec.impact.summary',
          ),
        ],
  );

const security: PlanRule = ({ plan: { spec } }) =>
  spec.security.review === 'pending'
    ? [
        error(
          'security.pending',
          ['spec', 'security', 'review'],
          'the security review is pending; the CAB checks that it is complete',
          'set review to done with reviewer and reference, or to not-needed with notes',
        ),
      ]
    : [];

const environment: PlanRule = ({ plan: { spec } }) =>
  spec.environmentVariables.flatMap((variable, index) =>
    variable.source === undefined
      ? [
          warning(
            'environment.source',
            ['spec', 'environmentVariables', index],
            `it is not said where ${variable.name} comes from`,
            'name the ConfigMap, the Secret or the vault path in source',
          ),
        ]
      : [],
  );

const CHECKS: readonly PlanRule[] = [
  window,
  services,
  references,
  twins,
  board,
  canary,
  candidate,
  security,
  environment,
];

/** Places in a draft where a person still has to write something. */
function unwritten(spec: Spec): readonly PlanFinding[] {
  const findings: PlanFinding[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value === 'string') {
      if (value.includes(TO_BE_WRITTEN)) {
        findings.push(
          error(
            'plan.unwritten',
            path,
            `${path.slice(1).join('.')} is still to be written`,
            value.replace(UNWRITTEN_MARK, ''),
          ),
        );
      }
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        visit(item, [...path, index]);
      });
    } else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    }
  };
  visit(spec, ['spec']);
  return findings;
}
