import * as z from 'zod';

/**
 * The part of a Release Plan Document that people write and approve: schema and types.
 *
 * Every field carries a description, because the JSON Schema for editors is generated from here. Objects are strict: an
 * unknown key is a mistake that would otherwise be approved without having any effect.
 */

/** `releases/<id>.yaml`: what an id may look like. It is a file name, a Lease holder and a label value. */
export const ID_PATTERN = /^[a-z0-9][a-z0-9.-]{0,62}$/;

const text = z.string().trim().min(1);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._ /-]{0,99}$/, 'letters, digits, space and . _ / - only');
const kubeName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/, 'a Kubernetes name of at most 53 characters');
const person = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'an e-mail address such as ada@example.com');
const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id of 40 or 64 hex digits');
const ref = z.string().regex(/^(?!-)[^\s~^:?*[\\]{1,200}$/, 'a git branch, tag or commit');
const wallTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, 'a wall-clock time such as 2026-12-03T14:00, without an offset');

/** A length of time such as `15m`, `48h`, `90s`, `7d`. */
export const durationSchema = z
  .string()
  .regex(/^\d+(s|m|h|d)$/, 'a duration such as 15m, 48h or 90s')
  .describe('Length of time: digits and one of s, m, h, d');

/** A share such as `1%` or `0.5%`. */
export const percentSchema = z
  .string()
  .regex(/^(100|\d{1,2}(\.\d+)?)%$/, 'a percentage such as 1% or 99.5%')
  .describe('Percentage, with the sign');

const selector = z
  .string()
  .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})?$/, 'a counter selector such as http_requests_total{service="web"}')
  .describe('A Prometheus counter selector: a metric name and label matchers, no functions');

const windowSchema = z
  .strictObject({
    start: wallTime.describe('T-0: the change window opens'),
    end: wallTime.describe('The change window closes'),
    timeZone: z.string().min(1).describe('IANA zone in which start and end are read, such as America/New_York'),
  })
  .describe('The change window, T-0');

const ownersSchema = z
  .strictObject({
    productManager: person.describe('Selects the candidate, watches the success metrics, attends the review'),
    rdLead: person.describe('Writes the plan, proceeds only with the sign-offs'),
    operations: z.array(person).min(1).describe('Those who may deploy, verify and sign off readiness'),
    qa: z.array(person).min(1).describe('Those who may sign off the regression and feature tests'),
    cab: z.array(person).min(1).describe('The Change Advisory Board; the author of the plan does not count'),
    informed: z
      .array(z.string().min(1))
      .default([])
      .describe('Departments or addresses that get notifications and release notes'),
  })
  .describe('Who does what in this release');

const candidateSchema = z
  .strictObject({
    base: ref.describe('What production runs now'),
    commit: commit.describe('The exact commit that is staged and deployed; manifests are read from it'),
    branches: z
      .array(
        z.strictObject({
          name: ref,
          head: commit,
          approvedBy: z.array(z.string().min(1)).default([]),
          request: z.string().min(1).optional().describe('Merge or pull request'),
        }),
      )
      .default([])
      .describe('The approved feature branches that the Product Manager selected'),
  })
  .describe('The release candidate');

const serviceSchema = z.strictObject({
  name: kubeName.describe('A service of relctl.yaml'),
  image: z
    .string()
    .regex(
      /^[a-zA-Z0-9][\w.\-/:]*(@sha256:[0-9a-f]{64})?$/,
      'an image reference such as registry.example.com/shop/web:4.2.0',
    )
    .describe('The image to ship'),
  change: text.describe('What changes, in one line'),
});

const environmentVariableSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment variable name'),
  services: z.array(kubeName).min(1),
  secret: z.boolean().default(false),
  source: z
    .string()
    .min(1)
    .optional()
    .describe('Where the value comes from: a ConfigMap, a Secret, a vault path. Never the value itself'),
  setIn: z.array(z.enum(['staging', 'production'])).default([]),
});

const migrationSchema = z
  .strictObject({
    id: kubeName,
    service: kubeName,
    when: z.enum(['before-canary', 'after-rollout']).default('before-canary').describe('Place in the deployment'),
    image: z.string().min(1).optional().describe('Image of the Job; the service image when left out'),
    up: z.array(z.string().min(1)).min(1).describe('Command of the Job, as an argument list'),
    reversible: z.boolean(),
    down: z.array(z.string().min(1)).min(1).optional().describe('Command that undoes it, as an argument list'),
    pointOfNoReturn: z.boolean().default(false).describe('Once done, rolling back is refused and a person is paged'),
  })
  .refine((m) => !m.reversible || m.down !== undefined, {
    message: 'a reversible migration needs its down command',
    path: ['down'],
  });

const rollbackSchema = z.strictObject({
  owner: person,
  triggers: z.array(text).min(1).describe('What makes us roll back'),
  steps: z.array(text).min(1).describe('What a person does, in order, beside `relctl rollback`'),
  expectedMinutes: z.number().int().positive().max(1440),
});

