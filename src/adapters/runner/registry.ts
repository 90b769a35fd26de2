import type { RunnerSettings } from '../../plan/runner.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import type { RunnerKind } from './kind.ts';
import { kubernetes } from './kubernetes.ts';

/** Every runner by its name, which is its key below `runner` in relctl.yaml and what `--runner` takes. */
export const RUNNERS: { readonly [K in keyof Required<RunnerSettings>]: RunnerKind<K> } = {
  kubernetes,
  github,
  gitlab,
};
