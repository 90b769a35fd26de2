import { standsInProduction } from '../../domain/history/state.ts';
import { formatMoment, timeOf } from '../../domain/schedule/calendar.ts';
import type { Context } from '../release/context.ts';
import { openRelease, type Release } from '../release/open.ts';
import { activeAlerts, firstLookAt, type Observation, observe } from './observe.ts';

/** The screen is drawn anew this often. */
const REDRAW_MS = 60_000;
const STEP = 'hypercare';

/** How a watch ended. */
export interface Watched {
  /** The release as it stands then. */
  readonly release: Release;
  /** What was seen last; nothing where the watch was ended before there was anything to see. */
  readonly seen: Observation | undefined;
  /** True where hypercare ended under the watch: somebody signed it off, or puts production back. */
  readonly isOver: boolean;
}

/**
 * Watches hypercare until somebody ends it with Ctrl-C or q, its time has passed, or somebody else ends it: signs it off or
 * rolls the release back. An observation is recorded when what it says changes and at the end, so that watching fills no
 * history. The plan is read anew for each look: others link incidents and extend hypercare meanwhile. While production is put
 * back nothing is recorded, because the rollback's own records must find the file as it left it.
 */
export async function watch(context: Context, opened: Release, note: string): Promise<Watched> {
  const { clock, interruption, sink } = context;
  const { id, metadata } = opened.journal.plan;
  const title = `Hypercare of ${metadata.feature} (q ends the watch)`;
  sink.emit({ type: 'step', step: STEP, title, state: 'started' });
  const letKeysGo = interruption.takeKeys?.();
  let release = opened;
  let seen: Observation | undefined;
  let isOver = !isWatchable(opened);
  try {
    while (!isOver) {
      const until = timeOf(release.journal.state.hypercare?.until ?? '');
      const isLast = interruption.signal.aborted || clock.now() >= until;
      const early = firstLookAt(release) - clock.now();
      if (early > 0) await lookEarly(context, release);
      else {
        const now = await look(context, release, note);
        if (seen === undefined || isLast || meaningOf(now) !== meaningOf(seen)) {
          await release.journal.record('hypercare.observed', now);
        }
        seen = now;
      }
      if (isLast) break;
      const next = early > 0 ? early : until - clock.now();
      await clock.sleep(Math.min(REDRAW_MS, next), interruption.signal);
      release = await openRelease(context, id, { others: false });
      isOver = !isWatchable(release);
    }
    sink.emit({ type: 'step', step: STEP, title, ...endOf(seen) });
    return { release, seen, isOver };
  } finally {
    letKeysGo?.();
  }
}

function isWatchable({ journal }: Release): boolean {
  const { state } = journal;
  return state.phase === 'hypercare' && state.hypercare?.closed === undefined && !standsInProduction(state);
}

async function look(context: Context, release: Release, note: string): Promise<Observation> {
  const seen = await observe(context, release, note);
  const show = shower(context);
  showTimes(context, release);
  for (const slo of seen.slos) show(slo.name, `${slo.ok ? 'ok' : 'NOT OK'}: ${slo.detail}`);
  show('alerts', seen.alertsUnknown === undefined ? seen.alerts.join('; ') || 'none' : 'not known');
  show('gaps in the data', seen.gaps.join('; ') || 'none');
  return seen;
}

/** Before the first scrapes of the time have come in there are only alerts to be seen, and when there will be more. */
async function lookEarly(context: Context, release: Release): Promise<void> {
  const { severities } = release.policy.hypercare;
  const alerts = await activeAlerts(context, severities);
  const show = shower(context);
  showTimes(context, release);
  const { timeZone } = release.journal.plan.spec.window;
  show('error budgets', `there is data from ${formatMoment(firstLookAt(release), timeZone)} on`);
  const active = alerts.active.map((alert) => alert.text).join('; ');
  show('alerts', alerts.unknown === undefined ? active || 'none' : 'not known');
}

function showTimes(context: Context, release: Release): void {
  const { plan, state } = release.journal;
  const { timeZone } = plan.spec.window;
  const show = shower(context);
  show('lasts until', formatMoment(timeOf(state.hypercare?.until ?? ''), timeZone));
  show('looked at', formatMoment(context.clock.now(), timeZone));
}

function shower({ sink }: Pick<Context, 'sink'>): (subject: string, detail: string) => void {
  return (subject, detail) => sink.emit({ type: 'waiting', subject, detail });
}

function endOf(seen: Observation | undefined): { readonly state: 'completed' | 'failed'; readonly detail: string } {
  if (seen === undefined) return { state: 'completed', detail: 'ended before there was any data' };
  return seen.healthy ? { state: 'completed', detail: 'healthy' } : { state: 'failed', detail: 'not healthy' };
}

/** What of an observation is news when it changes: the state of each SLO, and which alerts fire. */
function meaningOf(seen: Observation): string {
  return JSON.stringify([
    seen.healthy,
    seen.slos.map((slo) => [slo.name, slo.code]),
    seen.alerts,
    seen.alertsUnknown === undefined,
    seen.gaps.length,
    seen.drift,
  ]);
}
