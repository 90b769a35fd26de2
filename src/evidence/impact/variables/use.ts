import { lineFinder } from '../../lines.ts';

/** An environment variable where it is read or given a value. */
export interface VariableUse {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
  /** `read`: code asks for it. `declared`: a sample, manifest, chart, compose file or Dockerfile names it. */
  readonly how: 'read' | 'declared';
  /** Given through a Secret. */
  readonly secret?: boolean;
  /**
   * The text of its value or default, to see that it changed. It may be a secret, so it never leaves the reader:
   * findings say that it changed, not from what to what.
   */
  readonly value?: string;
  /** The workload or compose service that gets it, where the file says so. */
  readonly owner?: string;
  /** Known only while an image or a program is built. */
  readonly buildTime?: boolean;
}

/** What an environment variable is called in practice: upper case, as POSIX reserves lower case for applications' own use. */
export const UPPER_NAME = /^[A-Z][A-Z0-9_]+$/;

/** Set by the operating system, the shell or a package manager; nobody provisions them. */
const SYSTEM =
  /^(PATH|HOME|PWD|OLDPWD|USER|USERNAME|USERPROFILE|LOGNAME|SHELL|SHLVL|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|LANG|LANGUAGE|LC_\w+|TMPDIR|TMP|TEMP|EDITOR|VISUAL|PAGER|DISPLAY|APPDATA|LOCALAPPDATA|PROGRAMFILES|SYSTEMROOT|COMSPEC|XDG_\w+|CI|IFS|UID|EUID|PPID|RANDOM|SECONDS|LINENO|OPTARG|OPTIND|REPLY|BASH_\w+|HOSTTYPE|OSTYPE|npm_\w+|NPM_CONFIG_\w+|GITHUB_\w+|GITLAB_CI|CI_\w+|RUNNER_\w+|BUNDLE_GEMFILE|BUNDLE_PATH|CARGO_\w+|OUT_DIR|KUBERNETES_\w+|VIRTUAL_ENV|PYTHONPATH|JAVA_HOME|GOPATH|GOROOT|LD_LIBRARY_PATH|DYLD_\w+|__\w*)$/;

/** True for a variable that nobody provisions for a service. */
export const isSystemVariable = (name: string): boolean => SYSTEM.test(name);

/** Collects uses with their lines. */
export class UseCollector {
  readonly uses: VariableUse[] = [];
  readonly #lineOf: (offset: number) => number;

  /** @param text the text that offsets refer to */
  constructor(text: string) {
    this.#lineOf = lineFinder(text);
  }

  /** Notes a use at an offset. */
  add(
    name: string,
    offset: number,
    how: VariableUse['how'],
    more: Omit<VariableUse, 'name' | 'line' | 'how'> = {},
  ): void {
    // A name that ends in an underscore is the beginning of one that is put together.
    if (!isSystemVariable(name) && !name.endsWith('_'))
      this.uses.push({ name, line: this.#lineOf(offset), how, ...more });
  }

  /** Notes each match of a pattern; its group `name` is the variable, a literal default behind it is its value. */
  addMatches(text: string, pattern: RegExp, more: Omit<VariableUse, 'name' | 'line' | 'how'> = {}): void {
    for (const match of text.matchAll(pattern)) {
      const name = match.groups?.name;
      if (name === undefined) continue;
      const end = match.index + match[0].length;
      const value = literalDefault(text.slice(end, end + 200));
      this.add(name, match.index + match[0].indexOf(name), 'read', {
        ...(value === undefined ? {} : { value }),
        ...more,
      });
    }
  }
}

/** A literal default right behind a read: `?? 'x'`, `|| 8`, `, "x")`, `) or "x"`. */
export function literalDefault(rest: string): string | undefined {
  return /^\s*\)?\s*(?:\?\?|\|\||,|\bor\b)\s*(?:default\s*=\s*)?("[^"\n]*"|'[^'\n]*'|`[^`\n]*`|-?\d[\w.]*|true|false|True|False)/.exec(
    rest,
  )?.[1];
}
