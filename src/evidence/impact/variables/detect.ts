import { VARIABLE_DETECTORS } from './registry.ts';
import type { VariableUse } from './use.ts';

const detectorFor = (path: string, detectors = VARIABLE_DETECTORS) => detectors.find((one) => one.takes(path));

/** Code that says how a program is built, and runs no more when it is: Mix, setuptools, Cargo and Gradle. Bundler reads its Gemfile at each start. */
const BUILDS = /(^|\/)(mix\.exs|setup\.py|build\.rs|[\w-]+\.gradle\.kts)$/;

/** True for a file in which environment variables may be found. */
export const mayHoldVariables = (path: string): boolean => detectorFor(path) !== undefined;

/** Environment variables that a file reads or declares, by the file's kind. */
export function variablesIn(path: string, text: string, detectors = VARIABLE_DETECTORS): readonly VariableUse[] {
  const found = text.includes('\0') ? [] : (detectorFor(path, detectors)?.variables(text, path) ?? []);
  return BUILDS.test(path) ? found.map((use) => ({ ...use, buildTime: true })) : found;
}
