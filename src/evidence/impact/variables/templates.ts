import { placeholderVariables } from './compiled.ts';
import { UseCollector, type VariableUse } from './use.ts';
import { yamlFileVariables } from './yaml.ts';

/** Templates that a program of the image fills in from the environment: envsubst for nginx and Envoy, gomplate, dockerize. */
export function templateVariables(text: string, path: string): VariableUse[] {
  const uses = new UseCollector(text);
  uses.addMatches(text, /\{\{-?\s*(?:\.Env\.|getenv\s+"|env\.Getenv\s+")(?<name>[A-Z][A-Z0-9_]+)/g);
  const yaml = /\.ya?ml(\.\w+)?$/.test(path) ? yamlFileVariables(text, path) : [];
  return [...uses.uses, ...placeholderVariables(text), ...yaml];
}
