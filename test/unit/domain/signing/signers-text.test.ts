import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAllowedSigners } from '../../../../src/domain/signing/allowed-signers.ts';
import { grantsOf, signersLine } from '../../../../src/domain/signing/grants.ts';
import { withEnd, withLine, withoutKeys } from '../../../../src/domain/signing/signers-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'relctl-signers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
function key(name: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)]);
  return readFileSync(join(folder, `${name}.pub`), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
}
const [old, fresh, other] = [key('old'), key('fresh'), key('other')] as const;
const CAROL = 'carol@example.com';
const team = { cab: [CAROL], operations: ['olga@example.com'], qa: [], informed: [], rdLead: 'ravi@example.com' };
const text = `# people\n${signersLine(CAROL, grantsOf(CAROL, team), old)}\n${signersLine('olga@example.com', grantsOf('olga@example.com', team), other)}\n`;

describe('the text of allowed_signers', () => {
  it('gives each person what they do, and it reads', () => {
    expect(grantsOf(CAROL, team)).toEqual(['cab', 'condition']);
    expect(grantsOf('olga@example.com', team)).toContain('deploy');
    expect(readAllowedSigners(text).faults).toEqual([]);
  });

  it('gets a line once', () => {
    const line = signersLine(CAROL, ['cab'], fresh);
    expect(withLine(withLine(text, line), line)).toBe(`${text}${line}\n`);
    expect(withLine('', line)).toBe(`${line}\n`);
  });

  it('ends the older keys of a person and no other, and still reads', () => {
    const added = withLine(text, signersLine(CAROL, ['cab'], fresh));
    const kept = readAllowedSigners(added).signers[2]?.fingerprint ?? '';
    const { text: ended, ended: count } = withEnd(added, CAROL, kept, '20261201Z');
    const { signers, faults } = readAllowedSigners(ended);
    expect([count, faults]).toEqual([1, []]);
    expect(signers.map((one) => one.validBefore)).toEqual([Date.UTC(2026, 11, 1), undefined, undefined]);
    expect(ended).toContain('# people');
  });

  it('loses the keys of a person, which are what is revoked', () => {
    const { text: left, keys } = withoutKeys(text, (one) => one.principal === CAROL);
    expect(keys).toEqual([`${old} ${CAROL}`]);
    expect(left).not.toContain(CAROL);
    expect(left).toContain('olga@example.com');
  });
});
