// The texts of the licences of what the bundle contains, in one file: most of them ask that the text goes where the code goes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages that name their licence and ship no text of it get the text of SPDX's list, with the author that they name. */
const STANDARD = {
  MIT: (author) => `Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`,
};

/**
 * @param {string} root of the repository
 * @param {readonly string[]} files that something of is in the bundle; legal comments that stand in them are in the bundle, too
 * @returns {string} the texts, sorted by package
 * @throws Error for a package whose licence has no text
 */
export function licenceTexts(root, files) {
  const texts = packagesOf(files).map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const text = ownTexts(join(root, folder)) ?? STANDARD[license]?.(authorOf(author) ?? `the authors of ${name}`);
    if (text === undefined)
      throw new Error(`${folder} says licence ${license} and ships no text of it: scripts/licences.js`);
    return { title: `${name} ${version} (${license})`, text };
  });
  const line = '-'.repeat(80);
  return [
    'relctl contains the packages below; each keeps its licence.\n',
    ...texts.map(({ title, text }) => `${line}\n${title}\n${line}\n\n${text.trim()}\n`),
  ].join('\n');
}

/** Folders of the packages of these files. */
function packagesOf(files) {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function ownTexts(folder) {
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort();
  if (files.length > 0) return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) return undefined;
  const [, section] = /^#+ *licen[cs]e\b[^\n]*\n([\s\S]*)$/im.exec(readFileSync(readme, 'utf8')) ?? [];
  return section?.includes('Permission is hereby granted') ? section : undefined;
}

function authorOf(author) {
  return typeof author === 'string' ? author.replace(/\s*[<(].*$/, '') : author?.name;
}
