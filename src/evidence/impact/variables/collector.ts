import { UseCollector, type VariableUse } from './use.ts';

/** `${env:X}` of the OpenTelemetry Collector, with or without a default (opentelemetry.io/docs/collector/configuration). */
export function collectorVariables(text: string): VariableUse[] {
  const uses = new UseCollector(text);
  for (const match of text.matchAll(/\$\{env:([A-Za-z_]\w*)(?::-([^{}]*))?\}/g))
    uses.add(match[1] ?? '', match.index, 'read', match[2] === undefined ? {} : { value: match[2] });
  return uses.uses;
}
