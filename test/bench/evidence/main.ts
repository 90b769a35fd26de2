// Prints precision and recall of the readers of evidence on the fixture repositories, with what was missed or wrong.
// With --repository <folder> --base <ref> --head <ref> it prints what is read from a range of any repository instead.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { impactBetween, scoreAll } from '../../support/score-evidence.ts';

const WANTED = 0.95;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { repository: { type: 'string' }, base: { type: 'string' }, head: { type: 'string', default: 'HEAD' } },
});

if (values.repository !== undefined) {
  const impact = await impactBetween(values.repository, values.base ?? 'HEAD~1', values.head, {
    services: {},
    shared: [],
  });
  console.log(JSON.stringify(impact, undefined, 2));
} else {
  const scores = await scoreAll(fileURLToPath(new URL('../../fixtures/repositories', import.meta.url)));
  const percent = (part: number, whole: number) => `${((whole === 0 ? 1 : part / whole) * 100).toFixed(1)} %`;
  console.log(['repository', 'kind', 'expected', 'found', 'precision', 'recall'].join('\t'));
  for (const s of scores) {
    console.log(
      [s.repository, s.kind, s.expected, s.found, percent(s.right, s.found), percent(s.right, s.expected)].join('\t'),
    );
    for (const item of s.missed) console.log(`\tmissed: ${item}`);
    for (const item of s.wrong) console.log(`\twrong: ${item}`);
  }
  for (const kind of ['services', 'variables', 'migrations']) {
    const of = scores.filter((s) => s.kind === kind);
    const sum = (key: 'right' | 'found' | 'expected') => of.reduce((total, s) => total + s[key], 0);
    const [precision, recall] = [sum('right') / sum('found'), sum('right') / sum('expected')];
    console.log(`all ${kind}: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`);
    if (!(precision >= WANTED && recall >= WANTED)) process.exitCode = 1;
  }
}
