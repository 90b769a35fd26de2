import { lineFinder } from '../../lines.ts';

/** An environment variable where it is read or given a value. */
export interface VariableUse {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
  /**
   * `read`: code asks for it. `declared`: a manifest, chart, compose file or Dockerfile gives it. `listed`: a sample or an allow-list
   * names it, which is no use of it.
   */
  readonly how: 'read' | 'declared' | 'listed';
  /** Listed in a comment: it may be left out, and was perhaps read before it was listed. */
  readonly isCommented?: true;
  /** Given through a Secret. */
  readonly secret?: boolean;
  /**
   * The text of its value or default, to see that it changed. It may be a secret, so it never leaves the reader:
   * findings say that it changed, not from what to what.
   */
  readonly value?: string;
  /** Named here and read in another place, so that its default is not known. */
  readonly isReadElsewhere?: true;
  /** The workload or compose service that gets it, where the file says so. */
  readonly owner?: string;
  /** True where the owner is a workload of Kubernetes. */
  readonly isWorkload?: true;
  /** True where the manifest of a workload gives it, or a template of one, whose name is not known. */
  readonly isGiven?: true;
  /** True where the owner is a service of compose that runs an image which is a product of its own. */
  readonly isPulled?: true;
  /** Names of the images that such an owner runs. */
  readonly runs?: readonly string[];
  /** Kept in a ConfigMap or a Secret, for whoever reads that. */
  readonly isHeld?: true;
  /** The property of a framework that the environment sets by this name. */
  readonly property?: string;
  /** Known only while an image or a program is built. */
  readonly buildTime?: boolean;
}

/** What an environment variable is called in practice: upper case, as POSIX reserves lower case for applications' own use. */
export const UPPER_NAME = /^[A-Z][A-Z0-9_]+$/;

/**
 * Set by the operating system, the shell, a package manager, the machine of a build or the platform that runs it; nobody provisions them. What
 * GitHub sets is listed (docs.github.com/actions/reference/workflows-and-actions/variables): `GITHUB_CLIENT_ID` is a product's own. So is what
 * GitLab sets, and Woodpecker (docs.gitlab.com/ci/variables/predefined_variables, woodpecker-ci.org/docs/usage/environment), and what
 * Vercel sets (vercel.com/docs/environment-variables/system-environment-variables), what Nx sets for its tasks (nx.dev/docs/reference/environment-variables),
 * and what Rails is given while it packs assets into an image (guides.rubyonrails.org/security.html). Compose sets the name of its project; a name that
 * begins with `HTTP_X_` is a header of a request (RFC 3875, 4.1.18). OpenSSH tells a session of itself (man.openbsd.org/ssh, "ENVIRONMENT").
 */
