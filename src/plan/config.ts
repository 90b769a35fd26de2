import * as z from 'zod';
import { changeRecordSchema } from './change-record.ts';
import { endpointWithLogin, environmentEndpointSchema, serviceEndpoint } from './endpoint.ts';
import { forgeSchema } from './forge.ts';
import { gitopsSchema, rolloutSchema } from './gitops.ts';
import { incidentsSchema } from './incidents.ts';
import { manifestSourcesSchema } from './manifest-source.ts';
import { provenanceSettingsSchema } from './provenance.ts';
import { runnerSchema } from './runner.ts';
import { durationSchema, percentSchema, strategyName } from './spec/terms.ts';
import { isZone } from './spec/times.ts';

/** `relctl.yaml`: the services of the repository, the environments, and whom to tell. Written once by `relctl init`. */

const kubeName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const loopbackOrWeb = z.url({ protocol: /^https?$/ });

const targetSchema = {
  context: z.string().min(1).describe('kubectl context; relctl always names it'),
  namespace: kubeName,
  clusterUid: z
    .string()
    .min(1)
    .optional()
    .describe('UID of the kube-system namespace; `relctl doctor` prints it. Without it nothing is deployed'),
};

const observed = {
  prometheus: environmentEndpointSchema.optional(),
  metrics: z
    .looseObject({ store: z.string().regex(/^[a-z][a-z0-9-]*$/, 'the name of a store such as prometheus') })
    .optional()
    .describe(
      'The metrics store with its settings; `prometheus: <url>` is short for { store: prometheus, url: <url> }, and takes a login as it does',
    ),
  alertmanager: environmentEndpointSchema.optional(),
};

const regionSchema = z
  .strictObject({
    name: kubeName,
    ...targetSchema,
    critical: z.boolean().default(true),
    matcher: z
      .string()
      .min(3)
      .describe(
        'Prometheus label matcher of the region, such as region="eu-2"; where the region has a metrics store of its own, it stands for that store',
      ),
    ...observed,
  })
  .describe(
    'A region may have a metrics store and an Alertmanager of its own; what it leaves out is those of the environment',
  );

const environmentSchema = z.strictObject({
  ...targetSchema,
  host: z.string().min(1).optional(),
  kubeconfig: z.string().min(1).optional(),
  connection: z
    .enum(['proxy', 'single-calls'])
    .default('proxy')
    .describe('How its clusters are asked: through one kubectl proxy on a private socket, or by one kubectl a request'),
  ...observed,
  regions: z.array(regionSchema).default([]).describe('Where production runs in several clusters or namespaces'),
  rollout: rolloutSchema.optional(),
  gitops: gitopsSchema.optional(),
});

/** What the two environments may say of `rollout: gitops`. */
const environmentsSchema = z
  .strictObject({ staging: environmentSchema, production: environmentSchema })
  .superRefine(({ staging, production }, { addIssue }) => {
    const issue = (path: string[], message: string) => addIssue({ code: 'custom', path, message });
    if (staging.rollout === 'gitops') {
      issue(['staging', 'rollout'], '`rollout: gitops` is for production; relctl writes to staging itself');
    }
    if (production.rollout !== 'gitops') return;
    if (production.gitops === undefined) {
      issue(['production', 'gitops'], '`rollout: gitops` needs gitops: { repository, path, application }');
    }
    if (production.regions.length > 0) {
      issue(['production', 'regions'], '`rollout: gitops` is for a production without regions');
    }
  });

const trafficSchema = z
  .strictObject({
    httpRoute: kubeName.optional().describe('HTTPRoute of the Gateway API, for the canary strategy http-route'),
    grpcRoute: kubeName.optional().describe('GRPCRoute of the Gateway API, for the canary strategy grpc-route'),
    ingress: kubeName.optional().describe('Ingress of ingress-nginx, for the canary strategy ingress-nginx'),
    service: kubeName.describe('Kubernetes Service that it sends requests to; selects the stable pods only'),
    allRequests: z
      .boolean()
      .optional()
      .describe(
        'Whether all requests that the SLOs count come through it: then the share of the canary is judged too; true when left out, false where some reach the Service past it',
      ),
  })
  .refine(({ httpRoute, grpcRoute, ingress }) => [httpRoute, grpcRoute, ingress].some((one) => one !== undefined), {
    message: 'traffic needs httpRoute, grpcRoute or ingress',
  });

const serviceSchema = z.strictObject({
  paths: z.array(z.string().min(1)).min(1).describe('Globs of the files that make this service'),
  dependsOn: z.array(kubeName).default([]).describe('Deployed before this one'),
  container: z.string().min(1).optional().describe('Container whose image is set; the only one when left out'),
  traffic: trafficSchema.optional().describe('What divides the requests of this service in production'),
  workload: z
    .string()
    .regex(
      /^(Deployment|StatefulSet|DaemonSet)\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
      'Kind/name, such as Deployment/web',
    )
    .optional()
    .describe('What is rolled out as this service; found by name, labels and image when left out'),
  canary: z
    .strictObject({
      strategy: strategyName.optional(),
      share: percentSchema.optional(),
      reason: z.string().min(1).optional(),
    })
    .optional()
    .describe('How it meets production first, for the plans that are drafted; a plan may say otherwise'),
  jobs: z
    .strictObject({
      sidecars: z
        .array(z.string().min(1))
        .default([])
        .describe('Containers of its pods that a migration needs beside it, such as a proxy to the database'),
      labels: z.record(z.string(), z.string()).default({}),
      annotations: z.record(z.string(), z.string()).default({}).describe('Such as sidecar.istio.io/inject: "false"'),
    })
    .optional()
    .describe('What the pods of its migrations get besides what its own pods have'),
  manifests: manifestSourcesSchema
    .optional()
    .describe('Where its manifests come from; from the source of the whole product when left out'),
});

