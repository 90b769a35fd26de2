import { parseArgs } from 'node:util';
import type { Day } from './day.ts';
import { type DayRow, reaches, runDay } from './row.ts';
import { DAYS } from './rows.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    canaries: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const [canaries, seed] = [Number(values.canaries), Number(values.seed)];
if (!Number.isInteger(canaries) || canaries < 1 || !Number.isInteger(seed)) {
  throw new Error('--canaries and --seed must be whole numbers, --canaries at least 1');
}
const wanted = DAYS.map((day, index) => ({ day, index })).filter(({ day }) =>
  `${day.section} · ${day.name}`.includes(values.only),
);
const rows = wanted.map(({ day, index }) => {
  const row = runDay(day, canaries, seed * 1000 + index);
  console.error(`${day.section} · ${day.name} · ${day.rate}/s: ${reaches(row) ? 'reached' : 'MISSED'}`);
  return row;
});
process.stdout.write(
  [...new Set(rows.map(({ day }) => day.section))]
    .flatMap((section) => ['', `### ${section}`, '', ...table(rows.filter(({ day }) => day.section === section))])
    .concat('')
    .join('\n'),
);
process.exitCode = rows.every(reaches) ? 0 : 1;

function table(own: readonly DayRow[]): readonly string[] {
  const peers = Object.keys(own[0]?.peers ?? {});
  return [
    `${canaries.toLocaleString('en-US')} canaries a row, seed ${seed}.`,
    '',
    `| requests/s | the day | aim | relctl | passes / neither | ${peers.join(' | ')} | promised / shown |`,
    `|${'---|'.repeat(6 + peers.length)}`,
    ...own.map((row) => {
      const { day, passed, inconclusive, promised, shown } = row;
      const cells = [
        day.rate.toLocaleString('en-US'),
        day.name,
        `${sayAim(day.aim)}: ${reaches(row) ? 'reached' : '**missed**'}`,
        sayFound(row),
        `${percent(passed)} / ${percent(inconclusive)}`,
        ...peers.map((name) => aborted(row.peers[name]?.aborted ?? 0, row.peers[name]?.median)),
        promised === undefined || shown === undefined ? '' : `×${promised.toFixed(2)} / ×${shown.toFixed(2)}`,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

/** What relctl did: aborts, or what its aim is about. */
function sayFound({ day: { aim }, failed, found, median, inTime }: DayRow): string {
  if (aim.kind !== 'found') return aborted(failed, failed > 0 ? median : undefined);
  const timely = aim.within === undefined ? '' : `, ${percent(inTime)} in time`;
  return `${aborted(found, median)}${timely}`;
}

function sayAim(aim: Day['aim']): string {
  switch (aim.kind) {
    case 'not-aborted':
      return `aborted <= ${percent(aim.atMost)}${aim.passes === undefined ? '' : `, passes >= ${percent(aim.passes)}`}`;
    case 'found':
      return `found >= ${percent(aim.atLeast)}${aim.within === undefined ? '' : ` by ${aim.within} s`}${aim.median === undefined ? '' : `, median <= ${aim.median} s`}`;
    case 'not-passed':
      return `passes <= ${percent(aim.atMost)}`;
  }
}

function aborted(share: number, median: number | undefined): string {
  return median === undefined || share === 0 ? percent(share) : `${percent(share)} (${Math.round(median)} s)`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
