import { markOf } from '../../domain/change-record/notes.ts';
import { stagesTo, type WantedChange, wantedChange } from '../../domain/change-record/wanted.ts';
import type { OutboxEntry } from '../../domain/history/state.ts';
import { isoTime, timeOf } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import type { ChangeRecordSettings } from '../../plan/change-record.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { ChangeRecord, ChangeRecords, ChangeUpdate } from '../../ports/change-records.ts';
import type { Context } from '../release/context.ts';
import type { Journal } from '../release/journal.ts';
import type { Signing } from '../signing/signing.ts';

type Telling = Pick<Context, 'changeRecords' | 'config' | 'clock'>;

/**
 * Brings the change record up to what the release is now and writes the note of a transition. It is made from the whole history, so
 * whatever an earlier call did not get to is made up for; what is there already is found by the correlation id, and a note by its mark.
 * @throws RelctlError `change-record.failed`
 */
export async function tellChangeRecord(
  context: Telling,
  { journal, signing }: { readonly journal: Journal; readonly signing: Pick<Signing, 'trouble'> },
  entry: Pick<OutboxEntry, 'key' | 'text'>,
): Promise<void> {
  const { changeRecords: records, config } = context;
  const settings = config.changeRecord;
  if (records === undefined || settings === undefined) throw noSystem();
  const wanted = wantedChange(journal.plan, journal.state, settings, signing.trouble === undefined);
  const record = await linkedRecord({ records, settings, now: context.clock.now(), journal, wanted });
  const mark = markOf(entry.key);
  const marks = await records.marks(record);
  const note = marks?.has(mark) === true ? {} : { note: `${entry.text} ${mark}` };
  await bringTo(records, record, wanted, note);
}

interface Linking {
  readonly records: ChangeRecords;
  readonly settings: ChangeRecordSettings;
  readonly now: number;
  readonly journal: Journal;
  readonly wanted: WantedChange;
}

/** The one record of the release: the one that is linked, else the oldest that is found, else a new one. */
async function linkedRecord(on: Linking): Promise<ChangeRecord> {
  const { records, journal, wanted } = on;
  const { correlation } = wanted;
  const linked = believedLink(journal);
  const found = await records.find(correlation, linked?.key);
  const live = found.filter((one) => one.stage !== 'cancelled');
  const kept = found.find((one) => one.key === linked?.key) ?? live[0] ?? found[0];
  if (kept === undefined) return create(on);
  // Two clones may have begun at once: the others go, so that one change is one record.
  for (const other of live) {
    if (other.key !== kept.key && other.stage !== 'closed') await cancelDuplicate(records, other, kept);
  }
  if (journal.state.change.record?.data.key !== kept.key) await link(journal, records, correlation, kept);
  return kept;
}

/**
 * The record that is linked. Nobody signs a link: where people sign, whoever may push could name any change as that of the release, or one that is
 * not there, so only this run's own is believed, and the system is asked for the rest.
 */
export function believedLink(journal: Pick<Journal, 'state' | 'proves'>) {
  const { record } = journal.state.change;
  return record !== undefined && journal.proves(record) ? record.data : undefined;
}

/** How far ahead the clock of another machine may be. */
const AHEAD_MS = 10 * 60_000;

async function create({ records, settings, now, journal, wanted }: Linking): Promise<ChangeRecord> {
  const { correlation, title, description, window } = wanted;
  const { begunAt, record } = journal.state.change;
  const believed = believedLink(journal);
  if (believed !== undefined) throw vanished(records.system, believed.number);
  // What only somebody wrote keeps a creation waiting as long as one that was begun, and no longer.
  const since = begunAt ?? record?.at;
  const isAhead = since !== undefined && timeOf(since) > now + AHEAD_MS;
  const until = since === undefined || isAhead ? 0 : timeOf(since) + durationSeconds(settings.settle) * 1000;
  if (now < until) throw unsettled(records.system, since ?? '', until);
  await journal.record('change-record.begun', { correlation });
  try {
    const created = await records.create({ correlation, title, description, window });
    await link(journal, records, correlation, created);
    return created;
  } catch (error) {
    if (error instanceof RelctlError && error.data?.refused === true) {
      await journal.record('change-record.refused', { correlation, reason: error.message });
    }
    throw error;
  }
}

async function link(journal: Journal, records: ChangeRecords, correlation: string, record: ChangeRecord) {
  const { key, number, url } = record;
  await journal.record('change-record.linked', {
    correlation,
    system: records.system,
    key,
    number,
    ...(url === undefined ? {} : { url }),
  });
}

async function cancelDuplicate(records: ChangeRecords, other: ChangeRecord, kept: ChangeRecord): Promise<void> {
  await records.update(other, {
    stage: 'cancelled',
    note: `This release has the change ${kept.number} already; ${other.number} was created beside it.`,
  });
}

/** Through each stage on the way; the note and the window go with the first call. */
async function bringTo(
  records: ChangeRecords,
  record: ChangeRecord,
  wanted: WantedChange,
  note: Pick<ChangeUpdate, 'note'>,
): Promise<void> {
  const { window, description, end, isAsSubmitted } = wanted;
  const isOpen = record.stage !== 'closed' && record.stage !== 'cancelled';
  const moved = record.window?.start !== window.start || record.window.end !== window.end;
  const first: ChangeUpdate = {
    ...note,
    ...(isOpen && isAsSubmitted && (moved || note.note !== undefined) ? { window, description } : {}),
  };
  let at = record;
  if (Object.keys(first).length > 0) at = await records.update(at, first);
  for (const stage of stagesTo(at.stage, wanted.stage)) {
    at = await records.update(at, { stage, ...(stage === 'closed' && end !== undefined ? { end } : {}) });
  }
}

function noSystem(): RelctlError {
  return new RelctlError('change-record.failed', 'relctl.yaml names no changeRecord any more', {
    why: 'What waits for it can never be told.',
    hints: ['put changeRecord back into relctl.yaml', 'relctl schema config'],
  });
}

function vanished(system: string, number: string): RelctlError {
  return new RelctlError('change-record.failed', `${number} is not in ${system} any more`, {
    why: 'A second record of one change would be one too many, so none is created.',
    hints: [`look for ${number} in ${system}: it was deleted, its correlation id was changed, or it cannot be read`],
  });
}

function unsettled(system: string, begunAt: string, until: number): RelctlError {
  return new RelctlError(
    'change-record.failed',
    `the creation of a record was begun at ${begunAt}, and ${system} does not show it yet`,
    {
      why: 'It may still arrive, and a change has one record.',
      hints: [`give any command for this release after ${isoTime(until)}: it is looked for again then`],
    },
  );
}
