import type { RunnerSettings } from '../../plan/runner.ts';
import { byName } from '../../text/by-name.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import type { RunnerKind } from './kind.ts';
import { kubernetes } from './kubernetes.ts';

type BuiltIn = Exclude<keyof RunnerSettings, 'registered'>;

const BUILT_IN: { readonly [K in BuiltIn]-?: RunnerKind<NonNullable<RunnerSettings[K]>> } = {
  kubernetes,
  github,
  gitlab,
};

/** Every runner by its name, as `--runner` takes it. What is added here is set up in relctl.yaml as `runner: { registered: { <key>: … } }`. */
// biome-ignore lint/suspicious/noExplicitAny: each runner knows its own settings.
export const RUNNERS: Readonly<Record<string, RunnerKind<any>>> = byName({ ...BUILT_IN });
