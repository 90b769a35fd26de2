/** What the flags of `relctl plan` answer; the rest is asked, read, or left to be written. */
export interface PlanOptions {
  /** The feature, as notifications name it. */
  readonly feature?: string;
  /** What production runs now: a branch, tag or commit. */
  readonly base?: string;
  /** The feature branches that the Product Manager selected. */
  readonly branches: readonly string[];
  /** The exact commit, when it exists already: a branch, tag or commit. */
  readonly candidate?: string;
  /** `<start>/<end>` in wall-clock time. */
  readonly window?: string;
  readonly timeZone?: string;
  /** `<service>=<image>`; a service that is named ships, whether or not the difference touches it. */
  readonly images: readonly string[];
  /** Why unapproved branches are taken all the same. */
  readonly exception?: string;
  readonly owners: OwnerAnswers;
}

/** E-mail addresses by role, as far as flags give them. */
export interface OwnerAnswers {
  readonly productManager?: string;
  readonly rdLead?: string;
  readonly operations: readonly string[];
  readonly qa: readonly string[];
  readonly cab: readonly string[];
  readonly informed: readonly string[];
}

/** True when the flags ask for no change of what the plan says; it is then only brought up to date with the difference. */
export function asksNothing(options: PlanOptions): boolean {
  const { owners, branches, images, exception: _exception, ...texts } = options;
  const { operations, qa, cab, informed, ...people } = owners;
  return (
    [branches, images, operations, qa, cab, informed].every((list) => list.length === 0) &&
    [...Object.values(texts), ...Object.values(people)].every((value) => value === undefined)
  );
}
