import { expect, it } from 'vitest';
import { evenLineBytes } from '../../../src/text/line-ends.ts';

const read = (text: string) => new TextDecoder().decode(evenLineBytes(new TextEncoder().encode(text)));

it('takes CRLF for LF where every line ends so, and leaves every other carriage return', () => {
  expect(read('a\r\nb\r\n')).toBe('a\nb\n');
  expect(read('a\r\nb\r\nc')).toBe('a\nb\nc');
  for (const text of ['a\nb\n', 'set -e\r\ntest\n', 'a\r\nb\rc\r\n', 'a\r', '\n\r\n', ''])
    expect(read(text)).toBe(text);
});
