import { RelctlError } from '../../errors.ts';
import { canonicalJson } from '../../plan/digest.ts';
import type { ManifestSource, RenderedObject, RenderRequest } from '../../ports/manifest-source.ts';
import type { Repository } from '../../ports/repository.ts';
import { SOURCE_KINDS } from './registry.ts';
import { runRenderer } from './run-renderer.ts';
import { agreedRendering } from './same-twice.ts';
import type { SourceKind } from './source.ts';
import { type Tree, treesOf } from './tree.ts';

type Kinds = Readonly<Record<string, SourceKind>>;

/** Renders from the commits of a repository; each commit, environment and source once. */
export function createManifestSource(
  repository: Pick<Repository, 'root' | 'filesAt' | 'fileAt'>,
  kinds: Kinds = SOURCE_KINDS,
): ManifestSource {
  const treeOf = treesOf(repository);
  const rendered = new Map<string, Promise<readonly RenderedObject[]>>();
  return {
    render(commit, request) {
      const key = canonicalJson([commit, request]);
      const known = rendered.get(key) ?? render(treeOf(commit), request, kinds);
      rendered.set(key, known);
      return known;
    },
  };
}

async function render(tree: Tree, request: RenderRequest, kinds: Kinds): Promise<readonly RenderedObject[]> {
  const { environment, namespace, source } = request;
  const kind = Object.hasOwn(kinds, source.kind) ? kinds[source.kind] : undefined;
  if (kind === undefined) throw unknownKind(source.kind, Object.keys(kinds));
  const { source: _name, ...own } = source.settings;
  const settings = kind.settings.safeParse(own);
  if (!settings.success) throw wrongSettings(source.kind, settings.error.issues[0]);
  const once = () => kind.objects(settings.data, { tree, environment, namespace, program: runRenderer });
  if (!kind.renders) return withoutRepeats(await once());
  // In one folder at the same time: the two share the export, and still draw their own random values and look at their own clock.
  const [first, second] = await tree.withFolder(() => Promise.all([once(), once()]));
  return withoutRepeats(agreedRendering(source, first, second));
}

/** What stands twice in the very same words is one object: whichever is applied last, the cluster has the same. Differing ones stay, and are refused later. */
function withoutRepeats(objects: readonly RenderedObject[]): readonly RenderedObject[] {
  const seen = new Set<string>();
  return objects.filter(({ object }) => {
    const text = canonicalJson(object);
    const isRepeat = seen.has(text) && object.metadata.name !== undefined;
    seen.add(text);
    return !isRepeat;
  });
}

function unknownKind(kind: string, known: readonly string[]): RelctlError {
  return new RelctlError('config.invalid', `relctl.yaml names a manifest source "${kind}" that relctl does not have`, {
    place: { file: 'relctl.yaml' },
    why: 'It would not know how to render the manifests.',
    hints: [`known sources: ${known.join(', ')}`],
  });
}

function wrongSettings(
  kind: string,
  issue: { readonly path: PropertyKey[]; readonly message: string } | undefined,
): RelctlError {
  const where = [kind, ...(issue?.path ?? [])].map(String).join('.');
  return new RelctlError('config.invalid', `the manifest source ${where} is not as it should be: ${issue?.message}`, {
    place: { file: 'relctl.yaml' },
    why: 'relctl renders only what it understands completely.',
    hints: ['relctl schema config'],
  });
}
