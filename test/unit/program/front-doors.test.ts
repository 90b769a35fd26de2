import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ENTRIES } from '../../../src/program/entries.ts';

/** Drawn from the command tree alone: there is nothing to load, decide or record. */
const WITHOUT_USE_CASE = ['completion'];

it('the files of usecases/ are exactly the commands, and each command has its file', () => {
  const usecases = fileURLToPath(new URL('../../../src/usecases', import.meta.url));
  const doors = readdirSync(usecases)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace(/\.ts$/, ''));
  const commands = ENTRIES.map((entry) => entry.path.replaceAll(' ', '-'));
  expect(doors.sort()).toEqual(commands.filter((name) => !WITHOUT_USE_CASE.includes(name)).sort());
});
