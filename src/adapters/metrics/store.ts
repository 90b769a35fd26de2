import type { Endpoint, ServiceEndpoint } from '../../plan/endpoint.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { exec } from '../exec.ts';

/** One kind of metrics store. A new one is a file or folder with this and a line in the registry. */
export interface MetricStore {
  /**
   * Opens the store of an environment for reading. Whatever it cannot answer is a typed `NoData` and never an exception.
   * @param settings its entry in relctl.yaml: `environments.<name>.metrics`
   * @throws RelctlError `config.invalid` for settings that it does not understand
   */
  open(settings: Readonly<Record<string, unknown>>, ground: MetricGround): Metrics;
}

/** What a store is given. */
export interface MetricGround {
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** Seconds after which a sample no longer says how things are. */
  readonly staleAfter: number;
  /** Where secrets are looked up, by the names that the settings give. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the repository. */
  readonly cwd: string;
  readonly exec: typeof exec;
  /** Milliseconds since the epoch; the system's clock when left out. */
  readonly now?: () => number;
  /** How an HTTP API is asked, with the login that the settings name, or through the API server of the cluster that it is in. */
  fetchOf(endpoint: Endpoint | ServiceEndpoint): typeof fetch;
}
