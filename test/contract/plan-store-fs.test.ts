import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileOperations, REAL_FILES } from '../../src/adapters/fs/file-operations.ts';
import { createPlanStore } from '../../src/adapters/fs/plan-store.ts';
import { YAML_LIMITS } from '../../src/plan/guard.ts';
import { newEvent, SAMPLE_FILE, SAMPLE_ID, sampleHead } from '../support/sample-plan.ts';
import { planStoreContract } from './plan-store.contract.ts';

const scratch = mkdtempSync(join(tmpdir(), 'relctl-plan-store-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const phaseOf = () => 'draft';
const event = (gate: string) => newEvent('exception.granted', { gate, reason: 'because', command: 'relctl deploy' });

function freshRoot(): string {
  return mkdtempSync(join(scratch, 'repo-'));
}

function storeIn(root: string, files: FileOperations = REAL_FILES) {
  return createPlanStore({ root, releases: 'releases', state: join(root, '.state'), phaseOf, files });
}

/** Names in a folder that a person would call left over. */
function leftovers(root: string): string[] {
  const locks = existsSync(join(root, '.state/locks')) ? readdirSync(join(root, '.state/locks')) : [];
  return [...readdirSync(join(root, 'releases')).filter((name) => name.endsWith('.tmp')), ...locks];
}

describe('the plan store on the file system', () => {
  planStoreContract(async () => {
    const root = freshRoot();
    const path = (id: string) => join(root, 'releases', `${id}.yaml`);
    return {
      store: storeIn(root),
      text: async (id) => (existsSync(path(id)) ? readFileSync(path(id), 'utf8') : undefined),
      edit: async (id, text) => writeFileSync(path(id), text),
      editEvidence: async (id, file, text) => writeFileSync(join(root, 'releases', id, file), text),
      removeEvidence: async (id, file) => rmSync(join(root, 'releases', id, file)),
    };
  });
});

describe('links and sizes', () => {
  it('does not follow a plan, a folder or evidence that is a link to elsewhere', async () => {
    const root = freshRoot();
    const outside = freshRoot();
    const secret = join(outside, 'secret.yaml');
    writeFileSync(secret, sampleHead());
    mkdirSync(join(root, 'releases'));
    symlinkSync(secret, join(root, SAMPLE_FILE));
    await expect(storeIn(root).load(SAMPLE_ID)).rejects.toMatchObject({ code: 'plan.outside-releases', exitCode: 2 });

    symlinkSync(outside, join(root, 'releases', SAMPLE_ID));
    await expect(storeIn(root).keep(SAMPLE_ID, 'x.txt', 'x')).rejects.toMatchObject({ code: 'plan.outside-releases' });
    expect(readdirSync(outside)).toEqual(['secret.yaml']);
  });

  it('does not hang on a link that leads to itself', async () => {
    const root = freshRoot();
    mkdirSync(join(root, 'releases'));
    symlinkSync(`${SAMPLE_ID}.yaml`, join(root, SAMPLE_FILE));
    await expect(storeIn(root).load(SAMPLE_ID)).rejects.toMatchObject({ code: 'plan.outside-releases' });
  });

  it('does not write through a link that leads nowhere yet', async () => {
    const root = freshRoot();
    const outside = join(freshRoot(), 'target.yaml');
    mkdirSync(join(root, 'releases'));
    symlinkSync(outside, join(root, SAMPLE_FILE));
    await expect(storeIn(root).create(SAMPLE_ID, sampleHead())).rejects.toMatchObject({ code: 'plan.exists' });
    expect(existsSync(outside)).toBe(false);
  });

  it('works in a repository that is itself reached through a link', async () => {
    const root = freshRoot();
    const alias = `${root}-alias`;
    symlinkSync(root, alias);
    const plan = await storeIn(alias).create(SAMPLE_ID, sampleHead());
    expect((await storeIn(alias).append(plan, [event('x')])).events).toHaveLength(1);
  });

  it('records and reads a history that is larger than what people may write', async () => {
    const root = freshRoot();
    const store = storeIn(root);
    const plan = await store.create(SAMPLE_ID, sampleHead());
    const events = Array.from({ length: 4000 }, (_, index) => event(`${index}`.padStart(100, '.')));
    const written = await store.append(plan, events);
    expect(statSync(join(root, SAMPLE_FILE)).size).toBeGreaterThan(YAML_LIMITS.bytes);
    expect((await store.append(await store.load(SAMPLE_ID), [event('last')])).events).toHaveLength(4001);
    expect(written.events).toHaveLength(4000);
  });

  it('refuses a sparse file of a terabyte without loading it', async () => {
    const root = freshRoot();
    mkdirSync(join(root, 'releases'));
    writeFileSync(join(root, SAMPLE_FILE), '');
    truncateSync(join(root, SAMPLE_FILE), 2 ** 40);
    await expect(storeIn(root).load(SAMPLE_ID)).rejects.toMatchObject({ code: 'plan.too-large' });
  });

  it('says that a folder in the place of a plan cannot be read', async () => {
    const root = freshRoot();
    mkdirSync(join(root, SAMPLE_FILE), { recursive: true });
    await expect(storeIn(root).load(SAMPLE_ID)).rejects.toMatchObject({ code: 'plan.unreadable', exitCode: 1 });
  });
});

describe('a disk that fails', () => {
  const operations = ['writeNew', 'syncFile', 'rename'] as const;
  const cases = operations.flatMap((name) => ['ENOSPC', 'EIO', 'EROFS', 'EDQUOT'].map((code) => ({ name, code })));

  it.each(cases)('$code at $name leaves the old file and nothing else', async ({ name, code }) => {
    const root = freshRoot();
    const plan = await storeIn(root).create(SAMPLE_ID, sampleHead());
    let struck = 0;
    const broken: FileOperations = {
      ...REAL_FILES,
      [name]: async (...args: Parameters<FileOperations['writeNew']>) => {
        struck += 1;
        // A full disk takes a part of the content before it refuses the rest.
        if (name === 'writeNew') writeFileSync(args[0], String(args[1]).slice(0, 100));
        throw Object.assign(new Error(`${code}: injected`), { code });
      },
    };
    const failure = await storeIn(root, broken)
      .append(plan, [event('x')])
      .catch((error: unknown) => error);
    expect(struck).toBe(1);
    expect(failure).toMatchObject({ code: 'plan.write-failed', exitCode: 1, data: { errno: code, placed: false } });
    expect(readFileSync(join(root, SAMPLE_FILE), 'utf8')).toBe(sampleHead());
    expect(leftovers(root)).toEqual([]);
    expect((await storeIn(root).append(plan, [event('x')])).events).toHaveLength(1);
  });

  it('says that new content which the disk did not confirm is there', async () => {
    const root = freshRoot();
    const plan = await storeIn(root).create(SAMPLE_ID, sampleHead());
    const broken: FileOperations = {
      ...REAL_FILES,
      syncFolder: () => Promise.reject(Object.assign(new Error('EIO: injected'), { code: 'EIO' })),
    };
    await expect(storeIn(root, broken).append(plan, [event('x')])).rejects.toMatchObject({
      code: 'plan.write-failed',
      data: { placed: true },
    });
    expect((await storeIn(root).load(SAMPLE_ID)).events).toHaveLength(1);
  });
});

describe('a hand edit', () => {
  it('that comes while the new text is on its way to the disk is refused, and both texts are kept', async () => {
    const root = freshRoot();
    const plan = await storeIn(root).create(SAMPLE_ID, sampleHead());
    const edited = sampleHead().replace('expectedMinutes: 10', 'expectedMinutes: 45');
    const files: FileOperations = {
      ...REAL_FILES,
      syncFile: async (path) => {
        await REAL_FILES.syncFile(path);
        if (path.includes('/releases/')) writeFileSync(join(root, SAMPLE_FILE), edited);
      },
    };
    const failure = await storeIn(root, files)
      .append(plan, [event('mine')])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'plan.changed-underneath' });
    expect(readFileSync(join(root, SAMPLE_FILE), 'utf8')).toBe(edited);
    const { kept } = (failure as { data: { kept: string } }).data;
    expect(readFileSync(kept, 'utf8')).toContain('"gate":"mine"');
    expect(leftovers(root)).toEqual([]);
  });

  it('that removes the plan is refused as well', async () => {
    const root = freshRoot();
    const plan = await storeIn(root).create(SAMPLE_ID, sampleHead());
    rmSync(join(root, SAMPLE_FILE));
    await expect(storeIn(root).append(plan, [event('x')])).rejects.toMatchObject({ code: 'plan.changed-underneath' });
    expect(existsSync(join(root, SAMPLE_FILE))).toBe(false);
  });
});

