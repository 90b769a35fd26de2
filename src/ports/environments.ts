import type { EnvironmentName } from '../plan/config.ts';
import type { Alerts } from './alerts.ts';
import type { Cluster } from './cluster.ts';
import type { CommandRunner, HttpProbe, TcpProbe } from './commands.ts';
import type { Metrics } from './metrics.ts';
import type { SuccessSource } from './success-source.ts';

/**
 * The world that a release is carried out in: the real one, or the sandbox. Parts are made when they are first asked for,
 * so that a command that needs no cluster needs no kubectl.
 */
export interface Environments {
  /** True for the sandbox: whatever is recorded there is marked `simulated`. */
  readonly simulated: boolean;
  /** The cluster of an environment, or of one of its regions. Errors: `config.unknown-environment`. */
  cluster(environment: EnvironmentName, region?: string): Cluster;
  /** Another namespace of the production cluster, where a reconciler keeps its own objects; only read. */
  reconciler?(namespace: string): Pick<Cluster, 'get'>;
  /**
   * The metrics of an environment as a whole, or the store that a region of it has of its own. Errors: `config.invalid` when none is
   * configured.
   */
  metrics(environment: EnvironmentName, region?: string): Metrics;
  alerts(environment: EnvironmentName): Alerts;
  /** Metrics stores and Alertmanagers that answer inside the cluster of an environment or region, the best first. Errors: those of a cluster. */
  observers(environment: EnvironmentName, region?: string): Promise<readonly FoundObserver[]>;
  readonly commands: CommandRunner;
  readonly http: HttpProbe;
  readonly success: SuccessSource;
  readonly tcp: TcpProbe;
}

/** A Service inside a cluster that has answered as a metrics store or an Alertmanager does. */
export interface FoundObserver {
  readonly kind: 'prometheus' | 'alertmanager';
  readonly namespace: string;
  readonly service: string;
  readonly port: number | string;
  /** Prefix of its paths; empty for none. */
  readonly path: string;
}
