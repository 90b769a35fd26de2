// `npm run practice -- FOLDER ROLE`: a small product in a simulated company, at the point at which a role takes over, with its person as git's user. The
// quick starts in docs/start/ begin with it. Everything there is simulated.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseFiles, PEOPLE, walletFiles } from './demo/product.js';

const home = fileURLToPath(new URL('..', import.meta.url));
if (!['dist', 'node_modules'].every((made) => existsSync(join(home, made)))) {
  process.stderr.write(`relctl is not built yet:\n  cd ${home} && npm ci && npm run build && npm link\n`);
  process.exit(2);
}
const { completePlan, REGRESSION_REPORT } = await import('./demo/completion.js');

const ID = '2026-11-wallet-checkout';
const WINDOW = '2026-11-12T14:00/18:00';
const relctl = fileURLToPath(new URL('../bin/relctl.js', import.meta.url));
const [pm, lead, operations, qa] = [PEOPLE.productManager, PEOPLE.rdLead, PEOPLE.operations[0], PEOPLE.qa[0]];
const CHECKED = ['--operational-readiness', '--security-review', '--impact-assessment'];

const [folder, role] = process.argv.slice(2);
const root = resolve(folder ?? '.');

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

function write(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function commit(message, files = {}) {
  write(files);
  git('add', '-A');
  git('commit', '-qm', message);
}

/** Gives a command as somebody of the company and insists that it works. */
function as(who, ...args) {
  const typed = [relctl, ...args, ...(who === undefined ? [] : ['--as', who])];
  const { status, stderr, stdout } = spawnSync(process.execPath, typed, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`relctl ${args.join(' ')} exited ${status}:\n${stderr}${stdout}`);
}

/** Writes into the drafted plan what only people know. */
function fill() {
  const file = join(root, 'releases', `${ID}.yaml`);
  writeFileSync(file, completePlan(readFileSync(file, 'utf8'), 'sam@example.com'));
}

/** What each role finds, one after the other. */
const STAGES = [
  {
    roles: ['lead'],
    person: lead,
    make() {
      git('init', '-q', '-b', 'main');
      git('config', 'user.name', 'Practice');
      git('config', 'user.email', lead);
      git('config', 'commit.gpgsign', 'false');
      commit('Version 4.1.0', baseFiles());
      git('tag', 'v4.1.0');
      const many = (flag, people) => people.flatMap((person) => [flag, person]);
      const team = ['--product-manager', pm, '--rd-lead', lead, ...many('--operations', PEOPLE.operations)];
      const others = [...many('--qa', PEOPLE.qa), ...many('--cab', PEOPLE.cab), ...many('--informed', PEOPLE.informed)];
      as(undefined, 'init', '--platform', 'sandbox', '--time-zone', 'America/New_York', ...team, ...others);
      write({ 'reports/regression.xml': REGRESSION_REPORT, 'fill-plan': FILL_PLAN });
      chmodSync(join(root, 'fill-plan'), 0o755);
      commit('Set up relctl');
      git('checkout', '-q', '-b', 'feature/wallet-checkout', 'v4.1.0');
      commit(`Pay with a wallet\n\nReviewed-by: Priya <${pm}>`, walletFiles('4.2.0'));
      git('checkout', '-q', 'main');
    },
  },
  {
    roles: ['cab'],
    person: PEOPLE.cab[0],
    make() {
      as(
        lead,
        'plan',
        ID,
        '--feature',
        'Wallet checkout',
        '--base',
        'v4.1.0',
        '--branch',
        'feature/wallet-checkout',
        '--window',
        WINDOW,
      );
      fill();
      as(lead, 'submit-cab', ID);
    },
  },
  {
    roles: ['qa'],
    person: qa,
    make() {
      for (const member of PEOPLE.cab.slice(0, 2)) as(member, 'signoff', 'cab', ID, '--decision', 'go', ...CHECKED);
      as(lead, 'stage', ID);
      as(undefined, 'sandbox', 'advance', '--by', '1h');
    },
  },
  {
    roles: ['operations'],
    person: operations,
    make: () =>
      as(
        qa,
        'signoff',
        'qa',
        ID,
        '--junit',
        'reports/*.xml',
        '--passed',
        'WAL-1',
        '--passed',
        'WAL-2',
        '--decision',
        'pass',
      ),
  },
  {
    roles: ['product'],
    person: pm,
    make() {
      as(operations, 'signoff', 'ops', ID, '--decision', 'pass');
      as(undefined, 'sandbox', 'advance', '--to', '2026-11-12T14:05');
      as(operations, 'deploy', ID);
      as(operations, 'verify', ID, '--passed', 'Pay one cent with a wallet');
      as(undefined, 'sandbox', 'advance', '--by', '48h');
      as(operations, 'hypercare', ID, '--exit', '--confirm');
    },
  },
];

const FILL_PLAN = `#!/bin/sh
# Writes into the drafted plan what the people of this made-up company know.
exec '${process.execPath}' '${fileURLToPath(import.meta.url)}' "$PWD" fill
`;

const ROLES = STAGES.flatMap(({ roles }) => roles);
if (role === 'fill') fill();
else if (!ROLES.includes(role) || folder === undefined) {
  process.stderr.write(`usage: npm run practice -- FOLDER ${ROLES.join('|')}\n`);
  process.exitCode = 2;
} else if (existsSync(root)) {
  process.stderr.write(
    `${root} is there already. Name a folder that is not, or remove it to begin anew:\n  rm -r ${root}\n`,
  );
  process.exitCode = 2;
} else {
  mkdirSync(root, { recursive: true });
  const until = STAGES.findIndex(({ roles }) => roles.includes(role));
  for (const { make } of STAGES.slice(0, until + 1)) make();
  git('config', 'user.email', STAGES[until].person);
  process.stdout.write(`${root} is ready; you are ${STAGES[until].person} there. All of it is simulated.\n`);
}
