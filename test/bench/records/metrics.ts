import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { measured, printRuns, rounds, runNode } from '../governance/measure.ts';
import { writePast } from './past.ts';

/** DORA's figures over a thousand releases, as a whole process: the first time, and after it. Usage: metrics <relctl> [count] [rounds] */
const [relctl = '', countText = '1000', times = '5'] = process.argv.slice(2);
const count = Number(countText);
const root = mkdtempSync(join(tmpdir(), 'relctl-bench-metrics-'));
try {
  writePast(root, join(dirname(relctl), '../templates/process/standard-3.0.yaml'), count, Date.now());
  const json = () => runNode(relctl, ['metrics', '--json'], root);
  const first = await json();
  const { data } = JSON.parse(first.stdout) as {
    data: { whole: { deployments: number; failed: number }; withCommitTime: number };
  };
  // What was written is what has to be counted: otherwise a quick answer is worth nothing.
  const expected = { deployments: count, failed: Math.floor(count / 7), withCommitTime: count };
  const found = { deployments: data.whole.deployments, failed: data.whole.failed, withCommitTime: data.withCommitTime };
  if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`counted ${JSON.stringify(found)}`);
  printRuns(`relctl metrics, ${count} releases (median of ${times})`, [
    { name: 'first time', runs: [first], bar: '3 s' },
    { name: 'after it, --json', runs: await rounds(times, json), bar: '3 s' },
    { name: 'after it, as a table', runs: await rounds(times, () => runNode(relctl, ['metrics'], root)), bar: '3 s' },
    { name: 'node -e 0', runs: await rounds(times, () => measured(process.execPath, ['-e', '0'], root)) },
  ]);
} finally {
  rmSync(root, { recursive: true, force: true });
}
