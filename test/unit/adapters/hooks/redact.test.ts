import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastWords, plainText, redact, secretsIn } from '../../../../src/adapters/hooks/redact.ts';

const secret = fc.stringMatching(/^[!-~]{6,40}$/);

describe('redact', () => {
  it('takes a secret out in every form in which it can show up', () => {
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        for (const form of [
          value,
          encodeURIComponent(value),
          JSON.stringify(value),
          Buffer.from(value).toString('base64'),
          Buffer.from(value).toString('base64url'),
          value.toUpperCase(),
          [...value].reverse().join(''),
        ]) {
          expect(redact(`${before}${form}${after}`, [value])).not.toContain(value);
          expect(redact(`${before}${form}${after}`, [value])).toContain('[redacted]');
        }
      }),
    );
  });

  it('takes the telling parts of a secret URL out, and leaves its host', () => {
    const url = 'https://bot:p4ssw0rd@hooks.example.com/services/T0000/wHoLePaTh?token=abcdef123';
    for (const part of ['/services/T0000/wHoLePaTh', 'wHoLePaTh', 'p4ssw0rd', 'abcdef123']) {
      expect(redact(`said ${part} about it`, [url])).toBe('said [redacted] about it');
    }
    expect(redact('no answer from hooks.example.com', [url])).toBe('no answer from hooks.example.com');
  });

  it('takes it out of the middle of a Basic header, wherever it stands there', () => {
    for (const user of ['', 'a', 'ab', 'abc']) {
      const pair = Buffer.from(`${user}:p4ssw0rd-of-bot:more`).toString('base64');
      expect(redact(`Basic ${pair}`, ['p4ssw0rd-of-bot'])).toContain('[redacted]');
    }
    const url = 'https://bot:p4ss%2Fw0rd@hooks.example.com/';
    expect(redact(Buffer.from('bot:p4ss/w0rd').toString('base64'), [url])).toBe('[redacted]');
    expect(redact('p4ss/w0rd', [url])).toBe('[redacted]');
  });

  it('leaves a text without secrets as it is', () => {
    expect(redact('all is well', ['s3cr3t-value', 'all'])).toBe('all is well');
  });
});

describe('secretsIn', () => {
  it('finds values by names that say so and by names that are given', () => {
    const environment = {
      GITHUB_TOKEN: 'token-value',
      DB_PASSWORD: 'password-value',
      HOOK_URL: 'https://example.com/secret',
      HOME: '/home/ada',
      SHORT_TOKEN: 'on',
      EMPTY_SECRET: undefined,
    };
    expect(secretsIn(environment, ['HOOK_URL'])).toEqual([
      'token-value',
      'password-value',
      'https://example.com/secret',
    ]);
  });
});

describe('lastWords', () => {
  it('keeps the end, without terminal sequences and secrets', () => {
    expect(lastWords('\u001b[31mred\u001b[0m \u0007s3cr3t!\n', ['s3cr3t!'])).toBe('red \\x07[redacted]');
    expect(lastWords(`${'a'.repeat(500)}end`, [], 10)).toBe('…aaaaaaend');
  });

  it('redacts before it cuts, so that half a secret is not left', () => {
    const words = lastWords(`the value is top-secret-value and so on`, ['top-secret-value'], 25);
    expect(words).not.toMatch(/secret-value|cret-val/);
  });
});

describe('plainText', () => {
  it('keeps lines and tabs and nothing else that is not text', () => {
    expect(plainText('a\tb\r\nc\u0000\u009b31md')).toBe('a  b\nc\\x00d');
  });
});
