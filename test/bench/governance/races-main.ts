import { race } from './races.ts';

/** Usage: races-main <relctl> [rounds]; the races run on the use cases, so the program is not needed. */
const rounds = Number(process.argv[3] ?? 200);
const began = performance.now();
const report = await race(rounds);
console.log(
  '| races of two clones | one first | both votes stand, one decision | contradiction refused, own commit kept | events lost |',
);
console.log('|-|-|-|-|-|');
console.log(
  `| ${report.rounds} | ${report.singleWinners} | ${report.putTogether} of ${rounds - Math.floor(rounds / 4)} | ${report.refused} of ${Math.floor(rounds / 4)} | ${report.lost} |`,
);
console.log(`\nin ${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exitCode = report.singleWinners === rounds && report.lost === 0 ? 0 : 1;
