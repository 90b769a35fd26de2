import { createTwoFilesPatch } from 'diff';
import { RelctlError } from '../../errors.ts';
import { PUTS_BACK } from '../../plan/guard.ts';
import { command } from '../../text/command-line.ts';

/** What is known when a plan is not the one that was read. */
export interface Change {
  /** How messages name the plan. */
  readonly file: string;
  /** What was read. */
  readonly before: string;
  /** What lies there now; `undefined` when the file is gone. */
  readonly now: string | undefined;
  /** Where the text that was to be written has been kept, relative to the repository. */
  readonly kept: string;
}

/** The refusal to write over somebody else's change: with the difference, and where relctl's own text is kept. */
export function changedUnderneath({ file, before, now, kept }: Change): RelctlError {
  const diff =
    now === undefined ? '' : createTwoFilesPatch('as read', 'as it is now', before, now, '', '', { context: 1 });
  return new RelctlError(
    'plan.changed-underneath',
    now === undefined ? `${file} was removed while relctl worked` : `${file} was changed while relctl worked`,
    {
      place: { file },
      why: `Nothing was written over it; what relctl was about to write is kept in ${kept}.`,
      hints: [
        ...(now === undefined ? [command`git checkout -- ${file}`, PUTS_BACK] : [`diff -u ${file} ${kept}`]),
        'run the command again: it starts from the file as it then is',
      ],
      data: { file, kept, diff },
    },
  );
}
