import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RELCTL = join(dirname(fileURLToPath(import.meta.url)), '../../bin/relctl.js');
const MAILS = [
  '--rd-lead',
  'lead@example.com',
  '--product-manager',
  'pm@example.com',
  '--operations',
  'ops@example.com',
];
const FLAGS = [...MAILS, '--qa', 'qa@example.com', '--cab', 'cab-1@example.com', '--cab', 'cab-2@example.com'];

/**
 * Copies a product's clone, sets it up with `init`, plans it from base to head, checks and rehearses it. Says how each command
 * ended, and what it found against the truth: { base, head, services: [], variables: { NAME: change }, migrations: [] }.
 */
export function tryProduct(name, clone, truth) {
  const room = mkdtempSync(join(tmpdir(), 'relctl-first-hour-'));
  // What the folder is called may name the product.
  const copy = join(room, name);
  const git = (...args) =>
    execFileSync('git', args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const ends = {};
  try {
    execFileSync('git', ['clone', '--quiet', '--shared', '--no-checkout', clone, copy], { stdio: 'ignore' });
    const head = execFileSync('git', ['rev-parse', `${truth.head}^{commit}`], { cwd: clone, encoding: 'utf8' }).trim();
    const base = execFileSync('git', ['rev-parse', `${truth.base}^{commit}`], { cwd: clone, encoding: 'utf8' }).trim();
    // relctl reads commits: the work tree may stay empty, which is quicker and does without the largest files of a partial clone.
    git('update-ref', 'refs/heads/first-hour', head);
    git('symbolic-ref', 'HEAD', 'refs/heads/first-hour');
    git('read-tree', 'HEAD');
    git('config', 'user.name', 'Lead');
    git('config', 'user.email', 'lead@example.com');
    const init = relctl(copy, ['init', '--platform', 'sandbox', '--time-zone', 'UTC', ...FLAGS]);
    ends.init = init.end;
    const written = ['relctl.yaml', 'relctl', 'releases'].filter((file) => existsSync(join(copy, file)));
    if (!written.includes('relctl.yaml')) return { name, ends, ...compareAll(truth, [], {}) };
    git('add', '--all', '--force', ...written);
    git('commit', '--quiet', '--no-verify', '--message', 'Set up relctl');
    const listed = (init.data.services ?? []).map((one) => one.name);
    const start = new Date(Date.now() + 21 * 86_400_000).toISOString().slice(0, 10);
    const plan = relctl(copy, [
      'plan',
      'r1',
      '--feature',
      'First',
      '--base',
      base,
      '--candidate',
      head,
      '--window',
      `${start}T14:00/18:00`,
    ]);
    ends.plan = plan.end;
    const planned = plan.end === 'done';
    ends.check = planned ? relctl(copy, ['plan', 'r1', '--check']).end : '-';
    ends.rehearse = planned ? relctl(copy, ['rehearse', 'r1']).end : '-';
    return { name, ends, ...compareAll(truth, listed, plan.data.found ?? {}) };
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

function compareAll(truth, services, { environmentVariables = [], migrations = [] }) {
  return {
    services: compare(truth.services, services),
    variables: compare(
      Object.entries(truth.variables).map(([variable, change]) => `${change} ${variable}`),
      environmentVariables.filter((one) => !one.buildTime).map((one) => `${one.change} ${one.name}`),
    ),
    migrations: compare(
      truth.migrations,
      migrations.filter((one) => one.change === 'added').map((one) => one.id),
    ),
  };
}

/** Runs relctl without a terminal; `end` is `done`, or the code of the error that it refused with. */
function relctl(cwd, args) {
  const result = spawnSync(process.execPath, [RELCTL, ...args, '--json'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    // On a machine that many share, a command may wait for long before it does anything.
    timeout: 1_800_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let answer = {};
  try {
    answer = JSON.parse(result.stdout);
  } catch {
    // Told below by what it said instead.
  }
  if (process.env.FIRST_HOUR_SAYS !== undefined)
    console.error(
      args.join(' '),
      '\n',
      result.stderr.slice(0, 2000),
      result.status === 0 ? '' : result.stdout.slice(0, 1500),
    );
  // A rehearsal that stops says at which command, and why that refused.
  const stopped = answer.data?.steps?.at(-1)?.said?.split(':')[0];
  const code = answer.error?.code ?? answer.code ?? stopped;
  const end =
    result.status === 0 ? 'done' : `${result.status} ${code ?? result.stderr.trim().split('\n')[0] ?? ''}`.trim();
  return { end: end.slice(0, 60), data: answer.data ?? answer };
}

function compare(truth, found) {
  const [wanted, got] = [new Set(truth), new Set(found)];
  return {
    right: [...wanted].filter((one) => got.has(one)).length,
    missed: [...wanted].filter((one) => !got.has(one)),
    wrong: [...got].filter((one) => !wanted.has(one)),
  };
}
