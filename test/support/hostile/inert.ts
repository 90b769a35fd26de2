import { parseHTML } from 'linkedom';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/**
 * What must hold of anything that is shown: no text of people has become a line, an element, a link, a command or a control sequence
 * of it. Each check gives what was found, as sentences; nothing is good.
 */

/** All that drives a terminal, turns the direction of text, or is not seen. */
const UNSEEN =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

function unseen(text: string): readonly string[] {
  const found = new Set((text.match(UNSEEN) ?? []).filter((one) => one !== '\n'));
  return [...found].map((one) => `holds U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`);
}

/** What a CI runner obeys wherever it stands in a line of a log. */
function obeyed(text: string): readonly string[] {
  return [...new Set(text.match(/##(?:vso)?\[/g) ?? [])].map((one) => `holds ${one}, a command to a CI runner`);
}

/** Text for a terminal or a log: control characters, and lines that a text has begun (a CI runner obeys `::error::` at a line's start). */
export function inertTerminal(text: string): readonly string[] {
  // What stands behind a bar is shown as somebody's text.
  const own = text.split('\n').filter((line) => !/^\s*[|│] /.test(line));
  const forged = own.filter((line) => /^[\s#>*+.\d-]*(?:\[?FORGED|::|relctl FORGED)/.test(line));
  return [...unseen(text), ...obeyed(text), ...forged.map((line) => `begins a line: ${line.slice(0, 100)}`)];
}

/** Text on a terminal: relctl's own colours, and nothing else that is not text. */
export function inertScreen(text: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what this takes out.
  return unseen(text.replace(/\u001b\[[\d;]*m/g, ''));
}

/** JSON, whole or one object a line: it is read as JSON, and drives no terminal. */
export function inertJson(text: string): readonly string[] {
  const documents = text.startsWith('{\n') ? [text] : text.trimEnd().split('\n');
  const broken = documents.filter((one) => one !== '' && !isJson(one)).map((one) => `is no JSON: ${one.slice(0, 100)}`);
  return [...unseen(text), ...obeyed(text), ...broken];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Markdown, as GitHub would show it. */
export function inertMarkdown(text: string): readonly string[] {
  const page = micromark(text, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  });
  return [...unseen(text), ...forgedIn(`<!doctype html><html><body>${page}</body></html>`)];
}

/** A page of HTML. */
export function inertHtml(text: string): readonly string[] {
  return [...unseen(text), ...forgedIn(text)];
}

/** Attributes through which a page does something or leads somewhere. */
const ACTIVE = /^(?:on|href$|src$|srcset$|action$|formaction$|style$|xlink:href$|data$)/;

function forgedIn(page: string): readonly string[] {
  const { document } = parseHTML(page);
  return [...document.querySelectorAll('*')].flatMap((element) => {
    const name = element.localName;
    const text = name === 'style' || name === 'script' ? '' : (element.textContent ?? '').trim();
    // An address that is shown whole leads where it says.
    const isShown = name === 'a' && decoded(element.getAttribute('href') ?? '') === element.textContent;
    const attributes = [...element.attributes].filter(
      ({ name: key, value }) =>
        (ACTIVE.test(key) && !isShown && /FORGED|evil|javascript:/i.test(value)) || /FORGED/.test(key),
    );
    return [
      ...(text.startsWith('FORGED') ? [`has <${name}> of a text: ${text.slice(0, 60)}`] : []),
      ...(name === 'script' && element.textContent?.includes('FORGED') ? ['has a script of a text'] : []),
      ...attributes.map((one) => `has <${name} ${one.name}="${one.value.slice(0, 60)}">`),
    ];
  });
}

function decoded(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}

/** iCalendar: its lines are those of the calendar, folded as RFC 5545 has it. */
export function inertCalendar(text: string): readonly string[] {
  const unfolded = text.replaceAll('\r\n ', '').split('\r\n');
  const forged = unfolded.filter((line) => line !== '' && !/^[A-Z-]+(?:;[^:]*)?:/.test(line));
  const own = unfolded.filter((line) => /^(?:FORGED|ATTACH|URL)/.test(line));
  return [
    ...unseen(text.replaceAll('\r\n', '\n')),
    ...[...forged, ...own].map((line) => `has the line ${line.slice(0, 100)}`),
  ];
}
