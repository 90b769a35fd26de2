import { byName } from '../../text/by-name.ts';
import { command } from './command/command.ts';
import { files } from './files/files.ts';
import { helm } from './helm/helm.ts';
import { kustomize } from './kustomize/kustomize.ts';
import type { SourceKind } from './source.ts';

/** Every kind of source by its key in relctl.yaml. What is added here is written there as `{ source: <key>, … }`. */
// biome-ignore lint/suspicious/noExplicitAny: each kind knows its own settings, which its schema has checked.
export const SOURCE_KINDS: Readonly<Record<string, SourceKind<any>>> = byName({ files, kustomize, helm, command });