const person = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'an e-mail address such as ada@example.com');
const teamSchema = z
  .strictObject({
    productManager: person.optional(),
    rdLead: person.optional(),
    operations: z.array(person).default([]),
    qa: z.array(person).default([]),
    cab: z.array(person).default([]),
    informed: z.array(z.string().min(1)).default([]),
  })
  .describe('Who does what unless a plan says otherwise; `relctl plan` drafts its owners from here');

const secretFromEnvironment = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, in capitals')
  .describe('Name of the environment variable that holds it; never the secret itself');

const channelBase = {
  name: kubeName,
  topics: z.array(z.string()).default(['*']).describe('Topics to send; * is all'),
  required: z.boolean().default(false).describe('True when a failed delivery blocks the step that sends it'),
  timeout: durationSchema.default('10s'),
};

const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('command'),
    ...channelBase,
    command: z.array(z.string().min(1)).min(1).describe('Argument list; gets JSON on stdin'),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    ...channelBase,
    format: z
      .enum(['message', 'cdevents'])
      .optional()
      .describe(
        'message, when left out: what people are told, as a CloudEvent; cdevents: each transition of a release, for programs',
      ),
    url: loopbackOrWeb.optional(),
    urlFrom: secretFromEnvironment.optional(),
  }),
  z.strictObject({ kind: z.literal('slack'), ...channelBase, urlFrom: secretFromEnvironment }),
  z.strictObject({ kind: z.literal('teams'), ...channelBase, urlFrom: secretFromEnvironment }),
  z.strictObject({
    kind: z.literal('smtp'),
    ...channelBase,
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(587),
    from: z.string().min(3),
    to: z.array(z.string().min(3)).min(1),
    userFrom: secretFromEnvironment.optional(),
    passwordFrom: secretFromEnvironment.optional(),
    invitations: z
      .boolean()
      .optional()
      .describe('True: the change window and the review arrive in the calendars of those who take part'),
  }),
  z.strictObject({
    kind: z.literal('pagerduty'),
    ...channelBase,
    routingKeyFrom: secretFromEnvironment,
    url: loopbackOrWeb.default('https://events.pagerduty.com/v2/enqueue'),
  }),
  z
    .looseObject({
      kind: z.literal('registered'),
      ...channelBase,
      channel: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name of lower-case letters, digits and dashes'),
    })
    .describe('A channel that was added to the registry, with its own settings'),
]);

/** Schema of `relctl.yaml`. */
export const configSchema = z.strictObject({
  apiVersion: z.literal('relctl/v1'),
  kind: z.literal('Config'),
  process: z
    .string()
    .regex(/^[a-z0-9-]+@\d+\.\d+$/, 'a process with its version, such as standard@3.0')
    .default('standard@3.0'),
  platform: z
    .enum(['sandbox', 'kubernetes'])
    .describe('sandbox: a simulated company on a virtual clock, to learn and rehearse; kubernetes: the real thing'),
  team: teamSchema.prefault({}),
  protectedBranch: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Branch that nobody pushes to unreviewed, such as origin/main; who may approve is read from there. It counts only where it stands on that branch itself',
    ),
  timeZone: z
    .string()
    .refine(isZone, 'an IANA time zone such as America/New_York or Europe/Berlin')
    .default('UTC')
    .describe('IANA zone of the change windows that `relctl plan` drafts'),
  environments: environmentsSchema,
  manifests: manifestSourcesSchema
    .optional()
    .describe(
      'The source that services without one of their own are rendered from, such as an overlay of the whole product',
    ),
  services: z.record(kubeName, serviceSchema),
  shared: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        paths: z.array(z.string().min(1)).min(1),
        usedBy: z.array(kubeName).min(1),
      }),
    )
    .default([])
    .describe('Code that several services are built from'),
  metrics: z
    .strictObject({
      canaryMatcher: z.string().min(3).default('track="canary"'),
      controlMatcher: z.string().min(3).default('track!="canary"'),
      podLabel: z
        .string()
        .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'the name of a label')
        .default('pod')
        .describe(
          "Label with the name of the pod that a series is of: tells a StatefulSet's canary from its other pods",
        ),
      staleAfter: durationSchema.default('60s').describe('A sample older than this is no data'),
    })
    .prefault({}),
  notifications: z.array(channelSchema).default([]),
  probes: z
    .array(z.union([endpointWithLogin, serviceEndpoint]))
    .default([])
    .describe(
      'How the HTTP checks of plans log in: for what begins with this URL. A Service inside the cluster of production is http://<service>.<namespace>.svc:<port>',
    ),
  provenance: provenanceSettingsSchema,
  changeRecord: changeRecordSchema.optional(),
  forge: forgeSchema.optional(),
  incidents: incidentsSchema.optional(),
  runner: runnerSchema.optional(),
});

/** The configuration of a repository. */
export type Config = z.infer<typeof configSchema>;
/** A notification channel of the configuration. */
export type Channel = Config['notifications'][number];
/** Names of the two environments of the process. */
export type EnvironmentName = keyof Config['environments'];
