import { expect, test } from 'vitest';
import { isRunByHand } from '../../../../../src/evidence/impact/paths.ts';
import { compareVariables } from '../../../../../src/evidence/impact/variables/compare.ts';
import { variablesIn } from '../../../../../src/evidence/impact/variables/detect.ts';

type Files = Readonly<Record<string, string>>;
const placed = (files: Files) =>
  Object.entries(files).flatMap(([file, text]) =>
    variablesIn(file, text).map((use) => ({ ...use, file, services: [] })),
  );
const changes = (base: Files, head: Files): string[] =>
  compareVariables({ base: placed(base), head: placed(head), elsewhere: [] }).map(
    ({ change, name, buildTime }) => `${change} ${name}${buildTime ? ' built' : ''}`,
  );

test.each([
  // The same default, given by a call around the read.
  ['config/app.php', `'a' => envOr('CACHE', 'file')`, `'a' => withDefault(env('CACHE'), 'file')`],
  ['svc/a.go', 'v := getEnv("MODE", "fast")', 'v := cmp.Or(os.Getenv("MODE"), "fast")'],
  // No default, in two spellings.
  ['config/db.php', `'p' => env('DB_PASS', null)`, `'p' => env('DB_PASS')`],
  ['svc/a.py', 'a = os.environ.get("MODE", None)', 'a = os.environ.get("MODE")'],
])('%s: one default in two spellings is no change', (path, before, after) => {
  expect(changes({ [path]: before }, { [path]: after })).toEqual([]);
});

test.each([
  ['config/app.php', `'a' => withDefault(env('CACHE'), 'file')`, `'a' => withDefault(env('CACHE'), 'redis')`],
  [
    'a.ts',
    'f(parseEnvNumber(process.env.CACHE, options?.limit ?? 5));',
    'f(parseEnvNumber(process.env.CACHE, options?.limit ?? 10));',
  ],
])('%s: another default is a change', (path, before, after) => {
  expect(changes({ [path]: before }, { [path]: after })).toEqual(['changed CACHE']);
});

test('the base of a number and the next argument of a call are no defaults', () => {
  const text = (n: number) => `f(parseInt(process.env.SIZE, ${n}), log(process.env.MODE, ${n}));`;
  expect(changes({ 'a.ts': text(8) }, { 'a.ts': text(10) })).toEqual([]);
});

test.each([
  ['config/runtime.exs', 'keys = ["KEY_A", "KEY_B"]\n  |> Enum.map(&System.get_env/1)\n'],
  ['svc/a.py', 'keys = [os.environ.get(name) for name in ("KEY_A", "KEY_B")]\n'],
  ['svc/b.py', 'for name in ["KEY_A", "KEY_B"]:\n    use(os.getenv(name))\n'],
  ['svc/a.go', 'for _, name := range []string{"KEY_A", "KEY_B"} {\n\tuse(os.Getenv(name))\n}\n'],
  ['svc/a.ts', "const found = ['KEY_A', 'KEY_B'].map((name) => process.env[name]);\n"],
  ['svc/a.rb', 'keys = %w[KEY_A KEY_B].filter_map { |name| ENV[name] }\n'],
])('%s: names of a list that is gone through are read', (path, text) => {
  expect(changes({}, { [path]: text })).toEqual(['added KEY_A', 'added KEY_B']);
  expect(changes({}, { [path]: text.replace(/env|environ/gi, 'colour') })).toEqual([]);
});

test('what says how a program is built is asked while it is built', () => {
  expect(changes({}, { 'mix.exs': 'path = System.get_env("FRAMEWORK_PATH")\n' })).toEqual([
    'added FRAMEWORK_PATH built',
  ]);
});

test('a manifest that gives the very default changes nothing', () => {
  const code = { 'config/runtime.exs': 'user = System.get_env("DB_LOGIN", "admin")\n' };
  const compose = (more: string) => ({
    'compose.yml': `services:\n  api:\n    build: .\n    environment:\n      MODE: x\n${more}`,
  });
  const pod = (value: string) => ({
    'k8s/api.yaml': `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec: { template: { spec: { containers: [ { name: api, image: a, env: [ { name: MODE, value: x }${value} ] } ] } } }\n`,
  });
  const given = (value: string) => pod(`, { name: DB_LOGIN, value: ${value} }`);
  expect(changes({ ...code, ...pod('') }, { ...code, ...given('admin') })).toEqual([]);
  expect(changes({ ...code, ...pod('') }, { ...code, ...given('other') })).toEqual(['changed DB_LOGIN']);
  expect(changes({ ...code, ...compose('') }, { ...code, ...compose('      DB_LOGIN: admin\n') })).toEqual([]);
});

test('a store that a compose file builds is told of itself, under the name of the product too', () => {
  const compose = (name: string) => ({
    'docker-compose.db.yml': `services:\n  ${name}:\n    build: ./docker/local\n    environment:\n      POSTGRES_DB: shop\n`,
  });
  expect(changes({}, compose('shop-postgres'))).toEqual([]);
  expect(changes({}, compose('shop-api'))).toEqual(['added POSTGRES_DB']);
});

