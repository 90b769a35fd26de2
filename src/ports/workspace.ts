/** The files of the user's repository beside the plans. Paths are relative to its root and stay inside it. */
export interface Workspace {
  /** A path as somebody types it, from the folder in which they stand, as a path from the root. What leads outside stays as it is. */
  here(path: string): string;
  /** Text of a file, or `undefined` when there is none. Errors: `config.invalid` when it cannot be read or is too large. */
  read(path: string): Promise<string | undefined>;
  /** The same for a file of any kind, such as a screenshot. */
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /** Paths of the files that match a glob such as `reports/*.xml`, sorted; a plain path matches itself. */
  find(glob: string): Promise<readonly string[]>;
  /** Writes a file with its folders. Returns false, and writes nothing, when it exists and `overwrite` is not set. */
  write(path: string, content: string | Uint8Array, options?: { readonly overwrite?: boolean }): Promise<boolean>;
  /**
   * What `make` makes of a text; a workspace that is opened for reading may know it from an earlier time. What is made must be
   * plain data that follows from the text alone.
   */
  remembered?<T>(name: string, text: string, make: () => Promise<T>): Promise<T>;
  /** Text of a template that ships with relctl, such as `process/standard-3.0.yaml`. */
  template(path: string): Promise<string>;
}
