/**
 * Texts that try to become more than text. Whatever they would turn into, if a writer let them, is called FORGED, and each begins with a
 * word of its own between colons, as commands to a CI runner are written: so an element or a cell that begins with FORGED, and a line that
 * begins with either, is one that a text has made.
 */

/** What to try, by kind. */
const PIECES = {
  escape: '\u001b]0;FORGED\u0007\u001b[2J\u009b31m',
  bidi: '\u202egnp\u2066\u061c\u200b\u00ad\u{e0041}',
  html: '<script>FORGED()</script><img src=x onerror=FORGED()><b>FORGED</b><!-- <!channel> <@U1>',
  markdown:
    '**FORGED** `FORGED` ~~FORGED~~ $FORGED$ [FORGED](javascript:FORGED) ![FORGED](https://evil.invalid/x) <https://evil.invalid>',
  table: '| FORGED | **FORGED** |',
  runner: '##[error]FORGED ##vso[task.complete]FORGED',
  shell: '"; $(touch FORGED) `touch FORGED` & touch FORGED | touch FORGED \' touch FORGED',
  lines: [
    '',
    '',
    '## FORGED',
    '',
    '- FORGED',
    '1. FORGED',
    '> FORGED',
    '',
    '| FORGED |',
    '| --- |',
    '| FORGED |',
    '',
    '    FORGED',
    '',
    'FORGED',
    '===',
    '::error::FORGED',
    '[FORGED]: https://evil.invalid',
    'relctl FORGED\r\nFORGED: FORGED\r\nend',
  ].join('\n'),
} as const;

/** The same without a space or a line, for names of branches and the like. */
const TIGHT = [
  '<b>FORGED</b><img/src=x/onerror=FORGED()>',
  '**FORGED**`FORGED`[FORGED](javascript:FORGED)',
  '|FORGED|',
  '$(touch${IFS}FORGED);`touch${IFS}FORGED`&touch${IFS}FORGED',
  '\u001b[2J\u009b31m\u202egnp\u2066\u{e0041}',
  '[FORGED](javascript:FORGED)',
  '$(touch${IFS}FORGED)',
  '<b>FORGED</b>',
  '\u202egnp\u001b[2J',
];

/** Forms in which a text may stand where not any text may: an address, a link, a path, a label of a selector. */
const FORMS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `https://example.com/${text}`,
  (text) => `${text}@example.com`,
  (text) => `data/${text}`,
  (text) => `requests_total{path="${text.replace(/["{}]/g, '')}"}`,
  (text) => `TO BE WRITTEN: ${text}`,
];

/** A text of every kind, that begins with a word by which it can be told. */
export function hostileText(word: string): string {
  return `::${word}:: ${Object.values(PIECES).join(' ')}`;
}

/** The same on one line, for what is split at line breaks or given as a name. */
export function hostileLine(word: string): string {
  const { lines: _, ...rest } = PIECES;
  return `::${word}:: ${Object.values(rest).join(' ')}`;
}

/**
 * The most hostile text that may stand at a place.
 * @param accepts whether the place takes a text
 * @returns `undefined` where the place takes nothing of the kind, whatever its form
 */
export function mostHostile(word: string, accepts: (text: string) => boolean): string | undefined {
  const whole = [hostileText(word), hostileLine(word), ...Object.values(PIECES).map((piece) => `${word} ${piece}`)];
  const tight = [TIGHT.slice(0, 5).join(''), ...TIGHT].map((piece) => `${word}${piece}`);
  for (const text of [...whole, ...tight]) {
    const found = FORMS.map((form) => form(text)).find(accepts);
    if (found !== undefined) return found;
  }
  return undefined;
}
