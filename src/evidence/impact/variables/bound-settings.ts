import { roleOf } from '../paths.ts';
import type { TwoSided } from '../two-sided.ts';
import { BINDS, bindingsIn, type ClassFile, optionsOf } from './dotnet-options.ts';
import type { VariableUse } from './use.ts';

/** What tells which files there are and what stands in them. */
interface Source {
  readonly filesAtHead: readonly string[];
  read(side: 'base' | 'head', paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  mentions?(words: readonly string[]): Promise<readonly string[]>;
}

type FoundUse = VariableUse & { readonly file: string };

/** How many files of C# are read at most to see which classes are settings. */
const MOST_BINDINGS = 200;

/**
 * Settings in changed classes of .NET, at the base and at the head. Which section a class is bound to stands in another file as a rule, and a class
 * in the file that is called as it is.
 */
export async function boundSettings(
  source: Source,
  files: readonly TwoSided[],
): Promise<readonly (readonly FoundUse[])[]> {
  const changed = files.filter(({ oldPath, newPath }) => (newPath ?? oldPath)?.endsWith('.cs'));
  if (!source.mentions || !changed.some(({ oldText = '', newText = '' }) => HAS_SETTER.test(oldText + newText)))
    return [];
  const own = new Set(changed.flatMap(({ oldPath, newPath }) => [oldPath, newPath]));
  const isCode = (path: string) => path.endsWith('.cs') && roleOf(path) === 'product' && !own.has(path);
  const binding = (await source.mentions(BINDS)).filter(isCode).slice(0, MOST_BINDINGS);
  const staying = new Map(await source.read('head', binding));
  const byClass = pathsByClass(source.filesAtHead.filter(isCode));
  const sides = [
    changed.map(({ oldPath, oldText }) => [oldPath ?? '', oldText ?? ''] as const),
    changed.map(({ newPath, newText }) => [newPath ?? '', newText ?? ''] as const),
  ].map((side) => new Map(side.filter(([, text]) => text !== '')));
  const bindings = (side: ReadonlyMap<string, string>, classFile: ClassFile) =>
    [...side.values(), ...staying.values()].flatMap((text) => bindingsIn(text, classFile));
  // The classes that are bound, and those that constants of sections stand in, are read before they are followed.
  const asked = new Set<string>();
  const fileOf = (side: ReadonlyMap<string, string>): ClassFile => {
    const changedClasses = pathsByClass([...side.keys()]);
    return (type) => {
      const path = changedClasses.get(type) ?? byClass.get(type);
      const text = path === undefined ? undefined : (side.get(path) ?? staying.get(path));
      if (path !== undefined && text === undefined) asked.add(path);
      return path === undefined || text === undefined ? undefined : { path, text };
    };
  };
  const uses = () =>
    sides.map((side) => {
      const classFile = fileOf(side);
      return optionsOf(bindings(side, classFile), classFile).filter(({ file }) => side.has(file));
    });
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    asked.clear();
    uses();
    if (asked.size === 0) break;
    const texts = await source.read('head', [...asked]);
    for (const path of asked) staying.set(path, texts.get(path) ?? '');
  }
  return uses();
}

/** Files of C# by the class that each is called after. */
function pathsByClass(paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(paths.map((path) => [path.replace(/^.*\/|\.cs$/g, ''), path]));
}

const HAS_SETTER = /\b(set|init)\s*[;={]/;
/** How deep classes of unchanged files lie in one another at most. */
const MOST_ROUNDS = 6;
