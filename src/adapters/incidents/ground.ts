import type { Endpoint } from '../../plan/endpoint.ts';
import type { exec } from '../exec.ts';

/** What an incident system is given. */
export interface IncidentGround {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the repository. */
  readonly cwd: string;
  readonly exec: typeof exec;
  /** How an HTTP API is asked, with the login that the settings name. */
  fetchOf(endpoint: Endpoint): typeof fetch;
}
