import { isInfrastructureImage } from '../../images.ts';
import type { ManifestObject } from '../manifests/objects.ts';
import type { YamlLine } from '../manifests/yaml-lines.ts';
import type { VariableUse } from './use.ts';
import { HOLDERS } from './yaml-declared.ts';
import { placeOf } from './yaml-merged.ts';

/** What of a YAML file belongs to stores and other programs beside the product. */

/** What the official images of databases and brokers are set up with (hub.docker.com); a program that is told of one asks for it itself. */
const OF_STORES = /^(MONGO_INITDB_|MARIADB_|MYSQL_ROOT_|POSTGRES_(INITDB|HOST_AUTH)_|RABBITMQ_DEFAULT_)\w+$/;

const OF_SERVERS = /^(POSTGRES(QL)?|MYSQL|MONGO(DB)?|REDIS|RABBITMQ|KAFKA)_/;
/** What holds the settings of a store is called after that: `orders-db-config`. */
const HOLDS_STORE =
  /(^|-)(db|database|postgres(ql)?|mysql|mongo(db)?|redis|rabbitmq|kafka)(-(config|creds|credentials|secrets?|env|init))?$/;
/** A store is called after itself and the product, wherever its image is from or is built: `orders-postgres`. */
const IS_STORE = /(^|-)(db|database|postgres(ql)?|mysql|mongo(db)?|redis|rabbitmq|kafka)$/;

/** True for what only a store is told. */
export const isOfStore = ({ name, how, isHeld }: VariableUse, owner = ''): boolean =>
  how === 'declared' &&
  (OF_STORES.test(name) || (OF_SERVERS.test(name) && (isHeld === true ? HOLDS_STORE : IS_STORE).test(owner)));

/** Maps at the top of a part of a compose file, which a script puts together: those that run programs beside the product. */
export const placesOfOthers = (lines: readonly YamlLine[]): ReadonlySet<string> =>
  new Set(
    lines
      .filter(({ key, path, value }) => path.length === 2 && key === 'image' && isInfrastructureImage(value))
      .map((line) => placeOf(line, line.path.slice(0, 1))),
  );

/** Services of a compose file that are programs beside the product, or that are built as a developer runs them. */
export function besideOf(lines: readonly YamlLine[]): Set<string> {
  const isBeside = ({ key, path, value }: YamlLine) =>
    (path.length === 3 && key === 'image' && isInfrastructureImage(value)) ||
    (path[2] === 'build' && key === 'dockerfile' && /[._-](dev|development|local)(\.[Dd]ockerfile)?$/.test(value));
  const own = lines.filter(({ path }) => path[0] === 'services');
  const built = new Set(own.filter(({ path }) => path[2] === 'build').map(({ path }) => path[1]));
  // What is built and then given the sources of the whole repository is run as it is worked on.
  const isMounted = ({ path, value }: YamlLine) =>
    path[2] === 'volumes' && built.has(path[1]) && /^["']?\.{1,2}\/?:/.test(value);
  return new Set(own.filter((line) => isBeside(line) || isMounted(line)).map(({ path }) => path[1] ?? ''));
}

/** An image of a program that is a product of its own: Docker's official ones, and those that are called as their publisher is (`openbao/openbao`). */
const OF_ITS_OWN = /^(?:(?:docker\.io\/)?(?:library\/)?[\w.-]+|(?:[\w.-]+\/)*([\w-]+)\/\1)(?::[\w.-]+)?(?:@.*)?$/;

/** Such images of a compose file, by the service that runs one and builds none. */
export function pulledBy(lines: readonly YamlLine[]): ReadonlyMap<string, string> {
  const of = (key: string) =>
    lines
      .filter(({ path }) => path[0] === 'services' && path[2] === key)
      .map((line) => ({ name: line.path[1] ?? '', value: line.value }));
  const built = new Set(of('build').map(({ name }) => name));
  return new Map(
    of('image').flatMap(({ name, value }) => (built.has(name) || !OF_ITS_OWN.test(value) ? [] : [[name, value]])),
  );
}

/** Documents of a manifest that run nothing but programs beside the product, and the ConfigMaps and Secrets that only those read. */
export function foreignDocuments(
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
export function imagesOf(lines: readonly YamlLine[]): Map<number, string[]> {
  const images = new Map<number, string[]>();
  for (const { document, key, path, value } of lines)
    if (key === 'image' && path.includes('containers')) images.set(document, [...(images.get(document) ?? []), value]);
  return images;
}
