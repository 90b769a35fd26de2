import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { editHead, type HeadEdit } from '../../../src/plan/edit.ts';
import { sampleHead } from '../../support/sample-plan.ts';

type Path = HeadEdit['path'];

/** What an edit means, on plain values. */
function applied(value: unknown, edit: HeadEdit): unknown {
  const copy = structuredClone(value) as Record<string | number, unknown>;
  let parent = copy;
  for (const key of edit.path.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  const last = edit.path.at(-1) ?? '';
  if (edit.kind === 'set') parent[last] = edit.value;
  else if (edit.kind === 'remove') (parent as unknown as unknown[]).splice(Number(last), 1);
  else parent[last] = [...((parent[last] as unknown[] | undefined) ?? []), ...edit.items.map((item) => item.value)];
  return copy;
}

/** Lines of the old text that are not in the new one, in order. */
function lostLines(before: string, after: string): string[] {
  const left = after.split('\n');
  return before.split('\n').filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(0, at + 1);
    return at < 0;
  });
}

const set = (path: Path, value: unknown): HeadEdit => ({ kind: 'set', path, value });
const append = (path: Path, ...values: unknown[]): HeadEdit => ({
  kind: 'append',
  path,
  items: values.map((value) => ({ value })),
});

describe('a field that is set', () => {
  test('changes its own characters and no others, comments beside it included', () => {
    const head = 'a: 1 # why one\nspec:\n  window: # T-0\n    start:   2026-12-03T14:00   # agreed\n    end: x\n';
    expect(editHead(head, [set(['spec', 'window', 'start'], '2026-12-10T09:00')])).toBe(
      'a: 1 # why one\nspec:\n  window: # T-0\n    start:   2026-12-10T09:00   # agreed\n    end: x\n',
    );
  });

  test('to what it is leaves every byte, however it is written', () => {
    const head = `a:   "x"\nb: { c: 'd' ,  e: [ 1,2 ] }\n`;
    expect(editHead(head, [set(['a'], 'x'), set(['b', 'c'], 'd'), set(['b', 'e'], [1, 2])])).toBe(head);
  });

  test('that is not there yet stands at the end of its map', () => {
    expect(editHead('spec:\n  a: 1\n\n# next\nother: 2\n', [set(['spec', 'b'], 'two: words')])).toBe(
      'spec:\n  a: 1\n  b: "two: words"\n\n# next\nother: 2\n',
    );
  });

  test('in a map in braces stays in its braces', () => {
    const head = 'window: { start: a, end: b } # T-0\n';
    expect(editHead(head, [set(['window', 'end'], 'c'), set(['window', 'zone'], 'UTC')])).toBe(
      'window: { start: a, end: c, zone: UTC } # T-0\n',
    );
  });

  test('that was a text over several lines is replaced whole', () => {
    const head = 'a: |\n  one\n  two\nb: 1 # kept\n';
    expect(editHead(head, [set(['a'], 'short')])).toBe('a: short\nb: 1 # kept\n');
  });

  test('to a text with line breaks can be read again', () => {
    expect(parse(editHead('a: b # c\n', [set(['a'], 'one\ntwo: [')]))).toEqual({ a: 'one\ntwo: [' });
  });
});

