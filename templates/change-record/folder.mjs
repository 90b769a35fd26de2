#!/usr/bin/env node
// An example of a program behind `changeRecord: { kind: command, command: [node, relctl/change-record/folder.mjs, changes] }`.
// It keeps each change as a JSON file in a folder. Put your own system in place of `load` and `save`; docs/change-record.md has the contract.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const folder = process.argv[2] ?? 'changes';
mkdirSync(folder, { recursive: true });

const files = () =>
  readdirSync(folder)
    .filter((name) => /^CHG\d{4}\.json$/.test(name))
    .sort();
const load = (key) => JSON.parse(readFileSync(join(folder, `${key}.json`), 'utf8'));

/** Written beside and moved into place, so that a program that is killed leaves a whole file or none. */
function save(change) {
  const file = join(folder, `${change.key}.json`);
  writeFileSync(`${file}.new`, `${JSON.stringify(change, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  return change;
}

/** What relctl reads of a change. Somebody approves it by setting `decision` to `approved` in the file. */
const shown = ({ key, stage, decision, window }) => ({ key, number: key, stage, decision, window });

const request = JSON.parse(await text(process.stdin));
const answers = {
  find: ({ correlation }) => ({
    records: files()
      .map((name) => load(name.slice(0, -5)))
      .filter((change) => change.correlation === correlation)
      .map(shown),
  }),
  create({ correlation, title, description, window }) {
    const key = `CHG${String(files().length + 1).padStart(4, '0')}`;
    const change = { key, correlation, title, description, window, stage: 'planned', decision: 'pending', notes: [] };
    return { record: shown(save(change)) };
  },
  marks: ({ key }) => ({ marks: load(key).notes.flatMap((note) => note.match(/\[relctl [0-9a-f]{32}\]/g) ?? []) }),
  update({ key, stage, window, description, note, end }) {
    const change = load(key);
    return {
      record: shown(
        save({
          ...change,
          ...(stage === undefined ? {} : { stage }),
          ...(window === undefined ? {} : { window }),
          ...(description === undefined ? {} : { description }),
          ...(end === undefined ? {} : { end }),
          notes: note === undefined ? change.notes : [...change.notes, note],
        }),
      ),
    };
  },
};

const answer = Object.hasOwn(answers, request.do) ? answers[request.do](request) : { refused: `no ${request.do} here` };
process.stdout.write(`${JSON.stringify(answer)}\n`);
