import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAllowedSigners } from '../../../../src/domain/signing/allowed-signers.ts';

/** A file of allowed signers is read as a whole or not at all; each line below is one that ssh-keygen takes or skips in silence. */
let folder: string;
let key: string;
let other: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relctl-signers-'));
  const make = (name: string) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    return readFileSync(join(folder, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  };
  [key, other] = [make('a'), make('b')];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GRANT = 'namespaces="cab-decision@relctl.dev"';

describe('a file of allowed signers', () => {
  it('gives person, key, grants and validity of each line', () => {
    const { signers, faults } = readAllowedSigners(
      `# The board\n\nada@example.com ${GRANT},valid-after="20260101Z",valid-before="202701011230Z" ${key} ada's laptop\n` +
        `bob@example.com namespaces="qa-signoff@relctl.dev,git" ${other}\n`,
    );
    expect(faults).toEqual([]);
    expect(signers).toMatchObject([
      {
        principal: 'ada@example.com',
        namespaces: ['cab-decision@relctl.dev'],
        validAfter: Date.UTC(2026, 0, 1),
        validBefore: Date.UTC(2027, 0, 1, 12, 30),
        line: 3,
      },
      { principal: 'bob@example.com', namespaces: ['qa-signoff@relctl.dev', 'git'], validAfter: undefined, line: 4 },
    ]);
    const listed = execFileSync('ssh-keygen', ['-lf', join(folder, 'a.pub')], { encoding: 'utf8' });
    expect(listed).toContain(signers[0]?.fingerprint);
  });

  it('may give a person several keys', () => {
    expect(readAllowedSigners(`ada@example.com ${GRANT} ${key}\nada@example.com ${GRANT} ${other}\n`).faults).toEqual(
      [],
    );
  });

  it.each<[string, (one: string) => string, RegExp]>([
    ['carriage returns', (one) => `ada@example.com ${GRANT} ${one}\r\n`, /CRLF/],
    ['no grant', (one) => `ada@example.com ${one}\n`, /no namespaces/],
    ['an empty grant', (one) => `ada@example.com namespaces="" ${one}\n`, /options that do not read/],
    ['a pattern for a person', (one) => `*@example.com ${GRANT} ${one}\n`, /pattern/],
    ['a pattern for a grant', (one) => `ada@example.com namespaces="*" ${one}\n`, /pattern/],
    ['several people', (one) => `ada@example.com,bob@example.com ${GRANT} ${one}\n`, /several people/],
    ['no address', (one) => `ada ${GRANT} ${one}\n`, /not an e-mail address/],
    [
      'spaces between options',
      (one) => `ada@example.com ${GRANT}, valid-after="20260101Z" ${one}\n`,
      /no key of a kind/,
    ],
    ['an unknown option', (one) => `ada@example.com ${GRANT},restrict="x" ${one}\n`, /unknown option restrict/],
    ['an option twice', (one) => `ada@example.com ${GRANT},${GRANT} ${one}\n`, /twice/],
    ['a certificate authority', (one) => `ada@example.com cert-authority,${GRANT} ${one}\n`, /certificate authority/],
    ['a local time', (one) => `ada@example.com ${GRANT},valid-after="20260101" ${one}\n`, /not a time in UTC/],
    ['a day that is none', (one) => `ada@example.com ${GRANT},valid-after="20260231Z" ${one}\n`, /not a time in UTC/],
    ['half a key', (one) => `ada@example.com ${GRANT} ${one.slice(0, -8)}\n`, /not a whole ssh-ed25519 key/],
    ['another type before the key', (one) => `ada@example.com ${GRANT} ssh-rsa ${one.split(' ')[1]}\n`, /not a whole/],
    ['an old kind of key', () => `ada@example.com ${GRANT} ssh-dss AAAAB3NzaC1kc3MAAACB\n`, /no key of a kind/],
  ])('with %s is refused', (_, line, problem) => {
    expect(readAllowedSigners(`# first\n${line(key)}`).faults).toEqual([
      { line: 2, problem: expect.stringMatching(problem) },
    ]);
  });

  it('with one key for two people, or one person in two spellings, is refused', () => {
    const two = `ada@example.com ${GRANT} ${key}\nbob@example.com ${GRANT} ${key}\n`;
    expect(readAllowedSigners(two).faults).toEqual([{ line: 2, problem: expect.stringContaining('the key of ada') }]);
    const spelled = `ada@example.com ${GRANT} ${key}\nAda@example.com ${GRANT} ${other}\n`;
    expect(readAllowedSigners(spelled).faults).toEqual([{ line: 2, problem: expect.stringContaining('spells ada') }]);
  });

  it('of any text gives signers or faults for each line that is not a comment, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { signers, faults } = readAllowedSigners(text);
        const lines = text.split('\n').filter((line) => !/^\s*(#.*)?$/.test(line)).length;
        expect(signers.length + new Set(faults.map((fault) => fault.line)).size).toBeGreaterThanOrEqual(lines);
      }),
    );
  });
});
