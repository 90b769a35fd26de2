import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fixtureProducts } from './first-hour/fixtures.js';
import { report } from './first-hour/report.js';
import { tryProduct } from './first-hour/try-product.js';

/**
 * npm run first-hour: the first hour with relctl on the small repositories of the tests. npm run first-hour -- FOLDER [NAME…]: on
 * real products. FOLDER holds clones, and beside each clone `NAME.truth.json`, written before relctl was asked.
 * With `--keep FILE` a row is kept in FILE as soon as it is known, and what FILE has is not tried again: a run may be stopped.
 * Each product is copied; the clone stays as it is.
 */

const { values, positionals } = parseArgs({ allowPositionals: true, options: { keep: { type: 'string' } } });
const [folder, ...only] = positionals;
const kept =
  values.keep !== undefined && existsSync(values.keep)
    ? readFileSync(values.keep, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
const room = mkdtempSync(join(tmpdir(), 'relctl-first-hour-'));
const rows = [];
try {
  const products = folder === undefined ? fixtureProducts(room) : productsIn(folder);
  for (const { name, clone, truth } of products.filter((one) => only.length === 0 || only.includes(one.name))) {
    const known = kept.find((row) => row.name === name);
    const row = known ?? tryProduct(name, clone, truth);
    rows.push(row);
    if (known === undefined && values.keep !== undefined) appendFileSync(values.keep, `${JSON.stringify(row)}\n`);
  }
} finally {
  rmSync(room, { recursive: true, force: true });
}
report(rows);
process.exitCode = rows.length === 0 ? 1 : 0;

function productsIn(clones) {
  return readdirSync(clones)
    .flatMap((file) => /^(.+)\.truth\.json$/.exec(file)?.[1] ?? [])
    .map((name) => {
      const clone = resolve(clones, name);
      return { name, clone, truth: JSON.parse(readFileSync(`${clone}.truth.json`, 'utf8')) };
    });
}
