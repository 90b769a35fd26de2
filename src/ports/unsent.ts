/**
 * What this machine has begun to send to people and does not know to have arrived. It is kept on the machine and not in the repository, where
 * whoever may push could say of a message that it was sent, or take it out.
 */
export interface Unsent {
  /** Of one release, oldest first. */
  of(release: string): Promise<readonly UnsentMessage[]>;
  /** Remembers a message with the channels that it has not reached; with none left it is forgotten. */
  remember(release: string, message: UnsentMessage): Promise<void>;
}

/** A message as it was queued. */
export interface UnsentMessage {
  readonly key: string;
  readonly topic: string;
  readonly text: string;
  /** Names of the channels that it has not reached. */
  readonly channels: readonly string[];
}
