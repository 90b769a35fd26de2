import { parse } from 'yaml';
import { guardYaml } from '../../plan/guard.ts';
import type { ManifestSourceEntry } from '../../plan/manifest-source.ts';

/** What renders the manifests of a service in each environment, with why. */
export interface RenderedFrom {
  readonly staging: ManifestSourceEntry;
  readonly production: ManifestSourceEntry;
  readonly because: string;
  /** Namespaces that the overlays put everything into, where they name one. */
  readonly namespaces?: { readonly staging: string | undefined; readonly production: string | undefined };
}

/** A YAML file that holds a map, such as Chart.yaml; what does not read has no keys. */
export function mapOf(text: string): object {
  try {
    guardYaml(text, '', { features: '&*' });
    const value: unknown = parse(text, { logLevel: 'silent' });
    return value !== null && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}
