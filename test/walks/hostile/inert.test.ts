import { describe, expect, it } from 'vitest';
import {
  inertCalendar,
  inertHtml,
  inertJson,
  inertMarkdown,
  inertScreen,
  inertTerminal,
} from '../../support/hostile/inert.ts';
import { hostileLine, hostileText } from '../../support/hostile/payload.ts';

const hostile = hostileText('word');

describe('what looks for texts that became more than text', () => {
  it.each([
    [
      'a terminal',
      inertTerminal(`a: ${hostile}`),
      ['U+001B', 'U+202E', 'holds ##[', 'holds ##vso[', 'begins a line: ::error::', 'begins a line: ## F'],
    ],
    ['a line of a log', inertTerminal(hostileLine('w').replace(/[^ -~]/g, '')), ['begins a line: ::w::']],
    ['a screen', inertScreen(`\u001b[1m${hostile}`), ['U+001B', 'U+0007', 'U+009B']],
    ['JSON', inertJson(`{\n"a": "${hostile}"}`), ['is no JSON', 'U+001B', 'holds ##[']],
    [
      'Markdown',
      inertMarkdown(`# Title\n\n- ${hostile}\n`),
      ['<img ', '<b>', '<strong>', '<code>', '<h2>', '<td>', 'href="javascript:', 'U+202E'],
    ],
    [
      'a table',
      inertMarkdown(`| a | b | c | d |\n| --- | --- | --- | --- |\n| x | ${hostileLine('w')} |\n`),
      ['<td>', '<strong>'],
    ],
    [
      'a page',
      inertHtml(`<!doctype html><html><body><p>${hostile}</p></body></html>`),
      ['a script of a text', '<b>', '<img ', 'U+001B'],
    ],
    ['a calendar', inertCalendar(`SUMMARY:${hostile}\r\n`), ['has the line FORGED: FORGED', 'U+001B']],
  ])('finds them in %s', (_where, found, expected) => {
    const all = found.join('\n');
    for (const one of expected) expect(all).toContain(one);
  });

  it('lets be what is quoted, escaped, or an address that is shown whole', () => {
    expect(inertTerminal('a comment\n  | ::error::FORGED\n')).toEqual([]);
    expect(inertMarkdown('see https://evil.invalid/x, and \\*\\*FORGED\\*\\* &lt;b&gt;FORGED\n')).toEqual([]);
    expect(inertHtml('<!doctype html><html><body><p>a &lt;b&gt;FORGED&lt;/b&gt;</p></body></html>')).toEqual([]);
  });
});
