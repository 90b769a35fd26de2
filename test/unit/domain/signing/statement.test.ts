import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSshSignature } from '../../../../src/domain/signing/sshsig.ts';
import {
  actDigest,
  buildStatement,
  readStatement,
  type Statement,
  type StatementFacts,
  statementText,
} from '../../../../src/domain/signing/statement.ts';
import { SAMPLE_ID } from '../../../support/sample-plan.ts';

const HASH = 'a'.repeat(64);

function facts(change: Partial<StatementFacts> = {}): StatementFacts {
  return {
    release: SAMPLE_ID,
    act: 'cab',
    event: { type: 'condition.closed', data: { condition: 'load test', evidence: 'SHOP-1' } },
    specDigest: HASH,
    textDigest: 'b'.repeat(64),
    images: undefined,
    round: 1,
    repository: 'git.example.com/shop/shop',
    policy: { process: 'standard@3.0', version: '3.0', sha256: HASH, commit: 'c'.repeat(40) },
    seen: HASH,
    signer: 'ada@example.com',
    issuedAt: '2026-11-20T09:00:00.000Z',
    expiresAt: '2026-12-20T09:00:00.000Z',
    nonce: '0'.repeat(32),
    ...change,
  };
}

describe('a statement', () => {
  it('is an in-toto Statement v1 with relctl’s own predicate', () => {
    const statement = buildStatement(facts());
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://relctl.dev/attestation/decision/v1',
      subject: [
        { name: `releases/${SAMPLE_ID}.yaml#spec`, digest: { sha256: HASH } },
        { name: `releases/${SAMPLE_ID}.yaml#text`, digest: { sha256: 'b'.repeat(64) } },
      ],
      predicate: { environment: 'production', role: 'cab', decision: 'condition.closed' },
    });
  });

  it('names the images where something is staged, whatever their order', () => {
    const one = buildStatement(facts({ images: { web: ['w'], api: ['a'] } })).subject[2];
    expect(one).toEqual(buildStatement(facts({ images: { api: ['a'], web: ['w'] } })).subject[2]);
    expect(one).not.toEqual(buildStatement(facts({ images: { api: ['a'], web: ['x'] } })).subject[2]);
  });

  it('reads back from exactly the text that relctl writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (signer) => {
        const text = statementText(buildStatement(facts({ signer })));
        const read = readStatement(text) as Statement;
        expect(read.predicate.signer).toBe(signer);
        expect(statementText(read)).toBe(text);
      }),
    );
  });

  it('does not read from any text that differs in a single place', () => {
    const text = statementText(buildStatement(facts()));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(' ', '\r', '\n', '"', '0', '{'), (at, put) => {
        const other = `${text.slice(0, at)}${put}${text.slice(at)}`;
        const read = readStatement(other);
        // What still reads is another statement, with another meaning, and the signature is over the other bytes.
        if (typeof read !== 'string') expect(statementText(read)).toBe(other);
        expect(other).not.toBe(text);
      }),
    );
  });

  it('is bound to every field of the act, and not to its signature', () => {
    const data = { condition: 'load test', evidence: 'SHOP-1' };
    const digest = actDigest({ type: 'condition.closed', data });
    const signature = { statement: 's', signature: 't', namespace: 'n', keyFingerprint: 'k' };
    expect(actDigest({ type: 'condition.closed', data: { ...data, signature } })).toBe(digest);
    expect(actDigest({ type: 'condition.closed', data: { ...data, evidence: 'SHOP-2' } })).not.toBe(digest);
    expect(actDigest({ type: 'hypercare.closed', data } as never)).not.toBe(digest);
  });
});

describe('an armoured signature', () => {
  it('of any text is read or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (text, bytes) => {
        expect(readSshSignature(text)).toBeUndefined();
        const body = Buffer.concat([Buffer.from('SSHSIG'), bytes]).toString('base64');
        const armor = `-----BEGIN SSH SIGNATURE-----\n${body.match(/.{1,70}/g)?.join('\n')}\n-----END SSH SIGNATURE-----\n`;
        expect(() => readSshSignature(armor)).not.toThrow();
      }),
    );
  });
});
