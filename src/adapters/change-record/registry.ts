import type { ChangeRecordSettings } from '../../plan/change-record.ts';
import { byName } from '../../text/by-name.ts';
import { command } from './command.ts';
import { jira } from './jira.ts';
import { servicenow } from './servicenow.ts';
import type { ChangeSystem } from './system.ts';

type BuiltIn = Exclude<ChangeRecordSettings['kind'], 'registered'>;
type Settings<K extends BuiltIn> = Extract<ChangeRecordSettings, { readonly kind: K }>;

const BUILT_IN: { readonly [K in BuiltIn]: ChangeSystem<Settings<K>> } = { command, servicenow, jira };

/** Every system by its name. What is added here is written in relctl.yaml as `{ kind: registered, system: <key>, … }`. */
// biome-ignore lint/suspicious/noExplicitAny: each system knows its own settings.
export const CHANGE_SYSTEMS: Readonly<Record<string, ChangeSystem<any>>> = byName({ ...BUILT_IN });
