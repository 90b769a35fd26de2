import type { ManifestSourceEntry } from './manifest-source.ts';

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
  entries: Readonly<Record<'staging' | 'production', ManifestSourceEntry>> | undefined,
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
