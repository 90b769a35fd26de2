/** The look of the reports: one calm column, dark and light by what the reader prefers, and a print form. */
export const STYLE_SHEET = `
:root{color-scheme:light dark;--bg:#fbfbfa;--card:#fff;--fg:#1c1f23;--muted:#5d646d;--line:#e3e5e8;--accent:#1a5fb4;
--canary:#c65d00;--canary-text:#a14a00;--stable:#3d7a8c;--stable-text:#2a6072;--good:#2f7d4f;--good-text:#236340;--bad:#c0313b;--bad-text:#a8242e;--warn-text:#805500}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1b1f23;--fg:#e6e8ea;--muted:#a0a8b0;--line:#2e343a;--accent:#8ab8ff;
--canary:#f0913a;--canary-text:#f5a761;--stable:#67b3c8;--stable-text:#83c5d7;--good:#57b981;--good-text:#74cb98;--bad:#f0717a;--bad-text:#f58a92;--warn-text:#e2b04a}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:40px 28px 64px}
header{margin-bottom:28px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:19px;margin:44px 0 14px;letter-spacing:-.005em}
p{margin:0 0 12px}
.lead{color:var(--muted);margin:0}
.badge{display:inline-block;font-size:14px;font-weight:600;padding:3px 11px;border-radius:99px;border:1.5px solid currentColor;margin:0 8px 10px 0}
.good{color:var(--good-text)}.bad{color:var(--bad-text)}.open{color:var(--muted)}.warn{color:var(--warn-text)}
.banner{border-left:4px solid var(--warn-text);background:var(--card);padding:10px 16px;margin:12px 0 20px;border-radius:0 6px 6px 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:12px;margin:20px 0 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;min-width:0}
.card.broad{grid-column:span 2}
.card dt{color:var(--muted);font-size:13px;margin:0}.card dd{margin:2px 0 0;font-weight:550;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px}
.charts+.stack{margin-top:14px}
figure.full{grid-column:1/-1}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px 12px;min-width:0}
figcaption{font-weight:600;font-size:15px;margin-bottom:6px}
figure svg{width:100%;height:auto;color:var(--muted);overflow:visible}
figure svg{display:block}.narrow{display:none}
.summary{color:var(--muted);font-size:14px;margin:8px 0 6px}
details summary{cursor:pointer;color:var(--accent);font-size:14px}
.scroll{overflow-x:auto}
.scroll:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:14.5px}
th,td{text-align:left;vertical-align:top;padding:7px 14px 7px 0;border-bottom:1px solid var(--line)}
.long{overflow-wrap:anywhere;min-width:150px}
thead th{color:var(--muted);font-weight:500;font-size:13px;white-space:nowrap}
tbody th{font-weight:550}
details table{font-size:13px;font-variant-numeric:tabular-nums}
.timeline{list-style:none;margin:0;padding:0}
.timeline li{display:grid;grid-template-columns:22px minmax(150px,1.1fr) minmax(170px,1.3fr) minmax(0,1.6fr);gap:4px 14px;padding:8px 0;border-bottom:1px solid var(--line)}
.timeline .dot{width:11px;height:11px;border-radius:50%;margin-top:7px;background:currentColor}
.timeline .bad .dot{border-radius:1px;transform:rotate(45deg)}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.timeline li{position:relative}.timeline .open .dot{background:none;border:2px solid currentColor}
.timeline b{font-weight:600;color:var(--fg)}.timeline span{color:var(--muted);font-size:14.5px;overflow-wrap:anywhere}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
a{color:var(--accent)}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;max-width:1120px;margin:0 auto;padding:14px 28px 0;font-size:14.5px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:4px;background:var(--card);padding:4px 10px}
.plan{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;overflow-x:auto}.plan:focus-visible{outline:2px solid var(--accent)}
footer{margin-top:52px;color:var(--muted);font-size:13.5px;border-top:1px solid var(--line);padding-top:16px}
@media (max-width:960px){.charts{grid-template-columns:minmax(0,1fr)}}
@media (max-width:760px){nav ul{padding:12px 16px 0}.full .wide{display:none}.full .narrow{display:block}main{padding:24px 16px 48px}h1{font-size:25px}.cards{gap:8px}.card{padding:11px 13px}
.timeline li{grid-template-columns:22px minmax(0,1fr)}.timeline li>*:nth-child(n+3){grid-column:2}}
@media (max-width:520px){.wide{display:none}.narrow{display:block}}
@media screen and (max-width:760px){.stack,.stack tbody,.stack tr,.stack th,.stack td{display:block}.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack tbody tr{padding:9px 0;border-bottom:1px solid var(--line)}.stack tbody th,.stack td{display:grid;grid-template-columns:104px minmax(0,1fr);gap:0 12px;padding:2px 0;border:0;min-width:0;overflow-wrap:anywhere}
.stack tbody th::before,.stack td::before{content:attr(data-column);color:var(--muted);font-weight:400}.stack .empty{display:none}}
@media print{nav,.skip{display:none}.plan{white-space:pre-wrap}:root{--bg:#fff;--card:#fff;--fg:#000;--muted:#444;--line:#ccc}body{font-size:10.5pt}main{max-width:none;padding:0}
figure,.card,.timeline li,tr{break-inside:avoid}h2{break-after:avoid}details:not([open])>*:not(summary){display:none}details>summary{display:none}a{color:inherit}}
`;
