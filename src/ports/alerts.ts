/** Alerting rules (Prometheus) and active alerts (Alertmanager), read only. Errors: `alerts.unreachable`. */
export interface Alerts {
  /** What is known of an alerting rule. */
  rule(name: string): Promise<AlertRule>;
  /** When the alert last fired within the span (milliseconds since the epoch), or `undefined` if it did not. */
  lastFired(name: string, span: { readonly from: number; readonly to: number }): Promise<number | undefined>;
  /** Alerts that are active and not silenced now. */
  active(): Promise<readonly ActiveAlert[]>;
}

/** A rule as the metrics store holds it. */
export type AlertRule =
  | { readonly loaded: false }
  | { readonly loaded: true; readonly healthy: boolean; readonly problem?: string };

/** An alert that is firing. */
export interface ActiveAlert {
  readonly name: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly since: number;
}
