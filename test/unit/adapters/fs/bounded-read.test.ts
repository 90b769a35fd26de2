import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readBounded } from '../../../../src/adapters/fs/bounded-read.ts';
import { createPlanStore } from '../../../../src/adapters/fs/plan-store.ts';
import { createWorkspace } from '../../../../src/adapters/fs/workspace.ts';
import { phaseOf } from '../../../../src/domain/history/fold.ts';

const folder = mkdtempSync(join(tmpdir(), 'relctl-read-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

describe('a bounded read', () => {
  it('reads a file, and one byte more than the limit of a larger one', async () => {
    writeFileSync(at('file'), 'abcdef');
    expect(Buffer.from(await readBounded(at('file'), 10)).toString()).toBe('abcdef');
    expect(await readBounded(at('file'), 3)).toHaveLength(4);
  });

  it('refuses a pipe that nobody writes to, also behind a link, without waiting', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    symlinkSync('pipe', at('link'));
    for (const name of ['pipe', 'link']) {
      await expect(readBounded(at(name), 10)).rejects.toMatchObject({ code: 'not a file' });
    }
    await expect(readBounded('/dev/zero', 10)).rejects.toMatchObject({ code: 'not a file' });
  });

  it('makes one error of a plan and of a setting that are pipes', async () => {
    execFileSync('mkfifo', [at('a.yaml')]);
    const store = createPlanStore({ root: folder, releases: '.', state: join(folder, '.state'), phaseOf });
    await expect(store.load('a')).rejects.toMatchObject({ code: 'plan.unreadable' });
    await expect(createWorkspace(folder, folder).read('a.yaml')).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
