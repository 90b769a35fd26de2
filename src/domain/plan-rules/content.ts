import { error, type PlanRule, warning } from './finding.ts';
import { TO_BE_WRITTEN } from './unwritten.ts';

/** Branches that nobody approved. */
export const candidateRules: PlanRule = ({ plan: { spec } }) =>
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

/** New variables come from somewhere and are set where they are read. */
export const variableRules: PlanRule = ({ plan: { spec } }) =>
  spec.environmentVariables.flatMap(({ name, source, setIn }, index) => {
    const path = ['spec', 'environmentVariables', index];
    const missing = (['staging', 'production'] as const).filter((environment) => !setIn.includes(environment));
    return [
      ...(source === undefined
        ? [
            warning(
              'environment.source',
              path,
              `it is not said where ${name} comes from`,
              'name the ConfigMap, the Secret or the vault path in source',
            ),
          ]
        : []),
      ...(missing.length > 0
        ? [
            warning(
              'environment.set-in',
              [...path, 'setIn'],
              `${name} is not set in ${missing.join(' and ')}`,
              'set it there and say so in setIn, unless its default is meant',
            ),
          ]
        : []),
    ];
  });

/** Migrations that can be undone as they say. */
export const migrationRules: PlanRule = ({ plan: { spec } }) =>
  spec.migrations.flatMap((migration, index) => {
    const { id, up, down, reversible, pointOfNoReturn, when } = migration;
    const path = ['spec', 'migrations', index];
    return [
      ...(down !== undefined && down.join('\0') === up.join('\0') && !up.some((word) => word.includes(TO_BE_WRITTEN))
        ? [
            error(
              'migrations.same-down',
              [...path, 'down'],
              `${id} is undone by the command that does it`,
              'write the command that undoes it',
            ),
          ]
        : []),
      ...(reversible && pointOfNoReturn
        ? [
            error(
              'migrations.contradiction',
              [...path, 'pointOfNoReturn'],
              `${id} is reversible and past the point of no return at once`,
              'set one of the two to false',
            ),
          ]
        : []),
      ...(pointOfNoReturn && when === 'before-canary'
        ? [
            warning(
              'migrations.no-return-first',
              [...path, 'when'],
              `${id} cannot be undone and runs before the canary, so that a bad canary could not be rolled back`,
              'set when to after-rollout, or make it reversible',
            ),
          ]
        : []),
      ...(!reversible && down !== undefined
        ? [
            warning(
              'migrations.unused-down',
              [...path, 'down'],
              `${id} has a down command, which is never run because it is not reversible`,
              'set reversible to true, or remove down',
            ),
          ]
        : []),
    ];
  });

/** Resources that can be looked at. */
export const resourceRules: PlanRule = ({ plan: { spec } }) =>
  spec.resources.flatMap(({ name, object, command, http, tcp }, index) =>
    [object, command, http, tcp].every((one) => one === undefined)
      ? [
          error(
            'resources.unseen',
            ['spec', 'resources', index],
            `it is not said how ${name} is looked at, so that Operations could not sign off`,
            'name an object of the cluster, a command that exits 0, a URL or a port that answers',
          ),
        ]
      : [],
  );

/** Smoke tests that look at production. */
export const smokeRules: PlanRule = ({ plan: { spec }, config }) => {
  const { staging, production } = config.environments;
  return spec.smokeTests.flatMap(({ name, http, after = [] }, index) => {
    const host = http === undefined ? undefined : hostOf(http.url);
    const path = ['spec', 'smokeTests', index, 'http', 'url'];
    // Only what is further up and asks nobody can have passed before.
    const earlier = spec.smokeTests.slice(0, index).filter((test) => test.manual === undefined);
    const early = after.find((one) => !earlier.some((test) => test.name === one));
    if (early !== undefined)
      return [
        error(
          'smoke.after',
          ['spec', 'smokeTests', index, 'after'],
          `${name} waits for "${early}", which is no automatic smoke test further up`,
          `name one of: ${earlier.map((test) => test.name).join(', ') || '(there is none)'}`,
        ),
      ];
    if (host === undefined) return [];
    if (host === staging.host && host !== production.host)
      return [error('smoke.staging', path, `${name} looks at staging (${host})`, 'smoke tests look at production')];
    if (/^(localhost|127\.|\[::1\])/.test(host))
      return [
        warning(
          'smoke.local',
          path,
          `${name} looks at ${host}, which is the machine of whoever runs it`,
          'look at production',
        ),
      ];
    return production.host === undefined || host === production.host || host.endsWith(`.${production.host}`)
      ? []
      : [
          warning(
            'smoke.host',
            path,
            `${name} looks at ${host}; production is ${production.host}`,
            'correct one of the two',
          ),
        ];
  });
};

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** Tests and key results that say something. */
export const evidenceRules: PlanRule = ({ plan: { spec } }) => [
  ...(spec.testPlan.regression.mandatorySuites.length === 0
    ? [
        warning(
          'tests.no-suites',
          ['spec', 'testPlan', 'regression'],
          'no regression suite is mandatory, so that any green report would do',
          'name the suites as they stand in the JUnit reports',
        ),
      ]
    : []),
  ...(spec.successMetrics.length === 0
    ? [
        warning(
          'metrics.none',
          ['spec', 'successMetrics'],
          'there is no success metric to watch in the first week',
          'take the KRs of the PRD',
        ),
      ]
    : []),
  ...spec.successMetrics.flatMap(({ name, direction, baseline, target, guardrail }, index) => {
    const path = ['spec', 'successMetrics', index];
    const better = (a: number, b: number) => (direction === 'up' ? a > b : a < b);
    return [
      ...(guardrail !== undefined && better(guardrail, target)
        ? [
            error(
              'metrics.guardrail',
              [...path, 'guardrail'],
              `${name}: the guardrail ${guardrail} is beyond the target ${target}, so that success would count as harm`,
              `set it on the other side of ${target}`,
            ),
          ]
        : []),
      ...(baseline !== undefined && !better(target, baseline)
        ? [
            warning(
              'metrics.no-progress',
              [...path, 'target'],
              `${name}: the target ${target} is met without the release, at ${baseline}`,
              `set a target that is ${direction === 'up' ? 'above' : 'below'} the baseline`,
            ),
          ]
        : []),
    ];
  }),
];

/** The security review is complete, as the CAB checks. */
export const securityRules: PlanRule = ({ plan: { spec } }) => {
  const { review, reviewer, reference, notes } = spec.security;
  const path = ['spec', 'security', 'review'];
  if (review === 'pending')
    return [
      error(
        'security.pending',
        path,
        'the security review is pending; the CAB checks that it is complete',
        'set review to done with reviewer and reference, or to not-needed with notes',
      ),
    ];
  if (review === 'done' && reviewer === undefined)
    return [error('security.reviewer', path, 'it is not said who reviewed the security', 'name them in reviewer')];
  if (review === 'done' && reference === undefined)
    return [
      warning(
        'security.reference',
        path,
        'the security review cannot be looked up',
        'name a ticket or a link in reference',
      ),
    ];
  return review === 'not-needed' && notes === undefined
    ? [error('security.notes', path, 'it is not said why no security review is needed', 'say it in notes')]
    : [];
};
