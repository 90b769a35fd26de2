import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCommandRunner } from '../../../../src/adapters/probes/command-runner.ts';
import { sha256 } from '../../../../src/plan/digest.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'relctl-commands-')));
afterAll(() => rmSync(folder, { recursive: true }));
const runner = createCommandRunner(folder, { API_TOKEN: 'token-value-123' });
const options = { timeout: 10_000 };

describe('createCommandRunner', () => {
  it('runs in its folder and gives exit code and output of both streams', async () => {
    expect(await runner.run(['sh', '-c', 'pwd; echo oops >&2; exit 3'], options)).toEqual({
      exitCode: 3,
      sha256: sha256(`${folder}\n\noops\n`),
      output: `${folder}\n\noops`,
    });
    expect(await runner.run(['true'], options)).toEqual({ exitCode: 0, sha256: sha256(''), output: '' });
  });

  it('lets no shell read the arguments', async () => {
    const { output } = await runner.run(['printf', '%s', '$(touch made); `touch made` > made'], options);
    expect(output).toBe('$(touch made); `touch made` > made');
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });

  it('has no exit code for what cannot start, overruns or is empty', async () => {
    expect(await runner.run(['relctl-no-such-program'], options)).toMatchObject({
      exitCode: null,
      problem: expect.stringContaining('not found'),
    });
    expect(await runner.run(['sleep', '60'], { timeout: 200 })).toMatchObject({
      exitCode: null,
      problem: expect.stringContaining('did not answer within 200 ms'),
    });
    expect(await runner.run([], options)).toMatchObject({ exitCode: null, problem: 'the command is empty' });
  });

  it('ends the whole group of a command that overruns', async () => {
    const script = 'sleep 60 & echo $! > child; wait';
    await runner.run(['sh', '-c', script], { timeout: 300 });
    // Killed it is gone, or a zombie where nobody collects orphans.
    const { output } = await runner.run(['sh', '-c', 'cat "/proc/$(cat child)/stat" || echo gone'], options);
    expect(output).toMatch(/\) Z|gone/);
  });

  it('keeps the end of long output, and no secrets, since it is recorded in git', async () => {
    const script = 'i=0; while [ $i -lt 900 ]; do echo "line $i"; i=$((i+1)); done; echo token-value-123';
    const { output } = await runner.run(['sh', '-c', script], options);
    expect(output).toHaveLength(2000);
    expect(output).toMatch(/line 899\n\[redacted\]$/);
  });
});
