import { isMap, isScalar, isSeq, type Node, parseAllDocuments, type Scalar } from 'yaml';
import { editHead, type HeadEdit } from '../../plan/edit.ts';
import { unixLines } from '../../text/line-ends.ts';
import { type ImageReference, imageReference } from '../kubernetes/image-reference.ts';
import { folderOf } from './revision.ts';

/** The image of one container that a commit shall change. */
export interface ImageChange {
  readonly service: string;
  /** `Kind/name` of the workload. */
  readonly workload: string;
  readonly container: string;
  /** What runs now, and what shall run. */
  readonly from: string;
  readonly to: string;
}

/** What editing came to. */
export interface ImageEdits {
  /** New texts of the files that change, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Images for which no place was found, in words. */
  readonly problems: readonly string[];
}

const KUSTOMIZATIONS = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;

/**
 * Puts images into the files of a folder that a reconciler applies, where a person would: the entry of `images:` in a kustomization that
 * sets the image already, else the manifest that names it, else a new entry in the folder's own kustomization. Nothing but the image changes.
 * Source: Kustomize's documentation of `images`: `name`, `newName`, `newTag`, `digest`.
 * @param files texts by path in the repository, of YAML files in the folder
 */
export function editImages(
  files: ReadonlyMap<string, string>,
  folder: string,
  changes: readonly ImageChange[],
): ImageEdits {
  const texts = new Map(files);
  const problems: string[] = [];
  for (const change of changes) {
    const edited =
      editEntries(texts, change) ?? editManifests(texts, change) ?? addEntry(texts, rootOf(texts, folder), change);
    if (edited === undefined) {
      problems.push(`${change.workload}: no file of ${folder} says which image its container ${change.container} runs`);
      continue;
    }
    for (const [path, text] of edited) texts.set(path, text);
  }
  const changed = [...texts].filter(([path, text]) => files.get(path) !== text);
  return { files: new Map(changed.map(([path, text]) => [path, endedAs(files.get(path) ?? '', text)])), problems };
}

/** A text whose lines end as those of the file did: an entry that is added has ends of its own. */
function endedAs(before: string, text: string): string {
  const isWindows = before.includes('\r\n') && !/(^|[^\r])\n/.test(before);
  return isWindows ? unixLines(text).replaceAll('\n', '\r\n') : text;
}

/**
 * Images that a folder names in another version than runs, so that a commit of a release would undo what somebody has just written there.
 * Where neither a kustomization nor a manifest in the folder says which image runs, nothing is found.
 * @param files as for {@link editImages}
 * @returns in words, one a place
 */
export function otherImages(files: ReadonlyMap<string, string>, changes: readonly ImageChange[]): readonly string[] {
  return changes.flatMap((change) => {
    const named = namedImages(files, change);
    return named
      .filter(({ image }) => image !== change.from)
      .map(({ path, image }) => `${path} says ${image}, and ${change.workload} runs ${change.from}`);
  });
}

/** Where an image of a container is named: in kustomizations, which come after the manifests, or in these. */
function namedImages(
  files: ReadonlyMap<string, string>,
  { workload, container, from }: ImageChange,
): readonly { readonly path: string; readonly image: string }[] {
  const { name, tag, digest } = imageReference(from);
  const entries = [...files].flatMap(([path, text]) =>
    (KUSTOMIZATIONS.test(path) ? entriesOf(text) : [])
      .filter((entry) => String(entry.newName ?? entry.name) === name)
      .filter((entry) => entry.newTag !== undefined || entry.digest !== undefined)
      .map((entry) => {
        const isSameTag = entry.newTag === undefined || tag === undefined || String(entry.newTag) === tag;
        const isSame = isSameTag && (entry.digest === undefined ? digest === undefined : entry.digest === digest);
        const version = entry.digest === undefined ? `:${entry.newTag}` : `@${entry.digest}`;
        return { path, image: isSame ? from : `${name}${version}` };
      }),
  );
  if (entries.length > 0) return entries;
  return [...files].flatMap(([path, text]) =>
    KUSTOMIZATIONS.test(path)
      ? []
      : manifestImages(text, workload, container)
          .filter(({ value }) => imageReference(String(value)).name === name)
          .map(({ value }) => ({ path, image: String(value) })),
  );
}

type Edited = readonly (readonly [path: string, text: string])[] | undefined;

interface Entry {
  readonly name?: unknown;
  readonly newName?: unknown;
  readonly newTag?: unknown;
  readonly digest?: unknown;
}

