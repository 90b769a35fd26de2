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

/** What becomes of an object that Helm would run as a hook. */
export type HookChoice = 'migration' | 'smoke-test' | 'ignore';

/** The same, in one form: the kind of the source with its settings. */
export interface SourceSettings {
  /** Key of the registry: files, kustomize, helm, command, or what was added. */
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly hooks: Readonly<Record<string, HookChoice>>;
  /** Files and folders of the repository that the manifests are made from, as far as relctl.yaml names them. */
  readonly paths: readonly string[];
}

/** Files and folders that the manifests of both environments are made from. */
export function manifestPaths(
  entries: Pick<z.infer<typeof manifestSourcesSchema>, 'staging' | 'production'> | undefined,
): readonly string[] {
  if (entries === undefined) return [];
  return [...new Set([entries.staging, entries.production].flatMap((entry) => sourceSettings(entry).paths))];
}

const KINDS = ['files', 'kustomize', 'helm', 'command'] as const;

/** Brings an entry of relctl.yaml into its one form. */
export function sourceSettings(entry: ManifestSourceEntry): SourceSettings {
  if (typeof entry === 'string') return sourceSettings({ files: [entry] });
  if (Array.isArray(entry)) return sourceSettings({ files: entry });
  const { hooks = {}, ...settings } = entry as Readonly<Record<string, unknown>> & { hooks?: SourceSettings['hooks'] };
  const kind = KINDS.find((one) => one in settings) ?? String(settings.source);
  return { kind, settings, hooks, paths: pathsOf(settings) };
}

/** Folders beside an overlay that overlays are made from, by the names that Kustomize's own documentation gives them. */
const BESIDE_OVERLAYS = ['base', 'bases', 'components'];

function pathsOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const overlay = typeof settings.kustomize === 'string' ? settings.kustomize.replace(/\/+$/, '') : undefined;
  const above = overlay === undefined ? [] : [1, 2].map((levels) => folderAbove(overlay, levels));
  const bases = above.flatMap((folder) =>
    folder === undefined ? [] : BESIDE_OVERLAYS.map((one) => (folder === '' ? one : `${folder}/${one}`)),
  );
  const lists = [settings.files, settings.kustomize, settings.helm, settings.values, settings.paths, bases];
  const named = lists.flat().filter((one): one is string => typeof one === 'string');
  return [...new Set(named.map((path) => path.replace(/^\.\//, '').replace(/\/+$/, '') || '.'))];
}

function folderAbove(path: string, levels: number): string | undefined {
  const parts = path.split('/');
  return levels > parts.length ? undefined : parts.slice(0, parts.length - levels).join('/');
}
