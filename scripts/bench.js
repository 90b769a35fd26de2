// `npm run bench`: measures or tries what cannot be a test, a section at a time:
//   npm run bench -- [--write] [<section> …]
//   npm run bench -- [--write] <section> <arguments of the section>
// Numbers and options after a section's name are its own; `--` before them may stand or not, since npm takes it away as a rule.
// A section is a program in test/bench that gets the path of relctl and its own arguments. It prints Markdown to stdout, tells of its
// progress on stderr, and exits 1 when an aim is missed. Without a section those of DAILY run. `--write` keeps what was printed.
// RELCTL_UNDER_TEST names another relctl to measure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from './bench-arguments.js';
import { bundle, root } from './bundle.js';

/**
 * Each section: its program in test/bench, its arguments with their defaults, and where its tables are kept: a `page` of its own, or
 * `marks` of its name on a page with other text, or nowhere.
 */
const SECTIONS = {
  start: { program: 'start/main', marks: 'bench.md' },
  orchestration: { program: 'deployment/orchestration', marks: 'bench.md' },
  rollback: { program: 'deployment/rollback', marks: 'bench.md' },
  release: { program: 'deployment/release', marks: 'bench.md' },
  scale: { program: 'deployment/scale', takes: '[services …]', marks: 'bench.md' },
  regions: { program: 'deployment/regions', takes: '[regions …]', marks: 'bench.md' },
  bake: {
    program: 'deployment/bake',
    takes: '[SLOs] [stable pods] [seconds between scrapes] [seconds measured]',
    marks: 'bench.md',
  },
  judge: { program: 'judge/main', takes: '[--canaries 2000] [--seed 1]', marks: 'bench-judge.md' },
  'judge-days': {
    program: 'judge/days/main',
    takes: '[--canaries 200] [--seed 1] [--only <section>]',
    marks: 'bench-judge.md',
  },
  list: { program: 'governance/list', takes: '[releases] [rounds]', marks: 'bench-governance.md' },
  metrics: { program: 'records/metrics', takes: '[releases] [rounds]', marks: 'bench-governance.md' },
  report: { program: 'records/report', takes: '[releases] [rounds]', marks: 'bench-governance.md' },
  plan: {
    program: 'governance/plan',
    takes: '[commits] [changed files] [commits in the range] [rounds]',
    marks: 'bench-governance.md',
  },
  hypercare: { program: 'hypercare/main', takes: '[rounds]', marks: 'bench-hypercare.md' },
  evidence: { program: 'evidence/main', takes: '[--repository <folder> --base <ref> --head <ref>]' },
  races: { program: 'governance/races-main', takes: '[rounds]', marks: 'proofs-governance.md' },
  forgeries: { program: 'forgeries/main', takes: '[--honest 1000]', page: 'forgeries.md' },
  bytes: { program: 'bytes/main' },
  fuzz: { program: 'fuzz-plans/main', takes: '[plans] [seed]' },
};
const DAILY = [
  'start',
  'judge',
  'list',
  'plan',
  'metrics',
  'report',
  'hypercare',
  'orchestration',
  'rollback',
  'release',
  'bake',
];

const { isKept, names, own, fault } = readArguments(process.argv.slice(2), Object.keys(SECTIONS));
if (fault !== undefined) {
  const known = Object.entries(SECTIONS).map(
    ([name, { takes }]) => `  ${takes === undefined ? name : `${name} ${takes}`}`,
  );
  console.error(`${fault}; there are:\n${known.join('\n')}`);
  process.exit(2);
}

let missed = 0;
for (const name of names.length > 0 ? names : DAILY) {
  console.log(`\n## ${name}\n`);
  const { stdout, status } = await runSection(SECTIONS[name].program);
  if (status !== 0) missed += 1;
  if (isKept && stdout !== '') keep(name, stdout);
}
process.exitCode = missed === 0 ? 0 : 1;

/** Runs a section in a process of its own: what aborts Node must be seen, not be shared. */
async function runSection(program) {
  const folder = mkdtempSync(join(tmpdir(), 'relctl-bench-'));
  try {
    const outfile = join(folder, 'bench.mjs');
    await bundle(outfile, { entryPoints: [`test/bench/${program}.ts`] });
    const relctl = process.env.RELCTL_UNDER_TEST ?? join(root, 'bin/relctl.js');
    const result = spawnSync(process.execPath, [outfile, relctl, ...own], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 28,
    });
    process.stdout.write(result.stdout);
    if (result.signal !== null) console.error(`ended by ${result.signal}`);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Keeps what a section printed: as a page of its own, or between its marks on a page. */
function keep(name, text) {
  const { page, marks } = SECTIONS[name];
  if (page !== undefined) writeFileSync(join(root, 'docs', page), text);
  if (marks === undefined) return;
  const file = join(root, 'docs', marks);
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const before = readFileSync(file, 'utf8');
  const [start, end] = [before.indexOf(open), before.indexOf(close)];
  if (start === -1 || end === -1) throw new Error(`${file} has no place for ${name}`);
  writeFileSync(file, `${before.slice(0, start + open.length)}\n\n${text.trim()}\n\n${before.slice(end)}`);
}