/** Kustomizations that set the image already. One of the folder itself comes before those below it. */
function editEntries(texts: ReadonlyMap<string, string>, { from, to }: ImageChange): Edited {
  const wanted = imageReference(to);
  const found = [...texts].flatMap(([path, text]) => {
    if (!KUSTOMIZATIONS.test(path)) return [];
    const matching = entriesOf(text).flatMap((entry, index) =>
      String(entry.newName ?? entry.name) === imageReference(from).name ? [entryEdits(entry, index, wanted)] : [],
    );
    return matching.length === 0 ? [] : [[path, editHead(text, matching.flat())] as const];
  });
  return found.length === 0 ? undefined : found;
}

function entriesOf(text: string): readonly Entry[] {
  const [document] = parseAllDocuments(text, { logLevel: 'silent' });
  const { images } = (document?.toJS() ?? {}) as { readonly images?: unknown };
  return Array.isArray(images) ? (images as readonly Entry[]) : [];
}

/** A tag for people beside the digest where there was a tag; the digest is what counts. */
function entryEdits(entry: Entry, index: number, { name, tag, digest }: ImageReference): readonly HeadEdit[] {
  const set = (key: keyof Entry, value: string | undefined): readonly HeadEdit[] =>
    value === undefined || entry[key] === value ? [] : [{ kind: 'set', path: ['images', index, key], value }];
  return [
    ...(String(entry.newName ?? entry.name) === name ? [] : set('newName', name)),
    ...(entry.newTag === undefined && digest !== undefined ? [] : set('newTag', tag)),
    ...set('digest', digest),
    ...(digest === undefined && entry.digest !== undefined
      ? [{ kind: 'remove' as const, path: ['images', index, 'digest'] }]
      : []),
  ];
}

/** Manifests of the workload that name the image themselves. */
function editManifests(texts: ReadonlyMap<string, string>, { workload, container, from, to }: ImageChange): Edited {
  const found = [...texts].flatMap(([path, text]) => {
    if (KUSTOMIZATIONS.test(path)) return [];
    const ours = manifestImages(text, workload, container).filter(
      ({ value }) => imageReference(String(value)).name === imageReference(from).name,
    );
    return ours.length === 0
      ? []
      : [[path, ours.reduceRight((whole, node) => spliced(whole, node, to), text)] as const];
  });
  return found.length === 0 ? undefined : found;
}

function manifestImages(text: string, workload: string, container: string): readonly Scalar[] {
  return parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document) => {
    if (!isMap(document.contents) || document.errors.length > 0) return [];
    const name = `${document.get('kind')}/${document.getIn(['metadata', 'name'])}`;
    return name === workload ? imagesOf(document.getIn(['spec', 'template', 'spec'], true), container) : [];
  });
}

function imagesOf(spec: unknown, container: string): readonly Scalar[] {
  if (!isMap(spec)) return [];
  return ['initContainers', 'containers'].flatMap((key) => {
    const list = spec.get(key, true);
    if (!isSeq(list)) return [];
    return list.items.flatMap((one) => {
      if (!isMap(one) || one.get('name') !== container) return [];
      const image = one.get('image', true);
      return isScalar(image) && image.range != null ? [image] : [];
    });
  });
}

/** The text with another image in the place of one, in the quotes that it stood in. */
function spliced(text: string, node: Node & Scalar, image: string): string {
  const [start, end] = node.range ?? [0, 0];
  const quote = /^['"]/.exec(text.slice(start, end))?.[0] ?? '';
  return `${text.slice(0, start)}${quote}${image}${quote}${text.slice(end)}`;
}

function rootOf(texts: ReadonlyMap<string, string>, folder: string): string | undefined {
  const root = folderOf(folder);
  const prefix = root === '' ? '' : `${root}/`;
  return ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
    .map((one) => `${prefix}${one}`)
    .find((one) => texts.has(one));
}

/** The image stands in a base that others share: the folder's own kustomization sets it. */
function addEntry(texts: ReadonlyMap<string, string>, path: string | undefined, { from, to }: ImageChange): Edited {
  const text = path === undefined ? undefined : texts.get(path);
  if (path === undefined || text === undefined) return undefined;
  const { name, tag, digest } = imageReference(to);
  const old = imageReference(from).name;
  const value = {
    name: old,
    ...(name === old ? {} : { newName: name }),
    ...(digest === undefined ? { newTag: tag ?? 'latest' } : { digest }),
  };
  return [[path, editHead(text, [{ kind: 'append', path: ['images'], items: [{ value }] }])]];
}
