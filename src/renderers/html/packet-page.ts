import type { Prose } from '../../domain/document/model.ts';
import type { Packet, PacketBlock, PacketSection, Tone } from '../../domain/packet/model.ts';
import { PACKET_STYLE } from './packet-style.ts';
import { type Html, html, lines, own } from './writer.ts';

const WORDS: Readonly<Record<Tone, string>> = { good: 'Low', caution: 'Caution', danger: 'Attention' };

/**
 * The packet as one HTML file: no script, nothing fetched from anywhere, light and dark, for a telephone, a desk and paper. What
 * people wrote is text and never markup, and the page's own policy forbids whatever slipped through.
 */
export function packetPage(packet: Packet): string {
  const contents = [['decision', 'Decision'], ...packet.sections.map(({ id, title }) => [id, title])];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="relctl">
<title>${packet.feature} (${packet.release}): change request</title>
<style>${own(PACKET_STYLE)}</style>
</head>
<body>
<a class="skip" href="#decision">Skip to the decision</a>
<header>
<p class="kicker">Change request <span class="id">${packet.release}</span>, round ${packet.round}</p>
<h1>${packet.feature}</h1>
${lines(packet.notices.map((notice) => html`<p class="notice"><strong>Note</strong> ${notice}</p>`))}
${glance(packet)}
</header>
<div class="page">
<nav aria-label="Contents"><ol>
${lines(contents.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`))}
</ol></nav>
<main>
${attention(packet)}
${decision(packet)}
${lines(packet.sections.map(section))}
</main>
</div>
<footer><p>Made by relctl on ${packet.at}. The release plan and its history are the record; this page is what the board read.</p></footer>
</body>
</html>
`.markup;
}

function glance({ glance: figures }: Packet): Html {
  const cards = figures.map(({ label, value, note, tone }) => {
    const mark = tone === undefined ? undefined : html` data-tone="${tone}"`;
    const more = note === undefined ? undefined : html`<span class="note">${note}</span>`;
    return html`<div${mark}><dt>${label}</dt><dd><span class="value">${value}</span>${more}</dd></div>`;
  });
  return html`<dl class="glance">${cards}</dl>`;
}

function attention({ attention: reasons }: Packet): Html | undefined {
  if (reasons.length === 0) return undefined;
  const items = reasons.map(
    ({ tone, text }) =>
      html`<li data-tone="${tone}"><strong class="tag">${WORDS[tone]}</strong> <span>${text}</span></li>`,
  );
  return html`<section aria-labelledby="attention"><h2 id="attention">Look twice</h2><ul class="attention">${items}</ul></section>`;
}

function decision({ decision: asked }: Packet): Html {
  const commands = asked.commands.map(({ says, command }) => html`<p>${says}</p><pre><code>${command}</code></pre>`);
  return html`<section aria-labelledby="decision" class="decision"><h2 id="decision">Decision</h2>
<p>${asked.quorum} Go of ${asked.board.length} decide a Go. ${asked.rule} Board: ${asked.board.join(', ')}.</p>
${lines(commands)}
<p class="note">An answer is bound to plan digest <code>${asked.digest}</code>.</p></section>`;
}

function section({ id, title, blocks }: PacketSection): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${lines(blocks.map((one) => block(one, title)))}</section>`;
}

function block(content: PacketBlock, title: string): Html {
  switch (content.kind) {
    case 'text':
      return html`<p>${content.text}</p>`;
    case 'facts': {
      const facts = content.facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
      return html`<dl class="facts">${facts}</dl>`;
    }
    case 'list': {
      const items = content.items.map((item) => html`<li>${proseHtml(item)}</li>`);
      return content.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case 'table':
      return tableOf(content, title);
  }
}

/** A text with its code and its weight. */
function proseHtml(prose: Prose): readonly Html[] {
  return (typeof prose === 'string' ? [prose] : prose).map((part) => {
    if (typeof part === 'string') return html`${part}`;
    return 'code' in part ? html`<code>${part.code}</code>` : html`<strong>${part.strong}</strong>`;
  });
}

/** Each cell carries the name of its column, so that a narrow page can show a row as a list. */
function tableOf({ columns, rows }: Extract<PacketBlock, { kind: 'table' }>, title: string): Html {
  const head = columns.map((column) => html`<th scope="col">${column}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map((column, index) => {
      const cell = cellHtml(row[index] ?? '');
      return index === 0
        ? html`<th scope="row" data-label="${column}">${cell}</th>`
        : html`<td data-label="${column}">${cell}</td>`;
    });
    return html`<tr>${cells}</tr>`;
  });
  return html`<table><caption>${title}: ${columns[0]}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Words as long as this are broken where they have joints, as paths and names do; parts without any may break anywhere. */
const LONG_WORD = /\S{16,}/g;
const LONG_PART = 24;

/** Text of a cell. Columns are as wide as their longest words, so a word is broken only where the row could not fit otherwise. */
function cellHtml(text: string): readonly (Html | string)[] {
  const pieces: (Html | string)[] = [];
  let at = 0;
  for (const { 0: word, index } of text.matchAll(LONG_WORD)) {
    const parts = word.split(/(?<=[/_@:=,-])(?=[^/_@:=,-])/).map((part, nth) => {
      const piece = part.length > LONG_PART ? html`<span class="long">${part}</span>` : html`${part}`;
      return nth === 0 ? piece : html`<wbr>${piece}`;
    });
    pieces.push(text.slice(at, index), ...parts);
    at = index + word.length;
  }
  return [...pieces, text.slice(at)];
}
