import { byName } from '../../../text/by-name.ts';
import type { ManifestObject } from '../manifests/objects.ts';
import type { YamlLine } from '../manifests/yaml-lines.ts';
import { UPPER_NAME, type VariableUse } from './use.ts';
import { isList } from './yaml-merged.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Kinds whose keys become variables by `envFrom` or by reference. */
export const HOLDERS: Readonly<Record<string, RegExp>> = byName({
  ConfigMap: /^data$/,
  Secret: /^(data|stringData)$/,
  SealedSecret: /^spec\.encryptedData$/,
  ExternalSecret: /^spec\.target\.template\.data$/,
});

/** What decides how the lines of a file are read. */
export interface DeclaringFile {
  readonly isCompose: boolean;
  readonly isValues: boolean;
  /** The line stands in a map that becomes a list of variables elsewhere. */
  readonly isMerged: boolean;
}

/** The variables that one line of a YAML file declares: in a list of them, in a map, or as a key of what pods read. */
export function* declaredIn(
  line: YamlLine,
  lines: readonly YamlLine[],
  index: number,
  object: ManifestObject | undefined,
  file: DeclaringFile,
): Generator<VariableUse> {
  const { path, key, value } = line;
  const parent = path.at(-2);
  const declared = (name: string, more: Partial<VariableUse> = {}): VariableUse => ({
    name,
    line: line.line,
    how: 'declared',
    ...more,
  });

  if (key === 'key' && parent === '-' && isList(path.at(-3)) && NAME.test(value)) {
    yield declared(value);
    return;
  }
  if (key === 'name' && parent === 'value' && UPPER_NAME.test(value) && isGiven(lines[index + 1], path.length)) {
    // The value of a JSON patch that adds a variable.
    yield declared(value);
    return;
  }
  if ((key === 'name' || key === 'Name') && parent === '-' && NAME.test(value)) {
    // An item of a list of variables; or, whatever the list is called, a name that stands beside a value.
    const beside = siblings(lines, index);
    const given = beside.find((other) => /^(value|valueFrom|Value|ValueFrom)$/.test(other.key ?? ''));
    if (isList(path.at(-3)) || (given !== undefined && UPPER_NAME.test(value))) {
      const secret = beside.some((other) => other.key === 'secretKeyRef');
      yield declared(value, {
        ...(secret ? { secret } : {}),
        value: given?.key?.toLowerCase() === 'value' ? textOf(given) : reference(beside),
      });
    }
    return;
  }
  if (key === undefined) {
    // `- NAME=value` of compose and of Kustomize's generators, `- NAME` of compose.
    const pair = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(value);
    const list = path.at(-2);
    const isGenerator = list === 'literals' && path.some((part) => /^(configMap|secret)Generator$/.test(part));
    if (
      pair?.[1] !== undefined &&
      (isGenerator || ((isList(list) || file.isMerged) && (file.isCompose || UPPER_NAME.test(pair[1]))))
    ) {
      const secret = path.includes('secretGenerator');
      yield declared(pair[1], { ...(secret ? { secret } : {}), ...(pair[2] === undefined ? {} : { value: pair[2] }) });
      yield* interpolations(line, pair[2] ?? '', file.isCompose);
    }
    return;
  }
  const above = path.slice(0, -1);
  const holder = object && HOLDERS[object.kind];
  if (holder?.test(above.join('.')) && UPPER_NAME.test(key)) {
    yield declared(key, {
      value: textOf(line),
      isHeld: true,
      ...(object?.kind === 'ConfigMap' ? {} : { secret: true }),
    });
  } else if (object?.kind === 'ExternalSecret' && key === 'secretKey' && UPPER_NAME.test(value)) {
    yield declared(value, { secret: true });
  } else if ((file.isMerged || isMapOfVariables(above, file)) && (file.isCompose ? NAME : UPPER_NAME).test(key)) {
    const secret = above.some((part) => /secret/i.test(part));
    yield declared(key, { value: textOf(line), ...(secret ? { secret } : {}) });
    yield* interpolations(line, value, file.isCompose);
  }
}

/** The value of a line, with the text of its block where it is one. */
const textOf = ({ value, block = '' }: YamlLine): string => value + block;

function isGiven(next: YamlLine | undefined, depth: number): boolean {
  return next?.path.length === depth && (next.key === 'value' || next.key === 'valueFrom');
}

/** Map of names and values: under a list key; under `Variables` of CloudFormation; in chart values, any upper-case key. */
function isMapOfVariables(above: readonly string[], file: Pick<DeclaringFile, 'isCompose' | 'isValues'>): boolean {
  const parent = above.at(-1);
  if (isList(parent)) return true;
  if (parent === 'Variables' && above.at(-2) === 'Environment') return true;
  return file.isValues && above.length > 0;
}

/** Compose fills in `${X}` from the environment of whoever starts it (docs.docker.com/reference/compose-file/interpolation). */
function* interpolations(line: YamlLine, value: string, isCompose: boolean): Generator<VariableUse> {
  if (!isCompose) return;
  for (const match of value.matchAll(/(?<!\$)\$\{([A-Za-z_]\w*)(?::?[-?+]([^{}]*))?\}/g)) {
    yield {
      name: match[1] ?? '',
      line: line.line,
      how: 'read',
      ...(match[2] === undefined ? {} : { value: match[2] }),
    };
  }
}

/** What stands in the same list item as the line at `index`, at any depth. */
function siblings(lines: readonly YamlLine[], index: number): YamlLine[] {
  const own = lines[index];
  if (own === undefined) return [];
  const depth = own.path.length;
  const inside = (line: YamlLine | undefined) =>
    line !== undefined && line.document === own.document && line.path.length >= depth && line.path[depth - 2] === '-';
  let from = index;
  let to = index;
  // An item begins where the line before is shallower, or where the first key of the item comes again.
  while (to + 1 < lines.length && inside(lines[to + 1]) && !startsItem(lines, to + 1, depth)) to += 1;
  while (from > 0 && !startsItem(lines, from, depth) && inside(lines[from - 1])) from -= 1;
  return lines.slice(from, to + 1);
}

/** True when a new list item begins at this line: the scan puts a fresh `-` at that depth. */
function startsItem(lines: readonly YamlLine[], index: number, depth: number): boolean {
  return lines[index]?.item !== undefined && (lines[index]?.item ?? 0) <= depth - 1;
}

/** A reference to a key elsewhere, as text that changes when the reference does. */
function reference(beside: readonly YamlLine[]): string {
  return beside
    .filter((line) => line.path.includes('valueFrom'))
    .map((line) => `${line.key}=${line.value}`)
    .join(',');
}
