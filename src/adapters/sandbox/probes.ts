import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../../plan/digest.ts';
import type { CommandEnd, CommandRunner, HttpProbe, TcpProbe } from '../../ports/commands.ts';
import { command } from '../../text/command-line.ts';
import { faultOn } from './faults.ts';
import type { World } from './world.ts';

/** How long an alert fires that a drill of the plan has set off. */
const DRILLED_FOR_MS = 10 * 60_000;
/** How long every simulated certificate is valid. */
const CERTIFICATE_MS = 60 * 86_400_000;

/** Runs no command: says what it would have run, and how the simulated company stands to it. */
export function createSandboxCommands(world: World): CommandRunner {
  return {
    async run(argv) {
      const state = world.read();
      const same = (command: readonly string[] | undefined) => isDeepStrictEqual(command, [...argv]);
      const shown = command`${argv}`;
      const drilled = state.lessons.alerts.find((alert) => same(alert.drill));
      if (drilled !== undefined) {
        world.change((next) => {
          const drill = { alert: drilled.name, at: next.now, until: next.now + DRILLED_FOR_MS, synthetic: false };
          next.drills = [...next.drills, drill].slice(-100);
        });
        return ended(0, `simulated: ${shown}: ${drilled.name} is made to fire\n`);
      }
      if (state.lessons.resources.some((resource) => same(resource.command))) {
        return faultOn(state, 'ops-resource-missing')
          ? ended(1, `simulated: ${shown}: not found\n`)
          : ended(0, `simulated: ${shown}: there\n`);
      }
      return faultOn(state, 'smoke-failing')
        ? ended(1, `simulated: ${shown}: failed\n`)
        : ended(0, `simulated: ${shown}: passed\n`);
    },
  };
}

function ended(exitCode: number, output: string): CommandEnd {
  return { exitCode, sha256: sha256(output), output };
}

/** Fetches nothing: answers what the plan expects of the URL, or 503 under the fault. */
export function createSandboxProbe(world: World): HttpProbe {
  return {
    async request(url, options) {
      const state = world.read();
      const answer = (status: number, body: string) => ({
        status,
        body: options.method === 'HEAD' ? '' : body,
        headers: { 'content-type': 'text/plain', server: 'simulated' },
        latencyMs: 20,
        ...(options.certificate === true ? { certificateUntil: state.now + CERTIFICATE_MS } : {}),
      });
      const resource = state.lessons.resources.find((one) => one.url === url);
      if (resource !== undefined) {
        return faultOn(state, 'ops-resource-missing')
          ? answer(404, 'simulated: not found\n')
          : answer(resource.status ?? 200, 'simulated: there\n');
      }
      if (faultOn(state, 'smoke-failing')) return answer(503, 'simulated: service unavailable\n');
      const expected = state.lessons.smokeTests.find((test) => test.url === url);
      return answer(expected?.status ?? 200, expected?.body ?? `simulated: ${expected?.contains ?? 'ok'}\n`);
    },
  };
}

/** Connects to nothing: everything that the plan names takes connections, unless Operations did not provide it. */
export function createSandboxTcp(world: World): TcpProbe {
  return {
    connect: async (host, port) => {
      const state = world.read();
      const missing =
        faultOn(state, 'ops-resource-missing') &&
        state.lessons.resources.some((resource) => resource.address === `${host} ${port}`);
      return missing
        ? { connected: false, detail: 'simulated: the connection was refused' }
        : { connected: true, detail: 'simulated: takes connections' };
    },
  };
}