const SYSTEM =
  /^(PATH|HOME|PWD|OLDPWD|USER|USERNAME|USERPROFILE|LOGNAME|SHELL|SHLVL|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|LANG|LANGUAGE|LC_\w+|TMPDIR|TMP|TEMP|EDITOR|VISUAL|PAGER|DISPLAY|APPDATA|LOCALAPPDATA|PROGRAMFILES|SYSTEMROOT|COMSPEC|XDG_\w+|CI|IFS|UID|EUID|PPID|RANDOM|SECONDS|LINENO|OPTARG|OPTIND|REPLY|BASH_\w+|HOSTTYPE|OSTYPE|npm_\w+|NPM_CONFIG_\w+|GITHUB_(?:ACTION|EVENT|REF|REPOSITORY|RUN|WORKFLOW)\w*|GITHUB_(?:ACTOR(?:_ID)?|(?:API|GRAPHQL|SERVER)_URL|(?:BASE|HEAD)_REF|ENV|JOB|OUTPUT|PATH|RETENTION_DAYS|SHA|STATE|STEP_SUMMARY|TRIGGERING_ACTOR|WORKSPACE)|GITLAB_CI|CI_(?:API_V4|BRANCH|BUILD|BUILDS|COMMIT|CONCURRENT|CONFIG|DEBUG|DEFAULT_BRANCH|DEPENDENCY_PROXY|DEPLOY|DISPOSABLE|ENVIRONMENT|EXTERNAL_PULL_REQUEST|FORGE|GITLAB|HAS_OPEN|JOB|KUBERNETES|MACHINE|MERGE_REQUEST|NODE|OPEN_MERGE|PAGES|PIPELINE|PREV|PROJECT|REGISTRY|RELEASE|REPO|REPOSITORY|RUNNER|SERVER|SHARED|STEP|SYSTEM|TAG|TEMPLATE|TRIGGER|UPSTREAM|WORKFLOW|WORKSPACE)(?:_\w+)?|RUNNER_(?:ARCH|DEBUG|ENVIRONMENT|NAME|OS|TEMP|TOOL_CACHE)|NX_(?:TASK_\w+|WORKSPACE_ROOT|CLI_SET)|SECRET_KEY_BASE_DUMMY|BUNDLE_GEMFILE|BUNDLE_PATH|COMPOSE_PROJECT_NAME|APPIMAGE|APPDIR|NEXT_RUNTIME|HTTP_X_\w+|CARGO_\w+|OUT_DIR|KUBERNETES_\w+|(?:NEXT_PUBLIC_)?VERCEL(?:_(?:ENV|TARGET_ENV|URL|BRANCH_URL|REGION|DEPLOYMENT_ID|(?:PROJECT|GIT)_\w+))?|DYNO|HEROKU_(?:APP_(?:NAME|ID)|RELEASE_\w+|SLUG_\w+)|K_(?:SERVICE|REVISION|CONFIGURATION)|AWS_LAMBDA_\w+|VIRTUAL_ENV|PYTHONPATH|JAVA_HOME|GOPATH|GOROOT|LD_(?:LIBRARY_PATH|PRELOAD)|DYLD_\w+|SSH_(?:CONNECTION|CLIENT|ORIGINAL_COMMAND|TTY|AUTH_SOCK|USER_AUTH))$/;

/** True for a variable that nobody provisions for a service. */
export const isSystemVariable = (name: string): boolean => SYSTEM.test(name);

/** The same where code reads it: there a name that begins with two underscores is the language's or a tool's own. */
const isToolsOwn = (name: string): boolean => isSystemVariable(name) || name.startsWith('__');

