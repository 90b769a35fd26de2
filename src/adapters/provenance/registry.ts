import type { ProvenanceSettings } from '../../plan/provenance.ts';
import { byName } from '../../text/by-name.ts';
import { cosign } from './cosign.ts';
import type { Verifier } from './verifier.ts';

type BuiltIn = Exclude<ProvenanceSettings['kind'], 'registered'>;
type Settings<K extends BuiltIn> = Extract<ProvenanceSettings, { readonly kind: K }>;

const BUILT_IN: { readonly [K in BuiltIn]: Verifier<Settings<K>> } = { cosign };

/** Every verifier by its name. What is added here is written in relctl.yaml as `{ kind: registered, verifier: <key>, … }`. */
// biome-ignore lint/suspicious/noExplicitAny: each verifier knows its own settings.
export const VERIFIERS: Readonly<Record<string, Verifier<any>>> = byName({ ...BUILT_IN });
