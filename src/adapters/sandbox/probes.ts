import { isDeepStrictEqual } from 'node:util';
import type { CommandRunner, HttpProbe } from '../../ports/commands.ts';
import { faultOn } from './faults.ts';
import type { World } from './world.ts';

/** Runs no command: says what it would have run, and how the simulated company stands to it. */
export function createSandboxCommands(world: World): CommandRunner {
  return {
    async run(argv) {
      const state = world.read();
      const same = (command: readonly string[] | undefined) => isDeepStrictEqual(command, [...argv]);
      const shown = argv.join(' ');
      if (state.lessons.resources.some((resource) => same(resource.command))) {
        return faultOn(state, 'ops-resource-missing')
          ? { exitCode: 1, output: `simulated: ${shown}: not found\n` }
          : { exitCode: 0, output: `simulated: ${shown}: there\n` };
      }
      return faultOn(state, 'smoke-failing')
        ? { exitCode: 1, output: `simulated: ${shown}: failed\n` }
        : { exitCode: 0, output: `simulated: ${shown}: passed\n` };
    },
  };
}

/** Fetches nothing: answers what the plan expects of the URL, or 503 under the fault. */
export function createSandboxProbe(world: World): HttpProbe {
  return {
    async get(url) {
      const state = world.read();
      if (faultOn(state, 'smoke-failing')) return { status: 503, body: 'simulated: service unavailable\n' };
      const expected = state.lessons.smokeTests.find((test) => test.url === url);
      return { status: expected?.status ?? 200, body: `simulated: ${expected?.contains ?? 'ok'}\n` };
    },
  };
}
