/**
 * Every way in which a signed act can fail to count, with what it means and who puts it right. A code is the key of this
 * registry; audit, gates and errors all use it.
 */
export const SIGNATURE_FAULTS = {
  // Form
  'signature-missing': 'it is not signed, and the policy counts only what is signed',
  'signature-malformed': 'its signature is not an SSH signature',
  'statement-malformed': 'what was signed is not a statement of relctl',
  'statement-not-canonical': 'what was signed is not written as relctl writes it',
  'statement-not-signed': 'the signature is not one of this text by this key',
  'fingerprint-mismatch': 'the key that is recorded is not the one that signed',
  // Who
  'namespace-mismatch': 'it was signed for another purpose',
  'actor-mismatch': 'the event names another person than the statement',
  'signer-unknown': 'its signer has no key among the allowed signers',
  'signer-spelled-otherwise': 'its signer is spelled otherwise among the allowed signers',
  'signer-without-grant': 'its signer may not sign for this role',
  'signer-without-role': 'its signer does not hold the role in this release',
  'delegation-missing': 'its signer stands in for somebody without a delegation that covers the day',
  'key-unknown': 'it was signed with a key that is not one of its signer',
  'key-not-yet-valid': 'its key was not valid yet when it was taken in',
  'key-expired': 'its key was not valid any more when it was taken in',
  'key-expired-since': 'its key is not valid any more, and nothing proves that a deployment used it before',
  'key-revoked': 'its key is revoked',
  // On a forge
  'proof-not-accepted': 'the policy does not take this proof for this act (signing.accepts)',
  'collector-not-a-machine': 'who collected it on the forge is none of the machines of the policy',
  'forge-of-another': 'the forge that was asked is not the one that the protected branch names',
  'login-of-another': 'the login on the forge is not one of its person',
  'ballot-of-another': 'its ballot is that of another round or another text of the plan',
  // What
  'wrong-release': 'it was given for another release',
  'wrong-repository': 'it was given in another repository',
  'wrong-environment': 'it was given for another environment',
  'wrong-role': 'it was given in another role',
  'wrong-round': 'it was given in another round',
  'decision-mismatch': 'the event says another decision than the statement',
  'delegator-mismatch': 'the event names another person to stand in for than the statement',
  'checks-mismatch': 'the checks or files of the event are not those that were signed',
  'act-mismatch': 'the event was changed after it was signed',
  'spec-changed': 'the plan says something else than what was signed',
  'text-changed': 'the text of the plan is not the one that was signed (a comment, an order, a space)',
  'images-changed': 'other images are in staging than when it was signed',
  // Under which rules
  'policy-of-another-process': 'it was given under another process',
  'policy-not-protected': 'it was given under a policy that never stood on the protected branch',
  'policy-not-in-force': 'the rules that it was given under were not those of the protected branch at that time',
  'policy-mismatch': 'it names a policy text that does not stand at the commit that it names',
  // When
  'issued-in-future': 'it was signed later than it was taken in',
  'taken-in-late': 'it was taken in more than a day after it was signed',
  'issued-before-seen': 'it was signed before what its signer is said to have seen',
  'from-the-future': 'it is dated in the future',
  'dated-back': 'it is dated before what was signed and stands before it',
  'lifetime-too-long': 'it was made to last longer than the policy allows',
  'approval-expired': 'it has expired',
  'seen-unknown': 'what its signer had seen does not stand before it: the history was cut, reordered or rewritten',
  'seen-too-early': 'its signer had not seen what is decided on',
  'nonce-reused': 'the same statement was used before',
  // People
  'key-of-two-people': 'its key also signed as somebody else',
  'person-counted-already': 'its signer already decided under another name or in the place of another',
  'one-person-two-roles': 'its signer also signed in another role',
  'signer-is-author': 'its signer wrote or submitted the plan',
  'signer-is-contributor': 'its signer has commits in the candidate',
  'contributors-unknown': 'who contributed to the candidate cannot be read, so nobody is known to be independent',
  simulated: 'it was made in the sandbox',
} as const;

/** A key of the registry. */
export type SignatureFault = keyof typeof SIGNATURE_FAULTS;
