import { lineFinder } from '../../lines.ts';
import type { ResourceFinding } from '../findings.ts';
import { baseName, folderOf } from '../paths.ts';
import { compareByKey, readBothSides, type TwoSided } from '../two-sided.ts';
import { isYaml, readObjects } from './objects.ts';

interface Resource {
  readonly kind: string;
  readonly apiVersion?: string;
  readonly name: string;
  readonly line: number;
}

/** Kinds that are read elsewhere, or that are no resources: rules are alerts, and these are a tool's own files. */
const NOT_A_RESOURCE = /^(PrometheusRule|Kustomization|Component|Config|ReleasePlan|ProcessPolicy|Cluster)$/;

/**
 * Kubernetes objects and Terraform resources that are new or gone. Objects that only moved to another file are neither. The
 * same object in the overlays of several environments is one.
 */
export function compareResources(
  files: readonly TwoSided[],
  servicesOf: (path: string) => readonly string[],
): ResourceFinding[] {
  const { base, head } = readBothSides<Resource>(files, resourcesIn);
  const keyOf = (resource: Resource & { file: string }) =>
    [
      resource.kind,
      resource.name === '' ? `${folderOf(resource.file)}/${baseName(resource.file)}` : resource.name,
    ].join('\0');
  const { added, removed } = compareByKey(base, head, keyOf, () => false);
  const finding = (change: 'added' | 'removed') => (resource: Resource & { file: string }) => ({
    kind: resource.kind,
    ...(resource.apiVersion === undefined ? {} : { apiVersion: resource.apiVersion }),
    name: resource.name,
    change,
    services: servicesOf(resource.file),
    seen: {
      file: resource.file,
      line: resource.line,
      side: change === 'added' ? ('head' as const) : ('base' as const),
    },
  });
  return [...added.map(finding('added')), ...removed.map(finding('removed'))];
}

function resourcesIn(path: string, text: string): Resource[] {
  if (isYaml(path)) {
    return readObjects(text)
      .filter(
        ({ kind, apiVersion }) =>
          !NOT_A_RESOURCE.test(kind) && !/^kustomize\.config\.k8s\.io|^relctl\//.test(apiVersion),
      )
      .map(({ kind, apiVersion, name, line }) => ({ kind, apiVersion, name, line }));
  }
  if (/\.tf$/.test(path)) {
    const lineOf = lineFinder(text);
    return [...text.matchAll(/^[ \t]*resource[ \t]+"([\w-]+)"[ \t]+"([\w-]+)"/gm)].map((match) => ({
      kind: match[1] ?? '',
      name: match[2] ?? '',
      line: lineOf(match.index),
    }));
  }
  return [];
}
