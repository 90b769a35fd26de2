import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { calendar } from '../usecases/calendar.ts';
import { type CommandAction, given, isSet, listed } from './command.ts';

/** Months that are shown when nothing is said. */
const MONTHS = 2;

export const run: CommandAction = async (invocation) => {
  const { flags } = invocation;
  const context = await invocation.reading();
  const { months } = given(flags, 'months');
  const { outcome, entries } = await calendar(context, {
    ...given(flags, 'month'),
    ...given(flags, 'timeZone'),
    ...given(flags, 'free'),
    months: months === undefined ? MONTHS : Number(months),
    services: listed(flags, 'service'),
  });
  const typed = given(flags, 'out').out;
  const out = typed === undefined ? undefined : context.workspace.here(typed);
  if (!isSet(flags, 'ics')) {
    if (out === undefined) return outcome;
    throw new RelctlError('usage.bad-flag', '--out names the file that --ics writes', {
      why: 'Without --ics the calendar is for the terminal.',
      hints: [command`relctl calendar --ics --out ${out}`],
    });
  }
  const text = await context.documents.calendar(entries);
  if (out === undefined) return { ...outcome, blocks: [{ kind: 'verbatim', text }] };
  await context.workspace.write(out, text, { overwrite: true });
  return {
    ...outcome,
    headline: `${entries.length} entries are written to ${out}`,
    blocks: [],
    data: { ...outcome.data, file: out },
  };
};
