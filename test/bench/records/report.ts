import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openCompany } from '../../support/company.ts';
import { walkTo } from '../../support/company-walk.ts';
import { measured, printRuns, type Run, rounds, runNode } from '../governance/measure.ts';
import { writePast } from './past.ts';

/**
 * The page of one release with a full record, which a simulated company really carried out, and the page of all releases. Usage:
 * report <relctl> [releases] [rounds]
 */
const [relctl = '', countText = '300', times = '5'] = process.argv.slice(2);
const past = mkdtempSync(join(tmpdir(), 'relctl-bench-report-'));
// Looks every 15 s, as the template has it: the longest series that a bake of 15 minutes keeps.
const company = await openCompany({
  onDisk: true,
  plan: (document) => {
    document.spec.canary = { ...document.spec.canary, look: '15s' };
  },
});
try {
  await walkTo(company, 'closed');
  const { root } = company.git;
  const events = (await company.plan()).events;
  const one = (...more: string[]) => runNode(relctl, ['report', company.id, '--json', ...more], root);
  const html = await rounds(times, () => one());
  const markdown = await rounds(times, () => one('--format', 'markdown'));
  writePast(past, join(dirname(relctl), '../templates/process/standard-3.0.yaml'), Number(countText), Date.now());
  const figures = readFileSync(join(root, fileOf(html)), 'utf8').split('<svg').length - 1;
  // Where the kept series were not there, a quick page is worth nothing.
  if (figures < 3) throw new Error(`the page has ${figures} figures`);
  const all = () => runNode(relctl, ['report', '--all', '--json'], past);
  const first = await all();
  const bar = '3 s, 1 MB';
  printRuns(`relctl report (median of ${times})`, [
    { name: `closed release, ${events.length} events: ${size(html, root)}`, runs: html, bar },
    { name: `the same in Markdown: ${size(markdown, root)}`, runs: markdown, bar },
    { name: `all of ${countText} releases, first time: ${size([first], past)}`, runs: [first] },
    { name: `all of ${countText} releases, after it`, runs: await rounds(times, all) },
    { name: 'node -e 0', runs: await rounds(times, () => measured(process.execPath, ['-e', '0'], root)) },
  ]);
} finally {
  company.close();
  rmSync(past, { recursive: true, force: true });
}

/** Where the last of these runs wrote its page. */
function fileOf(runs: readonly Run[]): string {
  return (JSON.parse(runs.at(-1)?.stdout ?? '') as { data: { file: string } }).data.file;
}

/** How large that page is. */
function size(runs: readonly Run[], folder: string): string {
  return `${Math.ceil(statSync(join(folder, fileOf(runs))).size / 1024)} KB`;
}
