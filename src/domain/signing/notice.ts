import type { SigningFacts } from '../gates/gate.ts';

/**
 * What every page says about approvals that prove nothing; `undefined` where they are signed, and in the sandbox, whose pages
 * say more than that.
 */
export function unsignedNotice(signing: Pick<SigningFacts, 'mode'> | undefined): string | undefined {
  return signing?.mode === 'unsigned'
    ? 'Approvals of this release are not signed: each is the claim of whoever could write the file (docs/signing.md).'
    : undefined;
}
