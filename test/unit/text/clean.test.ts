import { describe, expect, it } from 'vitest';
import { clean, cleanJson, cleanLine, cleanLineStarts, cleanVerbatim } from '../../../src/text/clean.ts';

describe('text of others', () => {
  it.each([
    ['an escape sequence', 'a\u001b[2Jb', 'a\\x1b[2Jb'],
    ['one of C1', 'a\u009b31mb', 'a\\x9b31mb'],
    ['the direction turned', 'a\u202eb\u2066c\u061c', 'a\\u202eb\\u2066c\\u061c'],
    ['no width', 'a\u200bb\u2060c\ufeffd\u00ade', 'a\\u200bb\\u2060c\\ufeffd\\xade'],
    ['tags, in which text can be hidden', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['a joiner between Latin letters', 'pay\u200dpal', 'pay\\u200dpal'],
    ['blanks that are letters', 'a\u3164b\u115fc\uffa0d\u2800e', 'a\\u3164b\\u115fc\\uffa0d\\u2800e'],
    ['a selector after what has one form', './run.sh\ufe0f a\u{e0141}b', './run.sh\\ufe0f a\\u{e0141}b'],
    ['a selector after a selector', '支\u{e0100}\u{e0101} ❤\ufe0f\ufe0f', '支\u{e0100}\\u{e0101} ❤\ufe0f\\ufe0f'],
    ['a mark that joins nothing', 'a\u034fb\u17b4c\u180bd', 'a\\u034fb\\u17b4c\\u180bd'],
    ['a carriage return alone', 'good\rbad', 'good\\x0dbad'],
    ['a command to a CI runner', 'x ##[error]y ##VSO[task.x]', 'x \\x23#[error]y \\x23#VSO[task.x]'],
  ])('shows %s', (_what, text, shown) => {
    expect(clean(text)).toBe(shown);
    expect(JSON.parse(cleanJson(JSON.stringify(text)))).toBe(text);
    expect(cleanJson(JSON.stringify(text))).not.toMatch(
      /##|[\p{Cc}\u202e\u2066\u061c\u200b\u2060\ufeff\u00ad\u{e0041}]/u,
    );
  });

  it.each(['❤️‍🔥', '1️⃣', '⚠️', '🇩🇪', '葛󠄀', 'ᠨ᠋ᠢ', '👩‍🚀', 'می‌خواهم', 'क्‍ष', 'e\u0301', '支払い'])(
    'keeps what languages and emoji need: %s',
    (text) => {
      expect(clean(text)).toBe(text);
    },
  );

  it.each([
    ['', ''],
    ['  ', ''],
    ['  \u001b[2m', '\u001b[22m'],
  ])('begins no line of a page with a command to a CI runner, behind %j', (before, after) => {
    expect(cleanLineStarts(`good\n${before}::error::bad${after}\nx ::y`)).toBe(
      `good\n${before}\\x3a:error::bad${after}\nx ::y`,
    );
  });

  it('keeps lines apart or joins them, and keeps tabs only where the text is piped on', () => {
    expect(clean('a\r\nb\tc')).toBe('a\nb  c');
    expect(cleanLine(' a \r\n  b ')).toBe('a b');
    expect(cleanVerbatim('a\tb\n##[x]')).toBe('a\tb\n##[x]');
  });
});