const resourceSchema = z.strictObject({
  name: text,
  environment: z.enum(['staging', 'production']).default('staging'),
  object: z
    .strictObject({
      apiVersion: z.string().min(1),
      kind: z.string().min(1),
      name: z.string().min(1),
      condition: z.string().min(1).optional(),
    })
    .optional()
    .describe('A Kubernetes object that must exist, and a condition that must be True'),
  command: z.array(z.string().min(1)).min(1).optional().describe('A command that must exit 0'),
});

const alertSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_:.-]*$/, 'an alert name')
    .describe('alertname of the rule'),
  severity: z.string().min(1).default('warning'),
  service: kubeName.optional(),
});

const sloSchema = z
  .strictObject({
    name,
    service: kubeName,
    objective: percentSchema.describe('The share of good events that is wanted'),
    good: selector.describe('Good events; for latency the histogram bucket at the threshold'),
    total: selector.describe('All events; for latency the histogram count'),
  })
  .describe('OpenSLO ratio: good events over all events, both counters');

const canarySchema = z.strictObject({
  strategy: z.enum(['shared-service', 'region']).default('shared-service'),
  share: percentSchema.default('1%').describe('Share of production that the canary gets'),
  bake: durationSchema.default('15m').describe('How long the SLOs are monitored before promotion'),
  extension: durationSchema.default('15m').describe('How much longer, once, when the verdict is inconclusive'),
  look: durationSchema.default('15s').describe('How often the judge looks'),
  region: z.string().min(1).optional().describe('The non-critical region that goes first, for strategy region'),
  detectableRatio: z
    .number()
    .gt(1)
    .max(100)
    .default(5)
    .describe('The regression that must have been visible: canary bad ratio over control'),
});

const testPlanSchema = z.strictObject({
  regression: z.strictObject({
    mandatorySuites: z.array(z.string().min(1)).default([]).describe('Suites that must be present and green'),
  }),
  feature: z.array(z.strictObject({ id: z.string().regex(/^[A-Za-z0-9._-]+$/), title: text })).min(1),
});

const smokeTestSchema = z
  .strictObject({
    name,
    http: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }),
        status: z.number().int().min(100).max(599).default(200),
        contains: z.string().min(1).optional(),
      })
      .optional(),
    command: z.array(z.string().min(1)).min(1).optional().describe('Argument list; exit 0 is a pass'),
    manual: text.optional().describe('What a person looks at'),
    timeout: durationSchema.default('10s'),
  })
  .refine((t) => [t.http, t.command, t.manual].filter((x) => x !== undefined).length === 1, {
    message: 'a smoke test is exactly one of http, command, manual',
  });

const successMetricSchema = z.strictObject({
  name,
  query: z
    .string()
    .min(1)
    .optional()
    .describe('PromQL that gives one number; without it the value is given by hand at the review'),
  direction: z.enum(['up', 'down']),
  baseline: z.number().optional(),
  target: z.number().describe('The value that counts as success'),
  guardrail: z.number().optional().describe('The value at which users are hurt'),
  owner: person,
});

const securitySchema = z.strictObject({
  review: z.enum(['done', 'not-needed', 'pending']),
  reviewer: person.optional(),
  reference: z.string().min(1).optional(),
  notes: text.optional(),
});

/** The whole `spec`. */
export const specSchema = z.strictObject({
  window: windowSchema,
  owners: ownersSchema,
  candidate: candidateSchema,
  services: z.array(serviceSchema).min(1),
  environmentVariables: z.array(environmentVariableSchema).default([]),
  migrations: z.array(migrationSchema).default([]),
  rollback: rollbackSchema,
  resources: z.array(resourceSchema).default([]).describe('What Operations pre-provisions'),
  alerts: z.array(alertSchema).default([]).describe('New alerts; each must have fired in staging'),
  slos: z.array(sloSchema).min(1),
  canary: canarySchema.prefault({}),
  testPlan: testPlanSchema,
  smokeTests: z.array(smokeTestSchema).min(1),
  successMetrics: z.array(successMetricSchema).default([]),
  impact: z.strictObject({
    summary: text,
    users: z.string().min(1).optional(),
    findings: z.array(z.string()).default([]),
  }),
  security: securitySchema,
  risk: z.strictObject({ level: z.enum(['low', 'medium', 'high']), notes: z.string().default('') }),
});

/** Identity of a release: not approved again when only `status` grows, but part of the digest. */
export const metadataSchema = z.strictObject({
  id: z.string().regex(ID_PATTERN, 'lower-case letters, digits, dots and dashes, at most 63'),
  feature: text.describe('The feature, as it is named in notifications'),
  process: z.string().regex(/^[a-z0-9-]+@\d+\.\d+$/, 'name@version of a process policy, such as standard@3.0'),
});

/** What people wrote and approve. */
export type Spec = z.infer<typeof specSchema>;
/** Identity of a release. */
export type Metadata = z.infer<typeof metadataSchema>;
/** One SLO of the plan. */
export type Slo = Spec['slos'][number];
/** One service of the plan. */
export type ReleaseService = Spec['services'][number];
/** One migration of the plan. */
export type Migration = Spec['migrations'][number];
/** One smoke test of the plan. */
export type SmokeTest = Spec['smokeTests'][number];
