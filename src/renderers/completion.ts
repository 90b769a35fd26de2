/** What a completion script needs to know of a command. */
export interface CompletedCommand {
  /** Words after `relctl`, such as `signoff cab`. */
  readonly path: string;
  readonly summary: string;
  /** Flags as commander writes them, and what each does. */
  readonly options?: readonly (readonly [flags: string, description: string, ...rest: unknown[]])[];
}

type Commands = readonly CompletedCommand[];

/** Shells that there is a completion script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** One of them. */
export type Shell = (typeof SHELLS)[number];

const GLOBAL_FLAGS = [
  '--json',
  '--events',
  '--no-color',
  '--yes',
  '--as',
  '--commit',
  '--push',
  '--quiet',
  '--debug',
  '--help',
];
/** Ids of the plans of the repository that the shell stands in. */
const LIST_IDS = `(cd "$(git rev-parse --show-toplevel 2>/dev/null)" 2>/dev/null && ls releases/*.yaml 2>/dev/null | sed -e 's|^releases/||' -e 's|\\.yaml$||')`;

/** A completion script of a shell: commands, their flags, and the ids of releases. */
export function completionScript(shell: Shell, commands: Commands): string {
  return { bash, zsh, fish }[shell](commands);
}

function flagsOf(entry: CompletedCommand): readonly string[] {
  return [...(entry.options ?? []).map(([flags]) => flags.split(' ')[0] ?? ''), ...GLOBAL_FLAGS];
}

function topLevel(commands: Commands): readonly string[] {
  return [...new Set(commands.map((entry) => entry.path.split(' ')[0] ?? ''))];
}

function secondLevel(commands: Commands, first: string): readonly string[] {
  return commands.filter((entry) => entry.path.startsWith(`${first} `)).map((entry) => entry.path.split(' ')[1] ?? '');
}

function bash(commands: Commands): string {
  const cases = commands.map((entry) => `    "${entry.path}") flags="${flagsOf(entry).join(' ')}" ;;`).join('\n');
  return `# relctl completion for bash: source <(relctl completion bash)
_relctl() {
  local current="\${COMP_WORDS[COMP_CWORD]}" first="\${COMP_WORDS[1]}" path flags=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${topLevel(commands).join(' ')}" -- "$current")); return
  fi
  if [ "$first" = signoff ] && [ "$COMP_CWORD" -eq 2 ]; then
    COMPREPLY=($(compgen -W "${secondLevel(commands, 'signoff').join(' ')}" -- "$current")); return
  fi
  path="$first"; [ "$first" = signoff ] && path="signoff \${COMP_WORDS[2]}"
  case "$path" in
${cases}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$(${LIST_IDS})" -- "$current")) ;;
  esac
}
complete -F _relctl relctl
`;
}

/** zsh reads bash's completions through its own compatibility layer. */
function zsh(commands: Commands): string {
  return `#compdef relctl
autoload -U +X bashcompinit && bashcompinit
${bash(commands)}`;
}

function fish(commands: Commands): string {
  const quote = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap((entry) => {
    const [first = '', second] = entry.path.split(' ');
    const seen =
      second === undefined
        ? `__fish_seen_subcommand_from ${first}`
        : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
    const shown =
      second === undefined
        ? `complete -c relctl -n __fish_use_subcommand -a ${first} -d ${quote(entry.summary)}`
        : `complete -c relctl -n '__fish_seen_subcommand_from ${first}' -a ${second} -d ${quote(entry.summary)}`;
    return [
      shown,
      `complete -c relctl -n '${seen}' -a "${LIST_IDS.replaceAll('$', '\\$').replaceAll('"', '\\"')}"`,
      ...(entry.options ?? []).map(([flags, description]) => {
        const name = (flags.split(' ')[0] ?? '').replace(/^--/, '');
        return `complete -c relctl -n '${seen}' -l ${name} -d ${quote(description)}`;
      }),
    ];
  });
  return `# relctl completion for fish: relctl completion fish | source\ncomplete -c relctl -f\n${lines.join('\n')}\n`;
}
