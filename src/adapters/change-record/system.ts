import type { Endpoint } from '../../plan/endpoint.ts';
import type { ChangeRecords } from '../../ports/change-records.ts';
import type { exec } from '../exec.ts';

/** One kind of system of changes. A new one is a file or folder with this and a line in the registry. */
export interface ChangeSystem<Settings = unknown> {
  /** Opens the system; nothing is sent yet. Its calls fail with `change-record.failed`. */
  open(settings: Settings, ground: ChangeGround): ChangeRecords;
}

/** What a system is given. */
export interface ChangeGround {
  /** Milliseconds for one answer. */
  readonly timeout: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the repository. */
  readonly cwd: string;
  readonly exec: typeof exec;
  /** How an HTTP API is asked, with the login that the settings name. */
  fetchOf(endpoint: Endpoint): typeof fetch;
}
