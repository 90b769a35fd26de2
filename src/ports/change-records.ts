/**
 * The system in which a company keeps its changes (a ticket system). A change is found by its correlation id, which is made from the
 * repository and the release and never from what an earlier call answered: so a call whose answer was lost is found again.
 * Errors: `change-record.failed`; `data.refused` is true where the system took nothing for certain.
 */
export interface ChangeRecords {
  /** What the system is called, such as `servicenow`. */
  readonly system: string;
  /**
   * Every record with this correlation id, oldest first.
   * @param known key of the record that is known to be there: a search may not see it yet
   */
  find(correlation: string, known?: string): Promise<readonly ChangeRecord[]>;
  /** Creates a record; it is planned, and its approval is the company's own affair. */
  create(change: NewChange): Promise<ChangeRecord>;
  /** Marks that stand in the notes of a record, each such as `[relctl 3f…]`; `undefined` where they cannot be read. */
  marks(record: ChangeRecord): Promise<ReadonlySet<string> | undefined>;
  /** Changes a record and returns it as it is then. Whoever answers with success and changes nothing has failed. */
  update(record: ChangeRecord, change: ChangeUpdate): Promise<ChangeRecord>;
}

/** Where a change stands, in the words of relctl; each system maps them to its own. */
export type ChangeStage = 'planned' | 'implementing' | 'reviewing' | 'closed' | 'cancelled';

/** A change in the system. */
export interface ChangeRecord {
  /** What the system finds it by. */
  readonly key: string;
  /** What people call it, such as CHG0030001. */
  readonly number: string;
  /** Where people open it. */
  readonly url?: string | undefined;
  /** `other` for a state that is none of relctl's. */
  readonly stage: ChangeStage | 'other';
  readonly decision: 'approved' | 'rejected' | 'pending';
  /** Planned start and end, milliseconds since the epoch. */
  readonly window: ChangeWindow | undefined;
}

/** Planned start and end, milliseconds since the epoch. */
export interface ChangeWindow {
  readonly start: number;
  readonly end: number;
}

/** A change that is to be created. */
export interface NewChange {
  readonly correlation: string;
  readonly title: string;
  readonly description: string;
  readonly window: ChangeWindow;
}

/** What is changed; what is left out stays. */
export interface ChangeUpdate {
  readonly stage?: ChangeStage;
  readonly window?: ChangeWindow;
  readonly description?: string;
  /** A note for those who work on the change, with its mark. */
  readonly note?: string;
  /** How it ended, with `closed`. */
  readonly end?: ChangeEnd;
}

/** How a change ended. */
export interface ChangeEnd {
  readonly outcome: 'successful' | 'successful-with-issues' | 'unsuccessful';
  readonly notes: string;
}
