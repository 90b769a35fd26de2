import type { IncidentSettings } from '../../plan/incidents.ts';
import type { Incidents } from '../../ports/incidents.ts';
import { commandIncidents } from './command.ts';
import type { IncidentGround } from './ground.ts';
import { pagerDuty } from './pagerduty.ts';

/** The incident system that relctl.yaml names; nothing is asked yet. */
export function openIncidents(settings: IncidentSettings, ground: IncidentGround): Incidents {
  return settings.kind === 'command' ? commandIncidents(settings, ground) : pagerDuty(settings, ground);
}
