import { byName } from '../../../text/by-name.ts';
import { isInfrastructureImage, isStoreName } from '../../images.ts';
import { imageName } from '../../service-discovery/workloads.ts';
import { namedAfter } from '../manifests/file-names.ts';
import { type ManifestObject, objectsIn } from '../manifests/objects.ts';
import { scanYaml, type YamlLine } from '../manifests/yaml-lines.ts';
import { baseName, isComposeFile } from '../paths.ts';
import { collectorVariables } from './collector.ts';
import { placeholderVariables, symfonyVariables } from './compiled.ts';
import { rubyVariables } from './ruby.ts';
import { isSystemVariable, UPPER_NAME, type VariableUse } from './use.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Keys under which manifests, charts, compose files and platforms list environment variables. */
const LISTS =
  /^(env|environment|env_?vars?|env_?variables|extra_?env\w*|\w+[eE]nv(s|[vV]ars?|ironment)?|common_?env\w*|secret_?env\w*)$/i;
const isList = (key: string | undefined): boolean =>
  key !== undefined && LISTS.test(key) && !/envelope|envoy/i.test(key);

/** Kinds whose keys become variables by `envFrom` or by reference. */
const HOLDERS: Readonly<Record<string, RegExp>> = byName({
  ConfigMap: /^data$/,
  Secret: /^(data|stringData)$/,
  SealedSecret: /^spec\.encryptedData$/,
  ExternalSecret: /^spec\.target\.template\.data$/,
});

/** Kinds that run containers. */
const WORKLOAD = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Rollout|Job|CronJob|Pod)$/;

/** A YAML file with what frameworks and tools put into it in their own placeholders. */
export function yamlFileVariables(text: string, path: string): VariableUse[] {
  const found = [...yamlVariables(text, path)];
  if (/<%/.test(text)) found.push(...rubyVariables(text));
  if (/(^|\/)(application|bootstrap)[^/]*\.ya?ml$/.test(path) || isSettings(text, path))
    found.push(...placeholderVariables(text));
  if (text.includes('%env(')) found.push(...symfonyVariables(text));
  if (text.includes('${env:')) found.push(...collectorVariables(text));
  return found;
}

