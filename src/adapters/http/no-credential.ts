/**
 * A request that was never sent, because what it must log in with is not there. Its message names the variable, file or program, and
 * nothing that it held.
 */
export class NoCredential extends Error {}
