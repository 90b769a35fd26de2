/** Reads files of Go's txtar form: `-- path --` and the lines below; lines `removed: path` before the first file, which are null here. */
export function readArchive(text) {
  const files = {};
  const parts = text.split(/^-- (.+) --$/m);
  for (const [, path] of parts[0].matchAll(/^removed: (.+)$/gm)) files[path] = null;
  for (let i = 1; i < parts.length; i += 2) files[parts[i]] = parts[i + 1].replace(/^\n/, '');
  return { files };
}
