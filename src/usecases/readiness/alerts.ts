import { formatMoment, timeOf } from '../../domain/schedule/calendar.ts';
import { RelctlError } from '../../errors.ts';
import type { Spec } from '../../plan/spec.ts';
import type { AlertRoute, Alerts } from '../../ports/alerts.ts';
import { command } from '../../text/command-line.ts';
import type { RecordedCheck } from '../checks/check-lines.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import type { Drill } from './drill.ts';

type Alert = Spec['alerts'][number];
type Finding = Pick<RecordedCheck, 'ok' | 'detail' | 'warning'>;

/**
 * Whether a new alert is proven: its rule is loaded and healthy, it has fired in staging since the candidate was deployed there,
 * and it reached somebody.
 */
export async function checkAlert(
  context: Context,
  release: Release,
  alert: Alert,
  drill: Drill | undefined,
): Promise<RecordedCheck> {
  const name = `alert ${alert.name}`;
  if (drill?.ok === false) return { name, ok: false, detail: drill.detail };
  try {
    return { name, ...(await prove(context, release, alert, drill)) };
  } catch (error) {
    if (error instanceof RelctlError) return { name, ok: false, detail: error.message };
    throw error;
  }
}

async function prove(
  context: Pick<Context, 'clock' | 'environments'>,
  release: Release,
  alert: Alert,
  drill: Drill | undefined,
): Promise<Finding> {
  const { plan, state } = release.journal;
  const alerts: Alerts = context.environments.alerts('staging');
  const rule = await alerts.rule(alert.name);
  if (!rule.loaded) return { ok: false, detail: 'its rule is not loaded in staging' };
  if (!rule.healthy) return { ok: false, detail: `its rule is not healthy: ${rule.problem ?? 'unknown'}` };
  const staged = timeOf(state.stage?.at ?? '');
  const fired = await alerts.lastFired(alert.name, { from: staged, to: context.clock.now() });
  if (fired === undefined) {
    return { ok: false, detail: 'it has not fired in staging since the candidate was deployed there' };
  }
  const when = `fired in staging ${formatMoment(fired, plan.spec.window.timeZone)}`;
  return proveRoute(plan.id, alert, when, await alerts.routed(alert.name), drill);
}

function proveRoute(id: string, alert: Alert, when: string, route: AlertRoute, drill: Drill | undefined): Finding {
  const said = drill === undefined ? '' : `; ${drill.detail}`;
  switch (route.state) {
    case 'no-router':
      return {
        ok: true,
        warning: true,
        detail: `${when}; no Alertmanager is configured, so its routing was not checked`,
      };
    case 'not-active':
      return {
        ok: false,
        detail: `${when}, but Alertmanager does not show it now, so its routing is unknown: ${command`relctl signoff ops ${id} --drill ${alert.name}`}`,
      };
    case 'silenced':
      return { ok: false, detail: `${when}, but it is silenced or inhibited: nobody would be notified` };
    case 'routed':
      return {
        ok: route.receivers.length > 0,
        detail: `${when}, routed to ${route.receivers.join(', ') || 'nobody'}${said}`,
        ...(drill?.how === 'synthetic' ? { warning: true } : {}),
      };
  }
}
