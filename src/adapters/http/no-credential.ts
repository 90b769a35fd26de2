/** A request that did not reach whom it was for; its message says why, for people, and holds no secret. */
export class NotReached extends Error {}

/**
 * A request that was never sent, because what it must log in with is not there. Its message names the variable, file or program, and
 * nothing that it held.
 */
export class NoCredential extends NotReached {}
