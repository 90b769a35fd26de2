import { kubeName } from '../../service-discovery/names.ts';
import type { VariableFinding } from '../findings.ts';
import type { ImpactSource } from '../impact-source.ts';
import { namedAfter } from '../manifests/file-names.ts';
import { isYaml } from '../manifests/objects.ts';
import { oddity } from '../odd-text.ts';
import type { Ownership, OwnershipConfig } from '../ownership.ts';
import { folderOf, isRunByHand, roleOf } from '../paths.ts';
import type { TwoSided } from '../two-sided.ts';
import { boundSettings } from './bound-settings.ts';
import { compareVariables, oneSided, type PlacedUse } from './compare.ts';
import { mayHoldVariables, variablesIn } from './detect.ts';
import { givenToPods, withoutGiven } from './given-to-pods.ts';
import { changedDefaults, definedProperties, isSettingsFile, normal, withoutDefined } from './relaxed.ts';
import type { VariableUse } from './use.ts';

/** Files that an unchanged mention is looked up in at most: past that, a name is too common to be a variable's. */
const MAX_MENTIONS = 2000;

/** What becomes of the variables of a product: of changed files on both sides, with what unchanged ones say of the same names. */
export async function readVariables(
  source: ImpactSource,
  files: readonly TwoSided[],
  ownership: Ownership,
): Promise<VariableFinding[]> {
  const manifests = foldersOfServices(source);
  const place = (path: string | undefined, text: string | undefined): PlacedUse[] => {
    if (path === undefined || text === undefined || isRunByHand(path)) return [];
    const owners = ownership.servicesOf(path);
    return withoutForeign(variablesIn(path, text), source.config, manifests.has(folderOf(path))).map((use) => ({
      ...use,
      file: path,
      services: servicesFor(use.owner, owners, source.config),
    }));
  };
  const sides = [
    files.map((file) => [file.oldPath, file.oldText] as const),
    files.map((file) => [file.newPath, file.newText] as const),
  ];
  const options = await boundSettings(source, files);
  const read = sides.map((side, index) => [
    ...withoutGiven(
      side.flatMap(([path, text]) => place(path, text)),
      givenToPods(side),
    ),
    ...(options[index] ?? []).map((use) => ({ ...use, services: ownership.servicesOf(use.file) })),
  ]);
  const hasProperties = read.flat().some(({ property }) => property !== undefined);
  const staying = hasProperties ? await settingsThatStay(source, files) : [];
  const defaults = files.flatMap((file) => defaultsOf(file, ownership));
  const [base = [], head = []] = read.map((uses, side) => [
    ...withoutDefined(uses, new Set([...staying, ...definedIn(sides[side] ?? [])])),
    ...defaults.flatMap((pair) => pair[side] ?? []),
  ]);
  const asked = oneSided(base, head);
  const elsewhere: PlacedUse[] = [];
  if (asked.length > 0 && source.mentions) {
    // A changed file that was not worth reading still counts as one that knows its variables.
    const seen = new Set(files.flatMap((file) => [file.newPath, file.oldPath]));
    const paths = (await source.mentions(asked)).filter(
      (path) => !seen.has(path) && roleOf(path) === 'product' && mayHoldVariables(path),
    );
    const texts = await source.read('head', paths.slice(0, MAX_MENTIONS));
    for (const [path, text] of texts)
      if (oddity(text) === undefined) elsewhere.push(...place(path, text.replace(/\r\n?/g, '\n')));
  }
  return compareVariables({ base, head, elsewhere });
}

/** What the settings that a program is shipped with gave and give. */
function defaultsOf({ oldPath, newPath, oldText, newText }: TwoSided, ownership: Ownership): PlacedUse[][] {
  if (oldPath === undefined || newPath === undefined || oldText === undefined || newText === undefined) return [];
  if (roleOf(newPath) !== 'product') return [];
  return changedDefaults(newPath, oldText, newText).map((pair) =>
    pair.map((use) => ({ ...use, file: newPath, services: ownership.servicesOf(newPath) })),
  );
}

const definedIn = (side: readonly (readonly [path: string | undefined, text: string | undefined])[]): string[] =>
  side.flatMap(([path, text]) => definedProperties(path ?? '', text ?? '').map(normal));

/** How many settings files that did not change are read at most. */
const MOST_SETTINGS = 200;

/** Properties that settings files give which the release leaves as they are. */
async function settingsThatStay(source: ImpactSource, files: readonly TwoSided[]): Promise<readonly string[]> {
  const changed = new Set(files.flatMap(({ oldPath, newPath }) => [oldPath, newPath]));
  const paths = source.filesAtHead.filter(
    (path) => isSettingsFile(path) && roleOf(path) === 'product' && !changed.has(path),
  );
  return definedIn([...(await source.read('head', paths.slice(0, MOST_SETTINGS)))]);
}

/** Folders in which a manifest or a template is named after a service: each workload there is named. */
function foldersOfServices({ filesAtHead, config }: ImpactSource): ReadonlySet<string> {
  const isNamed = (path: string) => isYaml(path) && Object.hasOwn(config.services, namedAfter(path));
  return new Set(filesAtHead.filter(isNamed).map(folderOf));
}

/**
 * A manifest that names services of the product says itself whose each variable is, and so do those in a folder with a manifest for each;
 * those of other workloads in it are other people's programs. A Job or a worker that begins or ends with the name of a service belongs to it,
 * and so does what runs an image of that name.
 */
function withoutForeign(
  uses: readonly VariableUse[],
  { services }: OwnershipConfig,
  isAmongServices: boolean,
): readonly VariableUse[] {
  const names = [
    ...Object.keys(services),
    ...Object.values(services).map(({ workload }) => workload?.split('/')[1] ?? ''),
  ].filter((name) => name !== '');
  const isOwn = (owner = ''): boolean =>
    names.some((name) => owner === name || owner.startsWith(`${name}-`) || owner.endsWith(`-${name}`));
  const isOfProduct = ({ owner, runs = [] }: VariableUse) =>
    isOwn(owner) || runs.some((image) => names.includes(image));
  // The product's own image may be called as its publisher is, too.
  const isPulledOfOthers = ({ isPulled, owner, runs = [] }: VariableUse) =>
    isPulled === true && names.length > 0 && ![owner ?? '', ...runs].some((one) => isOwn(kubeName(one)));
  const told = uses.filter((use) => !isPulledOfOthers(use));
  if (!isAmongServices && !told.some((use) => use.isWorkload && isOfProduct(use))) return told;
  return told.filter((use) => !use.isWorkload || isOfProduct(use));
}

/** A manifest or compose file of several services says itself whose variable it is: by the name of a service, or one that begins with it, such as `cart-worker`. */
function servicesFor(owner: string | undefined, byPath: readonly string[], config: OwnershipConfig): readonly string[] {
  if (owner === undefined) return byPath;
  if (Object.hasOwn(config.services, owner)) return [owner];
  const own = Object.keys(config.services).filter((name) => owner.startsWith(`${name}-`));
  const longest = own.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? byPath : [longest];
}
