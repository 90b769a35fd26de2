import * as z from 'zod';
import { durationSchema } from './spec/terms.ts';

/** Where a release runs that outlives the laptop: `runner` of relctl.yaml. docs/decisions/runner.md has the reasons. */

const kubeName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'a name as Kubernetes allows it, such as relctl-git');
const machine = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'an address such as releases@example.com');

const cron = z.string().regex(/^\S+( \S+){4}$/, 'five fields of cron, such as 7 * * * *');

const kubernetesSchema = z.strictObject({
  image: z
    .string()
    .regex(/^[^\s@]+@sha256:[0-9a-f]{64}$/, 'an image by its digest, such as registry.example.com/relctl@sha256:…')
    .describe('Image of relctl, by digest: a tag can be moved'),
  identity: machine.describe('Who acts in the pod: one of the machines of the policy, and of relctl/allowed_signers'),
  namespace: kubeName
    .optional()
    .describe('Where its Jobs run, in the cluster of production; that of production when left out'),
  serviceAccount: kubeName.default('relctl').describe('Its rights are what `relctl runner --rbac` prints'),
  repository: z
    .string()
    .min(1)
    .optional()
    .describe('What the pod clones; the address of the remote (origin, or the only one) when left out'),
  git: z
    .strictObject({ secret: kubeName })
    .optional()
    .describe('Secret of type kubernetes.io/ssh-auth (with known_hosts beside the key) or kubernetes.io/basic-auth'),
  signingKey: z
    .strictObject({ secret: kubeName, key: z.string().min(1).default('ssh-privatekey') })
    .optional()
    .describe('Secret with the key that identity signs records with'),
  environment: z
    .array(kubeName)
    .default([])
    .describe('Secrets whose keys are the variables that channels, metrics and forges of relctl.yaml read'),
  kubeconfig: z
    .strictObject({ secret: kubeName, key: z.string().min(1).default('config') })
    .optional()
    .describe('Secret with a kubeconfig for the other clusters of relctl.yaml; its own cluster needs none'),
  deadline: durationSchema
    .default('24h')
    .describe('How long a run may take, with all its restarts; then Kubernetes ends its Job'),
  restarts: z.int().min(0).max(100).default(10).describe('How often a pod that fails is started again'),
  schedule: z
    .strictObject({
      hypercare: cron.default('7 * * * *'),
      success: cron.default('37 6 * * *'),
      remind: cron.default('23 8-17 * * 1-5'),
      resume: cron.default('*/5 * * * *'),
    })
    .prefault({})
    .describe(
      'When `relctl runner --schedule` has these given, in the time zone of relctl.yaml; resume takes up runs that are dead, as `deadRuns` of the policy says',
    ),
  resources: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.number()])))
    .default({ requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } })
    .describe('As in a container of a pod'),
});

function forgeRunner(workflow: string, about: string) {
  return z
    .strictObject({
      workflow: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
        .default(workflow)
        .describe(about),
      ref: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/)
        .default('main')
        .describe('Branch whose workflow it is; a protected one'),
    })
    .optional()
    .describe('For --runner of that name: a workflow of the forge, behind its protected environment');
}

/** Schema of `runner`. */
export const runnerSchema = z
  .strictObject({
    kubernetes: kubernetesSchema.optional().describe('For --runner kubernetes: a Job in the cluster of production'),
    github: forgeRunner('relctl-deploy.yml', 'File of the workflow that `relctl init` writes'),
    gitlab: forgeRunner('relctl-deploy', 'Name of the job that `relctl init` writes'),
    registered: z
      .record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.looseObject({}))
      .optional()
      .describe('Runners that were added to the registry, by their names, with their own settings'),
  })
  .describe('Who carries a deployment on when the machine that began it is away');

/** The runners of a configuration. */
export type RunnerSettings = z.infer<typeof runnerSchema>;
/** How a Job in the cluster runs. */
export type KubernetesRunner = z.infer<typeof kubernetesSchema>;
/** How a workflow of a forge runs. */
export type ForgeRunner = NonNullable<RunnerSettings['github']>;
