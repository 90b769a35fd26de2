import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { RelctlError } from '../../../src/errors.ts';
import { checkShape, readYaml } from '../../../src/plan/yaml.ts';

const FILE = 'relctl.yaml';

function refusal(read: () => unknown): RelctlError {
  try {
    read();
  } catch (error) {
    return error as RelctlError;
  }
  throw new Error('it was read');
}

describe('reading YAML', () => {
  it('gives the value and the place of each part of it', () => {
    const yaml = readYaml('a:\n  - b: 1\n    c: [x, y]\n', FILE);
    expect(yaml.value).toEqual({ a: [{ b: 1, c: ['x', 'y'] }] });
    expect(yaml.place(['a', 0, 'b'])).toEqual({ file: FILE, line: 2, column: 8 });
    expect(yaml.place(['a', 0, 'c', 1])).toEqual({ file: FILE, line: 3, column: 12 });
  });

  it('gives the place of a key', () => {
    const yaml = readYaml('a:\n  - b: 1\n    c: [x, y]\n', FILE);
    expect(yaml.keyPlace(['a'])).toEqual({ file: FILE, line: 1, column: 1 });
    expect(yaml.keyPlace(['a', 0, 'c'])).toEqual({ file: FILE, line: 3, column: 5 });
    expect(yaml.keyPlace(['a', 0, 'c', 1])).toEqual(yaml.place(['a', 0, 'c', 1]));
    expect(yaml.keyPlace(['a', 0, 'none'])).toEqual(yaml.place(['a', 0]));
  });

  it('points at every key that is not known, where the key stands', () => {
    const schema = z.strictObject({ a: z.strictObject({ b: z.number() }) });
    const yaml = readYaml('a:\n  b: 1\n  xx: [1, 2]\n  yy: 3\n', FILE);
    expect(refusal(() => checkShape(schema, yaml, 'config.invalid', FILE, 'relctl doctor'))).toMatchObject({
      place: { file: FILE, line: 3, column: 3 },
      data: {
        issues: [
          { path: 'a.xx', line: 3 },
          { path: 'a.yy', line: 4 },
        ],
      },
    });
  });

  it('gives the place of the nearest parent of what is not there', () => {
    const yaml = readYaml('a:\n  b:\n    c: 1\n', FILE);
    expect(yaml.place(['a', 'b', 'x', 'y'])).toEqual({ file: FILE, line: 3, column: 5 });
    expect(readYaml('', FILE).place(['x'])).toEqual({ file: FILE, line: 1, column: 1 });
  });

  it.each([
    ['a: [1, 2\nb: 3\n', 2],
    ['a: "open\n', 2],
    ['a: 1\n\tb: 2\n', 2],
    ['a: b: c\n', 1],
    ['a: 1\n---\nb: 2\n', 2],
  ])('%j is refused as bad syntax on line %i', (text, line) => {
    expect(refusal(() => readYaml(text, FILE))).toMatchObject({
      code: 'plan.yaml-syntax',
      place: { file: FILE, line },
    });
  });

  it.each(['a: 1\n...\n', 'a: 1\n... # x\n'])('refuses the end of a document in %j', (text) => {
    expect(refusal(() => readYaml(text, FILE))).toMatchObject({ code: 'plan.yaml-feature' });
  });

  it('takes a document that says where it begins', () => {
    expect(readYaml('# x\n---\na: 1\n', FILE).value).toEqual({ a: 1 });
  });

  it('refuses a key that stands twice, at its second place', () => {
    const error = refusal(() => readYaml('a:\n  b: 1\n  c: 2\n  b: 3\n', FILE));
    expect(error).toMatchObject({ code: 'plan.yaml-feature', place: { line: 4, column: 3 } });
    expect(refusal(() => readYaml('{a: 1, "a": 2}', FILE)).code).toBe('plan.yaml-feature');
    expect(readYaml('a: {x: 1}\nb: {x: 1}\n', FILE).value).toEqual({ a: { x: 1 }, b: { x: 1 } });
  });

  it.each(['__proto__', 'constructor', 'prototype', '"__proto__"', '<<'])('refuses the key %s anywhere', (key) => {
    expect(refusal(() => readYaml(`a:\n  - ${key}: {polluted: true}\n`, FILE))).toMatchObject({
      code: 'plan.yaml-feature',
      place: { line: 2 },
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each(['? [a, b]\n: 1\n', '{[a]: 1}', '? {a: 1}\n: 2\n'])('refuses a key that is no text: %j', (text) => {
    expect(refusal(() => readYaml(text, FILE)).code).toMatch(/^plan\.yaml-/);
  });

  it('reads nothing as JavaScript would not expect: times stay text, yes stays text', () => {
    expect(readYaml('a: 2026-12-03T14:00\nb: yes\nc: 0o17\nd: 1_000\n', FILE).value).toEqual({
      a: '2026-12-03T14:00',
      b: 'yes',
      c: 15,
      d: '1_000',
    });
  });
});

describe('checking a shape', () => {
  const schema = z.strictObject({
    name: z.string().regex(/^[a-z]+$/, 'lower-case letters'),
    count: z.int().positive(),
    kind: z.enum(['a', 'b']),
    list: z.array(z.strictObject({ x: z.string() })).default([]),
    named: z.record(z.string().regex(/^[a-z]+$/, 'lower-case letters'), z.int()).default({}),
  });
  const check = (text: string) => checkShape(schema, readYaml(text, FILE), 'config.invalid', FILE, 'relctl doctor');

  it('gives the value with its defaults', () => {
    expect(check('name: x\ncount: 1\nkind: a\n')).toEqual({ name: 'x', count: 1, kind: 'a', list: [], named: {} });
  });

  it.each([
    ['name: X1\ncount: 1\nkind: a\n', 'name is "X1", but must be lower-case letters', 1, 7],
    [
      'name: x\ncount: 1\nkind: a\nnamed:\n  toString: 1\n',
      'named.toString has a name that is not taken: it must be lower-case letters',
      5,
      3,
    ],
    ['name: x\ncount: 1\nkind: c\n', 'kind is "c", but must be', 3, 7],
    ['name: x\ncount: none\nkind: a\n', 'count is "none", but must be', 2, 8],
    ['name: x\ncount: 1\nkind: a\nnmae: y\n', 'nmae is not a known key', 4, 1],
    ['name: x\nkind: a\n', 'count is missing', 1, 1],
    ['name: x\ncount: 1\nkind: a\nlist:\n  - x: 1\n', 'list.0.x is 1, but must be string', 5, 8],
    ['name: [x]\ncount: 1\nkind: a\n', 'name is a list, but must be string', 1, 7],
    ['name:\ncount: 1\nkind: a\n', 'name is empty, but must be string', 1, 6],
    ['', 'the document is empty, but must be a map', 1, 1],
    ['- x\n', 'the document is a list, but must be a map', 1, 1],
  ])('%j: %s', (text, problem, line, column) => {
    const error = refusal(() => check(text));
    expect(error).toMatchObject({ code: 'config.invalid', exitCode: 2, place: { file: FILE, line, column } });
    expect(error.message).toContain(problem);
  });

  it('names the next command, and the other findings in order', () => {
    const error = refusal(() => check('name: X\ncount: -1\nkind: c\nlist:\n  - y: 1\nzzz: 1\n'));
    expect(error.hints[0]).toBe('relctl doctor');
    // The next command reads the same file: what was changed shows where it broke.
    expect(error.hints[1]).toBe(`git diff -- ${FILE}`);
    const lines = error.found.map(({ text }) => Number(/^line (\d+): /.exec(text)?.[1] ?? Number.NaN));
    expect(lines.length).toBeGreaterThan(2);
    expect((error.data as { issues: unknown[] }).issues.length).toBeGreaterThan(lines.length);
  });

  it('does not print a long value in full', () => {
    expect(refusal(() => check(`name: ${'X'.repeat(500)}\ncount: 1\nkind: a\n`)).message.length).toBeLessThan(200);
  });
});
