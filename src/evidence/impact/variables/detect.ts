import { VARIABLE_DETECTORS } from './registry.ts';
import type { VariableUse } from './use.ts';

const detectorFor = (path: string, detectors = VARIABLE_DETECTORS) => detectors.find((one) => one.takes(path));

/** True for a file in which environment variables may be found. */
export const mayHoldVariables = (path: string): boolean => detectorFor(path) !== undefined;

/** Environment variables that a file reads or declares, by the file's kind. */
export function variablesIn(path: string, text: string, detectors = VARIABLE_DETECTORS): readonly VariableUse[] {
  return text.includes('\0') ? [] : (detectorFor(path, detectors)?.variables(text, path) ?? []);
}
