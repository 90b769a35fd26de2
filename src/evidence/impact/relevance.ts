import type { ChangedFile } from './diff.ts';
import { extensionOf } from './paths.ts';

/** Code in which a name in upper case, or the environment itself, stands on the line of every variable. */
const PLAIN_CODE =
  /^\.(js|jsx|ts|tsx|mjs|cjs|mts|cts|vue|svelte|astro|rb|go|java|kt|scala|cs|php|rs|c|cc|cpp|h|hpp|swift|dart)$/;
/** The name of a variable. */
const NAME = /[A-Z][A-Z0-9_]/;
/** The environment; or something that begins or ends a comment or a long string, which may stand around a variable. */
const SURROUNDINGS = /env|\/\*|\*\/|`|^=(?:begin|end)\b/i;

/** A property that a section of .NET's configuration may set. */
const IS_PROPERTY = /\b(set|init)\s*[;={]/;

/** A method without arguments of an interface, which may map a property (SmallRye Config), and what names or presets one. */
const IS_MAPPED = /@With(?:Default|Name|ParentName)\b|@ConfigMapping\b|^\s*[\w.<>, ]{2,200}\s\w+\(\s*\)\s*;/;

/** A flag of a Go program, which may go through all of them and look each up in the environment. */
const IS_FLAG = /\.(?:\w{0,20}Var|String|Bool|U?Int(?:64)?|Float64|Duration)P?\([^"\n]{0,200}"[a-z]/;

/**
 * False for a changed code file whose changed lines cannot bring, change or drop a variable or a migration, so that it need
 * not be read: most changes of most releases. When in doubt it is true.
 */
export function mayMatter(file: ChangedFile): boolean {
  const path = file.newPath ?? file.oldPath ?? '';
  if (file.status === 'added' || file.status === 'removed' || file.binary) return true;
  if (file.oldPath !== file.newPath || !PLAIN_CODE.test(extensionOf(path)) || /migrat/i.test(path)) return true;
  return [...file.added, ...file.removed].some(
    ({ text }) =>
      NAME.test(text) ||
      SURROUNDINGS.test(text) ||
      (path.endsWith('.cs') && IS_PROPERTY.test(text)) ||
      (path.endsWith('.go') && IS_FLAG.test(text)) ||
      (/\.(java|kt)$/.test(path) && IS_MAPPED.test(text)),
  );
}