describe('locks', () => {
  const lockOf = (root: string, pid: number | string, start: string, host: string): string => {
    const folder = join(root, '.state/locks');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${SAMPLE_ID}~${pid}~${start}~${host}~0000.lock`);
    writeFileSync(path, '');
    return path;
  };
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, '_');

  it('of a process that has ended is taken over', async () => {
    const root = freshRoot();
    const plan = await storeIn(root).create(SAMPLE_ID, sampleHead());
    const ended = spawnSync(process.execPath, ['-e', '']);
    const path = lockOf(root, ended.pid, '12345', host);
    expect((await storeIn(root).append(plan, [event('x')])).events).toHaveLength(1);
    expect(existsSync(path)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'of an ended process whose number was given to another is taken over',
    async () => {
      const root = freshRoot();
      const plan = await storeIn(root).create(SAMPLE_ID, sampleHead());
      const path = lockOf(root, process.pid, '1', host);
      expect((await storeIn(root).append(plan, [event('x')])).events).toHaveLength(1);
      expect(existsSync(path)).toBe(false);
    },
  );

  it('of another release does not matter', async () => {
    const root = freshRoot();
    const plan = await storeIn(root).create(SAMPLE_ID, sampleHead());
    const folder = join(root, '.state/locks');
    const other = join(folder, `another~${process.pid}~0~${host}~0000.lock`);
    writeFileSync(other, '');
    expect((await storeIn(root).append(plan, [event('x')])).events).toHaveLength(1);
    expect(existsSync(other)).toBe(true);
  });

  it('that was lost to a process that took it for left behind ends the write', async () => {
    const root = freshRoot();
    const plan = await storeIn(root).create(SAMPLE_ID, sampleHead());
    const files: FileOperations = {
      ...REAL_FILES,
      syncFile: async () => rmSync(join(root, '.state/locks'), { recursive: true }),
    };
    await expect(storeIn(root, files).append(plan, [event('x')])).rejects.toMatchObject({ code: 'plan.write-failed' });
    expect(readFileSync(join(root, SAMPLE_FILE), 'utf8')).toBe(sampleHead());
  });
});

describe('processes', () => {
  const writer = join(scratch, 'writer.mjs');
  beforeAll(async () => {
    await build({
      entryPoints: [fileURLToPath(new URL('plan-store-writer.ts', import.meta.url))],
      outfile: writer,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      banner: {
        js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);",
      },
    });
  });
  const run = (root: string, ...args: readonly (string | number)[]) =>
    spawnSync(process.execPath, [writer, root, ...args.map(String)], { encoding: 'utf8' });

  it('a writer killed before or after any of its steps leaves the old file or the new one, and the next one goes on', async () => {
    const counting = freshRoot();
    await storeIn(counting).create(SAMPLE_ID, sampleHead());
    const steps = run(counting, 'crash', 0, 'none').stdout.length;
    expect(steps).toBeGreaterThanOrEqual(4);

    const seen = new Set<number>();
    for (let step = 1; step <= steps; step += 1) {
      for (const when of ['before', 'after']) {
        const root = freshRoot();
        const store = storeIn(root);
        await store.create(SAMPLE_ID, sampleHead());
        const child = run(root, 'crash', step, when);
        expect(child.signal).toBe('SIGKILL');
        const after = await store.load(SAMPLE_ID);
        seen.add(after.events.length);
        const next = await store.append(after, [event('next')]);
        expect(next.events).toHaveLength(after.events.length + 1);
        expect(leftovers(root)).toEqual([]);
      }
    }
    // The faults struck on both sides of the swap.
    expect([...seen].sort()).toEqual([0, 1]);
  });

  it('writers that race lose no event', async () => {
    const root = freshRoot();
    await storeIn(root).create(SAMPLE_ID, sampleHead());
    const writers = ['ann', 'bob', 'cyd'].map((name) =>
      finished(spawn(process.execPath, [writer, root, 'race', name, '8'], { stdio: ['ignore', 'ignore', 'pipe'] })),
    );
    expect(await Promise.all(writers)).toEqual([0, 0, 0]);
    const plan = await storeIn(root).load(SAMPLE_ID);
    expect(plan.events).toHaveLength(24);
    expect(new Set(plan.events.map((recorded) => JSON.stringify(recorded.data))).size).toBe(24);
    expect(leftovers(root)).toEqual([]);
  });
});

function finished(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}
