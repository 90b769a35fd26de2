/** Writes invitations as calendars take them. */
export interface Invitations {
  /** The text of an iCalendar file. */
  write(invitation: Invitation): Promise<string>;
}

/** A meeting that people are invited to. */
export interface Invitation {
  /** Id of the release; with the kind of meeting it stands for the entry for ever. */
  readonly release: string;
  readonly meeting: 'review';
  readonly summary: string;
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly organizer: string;
  readonly attendees: readonly string[];
  /** Rises with each version of the entry. */
  readonly sequence: number;
  /** When this version was made, milliseconds since the epoch. */
  readonly stamp: number;
}
