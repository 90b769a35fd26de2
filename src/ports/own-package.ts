/** The package of the relctl that runs: what a repository keeps so that its CI runs exactly this one. */
export interface OwnPackage {
  readonly version: string;
  /**
   * The package as npm lays it out (`package/bin/relctl.js`), gzipped; the same bytes each time that this relctl packs itself.
   * @returns `undefined` where relctl runs from its sources and there is no bundle to pack
   */
  pack(): Promise<Uint8Array | undefined>;
}
