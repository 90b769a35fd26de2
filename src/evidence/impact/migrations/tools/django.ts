import { judgeDjango } from '../django/judge.ts';
import { type MigrationTool, severalHeads } from '../tool.ts';

/** Django (docs.djangoproject.com/en/stable/topics/migrations/): an order by dependencies; `migrate app name` runs all that lead to it. */
export const django: MigrationTool = {
  name: 'django',
  runs: 'through',
  readsSiblings: true,
  recognise({ path, stem, text }) {
    const app = /(?:^|\/)([^/]+)\/(?:\w+_)?migrations\/[^/]+\.py$/.exec(path)?.[1];
    if (app === undefined || !/^class\s+Migration\s*\(/m.test(text) || !/^\s+operations\b/m.test(text))
      return undefined;
    return [{ id: `${app}.${stem}`, after: dependenciesOf(text) }];
  },
  judge: ({ text, path }, _migration, siblings) => judgeDjango(text, path, siblings),
  commands: ({ migrations }) => {
    const [first, last] = [migrations[0], migrations.at(-1) ?? migrations[0]];
    const [app, name] = parts(last.id);
    const before = (first.after ?? []).map(parts).find(([other]) => other === parts(first.id)[0])?.[1] ?? 'zero';
    const isOneApp = migrations.every(({ id }) => parts(id)[0] === app);
    const call = (to: string) => ['python', 'manage.py', 'migrate', app, to];
    return { up: call(name), ...(isOneApp ? { down: call(before) } : {}) };
  },
  // Dependencies go from app to app.
  historyOf: () => '',
  conflicts: (history) => {
    const apps = new Set(history.map(({ id }) => parts(id)[0]));
    return [...apps].flatMap((app) =>
      severalHeads(
        history.filter(({ id }) => parts(id)[0] === app),
        `\`manage.py makemigrations --merge ${app}\` joins them`,
      ),
    );
  },
};

/** App and name of an id. */
function parts(id: string): [app: string, name: string] {
  const cut = id.indexOf('.');
  return [id.slice(0, cut), id.slice(cut + 1)];
}

function dependenciesOf(text: string): string[] {
  const list =
    /^\s+(?:dependencies|run_after)\s*(?::[^=\n]*)?=\s*\[([\s\S]*?)\n?\s*\](?=\s*(?:\n|$))/m.exec(text)?.[1] ?? '';
  const own = list.replace(/#.*$/gm, '');
  return [...own.matchAll(/\(\s*["'](\w+)["']\s*,\s*["'](\w+)["']\s*,?\s*\)/g)].map(
    (match) => `${match[1]}.${match[2]}`,
  );
}
