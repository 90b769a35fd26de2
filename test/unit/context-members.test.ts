import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const USE_CASES = fileURLToPath(new URL('../../src/usecases', import.meta.url));
const BAGS = ['Context', 'ReadingContext'];

/** The members that a pattern such as `{ clock, store: plans }` takes; `undefined` for one that takes the rest too. */
function namesIn(pattern: ts.ObjectBindingPattern): readonly string[] | undefined {
  return pattern.elements.some((one) => one.dotDotDotToken !== undefined)
    ? undefined
    : pattern.elements.map((one) => (one.propertyName ?? one.name).getText());
}

/** What a function reads of a parameter; `undefined` where it hands all of it on. */
function membersOf(parameter: ts.ParameterDeclaration, body: ts.Node): ReadonlySet<string> | undefined {
  if (ts.isObjectBindingPattern(parameter.name)) {
    const names = namesIn(parameter.name);
    return names && new Set(names);
  }
  const name = parameter.name.getText();
  const members = new Set<string>();
  const isWhole = (node: ts.Node): boolean => {
    if (!ts.isIdentifier(node) || node.text !== name) return ts.forEachChild(node, isWhole) ?? false;
    const { parent } = node;
    if ((ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node)
      return false;
    if (ts.isPropertyAccessExpression(parent)) {
      members.add(parent.name.text);
      return false;
    }
    const names =
      ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name) ? namesIn(parent.name) : undefined;
    for (const one of names ?? []) members.add(one);
    return names === undefined;
  };
  return isWhole(body) ? undefined : members;
}

/** Functions of a source that take the whole context and read a few members of it. */
function greedy(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const body = ts.isFunctionLike(node) ? (node as ts.FunctionLikeDeclaration).body : undefined;
    for (const parameter of body === undefined ? [] : (node as ts.FunctionLikeDeclaration).parameters) {
      const type = parameter.type?.getText() ?? '';
      const members = BAGS.includes(type) && body !== undefined ? membersOf(parameter, body) : undefined;
      if (members === undefined || members.size === 0) continue;
      const { line } = source.getLineAndCharacterOfPosition(parameter.getStart());
      const names = [...members].sort().map((one) => `'${one}'`);
      found.push(`${file}:${line + 1} takes all of ${type}: write Pick<${type}, ${names.join(' | ')}>`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it('a function that only reads members of the context names them', () => {
  const files = readdirSync(USE_CASES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => greedy(file, readFileSync(join(USE_CASES, file), 'utf8')))).toEqual([]);
});

it.each([
  ['function f(context: Context) { return context.clock.now(); }', 1],
  ['const f = ({ clock }: Context) => clock.now();', 1],
  ['function f(context: ReadingContext) { const { clock } = context; return { context: clock }; }', 1],
  ["function f(context: Pick<Context, 'clock'>) { return context.clock.now(); }", 0],
  ['function f(context: Context) { return g(context, context.clock); }', 0],
  ['function f(context: Context) { const { clock, ...rest } = context; return g(clock, rest); }', 0],
])('sees it: %s', (text, count) => {
  expect(greedy('planted.ts', text)).toHaveLength(count);
});
