import { UseCollector, type VariableUse } from './use.ts';

/**
 * Variables that a configuration of uWSGI asks for: `if-env`, `if-not-env` and `$(X)` (uwsgi-docs.readthedocs.io, "Configuration logic"
 * and "Placeholders").
 */
export function uwsgiVariables(text: string): VariableUse[] {
  const uses = new UseCollector(text);
  for (const match of text.matchAll(/^[ \t]*if-(?:not-)?env[ \t]*=[ \t]*(\w+)|^(?![ \t]*[;#]).*?\$\(([A-Z]\w+)\)/gm))
    uses.add(match[1] ?? match[2] ?? '', match.index, 'read', match[1] === undefined ? {} : { value: '' });
  return uses.uses;
}
