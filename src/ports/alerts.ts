/** Alerting rules (Prometheus) and active alerts (Alertmanager). Errors: `alerts.unreachable`. */
export interface Alerts {
  /** What is known of an alerting rule. */
  rule(name: string): Promise<AlertRule>;
  /** When the alert last fired within the span (milliseconds since the epoch), or `undefined` if it did not. */
  lastFired(name: string, span: { readonly from: number; readonly to: number }): Promise<number | undefined>;
  /** Alerts that are active and not silenced now. */
  active(): Promise<readonly ActiveAlert[]>;
  /** Where an alert that is active now is sent. */
  routed(name: string): Promise<AlertRoute>;
  /**
   * Hands a synthetic alert to the router, as a drill. It proves the route and nothing of the rule.
   * @param until when it resolves by itself, milliseconds since the epoch
   */
  inject(labels: Readonly<Record<string, string>>, note: string, until: number): Promise<void>;
}

/** What the router says of an alert. */
export type AlertRoute =
  /** No router is configured: nothing can be said. */
  | { readonly state: 'no-router' }
  /** The router does not know it now. */
  | { readonly state: 'not-active' }
  | { readonly state: 'silenced'; readonly receivers: readonly string[] }
  | { readonly state: 'routed'; readonly receivers: readonly string[] };

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
