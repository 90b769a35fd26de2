import { error, type PlanRule, warning } from './finding.ts';

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
          'no regression suite is mandatory, so any green report passes',
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
          'take the key results of the feature',
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
