import { parseAllDocuments } from 'yaml';
import { RelctlError } from '../errors.ts';
import { guardYaml, MANIFEST_LIMITS } from '../plan/guard.ts';
import type { KubeObject } from '../ports/cluster.ts';
import { command } from '../text/command-line.ts';

/** Features of YAML that a plan may not use but Kubernetes manifests do: anchors, aliases and the tags of YAML's own types. */
const MANIFEST_FEATURES = '&*!';

/**
 * Reads the objects of a manifest file; a List is unpacked, empty documents are passed over.
 * @throws RelctlError `evidence.unreadable` with file and line
 */
export function readKubernetesObjects(text: string, file: string): readonly KubeObject[] {
  guardYaml(text, file, { features: MANIFEST_FEATURES, limits: MANIFEST_LIMITS });
  return parseAllDocuments(text, { logLevel: 'silent', maxAliasCount: 100 } as object).flatMap((document) => {
    const problem = document.errors[0];
    if (problem !== undefined) throw unreadable(file, problem.message.split('\n')[0] ?? '', problem.linePos?.[0].line);
    return objectsIn(document.toJS({ maxAliasCount: 100 }), file);
  });
}

/**
 * The namespaces that the objects of a manifest file name, in whatever form the YAML has; those that stand in its lines where it is a
 * template and no manifest yet. What no namespace may be called stands in place of one that somebody fills in.
 */
export function namespacesIn(text: string, file: string): readonly string[] {
  try {
    return readKubernetesObjects(text, file)
      .flatMap(({ metadata }) => metadata.namespace ?? [])
      .filter((name) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name));
  } catch {
    return [...text.matchAll(/^ {2}namespace: *["']?([a-z0-9-]+)/gm)].map((match) => match[1] ?? '');
  }
}

function objectsIn(value: unknown, file: string): readonly KubeObject[] {
  if (value === null || value === undefined) return [];
  const object = value as Partial<KubeObject> & { items?: readonly unknown[] };
  if (object.kind === 'List' && Array.isArray(object.items))
    return object.items.flatMap((item) => objectsIn(item, file));
  if (
    typeof object.apiVersion !== 'string' ||
    typeof object.kind !== 'string' ||
    typeof object.metadata?.name !== 'string'
  ) {
    throw unreadable(file, 'a document without apiVersion, kind or metadata.name');
  }
  return [withoutNull(object as KubeObject)];
}

/** `annotations:` with nothing behind it is null in YAML, and absent to Kubernetes. */
function withoutNull(object: KubeObject): KubeObject {
  const { labels, annotations, ...rest } = object.metadata as { labels?: unknown; annotations?: unknown };
  if (labels !== null && annotations !== null) return object;
  const metadata = {
    ...rest,
    ...(labels === null ? {} : { labels }),
    ...(annotations === null ? {} : { annotations }),
  };
  return { ...object, metadata: metadata as KubeObject['metadata'] };
}

function unreadable(file: string, problem: string, line?: number): RelctlError {
  return new RelctlError('evidence.unreadable', `${file} is not a Kubernetes manifest: ${problem}`, {
    place: line === undefined ? { file } : { file, line },
    why: 'What is applied to a cluster is exactly what stands in the manifests of the candidate.',
    hints: [command`kubectl apply --dry-run=client -f ${file}`],
  });
}
