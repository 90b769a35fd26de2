import type { Outcome } from '../domain/outcome/outcome.ts';
import { formatMoment, wallTimeIn } from '../domain/schedule/calendar.ts';
import { RelctlError } from '../errors.ts';
import { durationSeconds } from '../plan/duration.ts';
import type { SandboxControl, SandboxWorldControl } from '../ports/sandbox-control.ts';
import { command } from '../text/command-line.ts';
import { nearest } from '../text/nearest.ts';

/** What `relctl sandbox` may be asked. */
export interface SandboxRequest {
  readonly action: string;
  readonly by?: string;
  readonly to?: string;
  readonly name?: string;
  /** What was typed behind the action: the name of a fault. */
  readonly word?: string;
  readonly service?: string;
}

const ACTIONS = ['show', 'advance', 'fault', 'clear', 'reset'];

/** Shows and moves the simulated company. Nothing here exists outside the sandbox. */
export async function sandboxControl(control: SandboxControl, asked: SandboxRequest): Promise<Outcome> {
  const request = named(asked);
  if (request.action === 'reset') {
    await control.reset();
    return {
      result: 'done',
      headline: 'the simulated company was reset; the next command starts a new one',
      blocks: [],
      data: {},
      simulated: true,
    };
  }
  if (!ACTIONS.includes(request.action)) {
    throw new RelctlError('usage.bad-flag', `sandbox knows no action "${request.action}"`, {
      why: 'Nothing was done.',
      hints: [...new Set([...nearest(request.action, ACTIONS), ...ACTIONS])].map(
        (one) => command`relctl sandbox ${one}`,
      ),
    });
  }
  refuseUnknownService(control, request);
  const world = await control.open();
  const headline = change(world, control.timeZone, request);
  return shown(world, control.timeZone, headline, request.action === 'show');
}

const OF_A_FAULT = ['fault', 'clear'];

/** The request with the fault that was named behind the action. */
function named(request: SandboxRequest): SandboxRequest {
  const { action, word, name } = request;
  if (word === undefined || !ACTIONS.includes(action)) return request;
  if (OF_A_FAULT.includes(action) && (name === undefined || name === word)) return { ...request, name: word };
  throw new RelctlError('usage.bad-flag', `sandbox ${action} takes no "${word}"`, {
    why: 'Nothing was done.',
    hints:
      action === 'advance'
        ? ['relctl sandbox advance --by 4d', 'relctl sandbox advance --to 2026-11-12T14:00']
        : [OF_A_FAULT.includes(action) ? command`relctl sandbox ${action} ${word}` : command`relctl sandbox ${action}`],
  });
}

/** Does what was asked, and says what was done. */
function change(world: SandboxWorldControl, zone: string, request: SandboxRequest): string {
  switch (request.action) {
    case 'advance':
      world.advanceTo(target(world, zone, request));
      return 'the simulated clock was moved';
    case 'fault':
    case 'clear': {
      const on = request.action === 'fault';
      if (request.name === undefined)
        throw missing('the name of a fault', [
          command`relctl sandbox ${request.action} canary-errors`,
          'relctl sandbox show',
          'lists every fault and what it does',
        ]);
      world.setFault(request.name, on, request.service);
      if (!on) return `fault ${request.name} is off`;
      // A canary that runs already is not made sick: what ran must be well again after a rollback.
      const isOfVersions = world.faults().some(({ name, scope }) => name === request.name && scope === 'candidate');
      return `fault ${request.name} is on ${isOfVersions ? 'for versions that are deployed from now on; what is already running, including a canary, is not affected' : 'from now on'}`;
    }
    default:
      return 'the simulated company';
  }
}

function refuseUnknownService({ services }: SandboxControl, { action, name, service }: SandboxRequest): void {
  if (service === undefined || services.includes(service)) return;
  const fault = name === undefined ? [] : [name];
  throw new RelctlError('usage.bad-flag', `--service is "${service}", and the simulated company has no such service`, {
    why: 'A fault in a service that does not exist would have no effect.',
    hints: services.map((one) => command`relctl sandbox ${[action, ...fault]} --service ${one}`),
  });
}

function target(world: SandboxWorldControl, zone: string, { by, to }: SandboxRequest): number {
  const now = world.now();
  if (by !== undefined) {
    if (!/^\d+(s|m|h|d)$/.test(by)) {
      throw new RelctlError('usage.bad-flag', `--by is "${by}", which is not a duration`, {
        why: 'The clock moves by a duration such as 4d or 90m.',
        hints: ['relctl sandbox advance --by 4d', 'relctl sandbox advance --by 90m'],
      });
    }
    return now + durationSeconds(by) * 1000;
  }
  if (to === undefined) throw missing('--by or --to', ['--by 4d', '--to 2026-11-12T14:00']);
  const at = wallTimeIn(to, zone);
  if (at === undefined || at < now) {
    throw new RelctlError('usage.bad-flag', `--to is "${to}", which is not a time from now on`, {
      why: `It is ${formatMoment(now, zone)} in the sandbox, and its clock only moves forward.`,
      hints: ['relctl sandbox advance --to 2026-12-03T14:00'],
    });
  }
  return at;
}

function missing(what: string, hints: readonly string[]): RelctlError {
  return new RelctlError('usage.missing-answer', `${what} is missing`, {
    why: 'Nothing was done.',
    hints: [...hints, 'relctl sandbox --help'],
  });
}

/** `whole`: every fault that there is and what was delivered; else only the faults that are on. */
function shown(world: SandboxWorldControl, zone: string, headline: string, whole: boolean): Outcome {
  const faults = world.faults();
  const outbox = world.outbox();
  const listed = faults.filter((fault) => whole || fault.on);
  return {
    result: 'done',
    headline: `${headline}; the sandbox clock says ${formatMoment(world.now(), zone)}`,
    blocks: [
      ...(listed.length === 0
        ? []
        : [
            { kind: 'heading' as const, text: whole ? 'Faults' : 'Faults that are on' },
            {
              kind: 'checks' as const,
              checks: listed.map((fault) => ({
                state: fault.on ? ('warning' as const) : ('skipped' as const),
                text: fault.name,
                detail: fault.description,
              })),
            },
          ]),
      ...(outbox.length === 0 || !whole
        ? []
        : [
            { kind: 'heading' as const, text: 'Messages that were delivered' },
            {
              kind: 'facts' as const,
              facts: outbox.slice(-10).map((message) => [message.topic, message.text] as const),
            },
          ]),
    ],
    data: { now: new Date(world.now()).toISOString(), faults, outbox },
    simulated: true,
  };
}
