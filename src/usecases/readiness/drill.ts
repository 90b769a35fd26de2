import { RelctlError } from '../../errors.ts';
import type { Spec } from '../../plan/spec.ts';
import { command } from '../../text/command-line.ts';
import { recordedEnd } from '../checks/command-end.ts';
import { stopIfInterrupted } from '../cluster/interrupted.ts';
import type { Context } from '../release/context.ts';

type Alert = Spec['alerts'][number];

/** How an alert was tried. By its command it really fires; a synthetic alert proves the route and nothing of the rule. */
export interface Drill {
  readonly how: 'command' | 'synthetic';
  readonly ok: boolean;
  readonly detail: string;
}

const COMMAND_TIMEOUT_MS = 60_000;
/** A rule may have to be true for some minutes before it fires. */
const FIRE_WITHIN_MS = 15 * 60_000;
/** Prometheus tells Alertmanager within a minute, as a rule. */
const ROUTE_WITHIN_MS = 90_000;
const SYNTHETIC_FOR_MS = 5 * 60_000;
const POLL_MS = 5000;

/** The alerts of the plan that `--drill` names. Errors: `usage.bad-flag` for one that is not there. */
export function drillsAsked(spec: Spec, names: readonly string[]): readonly Alert[] {
  return names.map((name) => {
    const alert = spec.alerts.find((one) => one.name === name);
    if (alert !== undefined) return alert;
    throw new RelctlError('usage.bad-flag', `the plan has no alert "${name}"`, {
      why: 'Only alerts of this release are drilled.',
      hints: spec.alerts.map((one) => command`--drill ${one.name}`),
    });
  });
}

/** Lets an alert fire in staging by the command of the plan; without one, posts a synthetic alert to the router. */
export async function drill(context: Context, release: string, alert: Alert): Promise<Drill> {
  return alert.drill === undefined ? synthetic(context, release, alert) : byCommand(context, alert, alert.drill);
}

async function byCommand(context: Context, alert: Alert, argv: readonly string[]): Promise<Drill> {
  const began = context.clock.now();
  const end = await context.environments.commands.run(argv, { timeout: COMMAND_TIMEOUT_MS });
  if (end.exitCode !== 0) {
    return { how: 'command', ok: false, detail: `its drill ${recordedEnd(argv, end, alert.keepOutput).detail}` };
  }
  const alerts = context.environments.alerts('staging');
  const fired = await eventually(context, `${alert.name} to fire`, FIRE_WITHIN_MS, async () => {
    return (await alerts.lastFired(alert.name, { from: began - 1, to: context.clock.now() })) !== undefined;
  });
  if (!fired) return { how: 'command', ok: false, detail: 'its drill ran, but it did not fire within 15 minutes' };
  await untilRouted(context, alert);
  return { how: 'command', ok: true, detail: `fired by its drill, ${argv[0]}` };
}

async function synthetic(context: Context, release: string, alert: Alert): Promise<Drill> {
  const labels = {
    alertname: alert.name,
    severity: alert.severity,
    ...(alert.service === undefined ? {} : { service: alert.service }),
    relctl_drill: release,
  };
  const until = context.clock.now() + SYNTHETIC_FOR_MS;
  await context.environments.alerts('staging').inject(labels, `Drill of ${release}; nothing is wrong`, until);
  const routed = await untilRouted(context, alert);
  return {
    how: 'synthetic',
    ok: routed,
    detail: routed
      ? 'a synthetic alert tests the routing only, not the rule'
      : 'a synthetic alert was posted, but the router does not show it',
  };
}

function untilRouted(context: Context, alert: Alert): Promise<boolean> {
  return eventually(context, `${alert.name} to be routed`, ROUTE_WITHIN_MS, async () => {
    const { state } = await context.environments.alerts('staging').routed(alert.name);
    return state !== 'not-active';
  });
}

async function eventually(
  context: Context,
  subject: string,
  within: number,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = context.clock.now() + within;
  for (;;) {
    if (await isSo()) return true;
    if (context.clock.now() >= deadline) return false;
    context.sink.emit({ type: 'waiting', subject, detail: 'not yet' });
    await context.clock.sleep(POLL_MS, context.interruption.signal);
    stopIfInterrupted(context);
  }
}
