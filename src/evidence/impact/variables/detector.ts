import type { VariableUse } from './use.ts';

/**
 * Finds environment variables in one kind of file. A new kind is a file or folder here and a line in `registry.ts`.
 */
export interface VariableDetector {
  /** What it reads: a language, or the format of a tool. */
  readonly name: string;
  /** True for a file of this kind, by its path. */
  takes(path: string): boolean;
  variables(text: string, path: string): readonly VariableUse[];
}

/** A detector for files with certain endings of their names, separated by spaces. */
export function byEnding(name: string, endings: string, variables: VariableDetector['variables']): VariableDetector {
  const known = new Set(endings.split(' '));
  return { name, takes: (path) => known.has(path.slice(path.lastIndexOf('.')).toLowerCase()), variables };
}

/** A detector for files whose names match a pattern, wherever they lie. */
export function byName(name: string, pattern: RegExp, variables: VariableDetector['variables']): VariableDetector {
  return { name, takes: (path) => pattern.test(path.slice(path.lastIndexOf('/') + 1)), variables };
}
