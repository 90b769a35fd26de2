/** Programs whose command lines are given to be pasted. */
const PROGRAMS = 'relctl|git|kubectl|ssh-keygen|ls|rm|df|ps|grep|gh|glab|helm|flux|argocd|cosign|npm|node|curl';
const COMMAND = new RegExp(`^(?:${PROGRAMS}) \\S`);
/** A flag of the command that was given. */
const FLAG = /^--[a-z]/;
/** Words, and the command that they are about: `keep what they did: relctl rollback r --hand-changes keep`. */
const SAID_OF = new RegExp(`^([^:]*[^:]): ((?:${PROGRAMS}) [^;]*)$`);

/** What relctl ran for somebody, whatever program it was. */
const BY_HAND = /^(try it by hand): (.+)$/;

/**
 * A command, or a flag of the one that was given, and behind three spaces what is said of it, which may be what somebody wrote. Spaces between
 * quotes belong to the command.
 */
const NOTED = /^((?:\\.|\$'(?:\\.|[^'\\])*'|'[^']*'|"[^"]*"|\$(?!')|[^\\'"$ ]| (?! {2}))+) {3,}(\S.*)$/s;

/** A hint of an error as it is shown: a line to be pasted, what is said of it, or words alone. */
export interface HintParts {
  readonly command?: string;
  readonly words?: string;
}

/**
 * Takes a hint apart, so that a command stands by itself. Words that name one in the middle of a sentence stay a sentence, and what is said
 * of a command is words, whatever they are.
 */
export function hintParts(hint: string): HintParts {
  if (isCommand(hint)) return noted(hint) ?? { command: hint };
  const [, asIs, ran] = BY_HAND.exec(hint) ?? [];
  if (asIs !== undefined && ran !== undefined) return { command: ran, words: asIs };
  const [, words = '', command = ''] = SAID_OF.exec(hint) ?? [];
  const isWhole = command !== '' && !/, /.test(command.replace(/'[^']*'|"[^"]*"/g, '')) && !/\bthen$/.test(words);
  return isWhole ? { command, words } : { words: hint };
}

/**
 * A hint as strings of their own for programs: the command, then what is said of it. Words that read as a command stand behind a bar, so that no
 * program takes what somebody wrote for the next command.
 */
export function hintLines(hint: string): readonly string[] {
  const { command, words } = (isCommand(hint) ? noted(hint) : undefined) ?? {};
  if (command === undefined || words === undefined) return [hint];
  return [command, hintParts(words).command === undefined ? words : behindBar(words)];
}

/** A line that a program or a person wrote, as words: no line behind a bar is one of relctl's. */
export function behindBar(line: string): string {
  return `| ${line}`;
}

function isCommand(hint: string): boolean {
  return COMMAND.test(hint) || FLAG.test(hint);
}

function noted(hint: string): Required<HintParts> | undefined {
  const [, command, words] = NOTED.exec(hint) ?? [];
  return command === undefined || words === undefined ? undefined : { command, words };
}
