import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { surviveLostOutput } from '../../../../src/adapters/terminal/lost-output.ts';

/** A process whose stdout fails with a code of the system. */
function failing(code: string) {
  let said = '';
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      said += chunk;
      done();
    },
  });
  const process = { stdout, stderr, exitCode: undefined } as unknown as Parameters<typeof surviveLostOutput>[0];
  surviveLostOutput(process);
  stdout.write('a\n');
  return new Promise<{ exitCode: unknown; said: string }>((resolve) =>
    setImmediate(() => resolve({ exitCode: process.exitCode, said })),
  );
}

describe('output that could not be written', () => {
  it('because its reader went away is what the reader wanted', async () => {
    expect(await failing('EPIPE')).toEqual({ exitCode: undefined, said: '' });
  });

  it('for another reason is said once, and the exit code tells', async () => {
    expect(await failing('ENOSPC')).toEqual({ exitCode: 1, said: 'error: the output is incomplete: ENOSPC\n' });
  });
});
