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
  const next = /'[^']*'|"[^"]*"|`[^`]*`|\$\w{0,60}\$|;|^GO[ \t]*$/gim;
  const tags = tagsIn(text);
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    const [mark] = match;
    if (mark.startsWith('$')) {
      const close = tags.get(mark)?.find((at) => at > match.index) ?? -1;
      if (close !== -1) next.lastIndex = close + mark.length;
    }
    if (mark !== ';' && !/^GO[ \t]*$/i.test(mark)) continue;
    push(match.index);
    start = match.index + mark.length;
  }
  push(text.length);
  return statements;
}

/** Where each dollar quote stands, so that its end is not looked for through the whole script again and again. */
function tagsIn(text: string): ReadonlyMap<string, { find(later: (at: number) => boolean): number | undefined }> {
  const places = new Map<string, number[]>();
  for (const match of text.matchAll(/\$\w{0,60}\$/g)) {
    const known = places.get(match[0]);
    if (known === undefined) places.set(match[0], [match.index]);
    else known.push(match.index);
  }
  return new Map(
    [...places].map(([tag, at]) => {
      let first = 0;
      return [
        tag,
        {
          // Asked in the order of the script only, so what was passed is passed for good.
          find(later: (at: number) => boolean) {
            while (first < at.length && !later(at[first] ?? 0)) first += 1;
            return at[first];
          },
        },
      ] as const;
    }),
  );
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
