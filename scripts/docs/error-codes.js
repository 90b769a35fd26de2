// Reads every error that relctl can end with from its sources: what it says, why it matters, and what to do next.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A place that a value is put into. */
const HOLE = '…';

/**
 * The errors by code, each with the texts of all the places where it is raised.
 * @returns {Map<string, { says: Set<string>, why: Set<string>, hints: Set<string> }>}
 */
export function errorsIn(folder) {
  const found = new Map();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((one) => one.endsWith('.ts'))
    .sort()) {
    const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node) => {
      if (ts.isNewExpression(node) && node.expression.getText() === 'RelctlError') enter(node.arguments ?? []);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;

  function enter([codes, message, more]) {
    for (const code of textsOf(codes)) {
      const entry = found.get(code) ?? { says: new Set(), why: new Set(), hints: new Set() };
      found.set(code, entry);
      add(entry.says, textsOf(message));
      for (const property of more !== undefined && ts.isObjectLiteralExpression(more) ? more.properties : []) {
        if (!ts.isPropertyAssignment(property)) continue;
        if (property.name.getText() === 'why') add(entry.why, textsOf(property.initializer));
        if (property.name.getText() === 'hints') add(entry.hints, itemsOf(property.initializer));
      }
    }
  }
}

/** What only stands for a value says nothing. */
function add(set, texts) {
  for (const text of texts) if (/[\p{L}]{2}/u.test(text.replaceAll(HOLE, ''))) set.add(text);
}

/** The texts that an expression can have; a value that is not known is a hole. */
function textsOf(node) {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return textsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
    return [...textsOf(node.left), ...textsOf(node.right)];
  }
  if (ts.isTaggedTemplateExpression(node)) return textsOf(node.template).map((text) => `\`${text}\``);
  if (ts.isTemplateExpression(node)) {
    return [
      node.templateSpans.reduce(
        (text, span) => `${text}${holeFor(span.expression)}${span.literal.text}`,
        node.head.text,
      ),
    ];
  }
  return [HOLE];
}

function holeFor(node) {
  const last = ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : '';
  return (
    {
      id: '<id>',
      file: '<file>',
      commit: '<commit>',
      service: '<service>',
      region: '<region>',
      environment: '<environment>',
    }[last] ?? HOLE
  );
}

function itemsOf(node) {
  if (ts.isArrayLiteralExpression(node))
    return node.elements.flatMap((one) => (ts.isSpreadElement(one) ? itemsOf(one.expression) : textsOf(one)));
  if (ts.isParenthesizedExpression(node)) return itemsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...itemsOf(node.whenTrue), ...itemsOf(node.whenFalse)];
  return [];
}