test.each([
  ['dev/docker-compose.yml', true],
  ['deploy/dev/app.Dockerfile', true],
  ['compose.tests.yml', true],
  ['scripts/profile-startup.sh', true],
  ['scripts/release/gen_docs.sh', true],
  ['build/magefile.go', true],
  ['tools/compare/.env.example', true],
  ['compose.yml', false],
  ['dev/main.go', false],
  ['scripts/start.sh', false],
  ['scripts/regenerate-secrets.sh', false],
])('%s is for developers: %s', (path, expected) => {
  expect(isRunByHand(path)).toBe(expected);
});

test('tags of a struct: the default of a field, before or behind its name', () => {
  const field = (tags: string) => `type c struct {\n\tWait time.Duration \`${tags}\`\n}\n`;
  const twoSided = (before: string, after: string) =>
    changes({ 'svc/a.go': field(before) }, { 'svc/a.go': field(after) });
  expect(twoSided('env:"SHOP_WAIT" envDefault:"5s"', 'env:"SHOP_WAIT" envDefault:"9s"')).toEqual(['changed SHOP_WAIT']);
  expect(twoSided('env:"SHOP_WAIT" envDefault:"5s"', 'env:"SHOP_WAIT"')).toEqual(['changed SHOP_WAIT']);
  expect(twoSided('default:"5s" envconfig:"SHOP_WAIT"', 'envconfig:"SHOP_WAIT" default:"5s"')).toEqual([]);
});

test('names of a map that a Go program goes through, by its keys or by its values', () => {
  const text = (asked: string) =>
    `var renamed = map[string]string{\n\t"SHOP_OLD": "SHOP_NEW",\n}\n\nfunc f() {\n\tfor old, now := range renamed {\n\t\tv, ok := os.LookupEnv(${asked})\n\t}\n}\n`;
  expect(changes({}, { 'svc/a.go': text('old') })).toEqual(['added SHOP_OLD']);
  expect(changes({}, { 'svc/a.go': text('now') })).toEqual(['added SHOP_NEW']);
  expect(changes({}, { 'svc/a.go': text('other') })).toEqual([]);
});

test('defaults that an enumeration of PHP gives its cases in a match', () => {
  const text = (size: string) =>
    `enum EnvVars: string\n{\n    case SIZE = 'SHOP_SIZE';\n    case PORT = 'SHOP_PORT';\n    case ADMIN_PORT = 'SHOP_ADMIN_PORT';\n\n    private function defaultValue(): mixed\n    {\n        return match ($this) {\n            self::SIZE => ${size},\n            self::PORT, self::ADMIN_PORT => 80,\n            default => null,\n        };\n    }\n}\n`;
  expect(changes({ 'src/EnvVars.php': text("'512M'") }, { 'src/EnvVars.php': text("'1G'") })).toEqual([
    'changed SHOP_SIZE',
  ]);
});

test('what a manifest that stays sets no more is changed, as long as the program reads it and nobody else sets it', () => {
  const manifest = (env: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: r.example.com/api:1\n          env:\n            - name: MODE\n              value: fast\n${env}`;
  const given = '            - name: SHOP_LIMIT\n              value: "9"\n';
  const read = { 'api/a.go': 'v := os.Getenv("SHOP_LIMIT")' };
  const before = { ...read, 'k8s/api.yaml': manifest(given) };
  expect(changes(before, { ...read, 'k8s/api.yaml': manifest('') })).toEqual(['changed SHOP_LIMIT']);
  expect(changes(before, { ...before, 'k8s/api.yaml': manifest(''), 'k8s/all.yaml': manifest(given) })).toEqual([]);
});

test('the interfaces that SmallRye Config fills in, with those inside, and what they preset', () => {
  const text = (size: number) =>
    `@ConfigMapping(prefix = "shop.event-queue")\npublic interface QueueConfig {\n  Optional<Set<String>> types();\n\n  @WithName("denied")\n  Optional<Set<String>> deniedTypes();\n\n  @WithParentName\n  Map<String, Listener> listeners();\n\n  Executor executor();\n\n  interface Executor {\n    @WithDefault("${size}")\n    int poolSize();\n  }\n\n  interface Listener { String kind(); }\n\n  default boolean isOpen() {\n    return executor().poolSize() > 0;\n  }\n}\n`;
  expect(changes({}, { 'api/QueueConfig.java': text(1) })).toEqual([
    'added SHOP_EVENT_QUEUE_DENIED',
    'added SHOP_EVENT_QUEUE_EXECUTOR_POOL_SIZE',
    'added SHOP_EVENT_QUEUE_TYPES',
  ]);
  expect(changes({ 'api/QueueConfig.java': text(1) }, { 'api/QueueConfig.java': text(2) })).toEqual([
    'changed SHOP_EVENT_QUEUE_EXECUTOR_POOL_SIZE',
  ]);
});

test('a manifest that ERB fills in gives what it gives', () => {
  const text =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  <% if environment == "staging" %>\n  replicas: 3\n  <% end %>\n  template:\n    spec:\n      containers:\n        - name: web\n          image: r.example.com/web:<%= current_sha %>\n          env:\n            - name: SHOP_CACHE\n              value: "<%= environment %>"\n            - name: MODE\n              value: <%= ENV["SHOP_MODE"] %>\n';
  expect(changes({}, { 'config/deploy/web.yaml.erb': text })).toEqual([
    'added MODE',
    'added SHOP_CACHE',
    'added SHOP_MODE',
  ]);
});
