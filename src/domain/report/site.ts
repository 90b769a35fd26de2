/** Where a page lies in a site, and where one gets from it. Addresses are relative, so that a site may lie anywhere. */
export interface SitePlace {
  /** The way to all releases. */
  readonly home: string;
  /** The pages of the release, in order; the one without an address is this one. */
  readonly pages: readonly { readonly name: string; readonly href: string | undefined }[];
}

/** The page of a release inside a site; it never changes, whatever becomes of the release. */
export function releaseAddress(id: string): string {
  return `releases/${id}/index.html`;
}

/** The plan of a release inside a site. */
export function planAddress(id: string): string {
  return `releases/${id}/plan.html`;
}

/** What the board read in a round. */
export function packetAddress(id: string, round: number): string {
  return `releases/${id}/packet-${round}.html`;
}

/**
 * The place of a page of a release.
 * @param here its address
 * @param rounds rounds of the board of which there is a packet
 */
export function placeInSite(id: string, here: string, rounds: readonly number[]): SitePlace {
  const pages = [
    { name: 'Report', address: releaseAddress(id) },
    { name: 'Plan', address: planAddress(id) },
    ...rounds.map((round) => ({ name: `Packet of round ${round}`, address: packetAddress(id, round) })),
  ];
  return {
    home: '../../index.html',
    pages: pages.map(({ name, address }) => ({ name, href: address === here ? undefined : address.split('/').at(-1) })),
  };
}
