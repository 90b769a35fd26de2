import { formatMoment, wallTimeIn } from '../domain/calendar.ts';
import { RelctlError } from '../domain/errors.ts';
import type { Outcome } from '../domain/outcome.ts';
import { durationSeconds } from '../plan/duration.ts';
import type { SandboxControl } from '../ports/sandbox-control.ts';

/** What `relctl sandbox` may be asked. */
export interface SandboxRequest {
  readonly action: string;
  readonly by?: string;
  readonly to?: string;
  readonly name?: string;
  readonly service?: string;
}

const ACTIONS = ['show', 'advance', 'fault', 'clear', 'reset'];

/** Shows and moves the simulated company. Nothing here exists outside the sandbox. */
export async function sandboxControl(control: SandboxControl, request: SandboxRequest): Promise<Outcome> {
  switch (request.action) {
    case 'show':
      return shown(control, 'the simulated company');
    case 'advance': {
      control.advanceTo(target(control, request));
      return shown(control, `the simulated clock was moved`);
    }
    case 'fault':
    case 'clear': {
      const on = request.action === 'fault';
      if (request.name === undefined) throw missing('--name', control);
      control.setFault(request.name, on, request.service);
      return shown(control, `fault ${request.name} is ${on ? 'on' : 'off'}`);
    }
    case 'reset':
      await control.reset();
      return {
        result: 'done',
        headline: 'the simulated company is forgotten; the next command finds a new one',
        blocks: [],
        data: {},
        simulated: true,
      };
    default:
      throw new RelctlError('usage.bad-flag', `sandbox knows no action "${request.action}"`, {
        why: 'Nothing was done.',
        hints: ACTIONS.map((action) => `relctl sandbox ${action}`),
      });
  }
}

function target(control: SandboxControl, { by, to }: SandboxRequest): number {
  const now = control.now();
  if (by !== undefined) {
    if (!/^\d+(s|m|h|d)$/.test(by)) {
      throw new RelctlError('usage.bad-flag', `--by is "${by}", which is not a duration`, {
        why: 'The clock only moves by a length of time that is understood.',
        hints: ['relctl sandbox advance --by 4d', 'relctl sandbox advance --by 90m'],
      });
    }
    return now + durationSeconds(by) * 1000;
  }
  if (to === undefined) throw missing('--by or --to', control);
  const at = wallTimeIn(to, control.timeZone);
  if (at === undefined || at < now) {
    throw new RelctlError('usage.bad-flag', `--to is "${to}", which is not a time from now on`, {
      why: `It is ${formatMoment(now, control.timeZone)} in the sandbox, and its clock only moves forward.`,
      hints: ['relctl sandbox advance --to 2026-12-03T14:00'],
    });
  }
  return at;
}

function missing(flag: string, control: SandboxControl): RelctlError {
  return new RelctlError('usage.missing-answer', `${flag} is missing`, {
    why: 'Nothing was done.',
    hints: ['relctl sandbox --help', ...control.faults().map((fault) => `--name ${fault.name}   ${fault.description}`)],
  });
}

function shown(control: SandboxControl, headline: string): Outcome {
  const faults = control.faults();
  const outbox = control.outbox();
  return {
    result: 'done',
    headline: `${headline}; its clock says ${formatMoment(control.now(), control.timeZone)}`,
    blocks: [
      { kind: 'heading', text: 'Faults' },
      {
        kind: 'checks',
        checks: faults.map((fault) => ({
          state: fault.on ? 'failed' : 'skipped',
          text: fault.name,
          detail: fault.description,
        })),
      },
      ...(outbox.length === 0
        ? []
        : [
            { kind: 'heading' as const, text: 'Messages that were delivered' },
            {
              kind: 'facts' as const,
              facts: outbox.slice(-10).map((message) => [message.topic, message.text] as const),
            },
          ]),
    ],
    data: { now: new Date(control.now()).toISOString(), faults, outbox },
    simulated: true,
  };
}
