import { canonicalJson } from '../../plan/digest.ts';
import type { KubeObject } from '../../ports/cluster.ts';

/** True when a live ConfigMap or Secret holds what a manifest says; labels and annotations aside. */
export function holdsContent(live: KubeObject, wanted: KubeObject): boolean {
  return canonicalJson(contentOf(live)) === canonicalJson(contentOf(wanted));
}

function contentOf(object: KubeObject): unknown {
  const { data, stringData, binaryData, type } = object as {
    readonly data?: Readonly<Record<string, string>>;
    readonly stringData?: Readonly<Record<string, string>>;
    readonly binaryData?: Readonly<Record<string, string>>;
    readonly type?: string;
  };
  const encoded = Object.entries(stringData ?? {}).map(([key, value]) => [key, base64(value)] as const);
  return {
    // An API server stores stringData as data, in base64, and leaves out what is empty.
    data: { ...data, ...Object.fromEntries(encoded) },
    binaryData: binaryData ?? {},
    type: object.kind === 'Secret' ? (type ?? 'Opaque') : '',
  };
}

function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
}
