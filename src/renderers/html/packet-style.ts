/**
 * The style of the packet's page: fonts of the reader's own system, every pair of colours with a contrast of at least 4.5 : 1
 * (WCAG 2.1, 1.4.3), rows of tables as lists where there is no room, and no colour that means something alone.
 */
export const PACKET_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf7; --paper: #ffffff; --ink: #1c1f23; --soft: #555b63; --line: #dcd9d0;
  --link: #0b5aa8; --code: #f1efe9;
  --good: #1c6b3c; --good-ground: #e6f3ea; --caution: #7a4b00; --caution-ground: #fdf1da;
  --danger: #a3191f; --danger-ground: #fde9e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161a; --paper: #1c1f25; --ink: #e8e6e1; --soft: #a9afb8; --line: #353a43;
    --link: #8cc0f5; --code: #262a32;
    --good: #7fd49d; --good-ground: #17301f; --caution: #f0c067; --caution-ground: #352812;
    --danger: #ff9d98; --danger-ground: #3b1a1a;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 78rem; padding: 1.5rem 1.25rem 3rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
.id, code, pre, .long { overflow-wrap: anywhere; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
a { color: var(--link); }
a:focus-visible, pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1 { font-size: clamp(1.7rem, 4vw, 2.5rem); line-height: 1.15; margin: 0 0 1rem; letter-spacing: -0.01em; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 0.75rem; }
p, ul, ol, dl, table, pre { margin: 0 0 0.85rem; }
.kicker { margin: 0 0 0.25rem; color: var(--soft); }
.id, code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.id, code, pre { font-size: 0.9em; }
.note { color: var(--soft); }
.notice { border-left: 4px solid var(--caution); background: var(--caution-ground); color: var(--caution); padding: 0.6rem 0.9rem; }
.glance { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); margin: 1.25rem 0 1.75rem; }
.glance > div { background: var(--paper); border: 1px solid var(--line); border-top: 4px solid var(--line); border-radius: 6px; padding: 0.7rem 0.9rem; }
.glance dt { color: var(--soft); font-size: 0.85rem; }
.glance dd { margin: 0; }
.glance .value { display: block; font-weight: 650; font-size: 1.05rem; line-height: 1.35; }
.glance .note { display: block; font-size: 0.9rem; line-height: 1.4; margin-top: 0.2rem; }
.glance [data-tone="good"] { border-top-color: var(--good); }
.glance [data-tone="caution"] { border-top-color: var(--caution); }
.glance [data-tone="danger"] { border-top-color: var(--danger); }
.page { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 2rem; align-items: start; }
nav { position: sticky; top: 1rem; font-size: 0.92rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: 0.28rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
main > section { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 1.1rem 1.25rem 0.5rem; margin: 0 0 1rem; }
.attention { list-style: none; padding: 0; }
.attention li { display: grid; grid-template-columns: 5.8rem minmax(0, 1fr); padding: 0.5rem 0.75rem; border-radius: 4px; margin: 0 0 0.4rem; }
.attention [data-tone="danger"] { background: var(--danger-ground); color: var(--danger); }
.attention [data-tone="caution"] { background: var(--caution-ground); color: var(--caution); }
.decision { border-left: 4px solid var(--link) !important; }
.decision pre { margin-top: -0.4rem; }
pre { background: var(--code); border-radius: 4px; padding: 0.65rem 0.8rem; white-space: pre-wrap; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 0.4rem 1.5rem; }
.facts > div { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 0.5rem; }
.facts dd { overflow-wrap: anywhere; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: 0.45rem 0.75rem 0.45rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 500; font-size: 0.88rem; }
tbody th { font-weight: 600; }
footer { color: var(--soft); font-size: 0.9rem; margin-top: 1.5rem; }
@media (max-width: 52rem) {
  body { padding: 1rem 0.9rem 2rem; }
  .page { grid-template-columns: minmax(0, 1fr); gap: 0; }
  nav { display: none; }
  .glance { grid-template-columns: 1fr 1fr; gap: 0.5rem; }
  .glance > :nth-child(-n + 3) { grid-column: 1 / -1; }
  main > section { padding: 0.9rem 0.9rem 0.3rem; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0.35rem; }
  .facts > div { grid-template-columns: 7rem minmax(0, 1fr); gap: 0.5rem; }
}
@media (max-width: 34rem) {
  table, tbody, tr, tbody th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border-bottom: 1px solid var(--line); padding: 0.45rem 0; }
  tbody th, td { border: 0; padding: 0.05rem 0; }
  td:empty { display: none; }
  td::before { content: attr(data-label) ": "; color: var(--soft); }
}
@media print {
  :root { color-scheme: light; --ground: #fff; --paper: #fff; --ink: #000; --soft: #333; --line: #999; --code: #fff; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip { display: none; }
  .page { display: block; }
  main > section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 0.6rem 0 0; break-inside: avoid-page; }
  .glance { grid-template-columns: repeat(3, 1fr); }
  pre { border: 1px solid var(--line); }
}
`.trim();
