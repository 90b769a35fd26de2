import { timeOf } from '../../domain/schedule/calendar.ts';
import type { Context } from '../release/context.ts';
import type { Release } from '../release/open.ts';
import { reportIncident, wasTold } from './acts.ts';

/**
 * Takes over what the company's own system says of incidents since the deployment began: those that are open there are open here, whatever somebody
 * typed, and those that ended there end here. Incidents that only people linked stay theirs.
 * @returns why the system could not be read; then nobody knows whether there is an incident
 */
export async function takeOverIncidents(context: Context, release: Release): Promise<string | undefined> {
  const { incidents, clock } = context;
  const { journal } = release;
  const { deployment } = journal.state;
  if (incidents === undefined || deployment === undefined) return undefined;
  const read = await incidents.opened({ from: timeOf(deployment.started.at), to: clock.now() });
  if (!read.ok) return `${incidents.system}: ${read.noData.detail}`;
  for (const { ref, title, severity, isOpen } of read.value) {
    // That it stands here is no word of how bad it is: it may have become worse, or somebody without a key has written it down as a small one.
    // Whoever wrote it, one that stands open only asks for more; when an incident ended, which the quiet time goes by, nobody says without a key.
    const stands = journal.state.incidents.some(
      (one) => one.ref === ref && one.closedAt === undefined && one.severity <= severity,
    );
    if (!(isOpen ? stands : wasTold(release, ref, severity)))
      await reportIncident(context, release, { ref, severity: String(severity), resolved: false, note: title });
    const standsOpen = journal.state.incidents.some((one) => one.ref === ref && one.closedAt === undefined);
    if (!isOpen && standsOpen) await reportIncident(context, release, { ref, resolved: true, note: title });
  }
  return undefined;
}
