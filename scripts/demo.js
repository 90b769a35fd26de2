// `npm run demo`: one release from plan to review, then the same with a bad candidate, in a temporary git repository.
// Each command is a process of its own, as it would be typed; the company behind it is relctl's sandbox, on a virtual clock.
// RELCTL_UNDER_TEST names another relctl to show, as an installed package's. `--keep FOLDER` keeps what is left behind there: `npm run demo -- --keep .`
// makes what stands in releases/ anew.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { completePlan, REGRESSION_REPORT } from './demo/completion.js';
import { baseFiles, PEOPLE, walletFiles } from './demo/product.js';

const relctl = process.env.RELCTL_UNDER_TEST ?? fileURLToPath(new URL('../bin/relctl.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'relctl-demo-'));
const keptIn = process.argv[2] === '--keep' ? process.argv[3] : undefined;
// The same commits each time, so that what is kept changes only where relctl does.
Object.assign(process.env, { GIT_AUTHOR_DATE: '2026-11-01T12:00:00Z', GIT_COMMITTER_DATE: '2026-11-01T12:00:00Z' });
const bold = (text) => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[22m` : text);

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

function write(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function commit(message, files) {
  write(files);
  git('add', '-A');
  git('commit', '-qm', message);
}

function say(text) {
  process.stdout.write(`\n${bold(`── ${text} `.padEnd(Math.min(process.stdout.columns ?? 100, 100), '─'))}\n`);
}

/** Quotes an argument as a person would type it. */
function quoted(argument) {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `"${argument.replaceAll('"', '\\"')}"`;
}

/** A command as it would be typed: over several lines where it is wider than the terminal. */
function shown(words) {
  const lines = [''];
  for (const word of words.map(quoted)) {
    const line = lines.at(-1);
    const isFull = line.length + word.length + 5 > (process.stdout.columns ?? Number.POSITIVE_INFINITY);
    if (isFull && line !== '') lines.push(`    ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(' \\\n');
}

/** Runs one relctl command as somebody, shows it and what it answers, and insists on its exit code. */
function run(who, args, expected = 0) {
  const typed = ['relctl', ...args, ...(who === undefined ? [] : ['--as', who])];
  process.stdout.write(`\n${bold(`$ ${shown(typed)}`)}\n`);
  // At a terminal relctl writes to it itself, in its width; what it writes into a pipe has none.
  const stdio = process.stdout.isTTY ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'];
  const result = spawnSync(process.execPath, [relctl, ...typed.slice(1)], { cwd: root, encoding: 'utf8', stdio });
  process.stdout.write(result.stderr ?? '');
  process.stdout.write(result.stdout ?? '');
  if (result.status !== expected) {
    throw new Error(`relctl ${args.join(' ')} exited ${result.status}, not ${expected}; see ${root}`);
  }
}

/** From the branch to a release that is ready for production. */
function prepare({ id, feature, branch, window, approver }) {
  const [pm, lead] = [PEOPLE.productManager, PEOPLE.rdLead];
  say(`Phase 1, planning and approval (T-7): ${feature}`);
  run(lead, ['plan', id, '--feature', feature, '--base', 'v4.1.0', '--branch', branch, '--window', window]);
  run(lead, ['plan', id, '--check'], 2);
  const file = join(root, 'releases', `${id}.yaml`);
  process.stdout.write(
    `\n${bold(`$ \${EDITOR:-vi} releases/${id}.yaml`)}\n# the R&D Lead writes what only people know\n`,
  );
  writeFileSync(file, completePlan(readFileSync(file, 'utf8'), approver));
  run(lead, ['plan', id, '--check']);
  run(lead, ['submit-cab', id]);
  for (const member of PEOPLE.cab.slice(0, 2)) {
    run(member, [
      'signoff',
      'cab',
      id,
      '--decision',
      'go',
      '--operational-readiness',
      '--security-review',
      '--impact-assessment',
    ]);
  }
  say('Phase 2, staging and pre-flight checks (T-3)');
  run(lead, ['stage', id]);
  run(undefined, ['sandbox', 'advance', '--by', '1h']);
  write({ 'reports/regression.xml': REGRESSION_REPORT });
  run(PEOPLE.qa[0], [
    'signoff',
    'qa',
    id,
    '--junit',
    'reports/*.xml',
    '--passed',
    'WAL-1',
    '--passed',
    'WAL-2',
    '--decision',
    'pass',
  ]);
  run(PEOPLE.operations[0], ['signoff', 'ops', id, '--decision', 'pass']);
  run(undefined, ['status', id]);
  return pm;
}

/** Keeps plans, evidence and what says whose they are, without the pages that are drawn of them whenever somebody asks. */
function keep(ids, folder) {
  const parts = ['relctl.yaml', 'relctl/process', ...ids.flatMap((id) => [`releases/${id}.yaml`, `releases/${id}`])];
  for (const part of parts) {
    rmSync(join(folder, part), { recursive: true, force: true });
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (file) => !file.endsWith('report.html'),
    });
  }
  const settings = join(folder, 'relctl.yaml');
  writeFileSync(
    settings,
    `# The company of \`npm run demo\`, so that its releases can be looked at here.\n${readFileSync(settings, 'utf8')}`,
  );
}

