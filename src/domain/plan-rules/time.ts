import { durationSeconds, sayDuration } from '../../plan/duration.ts';
import { formatSpan } from '../../text/figures.ts';
import { formatMoment, isTimeZone, windowSpan } from '../schedule/calendar.ts';
import { error, type PlanRule, warning } from './finding.ts';

const DAY_MS = 86_400_000;

/** The change window: that it is one, that what must happen in it fits, and that its times are what people mean. */
export const windowRules: PlanRule = ({ plan: { spec }, config }) => {
  const { window, canary, rollback } = spec;
  const { timeZone } = window;
  if (!isTimeZone(timeZone)) {
    return [
      error(
        'window.zone',
        ['spec', 'window', 'timeZone'],
        `"${timeZone}" is not an IANA time zone`,
        'write one such as America/New_York or Europe/Berlin',
      ),
    ];
  }
  const { start, end } = windowSpan(window);
  if (end <= start)
    return [
      error('window.order', ['spec', 'window', 'end'], 'the window ends before it starts', 'set end after start'),
    ];
  const bake = durationSeconds(canary.bake) * 1000;
  const extended = bake + durationSeconds(canary.extension) * 1000;
  const length = formatSpan(end - start);
  return [
    ...(['start', 'end'] as const).flatMap((key) => {
      const meant = window[key].slice(0, 16).replace('T', ' ');
      const is = formatMoment(key === 'start' ? start : end, timeZone);
      return is.includes(meant)
        ? []
        : [
            warning(
              'window.skipped-hour',
              ['spec', 'window', key],
              `the clocks of ${timeZone} skip ${meant}; it is read as ${is}`,
              'name a time that exists',
            ),
          ];
    }),
    ...(end - start > DAY_MS
      ? [
          warning(
            'window.long',
            ['spec', 'window', 'end'],
            `the window is ${length} long`,
            'a change window is a few hours in which people are at hand; shorten it',
          ),
        ]
      : []),
    ...(bake > end - start
      ? [
          error(
            'window.bake',
            ['spec', 'canary', 'bake'],
            `the canary is watched for ${sayDuration(canary.bake)}, but the window is ${length} long`,
            'lengthen the window or shorten the bake',
          ),
        ]
      : extended > end - start
        ? [
            warning(
              'window.extension',
              ['spec', 'canary', 'extension'],
              `an inconclusive canary is watched for ${formatSpan(extended)}, but the window is ${length} long`,
              'lengthen the window or shorten the extension',
            ),
          ]
        : []),
    ...(rollback.expectedMinutes * 60_000 > end - start
      ? [
          warning(
            'window.rollback',
            ['spec', 'rollback', 'expectedMinutes'],
            `a rollback takes ${formatSpan(rollback.expectedMinutes * 60_000)}, but the window is ${length} long`,
            'lengthen the window, so that a rollback fits into it',
          ),
        ]
      : []),
    ...(config.timeZone !== 'UTC' && config.timeZone !== timeZone
      ? [
          warning(
            'window.other-zone',
            ['spec', 'window', 'timeZone'],
            `the window is in ${timeZone}, and relctl.yaml says ${config.timeZone}`,
            'correct it, unless this release is for another place',
          ),
        ]
      : []),
  ];
};
