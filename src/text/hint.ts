/** Programs whose command lines are given to be pasted. */
const PROGRAMS = 'relctl|git|kubectl|ssh-keygen|ls|rm|helm|flux|argocd|cosign|npm|node|curl';
const COMMAND = new RegExp(`^(?:${PROGRAMS}) \\S`);
/** A flag of the command that was given. */
const FLAG = /^--[a-z]/;
/** Words, and the command that they are about: `keep what they did: relctl rollback r --hand-changes keep`. */
const SAID_OF = new RegExp(`^([^:]*[^:]): ((?:${PROGRAMS}) [^;]*)$`);

/** What relctl ran for somebody, whatever program it was. */
const BY_HAND = /^(try it by hand): (.+)$/;

/** A hint of an error as it is shown: a line to be pasted, what is said of it, or words alone. */
export interface HintParts {
  readonly command?: string;
  readonly words?: string;
}

/** Takes a hint apart, so that a command stands by itself. Words that name one in the middle of a sentence stay a sentence. */
export function hintParts(hint: string): HintParts {
  if (COMMAND.test(hint) || FLAG.test(hint)) return { command: hint };
  const [, asIs, ran] = BY_HAND.exec(hint) ?? [];
  if (asIs !== undefined && ran !== undefined) return { command: ran, words: asIs };
  const [, words = '', command = ''] = SAID_OF.exec(hint) ?? [];
  const isWhole = command !== '' && !/, /.test(command.replace(/'[^']*'|"[^"]*"/g, '')) && !/\bthen$/.test(words);
  return isWhole ? { command, words } : { words: hint };
}
