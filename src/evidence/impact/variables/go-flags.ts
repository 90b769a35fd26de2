import type { UseCollector } from './use.ts';

/** A program that goes through its flags and looks each up in the environment, by its name in upper case, sets all of them so. */
const GOES_THROUGH = /\.VisitAll\(\s*func\([^)]*\)\s*\{[\s\S]{0,600}?\bos\.(?:Getenv|LookupEnv)\(/g;
/** The same by a library: github.com/namsral/flag, and github.com/peterbourgon/ff with a prefix or none. */
const BY_LIBRARY = /"github\.com\/namsral\/flag"|\bff\.WithEnvVar(?:s|NoPrefix|Prefix)\(/;
/** `fs.StringVar(&x, "gateway-url", "", …)` and `flag.Int("port", 80, …)`, of the package flag and of pflag, with a short name or without. */
const FLAG =
  /\.(?:(?:String(?:Slice|Array)?|Bool|U?[iI]nt(?:8|16|32|64|Slice)?|Float(?:32|64)|Duration|Text)(?:Var)?P?|Var)\(\s*(?:&?[\w.]+\s*,\s*)?"([a-z][\w.-]*)"\s*,\s*(?:"[a-zA-Z]?"\s*,\s*)?("(?:[^"\\\n]|\\.)*"|[^\s,()]+)/g;
/** What stands before the name, where one does. */
const PREFIX =
  /"(\w+_)"\s*\+\s*(?:strings\.ToUpper\(|\w+\s*\))|\bWithEnvVarPrefix\(\s*"(\w+)"|\bNewFlagSetWithEnvPrefix\([^,]*,\s*"(\w+)"/;

/** Variables that a Go file reads by the names of its flags. */
export function addFlags(text: string, uses: UseCollector): void {
  const isOwn = [...text.matchAll(GOES_THROUGH)].some(([loop]) => loop.includes('strings.ToUpper('));
  if (!isOwn && !BY_LIBRARY.test(text)) return;
  const [, written, ...ofLibrary] = PREFIX.exec(text) ?? [];
  const library = ofLibrary.find((one) => one !== undefined);
  const prefix = written ?? (library === undefined ? '' : `${library}_`);
  for (const match of text.matchAll(FLAG)) {
    const [, name = '', value = ''] = match;
    uses.add(`${prefix}${name.replace(/[.-]/g, '_')}`.toUpperCase(), match.index, 'read', { value });
  }
}