describe('items that are appended', () => {
  test('stand below the last one, with their comment, before the comments of what follows', () => {
    const head = 'vars:\n  # seen\n  - name: A # first\n\n# about b\nb: 1\n';
    const edit: HeadEdit = {
      kind: 'append',
      path: ['vars'],
      items: [{ value: { name: 'B', services: ['web'] }, comment: 'src/a.ts:1\nread without a default' }],
    };
    expect(editHead(head, [edit])).toBe(
      'vars:\n  # seen\n  - name: A # first\n  # src/a.ts:1\n  # read without a default\n  - name: B\n    services: [web]\n\n# about b\nb: 1\n',
    );
  });

  test('open an empty list', () => {
    expect(editHead('spec:\n  vars: [] # none yet\n  b: 1\n', [append(['spec', 'vars'], { name: 'A' })])).toBe(
      'spec:\n  vars: # none yet\n    - name: A\n  b: 1\n',
    );
  });

  test('go into the brackets of a list in brackets', () => {
    expect(editHead('qa: [ a@x.com ] # QA\n', [append(['qa'], 'b@x.com', 'c, d')])).toBe(
      'qa: [ a@x.com, b@x.com, "c, d" ] # QA\n',
    );
  });

  test('make a list where there was none', () => {
    expect(editHead('spec:\n  a: 1\n', [append(['spec', 'vars'], { name: 'A' })])).toBe(
      'spec:\n  a: 1\n  vars:\n    - name: A\n',
    );
  });

  test('after a text over several lines do not become part of it', () => {
    const head = 'list:\n  - text: |\n      one\n      two\nb: 1\n';
    const after = editHead(head, [append(['list'], { text: 'x' })]);
    expect(parse(after)).toEqual({ list: [{ text: 'one\ntwo\n' }, { text: 'x' }], b: 1 });
    expect(lostLines(head, after)).toEqual([]);
  });

  test('to a file without a last line end', () => {
    expect(editHead('list:\n  - a', [append(['list'], 'b')])).toBe('list:\n  - a\n  - b\n');
  });
});

describe('an item that is removed', () => {
  test('takes its own lines with it and no others', () => {
    const head = 'list:\n  - name: a\n    head: 1\n  - name: b # gone\n    head: 2\n  - name: c\nend: 1\n';
    expect(editHead(head, [{ kind: 'remove', path: ['list', 1] }])).toBe(
      'list:\n  - name: a\n    head: 1\n  - name: c\nend: 1\n',
    );
  });

  test('as the last one leaves an empty list', () => {
    expect(parse(editHead('list:\n  - a\nb: 1\n', [{ kind: 'remove', path: ['list', 0] }]))).toEqual({
      list: [],
      b: 1,
    });
  });
});

const word = fc.oneof(
  fc.constantFrom(
    'true',
    '12',
    'null',
    '~',
    '- a',
    'a: b',
    '#x',
    '"',
    "'",
    '[',
    '{a}',
    '',
    ' lead',
    'trail ',
    'é',
    '2026-12-03',
  ),
  fc.string({ maxLength: 20 }).filter((text) => !/[\r\0\uFEFF\u0085\u2028\u2029]/.test(text)),
);
const edits = fc.array(
  fc.oneof(
    word.map((value) => set(['metadata', 'feature'], value)),
    word.map((value) => set(['spec', 'window', 'end'], value)),
    fc.array(word, { maxLength: 3 }).map((value) => set(['spec', 'owners', 'qa'], value)),
    word.map((value) => set(['spec', 'services', 1, 'image'], value)),
    word.map((value) => set(['spec', 'security', 'notes'], value)),
    word.map((name) => append(['spec', 'environmentVariables'], { name, services: [name, 'web'] })),
    word.map((value) => append(['spec', 'owners', 'cab'], value)),
    word.map((value) => append(['spec', 'rollback', 'steps'], value)),
    word.map((value) => append(['spec', 'impact', 'findings'], value)),
    fc.constant<HeadEdit>({ kind: 'remove', path: ['spec', 'services', 0] }),
  ),
  { maxLength: 5 },
);

describe('any edits', () => {
  test('mean what they say, in order, on any plan', () => {
    fc.assert(
      fc.property(edits, (list) => {
        const head = sampleHead();
        const usable = list.filter((edit, index) => edit.kind !== 'remove' || list.indexOf(edit) === index);
        const removals = usable.filter((edit) => edit.kind === 'remove').length;
        fc.pre(removals === 0 || !usable.some((edit) => edit.path.includes('image')));
        fc.pre(removals <= 1);
        expect(parse(editHead(head, usable))).toEqual(usable.reduce(applied, parse(head)));
      }),
      { numRuns: 100 },
    );
  });

  test('that only append lose no line of what people wrote', () => {
    const appending = edits.map((list) => list.filter((edit) => edit.kind === 'append' && !edit.path.includes('cab')));
    fc.assert(
      fc.property(appending, (list) => {
        expect(lostLines(sampleHead(), editHead(sampleHead(), list))).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });
});
