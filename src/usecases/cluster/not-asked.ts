/** What relctl may not ask of an API server, and what would only be there by then, is no refusal of what it would write. */
export const NOT_ASKED =
  /cannot (create|patch|update|get) resource|does not support dry run|error looking up service account/;
