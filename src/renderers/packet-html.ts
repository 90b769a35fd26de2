import type { Packet, PacketBlock, PacketSection, Tone } from '../domain/packet/model.ts';
import { cleanLine } from './clean.ts';
import { PACKET_STYLE } from './packet-style.ts';

const WORDS: Readonly<Record<Tone, string>> = { good: 'Low', caution: 'Caution', danger: 'Attention' };

/**
 * The packet as one HTML file: no script, nothing fetched from anywhere, light and dark, for a telephone, a desk and paper. What
 * people wrote is text and never markup, and the page's own policy forbids whatever slipped through.
 */
export function packetHtml(packet: Packet): string {
  const title = `${packet.feature} (${packet.release}): change request`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="relctl">
<title>${htmlText(title)}</title>
<style>${PACKET_STYLE}</style>
</head>
<body>
<a class="skip" href="#decision">Skip to the decision</a>
<header>
<p class="kicker">Change request <span class="id">${htmlText(packet.release)}</span>, round ${packet.round}</p>
<h1>${htmlText(packet.feature)}</h1>
${packet.notices.map((notice) => `<p class="notice"><strong>Note</strong> ${htmlText(notice)}</p>`).join('\n')}
${glance(packet)}
</header>
<div class="page">
<nav aria-label="Contents"><ol>
${[['decision', 'Decision'], ...packet.sections.map(({ id, title: name }) => [id, name])].map(([id, name]) => `<li><a href="#${id}">${htmlText(name ?? '')}</a></li>`).join('\n')}
</ol></nav>
<main>
${attention(packet)}
${decision(packet)}
${packet.sections.map(section).join('\n')}
</main>
</div>
<footer><p>Made ${htmlText(packet.at)} by relctl. The release plan and its history are the record; this page is what the board read.</p></footer>
</body>
</html>
`;
}

function glance({ glance: figures }: Packet): string {
  const cards = figures.map(({ label, value, note, tone }) => {
    const mark = tone === undefined ? '' : ` data-tone="${tone}"`;
    const more = note === undefined ? '' : `<span class="note">${htmlText(note)}</span>`;
    return `<div${mark}><dt>${htmlText(label)}</dt><dd><span class="value">${htmlText(value)}</span>${more}</dd></div>`;
  });
  return `<dl class="glance">${cards.join('')}</dl>`;
}

function attention({ attention: reasons }: Packet): string {
  if (reasons.length === 0) return '';
  const lines = reasons.map(
    ({ tone, text }) =>
      `<li data-tone="${tone}"><strong class="tag">${WORDS[tone]}</strong> <span>${htmlText(text)}</span></li>`,
  );
  return `<section aria-labelledby="attention"><h2 id="attention">Look twice</h2><ul class="attention">${lines.join('')}</ul></section>`;
}

function decision({ decision: asked }: Packet): string {
  const commands = asked.commands.map(
    ({ says, command }) => `<p>${htmlText(says)}</p><pre><code>${htmlText(command)}</code></pre>`,
  );
  return `<section aria-labelledby="decision" class="decision"><h2 id="decision">Decision</h2>
<p>${asked.quorum} Go of ${asked.board.length} make a Go. ${htmlText(asked.rule)} Board: ${htmlText(asked.board.join(', '))}.</p>
${commands.join('\n')}
<p class="note">An answer is bound to plan digest <code>${htmlText(asked.digest)}</code>.</p></section>`;
}

function section({ id, title, blocks }: PacketSection): string {
  return `<section aria-labelledby="${id}"><h2 id="${id}">${htmlText(title)}</h2>${blocks.map((one) => block(one, title)).join('\n')}</section>`;
}

function block(content: PacketBlock, title: string): string {
  switch (content.kind) {
    case 'text':
      return `<p>${htmlText(content.text)}</p>`;
    case 'facts':
      return `<dl class="facts">${content.facts.map(([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`).join('')}</dl>`;
    case 'list': {
      const tag = content.ordered ? 'ol' : 'ul';
      return `<${tag}>${content.items.map((item) => `<li>${htmlText(item)}</li>`).join('')}</${tag}>`;
    }
    case 'table':
      return tableOf(content, title);
  }
}

/** Each cell carries the name of its column, so that a narrow page can show a row as a list. */
function tableOf({ columns, rows }: Extract<PacketBlock, { kind: 'table' }>, title: string): string {
  const head = columns.map((column) => `<th scope="col">${htmlText(column)}</th>`).join('');
  const body = rows
    .map((row) => {
      const cells = columns.map((column, index) => {
        const cell = cellHtml(row[index] ?? '');
        const label = ` data-label="${htmlText(column)}"`;
        return index === 0 ? `<th scope="row"${label}>${cell}</th>` : `<td${label}>${cell}</td>`;
      });
      return `<tr>${cells.join('')}</tr>`;
    })
    .join('');
  return `<table><caption>${htmlText(`${title}: ${columns[0] ?? ''}`)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Words as long as this are broken where they have joints, as paths and names do; parts without any may break anywhere. */
const LONG_WORD = /\S{16,}/g;
const LONG_PART = 24;

/** Text of a cell. Columns are as wide as their longest words, so a word is broken only where the row could not fit otherwise. */
function cellHtml(text: string): string {
  let html = '';
  let at = 0;
  const line = cleanLine(text);
  for (const { 0: word, index } of line.matchAll(LONG_WORD)) {
    const parts = word.split(/(?<=[/_@:=,-])(?=[^/_@:=,-])/).map((part) => {
      const safe = escaped(part);
      return part.length > LONG_PART ? `<span class="long">${safe}</span>` : safe;
    });
    html += escaped(line.slice(at, index)) + parts.join('<wbr>');
    at = index + word.length;
  }
  return html + escaped(line.slice(at));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text on one line in which no character means anything to HTML, in content and in quoted attributes. */
function htmlText(text: string): string {
  return escaped(cleanLine(text));
}

function escaped(line: string): string {
  return line.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