/** Keys at the top of what other tools render or run, where a placeholder is theirs: manifests, compose, pipelines, tasks, descriptions of interfaces. */
const OF_TOOLS =
  /^["']?(apiVersion|kind|services|jobs|steps|stages|tasks|pipelines?|workflows?|on|script|builds|openapi|swagger|asyncapi|Resources|resources|provider|functions|hosts|- hosts)["']?\s*:/m;

/**
 * True for the settings of a program, which it fills in from the environment itself: Dropwizard (dropwizard.io, "Environment variables"), and each
 * server whose configuration holds `${NAME:-default}`.
 */
const isSettings = (text: string, path: string): boolean =>
  !/(^|\/)((docker-)?compose[^/]*|values[^/]*|Chart|[^/]*\b(example|sample|dist|template))\.ya?ml$|(^|\/)(templates|values)\//i.test(
    path,
  ) &&
  /^[ \t]*[\w"'.-]+:[ \t][^#\n]*\$\{[A-Z][A-Z0-9_]+(:-?[^{}\n]*)?\}/m.test(text) &&
  !OF_TOOLS.test(text);

/** What the official images of databases and brokers are set up with (hub.docker.com); a program that is told of one asks for it itself. */
const OF_STORES = /^(MONGO_INITDB_|MARIADB_|MYSQL_ROOT_|POSTGRES_(INITDB|HOST_AUTH)_|RABBITMQ_DEFAULT_)\w+$/;

const OF_SERVERS = /^(POSTGRES(QL)?|MYSQL|MONGO(DB)?|REDIS|RABBITMQ|KAFKA)_/;
/** What holds the settings of a store is called after that: `orders-db-config`. */
const HOLDS_STORE =
  /(^|-)(db|database|postgres(ql)?|mysql|mongo(db)?|redis|rabbitmq|kafka)(-(config|creds|credentials|secrets?|env|init))?$/;

const isOfStore = ({ name, how, isHeld }: VariableUse, owner = ''): boolean =>
  how === 'declared' && (OF_STORES.test(name) || (isHeld === true && OF_SERVERS.test(name) && HOLDS_STORE.test(owner)));

/** Environment variables that a YAML file declares: manifests, chart values and templates, Kustomize, compose, serverless. */
function yamlVariables(source: string, path: string): VariableUse[] {
  // The template of a store is named after it, wherever its image is from.
  if (/(^|\/)templates\//.test(path) && isStoreName(namedAfter(path))) return [];
  const lines = scanYaml(source);
  const isCompose = isComposeFile(path);
  const isValues = /^values[^/]*\.ya?ml$/i.test(baseName(path)) || /(^|\/)values\//.test(path);
  const objects = new Map(objectsIn(lines).map((object) => [object.document, object]));
  const beside = isCompose ? besideOf(lines) : new Set<string>();
  const images = isCompose ? new Map<number, string[]>() : imagesOf(lines);
  const names = new Map([...images].map(([document, all]) => [document, all.map(imageName)]));
  const foreign = isCompose ? new Set<number>() : foreignDocuments(lines, objects, images);
  const merged = mergedLists(lines);
  const others = isCompose ? placesOfOthers(lines) : new Set<string>();
  const uses: VariableUse[] = [];
  for (const [index, line] of lines.entries()) {
    const isMerged = merged.has(placeOf(line, line.path.slice(0, -1)));
    const owner = isCompose ? composeOwner(line) : isValues ? valuesOwner(line) : objects.get(line.document)?.name;
    if ((owner !== undefined && beside.has(owner)) || foreign.has(line.document)) continue;
    if (others.has(placeOf(line, line.path.slice(0, 1)))) continue;
    const isWorkload = !isCompose && WORKLOAD.test(objects.get(line.document)?.kind ?? '');
    for (const use of variablesOf(line, lines, index, objects.get(line.document), {
      ...{ isCompose, isValues, isMerged },
    })) {
      if (!isSystemVariable(use.name) && !isOfStore(use, owner))
        uses.push({
          ...use,
          ...(isWorkload && use.how === 'declared' ? { isGiven: true } : {}),
          ...(owner === undefined || owner === ''
            ? {}
            : { owner, ...(isWorkload ? { isWorkload, runs: names.get(line.document) ?? [] } : {}) }),
        });
    }
  }
  return uses;
}

function* variablesOf(
  line: YamlLine,
  lines: readonly YamlLine[],
  index: number,
  object: ManifestObject | undefined,
  file: { readonly isCompose: boolean; readonly isValues: boolean; readonly isMerged: boolean },
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

/**
 * Maps that stand elsewhere and become a list of variables by an alias: `environment: *shared`, `<<: *shared` (yaml.org/type/merge.html).
 * Compose files keep what all services are given so, under `x-…` at the top.
 */
function mergedLists(lines: readonly YamlLine[]): ReadonlySet<string> {
  const anchored = new Map<string, string>();
  const given: string[] = [];
  const within = new Map<string, string[]>();
  for (const line of lines) {
    const inDocument = (name = '') => `${line.document} ${name}`;
    const anchor = /^&(\S+)/.exec(line.value);
    if (anchor !== null) anchored.set(inDocument(anchor[1]), placeOf(line, line.path));
    if (!/^\[?\s*\*/.test(line.value)) continue;
    const aliases = [...line.value.matchAll(/\*([^\s,\]]+)/g)].map((match) => inDocument(match[1]));
    const above = placeOf(line, line.path.slice(0, line.path.lastIndexOf('<<')));
    const others = line.path.some(isList) ? given : (within.get(above) ?? []);
    others.push(...aliases);
    if (others !== given) within.set(above, others);
  }
  const merged = new Set<string>();
  for (let anchor = given.pop(); anchor !== undefined; anchor = given.pop()) {
    const place = anchored.get(anchor);
    if (place === undefined || merged.has(place)) continue;
    merged.add(place);
    // What is merged into a merged map is one too.
    given.push(...(within.get(place) ?? []));
  }
  return merged;
}

const placeOf = ({ document }: YamlLine, path: readonly string[]): string => JSON.stringify([document, ...path]);

/** The value of a line, with the text of its block where it is one. */
const textOf = ({ value, block = '' }: YamlLine): string => value + block;

function isGiven(next: YamlLine | undefined, depth: number): boolean {
  return next?.path.length === depth && (next.key === 'value' || next.key === 'valueFrom');
}

/** Map of names and values: under a list key; under `Variables` of CloudFormation; in chart values, any upper-case key. */
function isMapOfVariables(
  above: readonly string[],
  file: { readonly isCompose: boolean; readonly isValues: boolean },
): boolean {
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

function composeOwner(line: YamlLine): string | undefined {
  return line.path[0] === 'services' ? line.path[1] : undefined;
}

/** Values for a chart that another one bundles stand below its name (helm.sh/docs/chart_template_guide/subcharts_and_globals). */
function valuesOwner({ path }: YamlLine): string | undefined {
  return path.length > 2 ? path[0] : undefined;
}

/** Maps at the top of a part of a compose file, which a script puts together: those that run programs beside the product. */
const placesOfOthers = (lines: readonly YamlLine[]): ReadonlySet<string> =>
  new Set(
    lines
      .filter(({ key, path, value }) => path.length === 2 && key === 'image' && isInfrastructureImage(value))
      .map((line) => placeOf(line, line.path.slice(0, 1))),
  );

/** Services of a compose file that are programs beside the product, or that are built as a developer runs them. */
function besideOf(lines: readonly YamlLine[]): Set<string> {
  const isBeside = ({ key, path, value }: YamlLine) =>
    (path.length === 3 && key === 'image' && isInfrastructureImage(value)) ||
    (path[2] === 'build' && key === 'dockerfile' && /[._-](dev|development|local)(\.[Dd]ockerfile)?$/.test(value));
  return new Set(
    lines.filter((line) => line.path[0] === 'services' && isBeside(line)).map(({ path }) => path[1] ?? ''),
  );
}

/** Documents of a manifest that run nothing but programs beside the product, and the ConfigMaps and Secrets that only those read. */
function foreignDocuments(
  lines: readonly YamlLine[],
  objects: ReadonlyMap<number, ManifestObject>,
  images: ReadonlyMap<number, readonly string[]>,
): ReadonlySet<number> {
  // Those that run nothing but programs beside the product.
  const foreign = new Set(
    [...images].filter(([, all]) => all.every(isInfrastructureImage)).map(([document]) => document),
  );
  if (foreign.size === 0) return foreign;
  const read = { own: new Set<string>(), others: new Set<string>() };
  for (const { document, key, path, value } of lines)
    if (key === 'name' && /^(secret|configMap)(Key)?Ref$/.test(path.at(-2) ?? ''))
      (foreign.has(document) ? read.others : read.own).add(value);
  const holders = [...objects].filter(
    ([, { kind, name }]) => kind in HOLDERS && read.others.has(name) && !read.own.has(name),
  );
  return new Set([...foreign, ...holders.map(([document]) => document)]);
}

/** The images that each document of a manifest runs. */
function imagesOf(lines: readonly YamlLine[]): Map<number, string[]> {
  const images = new Map<number, string[]>();
  for (const { document, key, path, value } of lines)
    if (key === 'image' && path.includes('containers')) images.set(document, [...(images.get(document) ?? []), value]);
  return images;
}
