import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measured, median, type Run, runNode } from './measure.ts';
import { writePlans } from './plans.ts';

/** `relctl list` over ten thousand releases, as a whole process: the first time, and after it. */
const [relctl = '', countText = '10000', roundsText = '5'] = process.argv.slice(2);
const count = Number(countText);
const root = mkdtempSync(join(tmpdir(), 'relctl-bench-list-'));
try {
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  writePlans(root, count);
  const list = () => runNode(relctl, ['list', '--json'], root);
  const first = list();
  const releases = (JSON.parse(first.stdout) as { data: { releases: { phase: string }[] } }).data.releases;
  if (releases.length !== count) throw new Error(`${releases.length} of ${count} releases were listed`);
  const again = Array.from({ length: Number(roundsText) }, list);
  const human = Array.from({ length: Number(roundsText) }, () => runNode(relctl, ['list'], root));
  const empty = Array.from({ length: Number(roundsText) }, () => measured(process.execPath, ['-e', '0'], root));
  const row = (name: string, runs: readonly Run[], bar: string) => {
    const cells = [median(runs.map((run) => run.seconds)), median(runs.map((run) => run.cpuSeconds))].map(
      (seconds) => `${seconds.toFixed(2)} s`,
    );
    const memory = Math.max(...runs.map((run) => run.megabytes));
    console.log(`| ${name} | ${cells.join(' | ')} | ${memory === 0 ? '–' : `${memory.toFixed(0)} MB`} | ${bar} |`);
  };
  console.log(`| relctl list, ${count} releases | wall | processor | largest memory | bar |`);
  console.log('|-|-|-|-|-|');
  row('first time', [first], '6 s, 300 MB');
  row(`after it, --json (median of ${roundsText})`, again, '1 s, 300 MB');
  row(`after it, as a table (median of ${roundsText})`, human, '1 s, 300 MB');
  row(`node -e 0 (median of ${roundsText})`, empty, '–');
} finally {
  rmSync(root, { recursive: true, force: true });
}
