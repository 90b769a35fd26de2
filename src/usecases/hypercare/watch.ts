import { formatMoment, timeOf } from '../../domain/calendar.ts';
import type { Context } from '../context.ts';
import type { Release } from '../release.ts';
import { type Observation, observe } from './observe.ts';

/** The screen is drawn anew this often. */
const REDRAW_MS = 60_000;
const STEP = 'hypercare';

/**
 * Watches hypercare until somebody ends it with Ctrl-C or q, or its time has passed. An observation is recorded when what it
 * says changes and at the end, so that watching fills no history.
 * @returns the last observation
 */
export async function watch(context: Context, release: Release, note: string): Promise<Observation> {
  const { clock, interruption, sink } = context;
  const { journal } = release;
  const { metadata, spec } = journal.plan;
  const until = timeOf(journal.state.hypercare?.until ?? '');
  const title = `Hypercare of ${metadata.feature}, until ${formatMoment(until, spec.window.timeZone)} (q ends the watch)`;
  sink.emit({ type: 'step', step: STEP, title, state: 'started' });
  const letKeysGo = interruption.takeKeys?.();
  try {
    let seen = await look(context, release, note);
    await journal.record('hypercare.observed', seen);
    while (!interruption.signal.aborted && clock.now() < until) {
      await clock.sleep(Math.min(REDRAW_MS, until - clock.now()), interruption.signal);
      const now = await look(context, release, note);
      const isLast = interruption.signal.aborted || clock.now() >= until;
      if (isLast || meaningOf(now) !== meaningOf(seen)) await journal.record('hypercare.observed', now);
      seen = now;
    }
    const state = seen.healthy ? 'completed' : 'failed';
    sink.emit({ type: 'step', step: STEP, title, state, detail: seen.healthy ? 'healthy' : 'not healthy' });
    return seen;
  } finally {
    letKeysGo?.();
  }
}

async function look(context: Context, release: Release, note: string): Promise<Observation> {
  const seen = await observe(context, release, note);
  const show = (subject: string, detail: string) => context.sink.emit({ type: 'waiting', subject, detail });
  show('looked at', formatMoment(timeOf(seen.to), release.journal.plan.spec.window.timeZone));
  for (const slo of seen.slos) show(slo.name, `${slo.ok ? 'ok' : 'NOT OK'}: ${slo.detail}`);
  show('alerts', seen.alerts.join('; ') || 'none');
  show('holes in the data', seen.gaps.join('; ') || 'none');
  return seen;
}

/** What of an observation is news when it changes: the state of each SLO, and which alerts fire. */
function meaningOf(seen: Observation): string {
  return JSON.stringify([seen.healthy, seen.slos.map((slo) => [slo.name, slo.code]), seen.alerts, seen.gaps.length]);
}
