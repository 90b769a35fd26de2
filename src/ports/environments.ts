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
  /** Errors: `config.invalid` when no Prometheus is configured. */
  metrics(environment: EnvironmentName): Metrics;
  alerts(environment: EnvironmentName): Alerts;
  readonly commands: CommandRunner;
  readonly http: HttpProbe;
  readonly success: SuccessSource;
  readonly tcp: TcpProbe;
}
