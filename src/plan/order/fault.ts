/** An event that the process could not have recorded where it stands. */
export interface OrderFault {
  readonly seq: number;
  /** The end of the sentence "event 7 …". */
  readonly problem: string;
}
