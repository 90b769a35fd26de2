/**
 * For all YAML that relctl writes: what a value holds twice is written twice. The library would write an anchor for it, which no plan and no
 * relctl.yaml may hold (guard.ts).
 */
export const PLAIN_YAML = { aliasDuplicateObjects: false } as const;
