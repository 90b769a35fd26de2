import { blankHashComments } from '../comments.ts';
import { UseCollector, type VariableUse } from './use.ts';

/** A script that says by its name that it builds or publishes; nothing that runs later is started by it. */
const BUILDS = /(^|\/)([^/]*[-_])?(build|release|publish|package)([-_][^/]*)?\.\w+$/;

/**
 * Environment variables that a shell script asks its caller for: expansions that say what to do when the variable is missing
 * (`${X:?}`, `${X:-default}`, `${X:=default}`), unless the script itself has given the name another value before. A plain
 * `$X` is most often a variable of the script, and what a script takes away again (`unset X`) is a note to its own second run.
 */
export function shellVariables(source: string, path = ''): VariableUse[] {
  const text = blankHashComments(source);
  const uses = new UseCollector(text);
  const built = BUILDS.test(path) ? { buildTime: true } : {};
  const own = new Map<string, number>();
  for (const match of text.matchAll(
    /(?:^|[;&|]|\b(?:local|export|readonly|declare)\s+)\s*([A-Z_][A-Z0-9_]*)=([^\n;]*)/gm,
  )) {
    const [, name = '', value = ''] = match;
    // `X="${X:-default}"` gives the caller's value a default.
    const isOfItself = [...value.matchAll(/\$\{?(\w+)/g)].some(([, other]) => other === name);
    if (!isOfItself && !own.has(name)) own.set(name, match.index);
  }
  for (const match of text.matchAll(/\b(?:for\s+([A-Z_][A-Z0-9_]*)\s+in|read\s+(?:-\w+\s+)*([A-Z_][A-Z0-9_]*))\b/g)) {
    own.set(match[1] ?? match[2] ?? '', match.index);
  }
  for (const match of text.matchAll(/(?:^|[;&|])[ \t]*unset[ \t]+([A-Z_][A-Z0-9_ \t]*)/gm)) {
    for (const name of (match[1] ?? '').split(/\s+/)) own.set(name, -1);
  }
  for (const match of text.matchAll(/\$\{([A-Z_][A-Z0-9_]*)(:?[?=-])([^{}\n]*)\}/g)) {
    const [, name = '', operator = '', rest = ''] = match;
    if (name.length < 2 || (own.get(name) ?? Number.POSITIVE_INFINITY) < match.index) continue;
    uses.add(name, match.index, 'read', { ...(operator.endsWith('?') ? {} : { value: rest }), ...built });
  }
  if (STARTS.test(path) && !BUILDS.test(path)) addTests(text, own, uses);
  // nginx hands on what its configuration names, also where a script writes that (nginx.org/en/docs/ngx_core_module.html#env).
  for (const match of text.matchAll(/^[ \t]*env[ \t]+([A-Z][A-Z0-9_]+);/gm))
    uses.add(match[1] ?? '', match.index, 'read', { value: '' });
  return uses.uses;
}

/** A script that a container starts. */
const STARTS = /(^|\/)(?:[\w-]+[-_])?(entrypoint|bootstrap|start|launch)(?:[-_][\w-]+)?(\.\w+)?$/;

/** Variables that a script only asks about, and that may be missing: `[ -n "$X" ]`, `[ "$X" = "True" ]`. */
function addTests(text: string, own: ReadonlyMap<string, number>, uses: UseCollector): void {
  for (const test of text.matchAll(/(?:\[\[?|\btest)[ \t]([^\n\]]{1,200})/g))
    for (const match of (test[1] ?? '').matchAll(/\$\{?([A-Z][A-Z0-9_]+)\}?/g)) {
      const name = match[1] ?? '';
      const offset = test.index + test[0].length - (test[1] ?? '').length + match.index;
      if ((own.get(name) ?? Number.POSITIVE_INFINITY) >= offset) uses.add(name, offset, 'read', { value: '' });
    }
}
