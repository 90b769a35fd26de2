// `npm run bench`: everything that is measured, or the sections that are named:
//   npm run bench -- plan list metrics report hypercare judge
// Each prints a table in Markdown. `--write` keeps the tables of sections `start`, `orchestration`, `rollback` and `bake` in
// docs/bench.md; the others keep their own pages.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Sections with the script that measures each, and what they need beside Node. */
const SECTIONS = {
  start: ['scripts/bench/start.js'],
  judge: ['scripts/bench-judge.js'],
  list: ['scripts/bench-list.js'],
  plan: ['scripts/bench-plan.js'],
  metrics: ['scripts/bench-metrics.js'],
  report: ['scripts/bench-report.js'],
  hypercare: ['scripts/bench-hypercare.js'],
  orchestration: ['scripts/bench/deployment.js', 'orchestration'],
  rollback: ['scripts/bench/deployment.js', 'rollback'],
  bake: ['scripts/bench/deployment.js', 'bake'],
};
const KEPT_HERE = ['start', 'orchestration', 'rollback', 'bake'];

const root = fileURLToPath(new URL('..', import.meta.url));
const page = `${root}/docs/bench.md`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  console.error(`no section ${unknown.join(', ')}; there are: ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}

let missed = 0;
for (const name of positionals.length > 0 ? positionals : Object.keys(SECTIONS)) {
  console.log(`\n## ${name}\n`);
  const kept = KEPT_HERE.includes(name);
  const { stdout, status } = spawnSync(process.execPath, SECTIONS[name], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', kept ? 'pipe' : 'inherit', 'inherit'],
  });
  if (status !== 0) missed += 1;
  if (!kept) continue;
  process.stdout.write(stdout);
  if (values.write && stdout !== '') keep(name, stdout);
}
process.exitCode = missed === 0 ? 0 : 1;

/** Puts a table between its marks on the page. */
function keep(name, table) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start === -1 || end === -1) throw new Error(`${page} has no place for ${name}`);
  writeFileSync(page, `${text.slice(0, start + open.length)}\n\n${table.trim()}\n\n${text.slice(end)}`);
}
