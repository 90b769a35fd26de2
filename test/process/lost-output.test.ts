import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { type Company, openCompany } from '../support/company.ts';
import { OPERATOR, walkTo } from '../support/company-walk.ts';
import { installRelctl } from '../support/installed.ts';
import { cacheHome } from '../support/state.ts';

const relctl = installRelctl();
afterAll(() => relctl.remove());

/** The reader of stdout goes away before anything is written, as in `relctl … | head -0`. */
const headed = (child: ChildProcess) => {
  child.stdout?.destroy();
};

describe('output that nobody reads', () => {
  it.each([[['--version']], [['--help']], [['schema', 'plan']], [['deploy', '--help']]])(
    'of %j prints no trace and changes no exit code',
    async (args) => {
      const finished = await relctl.run(args, { cwd: relctl.root, started: headed });
      expect(finished).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  it('of a command that is refused leaves its error to be read', async () => {
    const finished = await relctl.run(['status', 'nothing', '--json'], { cwd: relctl.root, started: headed });
    expect(finished).toMatchObject({ stderr: '' });
    expect(finished.exitCode).not.toBe(0);
  });
});

/** Pipes both outputs of a command into `head`, as people do, and gives the exit code of relctl itself. */
function piped(company: Company, args: readonly string[], lines: number): Promise<{ code: string; shown: string }> {
  const script = 'exec 3>&1; { node "$0" "$@" 2>&1; echo "$?" >&3; } | head -n "$LINES_SHOWN" >&2';
  const child = spawn('bash', ['-c', script, relctl.program, ...args], {
    cwd: company.git.root,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: company.git.root,
      XDG_CACHE_HOME: cacheHome(company.git.root),
      LINES_SHOWN: String(lines),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { code: '', shown: '' };
  child.stdout.on('data', (chunk) => {
    texts.code += chunk;
  });
  child.stderr.on('data', (chunk) => {
    texts.shown += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve({ code: texts.code.trim(), shown: texts.shown }));
  });
}

describe('an answer of which a line is read', () => {
  it.each([[['--help']], [['deploy', '--help']], [['schema', 'plan']]])(
    'relctl %j | head -1 prints no trace',
    async (args) => {
      const company = await openCompany({ onDisk: true });
      try {
        const { code, shown } = await piped(company, args, 1);
        expect(shown.trimEnd().split('\n')).toHaveLength(1);
        expect(shown).not.toMatch(/EPIPE|at .*:\d+:\d+/);
        expect(code).toBe('0');
      } finally {
        company.close();
      }
    },
  );
});

describe('a deployment whose output nobody reads to its end', () => {
  it('goes its whole way: relctl deploy … | head -3', async () => {
    const company = await openCompany({ onDisk: true });
    try {
      await walkTo(company, 'ready');
      await company.advanceToWindow();
      const { code, shown } = await piped(company, ['deploy', company.id, '--as', OPERATOR], 3);
      expect(shown.trimEnd().split('\n')).toHaveLength(3);
      expect(shown).not.toMatch(/EPIPE|at .*:\d+:\d+/);
      expect(code).toBe('0');
      const state = await company.state();
      expect(state.phase).toBe('deployed');
    } finally {
      company.close();
    }
  });
});
