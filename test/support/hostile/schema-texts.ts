import * as z from 'zod';

/** Where a text may stand in a document: keys, with `*` for any element of a list or any key of a map. */
export type TextPath = readonly string[];

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** Every place of a schema at which a text stands that is not one of a fixed choice. */
export function textsOf(schema: z.ZodType): readonly TextPath[] {
  const found = new Map<string, TextPath>();
  const walk = (part: JsonSchema, path: TextPath): void => {
    if ([part.type].flat().includes('string') && part.const === undefined && part.enum === undefined)
      found.set(path.join('.'), path);
    for (const [key, value] of Object.entries(part.properties ?? {})) walk(value, [...path, key]);
    if (typeof part.additionalProperties === 'object') walk(part.additionalProperties, [...path, '*']);
    for (const item of [part.items, ...(part.prefixItems ?? [])]) if (item !== undefined) walk(item, [...path, '*']);
    for (const one of [...(part.anyOf ?? []), ...(part.oneOf ?? []), ...(part.allOf ?? [])]) walk(one, path);
  };
  walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, []);
  return [...found.values()];
}

/** A text of a document, at its exact place. */
export interface PlacedText {
  readonly path: readonly string[];
  readonly text: string;
}

/** The texts of a document that stand at a place of its schema. */
export function textsAt(document: unknown, path: TextPath): readonly PlacedText[] {
  const step = (
    value: unknown,
    [key, ...rest]: readonly string[],
    walked: readonly string[],
  ): readonly PlacedText[] => {
    if (key === undefined) return typeof value === 'string' ? [{ path: walked, text: value }] : [];
    if (typeof value !== 'object' || value === null) return [];
    const keys = key === '*' ? Object.keys(value) : Object.hasOwn(value, key) ? [key] : [];
    return keys.flatMap((one) => step((value as Record<string, unknown>)[one], rest, [...walked, one]));
  };
  return step(document, path, []);
}

/** Puts another text into a document. */
export function putText(document: unknown, path: readonly string[], text: string): void {
  const parent = path.slice(0, -1).reduce((value, key) => (value as Record<string, unknown>)[key], document);
  (parent as Record<string, unknown>)[path.at(-1) ?? ''] = text;
}
