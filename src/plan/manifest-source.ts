import * as z from 'zod';

/** Where the manifests of an environment come from, as relctl.yaml says it. */

/** A path inside the repository. */
const relativePath = z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'a path inside the repository');

const hooks = z
  .record(z.string().regex(/^[A-Z][A-Za-z]*\/[a-z0-9.-]+$/, 'Kind/name'), z.enum(['migration', 'smoke-test', 'ignore']))
  .optional()
  .describe(
    'What stands in for each helm.sh/hook object, and for a Job or Pod that runs once, by Kind/name: a migration or a smoke test of the plan, or nothing. relctl never applies one that is named here',
  );
const network = z
  .boolean()
  .optional()
  .describe('True lets the renderer reach the network; then what it gives may change without a commit');

const filesSource = z.strictObject({ files: z.array(relativePath).min(1), hooks });
const kustomizeSource = z.strictObject({
  kustomize: relativePath.describe('Folder of a kustomization, rendered with `kubectl kustomize`'),
  network,
  hooks,
});
const helmSource = z.strictObject({
  helm: relativePath.describe('Folder of a chart whose dependencies lie in its charts/, rendered with `helm template`'),
  release: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/)
    .describe('Name of the Helm release'),
  values: z.array(relativePath).optional().describe('Values files, later ones win'),
  set: z.record(z.string(), z.string()).optional().describe('Single values, as texts'),
  kubeVersion: z
    .string()
    .regex(/^v?\d+\.\d+(\.\d+)?$/, 'a version such as 1.34')
    .describe('Kubernetes version that templates see; pinned, so that every machine renders the same'),
  apiVersions: z.array(z.string().min(1)).optional().describe('API versions that templates see beside the built-in'),
  network,
  hooks,
});
const commandSource = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe('Argument list; prints Kubernetes objects as YAML, run at the root of an export of the commit'),
  timeout: z
    .string()
    .regex(/^\d+s$/, 'seconds, such as 30s')
    .optional()
    .describe('How long it may take, such as 60s'),
  paths: z.array(relativePath).optional().describe('What it reads, for whose change concerns the manifests'),
  network,
  hooks,
});
const registeredSource = z
  .looseObject({
    source: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name of lower-case letters, digits and dashes'),
    hooks,
  })
  .describe('A source that was added to the registry, with its own settings');

/** A source in relctl.yaml: a path, a list of paths, or where the manifests are rendered from. */
export const manifestSourceSchema = z.union(
  [
    relativePath,
    z.array(relativePath).min(1),
    filesSource,
    kustomizeSource,
    helmSource,
    commandSource,
    registeredSource,
  ],
  {
    error:
      'a path, a list of paths, { kustomize: <folder> }, { helm: <chart>, release: <name>, kubeVersion: "1.36", values: [<file>] } or { command: [<program>, …] }',
  },
);

/** Where the manifests of each environment come from. */
export const manifestSourcesSchema = z.strictObject({
  staging: manifestSourceSchema,
  production: manifestSourceSchema,
});

/** A source as relctl.yaml writes it. */
export type ManifestSourceEntry = z.infer<typeof manifestSourceSchema>;
