/** Something that was found and added, or that stands in the plan although the difference does not show it. */
export interface Notice {
  readonly kind: 'service' | 'variable' | 'migration' | 'resource' | 'alert' | 'slo' | 'finding' | 'image' | 'branch';
  readonly name: string;
  /** Evidence, or why it is stale. */
  readonly detail: string;
}

/** Makes a notice. */
export const notice = (kind: Notice['kind'], name: string, detail: string): Notice => ({ kind, name, detail });
