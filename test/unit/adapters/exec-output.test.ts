import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exec } from '../../../src/adapters/exec.ts';
import { sendToCommand } from '../../../src/adapters/hooks/command.ts';
import { prepareDelivery } from '../../../src/adapters/hooks/delivery.ts';
import { bindKubectl } from '../../../src/adapters/kubectl/kubectl.ts';
import { createCommandRunner } from '../../../src/adapters/probes/command-runner.ts';
import type { Channel } from '../../../src/plan/config.ts';
import { sampleMessage } from '../../contract/notifier.contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'relctl-output-'));
afterAll(() => rmSync(folder, { recursive: true }));
const options = { timeout: 30_000, maxBuffer: 1000 };

describe('output over the limit', () => {
  it.each([
    ['of a program that ends well all the same', 'trap "" PIPE; head -c 200000 /dev/zero; exit 0'],
    ['of one that ends badly', 'head -c 200000 /dev/zero; exit 3'],
    ['on stderr', 'head -c 200000 /dev/zero >&2; exit 0'],
    ['by one byte', 'head -c 1001 /dev/zero'],
    ['of a program that never ends', 'yes'],
    ['of one that goes on in silence', 'head -c 200000 /dev/zero; exec sleep 1000'],
    ['of a child of it', 'yes & wait'],
    ['of characters that are more bytes', "printf '\\303\\251%.0s' $(seq 501)"],
  ])('%s is an error and never a result', async (_, script) => {
    await expect(exec('sh', ['-c', script], options)).rejects.toMatchObject({
      code: 'tool.failed',
      message: 'sh printed more than 1,000 bytes, and was ended',
      hints: [expect.stringContaining('sh -c'), expect.stringContaining('print less')],
    });
  });

  it('at the limit is a result, in each encoding', async () => {
    const whole = await exec('sh', ['-c', "printf '\\303\\251%.0s' $(seq 500); head -c 1000 /dev/zero >&2"], options);
    expect(whole).toEqual({ exitCode: 0, stdout: 'é'.repeat(500), stderr: '\0'.repeat(1000) });
    const bytes = await exec('printf', ['\\377\\000'], { ...options, encoding: 'latin1' });
    expect(bytes.stdout).toBe('ÿ\0');
  });

  it('below it may be large, whatever it holds and however the program ends', async () => {
    const size = 100_000_000;
    const script = `head -c ${size} /dev/zero; exit 1`;
    const { exitCode, stdout } = await exec('sh', ['-c', script], { timeout: 60_000, maxBuffer: size });
    expect({ exitCode, length: stdout.length }).toEqual({ exitCode: 1, length: size });
  });
});

describe('a program of a port that prints too much', () => {
  const program = join(folder, 'chatty');
  writeFileSync(program, '#!/bin/sh\ntrap "" PIPE\nhead -c 70000000 /dev/zero\nexit 0\n');
  chmodSync(program, 0o755);
  const problem = expect.stringMatching(/printed more than 67,108,864 bytes/);

  it('gives no answer of the cluster, and none knows what became of the request', async () => {
    const kubectl = bindKubectl({ kubectl: program, context: 'c', namespace: 'n' });
    await expect(kubectl.read(['get', 'pods'])).rejects.toMatchObject({
      failure: 'unknown',
      cause: expect.objectContaining({ code: 'tool.failed' }),
    });
  });

  it('is no test that passed', async () => {
    const run = createCommandRunner(folder).run([program], { timeout: 60_000 });
    expect(await run).toMatchObject({ exitCode: null, problem });
  });

  it('has delivered no message', async () => {
    const channel = { name: 'ops', kind: 'command', command: [program], topics: [] } as unknown as Channel;
    const delivery = prepareDelivery(channel, sampleMessage({}), 60_000, { env: {}, exec });
    await expect(sendToCommand(delivery, [program])).rejects.toMatchObject({
      code: 'notification.failed',
      message: problem,
    });
  });
});
