import { RelctlError } from '../../errors.ts';
import type { ChangeRecordSettings } from '../../plan/change-record.ts';
import { durationSeconds } from '../../plan/duration.ts';
import type { ChangeRecords } from '../../ports/change-records.ts';
import { CHANGE_SYSTEMS } from './registry.ts';
import type { ChangeGround } from './system.ts';

/** The system that `changeRecord` of relctl.yaml names. Errors: `config.invalid` for one that relctl does not have. */
export function openChangeRecords(
  settings: ChangeRecordSettings,
  ground: Omit<ChangeGround, 'timeout'>,
  systems = CHANGE_SYSTEMS,
): ChangeRecords {
  const key = settings.kind === 'registered' ? settings.system : settings.kind;
  const system = Object.hasOwn(systems, key) ? systems[key] : undefined;
  if (system !== undefined) {
    return system.open(settings, { ...ground, timeout: durationSeconds(settings.timeout) * 1000 });
  }
  throw new RelctlError('config.invalid', `changeRecord names a system ${key} that relctl does not have`, {
    place: { file: 'relctl.yaml' },
    why: 'The change record of a release would never be written.',
    hints: [`systems that it has: ${Object.keys(systems).join(', ')}`],
  });
}
