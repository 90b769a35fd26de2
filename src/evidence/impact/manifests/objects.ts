import { scanYaml, type YamlLine } from './yaml-lines.ts';

/** A Kubernetes object in a manifest or chart template. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty when a template computes it. */
  readonly name: string;
  /** 1-based line of its kind. */
  readonly line: number;
  /** Number of its document in the file. */
  readonly document: number;
}

/** True for a file that may hold Kubernetes objects. */
export const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path) || /\.tpl$/.test(path);

/** The objects of a manifest; `lines` is its scan. */
export function objectsIn(lines: readonly YamlLine[]): ManifestObject[] {
  const objects: ManifestObject[] = [];
  const documents = new Map<number, YamlLine[]>();
  for (const line of lines) {
    const content = documents.get(line.document);
    if (content === undefined) documents.set(line.document, [line]);
    else content.push(line);
  }
  for (const [document, content] of documents) {
    const at = (...path: string[]) => content.find((line) => line.path.join('\0') === path.join('\0'));
    const kind = at('kind');
    const apiVersion = at('apiVersion');
    if (kind && apiVersion && /^[A-Z][A-Za-z]+$/.test(kind.value)) {
      const name = at('metadata', 'name')?.value ?? '';
      objects.push({
        apiVersion: apiVersion.value,
        kind: kind.value,
        name: name.includes('{{') ? '' : name,
        line: kind.line,
        document,
      });
    }
  }
  return objects;
}

/** The objects of a manifest's text. */
export const readObjects = (text: string): ManifestObject[] => objectsIn(scanYaml(text));
