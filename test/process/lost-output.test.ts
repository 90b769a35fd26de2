import type { ChildProcess } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { installRelctl } from '../support/installed.ts';

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
