import * as z from 'zod';
import { durationSchema } from './spec.ts';

/** Where a release runs that outlives the laptop: `runner` of relctl.yaml. docs/decisions/runner.md has the reasons. */

const kubeName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'a name as Kubernetes allows it, such as relctl-git');
const machine = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'an address such as releases@example.com');

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
    .describe('What the pod clones; the address of the remote origin when left out'),
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
  resources: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.number()])))
    .default({ requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } })
    .describe('As in a container of a pod'),
});

/** Schema of `runner`. */
export const runnerSchema = z
  .strictObject({
    kubernetes: kubernetesSchema.optional().describe('For --runner kubernetes: a Job in the cluster of production'),
  })
  .describe('Who carries a deployment on when the machine that began it is away');

/** The runners of a configuration. */
export type RunnerSettings = z.infer<typeof runnerSchema>;
/** How a Job in the cluster runs. */
export type KubernetesRunner = z.infer<typeof kubernetesSchema>;