say('A small product with three services, and relctl set up in it');
git('init', '-q', '-b', 'main');
git('config', 'user.email', PEOPLE.rdLead);
git('config', 'user.name', 'Ravi');
git('config', 'commit.gpgsign', 'false');
commit('Version 4.1.0', baseFiles());
git('tag', 'v4.1.0');
run(undefined, [
  'init',
  '--platform',
  'sandbox',
  '--time-zone',
  'America/New_York',
  '--product-manager',
  PEOPLE.productManager,
  '--rd-lead',
  PEOPLE.rdLead,
  ...PEOPLE.operations.flatMap((person) => ['--operations', person]),
  ...PEOPLE.qa.flatMap((person) => ['--qa', person]),
  ...PEOPLE.cab.flatMap((person) => ['--cab', person]),
  ...PEOPLE.informed.flatMap((department) => ['--informed', department]),
]);
git('add', '-A');
git('commit', '-qm', 'Set up relctl');
for (const [branch, version] of [
  ['feature/wallet-checkout', '4.2.0'],
  ['feature/wallet-checkout-2', '4.3.0'],
]) {
  git('checkout', '-q', '-b', branch, 'v4.1.0');
  commit(`Pay with a wallet\n\nReviewed-by: Priya <${PEOPLE.productManager}>`, walletFiles(version));
  git('checkout', '-q', 'main');
}

const good = '2026-11-wallet-checkout';
prepare({
  id: good,
  feature: 'Wallet checkout',
  branch: 'feature/wallet-checkout',
  window: '2026-11-12T14:00/18:00',
  approver: 'sam@example.com',
});
say('Too early: the window is not open');
run(PEOPLE.operations[0], ['deploy', good], 4);
say('Phase 3, production deployment (T-0)');
run(undefined, ['sandbox', 'advance', '--to', '2026-11-12T14:05']);
run(PEOPLE.operations[0], ['deploy', good]);
run(PEOPLE.operations[0], ['verify', good, '--passed', 'Pay one cent with a wallet']);
say('Phase 4, post-release monitoring (T+0 to T+7)');
run(undefined, ['sandbox', 'advance', '--by', '48h']);
run(PEOPLE.operations[0], ['hypercare', good, '--exit', '--confirm']);
run(undefined, ['sandbox', 'advance', '--by', '5d']);
run(PEOPLE.productManager, [
  'review',
  good,
  '--value',
  'wallet share of orders=6.5',
  '--attended',
  PEOPLE.productManager,
  '--attended',
  PEOPLE.rdLead,
  '--lesson',
  'The wallet provider needs its own alert from the first day',
  '--debt',
  `Remove the old payment form; ${PEOPLE.rdLead}; 2027-02-01; SHOP-812`,
  '--outcome',
  'success',
]);

const bad = '2026-12-wallet-express';
say('The same feature again, with a candidate that fails one request in sixty');
prepare({
  id: bad,
  feature: 'Wallet express',
  branch: 'feature/wallet-checkout-2',
  window: '2026-12-03T14:00/18:00',
  approver: 'sam@example.com',
});
say('Phase 3: the canary catches it, and production goes back');
run(undefined, ['sandbox', 'fault', '--name', 'canary-errors']);
run(undefined, ['sandbox', 'advance', '--to', '2026-12-03T14:05']);
run(PEOPLE.operations[1], ['deploy', bad], 1);

say('What is left behind');
run(undefined, ['list']);
for (const id of [good, bad]) run(undefined, ['audit', id]);
for (const id of [good, bad]) run(undefined, ['report', id]);
run(undefined, ['report', '--all']);
const phases = [good, bad].map((id) => [
  id,
  JSON.parse(execFileSync(process.execPath, [relctl, 'status', id, '--json'], { cwd: root, encoding: 'utf8' })).data
    .phase,
]);
const wanted = ['closed', 'rolled-back'];
phases.forEach(([id, phase], index) => {
  if (phase !== wanted[index]) throw new Error(`${id} ended ${phase}, not ${wanted[index]}`);
});
if (keptIn !== undefined) keep([good, bad], keptIn);
process.stdout.write(`
${phases.map(([id, phase]) => `${id} ended ${phase}.`).join('\n')}
All of this was simulated. The plans and their evidence are in
  ${join(root, 'releases')}
Open in a browser:
  ${join(root, 'releases', 'index.html')}   all releases
${[good, bad].map((id) => `  ${join(root, 'releases', id, 'report.html')}`).join('\n')}
Look around:
  cd ${root}
  npx --prefix ${fileURLToPath(new URL('..', import.meta.url))} relctl status ${good}
`);
