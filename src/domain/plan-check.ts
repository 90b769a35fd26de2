/** Something that is wrong with a plan, with how to mend it. */
export interface PlanFinding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Path in the document, for the place. */
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly fix: string;
}
