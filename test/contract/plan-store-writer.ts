// A writer in a process of its own, which the tests of the plan store kill at each of its steps or let race with others.
import { join } from 'node:path';
import { type FileOperations, REAL_FILES } from '../../src/adapters/fs/file-operations.ts';
import { createPlanStore } from '../../src/adapters/fs/plan-store.ts';
import { RelctlError } from '../../src/errors.ts';
import { newEvent, SAMPLE_ID } from '../support/sample-plan.ts';

const [root = '', mode = '', first = '', second = ''] = process.argv.slice(2);
const event = (gate: string) => newEvent('exception.granted', { gate, reason: 'because', command: 'relctl deploy' });

if (mode === 'crash') await appendWith(dyingAt(Number(first), second));
if (mode === 'race') await race(first, Number(second));

/** One append, whose file operations are those given; says how many there were. */
async function appendWith(files: FileOperations): Promise<void> {
  const store = createPlanStore({
    root,
    releases: 'releases',
    state: join(root, '.state'),
    phaseOf: () => 'draft',
    files,
  });
  await store.append(await store.load(SAMPLE_ID), [event('crash')]);
}

/** The real operations, but the process kills itself before or after the n-th; `none` only counts them. */
function dyingAt(n: number, when: string): FileOperations {
  let count = 0;
  const wrap =
    <A extends readonly unknown[]>(operation: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      count += 1;
      if (when === 'before' && count === n) process.kill(process.pid, 'SIGKILL');
      await operation(...args);
      if (when === 'after' && count === n) process.kill(process.pid, 'SIGKILL');
      if (when === 'none') process.stdout.write('.');
    };
  return {
    writeNew: wrap(REAL_FILES.writeNew),
    syncFile: wrap(REAL_FILES.syncFile),
    syncFolder: wrap(REAL_FILES.syncFolder),
    rename: wrap(REAL_FILES.rename),
    link: wrap(REAL_FILES.link),
    unlink: wrap(REAL_FILES.unlink),
  };
}

/** Appends `count` events, each as often as it takes: another writer's change is read and built upon. */
async function race(name: string, count: number): Promise<void> {
  const store = createPlanStore({ root, releases: 'releases', state: join(root, '.state'), phaseOf: () => 'draft' });
  for (let done = 0; done < count; ) {
    try {
      await store.append(await store.load(SAMPLE_ID), [event(`${name} ${done}`)]);
      done += 1;
    } catch (error) {
      if (!(error instanceof RelctlError) || error.code !== 'plan.changed-underneath') throw error;
    }
  }
}