/** Names that one file gives the environment and that are followed, each by a pass over the file: more are no program that people read. */
export const MOST_ALIASES = 20;

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
    if (!isToolsOwn(name) && !name.endsWith('_')) this.uses.push({ name, line: this.#lineOf(offset), how, ...more });
  }

  /** Notes each match of a pattern; its group `name` is the variable, a literal default behind it is its value. */
  addMatches(text: string, pattern: RegExp, more: Omit<VariableUse, 'name' | 'line' | 'how'> = {}): void {
    for (const match of text.matchAll(pattern)) {
      const name = match.groups?.name;
      if (name === undefined) continue;
      const end = match.index + match[0].length;
      const rest = text.slice(end, end + 200);
      const value =
        literalDefault(rest, /["'`]$/.test(match[0])) ??
        (isOptional(text.slice(Math.max(0, match.index - 80), match.index), rest) ? '' : undefined);
      this.add(name, match.index + match[0].indexOf(name), 'read', {
        ...(value === undefined ? {} : { value }),
        ...more,
      });
    }
  }
}

const LITERAL = String.raw`("[^"\n]*"|'[^'\n]*'|\x60[^\x60\n]*\x60|-?\d[\w.]*(?:\s*[*+/-]\s*\d[\w.]*)*|true|false|True|False|None|null|nil)`;
/** `, "x")`, `?? "x"`, `|| 8`, `) or "x"`, `?: "x"`. A comma behind the bracket brings the next argument of a call around the read. */
const OPERATOR = new RegExp(String.raw`^\s*(?:,|\)?\s*(?:\?\?|\|\||\?:|\bor\b))\s*(?:default\s*=\s*)?${LITERAL}`);
/** `)).orElse("x")`, `).unwrap_or("x")`, `.unwrap_or_else(|_| "x".into())`, `) { "x" }`. */
const CALL = new RegExp(
  String.raw`^\s*\){0,3}\s*(?:\.\s*(?:\w+\([^()\n]*\)\s*\.\s*)?(?:orElse|orElseGet|getOrElse|unwrap_or(?:_else|_default)?|ifEmpty|defaultIfEmpty|or_else)\s*[({]\s*(?:\|\w*\|\s*|\(\)\s*->\s*)?|\{\s*)${LITERAL}`,
);

/**
 * A literal default right behind a read, in the spellings that languages have for it.
 * @param isInCall the name is an argument, so that the next one is its default: behind `process.env.X` or `ENV["X"]` a comma is another call's
 */
export function literalDefault(rest: string, isInCall: boolean): string | undefined {
  if (!isInCall && /^\s*,/.test(rest)) return undefined;
  return OPERATOR.exec(rest)?.[1] ?? CALL.exec(rest)?.[1];
}

/** What a call is named that gives a value where there is none; `parseInt(x, 10)` takes the base of a number. */
const FILLS_IN = /default|fallback|coalesce|empty|^(?!set|put|un|is|load|with)\w*env|^or$/i;
const FILLED = String.raw`\s*,\s*(?:[\w$.?!]{1,120}\s*(?:\?\?|\|\|)\s*)?${LITERAL}\s*,?\s*\)`;
const FILLED_BEHIND_CALL = new RegExp(String.raw`^\s*\)${FILLED}`);
const FILLED_BEHIND_NAME = new RegExp(`^${FILLED}`);

/**
 * A literal default that the call around a read gives: `withDefault(env('X'), 'file')`, `cmp.Or(os.Getenv("X"), "file")`.
 * @param before what stands before the read
 * @param rest what stands behind its name
 * @param isInCall the name is an argument, so that a bracket closes the read
 */
export function outerDefault(before: string, rest: string, isInCall: boolean): string | undefined {
  const called = /([A-Za-z_]\w*)\s*\(\s*$/.exec(before)?.[1];
  if (called === undefined || !FILLS_IN.test(called)) return undefined;
  return (isInCall ? FILLED_BEHIND_CALL : FILLED_BEHIND_NAME).exec(rest)?.[1];
}

/** True when the value is only looked at if it is there: `if v := os.Getenv("X"); v != ""`, `if x := os.getenv("X"):`. */
export function isOptional(before: string, rest: string): boolean {
  const name = /\bif\s+\(?(\w+)\s*(?:,\s*\w+\s*)?:=\s*[\w.]*\(?$/.exec(before)?.[1];
  if (name === undefined) return false;
  return /^[^\n]{0,3}\)\s*(?:;\s*(?:\w+\s*!=\s*""|ok\b|len\()|:|\))/.test(rest);
}

/**
 * A default that the next lines give what was read: `url = os.Getenv("X")`, and then `if url == "" { url = "x" }`.
 * @param before what stands before the call
 * @param rest what stands behind it, with the lines that follow
 */
export function laterDefault(before: string, rest: string): string | undefined {
  const name = /\b([A-Za-z_]\w*)\s*:?=\s*$/.exec(before)?.[1];
  if (name === undefined) return undefined;
  return new RegExp(String.raw`\bif\s+${name}\s*==\s*""\s*\{\s*${name}\s*=\s*${LITERAL}`).exec(rest)?.[1];
}

/**
 * What a variable means while nobody sets it, where a `switch` looks at it: the other labels of the case with the empty text.
 * @param before what stands before the call
 * @param rest what stands behind it, with the lines that follow
 */
export function switchedDefault(before: string, rest: string): string | undefined {
  if (!/\bswitch\s*\(?\s*$/.test(before)) return undefined;
  return /\bcase\s+((?:"[^"\n]*"\s*,\s*)*""(?:\s*,\s*"[^"\n]*")*)\s*:/.exec(rest)?.[1];
}
