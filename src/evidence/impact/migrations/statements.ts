import { blankSqlComments } from '../comments.ts';

/** One SQL statement. */
export interface Statement {
  /** Without comments, white space collapsed, string literals kept. */
  readonly text: string;
  /** Offset of its first character in the script. */
  readonly offset: number;
}

/** Cuts a script into statements at `;`, outside of quotes and of PostgreSQL's dollar quotes. A `GO` line (SQL Server) cuts too. */
export function splitStatements(script: string): Statement[] {
  const text = blankSqlComments(script);
  const statements: Statement[] = [];
  let start = 0;
  const push = (end: number) => {
    const raw = text.slice(start, end);
    const statement = raw.trim().replace(/\s+/g, ' ');
    if (statement !== '') statements.push({ text: statement, offset: start + raw.length - raw.trimStart().length });
  };
  for (const match of text.matchAll(/'(?:[^']|'')*'|"[^"]*"|`[^`]*`|(\$\w*\$)[\s\S]*?\1|;|^GO[ \t]*$/gim)) {
    if (match[0] !== ';' && !/^GO\s*$/i.test(match[0])) continue;
    push(match.index);
    start = match.index + match[0].length;
  }
  push(text.length);
  return statements;
}

/** Cuts the actions of an ALTER TABLE at its commas, outside of parentheses and quotes. */
export function splitActions(text: string): string[] {
  const actions: string[] = [];
  let depth = 0;
  let start = 0;
  for (const match of text.matchAll(/'(?:[^']|'')*'|"[^"]*"|`[^`]*`|[(),]/g)) {
    if (match[0] === '(') depth += 1;
    else if (match[0] === ')') depth -= 1;
    else if (match[0] === ',' && depth === 0) {
      actions.push(text.slice(start, match.index).trim());
      start = match.index + 1;
    }
  }
  actions.push(text.slice(start).trim());
  return actions.filter((action) => action !== '');
}
