import type { Endpoint } from '../../plan/endpoint.ts';
import type { IncidentSettings } from '../../plan/incidents.ts';
import type { Incidents } from '../../ports/incidents.ts';
import type { exec } from '../exec.ts';
import { commandIncidents } from './command.ts';
import { pagerDuty } from './pagerduty.ts';

/** What an incident system is given. */
export interface IncidentGround {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the repository. */
  readonly cwd: string;
  readonly exec: typeof exec;
  /** How an HTTP API is asked, with the login that the settings name. */
  fetchOf(endpoint: Endpoint): typeof fetch;
}

/** The incident system that relctl.yaml names; nothing is asked yet. */
export function openIncidents(settings: IncidentSettings, ground: IncidentGround): Incidents {
  return settings.kind === 'command' ? commandIncidents(settings, ground) : pagerDuty(settings, ground);
}
