// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are in other languages.
import { describe, expect, test } from 'vitest';
import { variablesIn } from '../../../../../src/evidence/impact/variables/detect.ts';

const names = (path: string, text: string) => [...new Set(variablesIn(path, text).map((use) => use.name))].sort();

/** Each line: what a language's or library's documentation shows, and the names in it. */
const READS: readonly (readonly [path: string, text: string, expected: string])[] = [
  // Node, bundlers, Deno, Bun
  ['a.ts', 'const a = process.env.DB_URL;', 'DB_URL'],
  ['a.ts', "const a = process.env['DB_URL'] ?? 'x';", 'DB_URL'],
  ['a.ts', 'const a = process.env[`DB_URL`];', 'DB_URL'],
  ['a.ts', 'const a = process.env.DB_URL!.length;', 'DB_URL'],
  ['a.ts', 'const a = process?.env?.DB_URL;', 'DB_URL'],
  ['a.ts', 'const a = process.env?.DB_URL;', 'DB_URL'],
  ['a.ts', 'const a = globalThis.process.env.DB_URL;', 'DB_URL'],
  ['a.ts', 'const a = node_process.env.DB_URL;', 'DB_URL'],
  ['a.ts', 'const a = `postgres://${process.env.DB_HOST}:${process.env.DB_PORT}/x`;', 'DB_HOST DB_PORT'],
  ['a.ts', 'process.env.DB_URL ??= "x";', 'DB_URL'],
  ['a.ts', 'if (process.env.DB_URL === "x") {}', 'DB_URL'],
  ['a.ts', "if ('DB_URL' in process.env) {}", 'DB_URL'],
  ['a.ts', 'const { A_ONE, B_TWO: two, C_THREE = "x", ...rest } = process.env;', 'A_ONE B_TWO C_THREE'],
  ['a.ts', 'const {\n  A_ONE, // first\n  B_TWO = "2",\n}: NodeJS.ProcessEnv = process.env;', 'A_ONE B_TWO'],
  ['a.ts', 'function load({ A_ONE } = process.env) {}', 'A_ONE'],
  ['a.ts', 'const env = process.env;\nuse(env.A_ONE, env["B_TWO"]);\nconst { C_THREE } = env;', 'A_ONE B_TWO C_THREE'],
  ['a.ts', 'export function f(env: NodeJS.ProcessEnv) { return env.A_ONE; }', 'A_ONE'],
  ['a.ts', 'const a = import.meta.env.VITE_API; const m = import.meta.env.MODE;', 'VITE_API'],
  [
    'a.vue',
    '<script setup>\nconst a = import.meta.env.VITE_API;\n</script>\n<template><a href="//x">y</a></template>',
    'VITE_API',
  ],
  ['a.ts', "const a = Deno.env.get('DB_URL');", 'DB_URL'],
  ['a.ts', 'const a = Bun.env.DB_URL;', 'DB_URL'],
  ['a.ts', "const a = requireEnv('DB_URL'), b = getEnvOrThrow<string>(\"DB_NAME\", 'x');", 'DB_NAME DB_URL'],
  ['a.svelte', "<script>import { API_KEY, OTHER_KEY as k } from '$env/static/private';</script>", 'API_KEY OTHER_KEY'],
  ['a.ts', "import { env } from '$env/dynamic/private';\nenv.API_KEY;", 'API_KEY'],
  [
    'src/env.ts',
    'export const s = z.object({ A_ONE: z.string(), "B_TWO": z.coerce.number().default(3), lower: z.string() });',
    'A_ONE B_TWO',
  ],
  ['src/config.ts', 'cleanEnv(process.env, { A_ONE: str(), B_TWO: port({ default: 3000 }) });', 'A_ONE B_TWO'],
  [
    'src/app.module.ts',
    'ConfigModule.forRoot({ validationSchema: Joi.object({ A_ONE: Joi.string().required() }) })',
    'A_ONE',
  ],
  [
    'src/a.service.ts',
    "this.configService.get<string>('A_ONE'); this.config.getOrThrow('B_TWO'); config.get('db.url');",
    'A_ONE B_TWO',
  ],
  [
    'src/v.ts',
    'class EnvironmentVariables {\n  @IsNumber()\n  PORT_ONE: number;\n  @IsString() HOST_ONE!: string;\n}',
    'HOST_ONE PORT_ONE',
  ],
  [
    'src/t3.ts',
    'createEnv({ server: { A_ONE: z.string() }, client: { NEXT_PUBLIC_B: z.string() } })',
    'A_ONE NEXT_PUBLIC_B',
  ],
  [
    'config/custom-environment-variables.json',
    '{ "db": { "url": "DB_URL", "port": { "__name": "DB_PORT", "__format": "json" } } }',
    'DB_PORT DB_URL',
  ],
  // not reads
  ['a.ts', 'process.env.DB_URL = "x"; delete process.env.B_TWO; process.env["C_THREE"] = "y";', ''],
  [
    'a.ts',
    '// process.env.A_ONE\n/* process.env.B_TWO\n * process.env.C_THREE */\nconst url = "http://x"; // process.env.D_FOUR',
    '',
  ],
  ['a.ts', "vi.stubEnv('A_ONE', 'x'); setEnv('B_TWO', 'x'); isEnv('PRODUCTION'); openEnvelope('LETTER_ONE');", ''],
  ['a.ts', 'const STATUS = { ACTIVE_ONE: z.literal(1) };', ''],
  ['a.ts', 'const re = /["\'`]/; const a = process.env.A_ONE; // process.env.B_TWO', 'A_ONE'],
  ['a.ts', 'process.env.PATH; process.env.HOME; process.env.npm_package_version; process.env.hasOwnProperty("x");', ''],
  ['a.ts', 'const home = process.env[name];', ''],
  // Python
  [
    'a.py',
    'a = os.environ["A_ONE"]\nb = os.environ.get("B_TWO", "x")\nc = os.getenv("C_THREE")',
    'A_ONE B_TWO C_THREE',
  ],
  [
    'a.py',
    'from os import environ, getenv\na = environ["A_ONE"]\nb = environ.get("B_TWO")\nc = getenv("C_THREE")',
    'A_ONE B_TWO C_THREE',
  ],
  ['a.py', 'def app(environ, start):\n    return environ["HTTP_HOST"], environ.get("PATH_INFO")', ''],
  ['a.py', 'a = os.environ.get(\n    "A_ONE",\n)', 'A_ONE'],
  ['a.py', 'if "A_ONE" not in os.environ:\n    raise SystemExit', 'A_ONE'],
  ['a.py', 'if "xterm" in os.environ.get("SOME_TERM", ""): pass', 'SOME_TERM'],
  ['a.py', 'os.environ["A_ONE"] = "x"\nos.environ.setdefault("B_TWO", "x")\ndel os.environ["C_THREE"]', ''],
  [
    'a.py',
    '"""os.environ["A_ONE"]"""\n# os.environ["B_TWO"]\nx = 1  # os.environ["C_THREE"]\ns = "# " + os.environ["D_FOUR"]',
    'D_FOUR',
  ],
  [
    'a.py',
    'env = environ.Env(\n    DEBUG_ONE=(bool, False),\n    HOSTS_TWO=(list, []),\n)\nKEY = env("KEY_ONE")\nB = env.bool("B_TWO", default=False)\nD = env.db()',
    'B_TWO DATABASE_URL DEBUG_ONE HOSTS_TWO KEY_ONE',
  ],
  ['a.py', 'from decouple import config, Csv\nA = config("A_ONE", default=1, cast=int)', 'A_ONE'],
  ['a.py', 'def config(x): ...\nA = config("A_ONE")', ''],
  [
    'a.py',
    'class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="APP_")\n    db_url: str\n    debug: bool = False\n\n    def f(self):\n        x: int = 1\n\nclass Other:\n    nope: str',
    'APP_DB_URL APP_DEBUG',
  ],
  [
    'a.py',
    'class Settings(BaseSettings):\n    key: str = Field(alias="API_KEY_ONE")\n    two: str = Field(\n        default="",\n        validation_alias=AliasChoices("A_TWO", "B_TWO"),\n    )\n    three: int',
    'API_KEY_ONE A_TWO B_TWO THREE',
  ],
  ['a.py', 'with env.prefixed("SHOP_"):\n    a = env.str("A_ONE")\nb = env.int("B_TWO")', 'B_TWO SHOP_A_ONE'],
  ['a.py', '@click.option("--token", envvar="API_TOKEN")', 'API_TOKEN'],
  // Ruby
  [
    'a.rb',
    'a = ENV["A_ONE"]\nb = ENV.fetch("B_TWO") { 5 }\nc = ENV.fetch \'C_THREE\', nil\nd = ENV.key?("D_FOUR")',
    'A_ONE B_TWO C_THREE D_FOUR',
  ],
  ['a.rb', 'x = "http://#{ENV[\'A_ONE\']}/#{1}" # ENV["B_TWO"]', 'A_ONE'],
  ['a.rb', 'ENV["A_ONE"] = "x"\nENV.delete("B_TWO")\nENV["C_THREE"] ||= "y"\nENV["D_FOUR"] == "z"', 'C_THREE D_FOUR'],
  ['a.rb', '=begin\nENV["A_ONE"]\n=end\nENV.values_at("B_TWO", "C_THREE")\n__END__\nENV["D_FOUR"]', 'B_TWO C_THREE'],
  ['config/database.yml', 'production:\n  url: <%= ENV["DB_URL"] %>\n  # <%= ENV["OLD_URL"] %>', 'DB_URL'],
  ['Rakefile', 'task(:x) { ENV["A_ONE"] }', 'A_ONE'],
  // Go
  [
    'a.go',
    'x := os.Getenv("A_ONE")\ny, ok := os.LookupEnv("B_TWO")\nz := getEnv("C_THREE", "x")',
    'A_ONE B_TWO C_THREE',
  ],
  [
    'a.go',
    'type c struct {\n\tA string `env:"A_ONE,required"`\n\tB string `json:"b" envconfig:"B_TWO" default:"x"`\n}',
    'A_ONE B_TWO',
  ],
  [
    'a.go',
    '&cli.StringFlag{Name: "x", EnvVars: []string{"A_ONE", "B_TWO"}}\nviper.BindEnv("db.url", "C_THREE")',
    'A_ONE B_TWO C_THREE',
  ],
  ['a.go', 'os.Setenv("A_ONE", "x")\nos.Unsetenv("B_TWO")\nt.Setenv("C_THREE", "x")\n// os.Getenv("D_FOUR")', ''],
  ['a.go', 's := `\n// not a comment\n` + os.Getenv("A_ONE") + "PRE_" + os.Getenv("CGO_" + x)', 'A_ONE'],
  // JVM
  [
    'A.java',
    'String a = System.getenv("A_ONE");\nString b = System.getenv().getOrDefault("B_TWO", "x");',
    'A_ONE B_TWO',
  ],
  [
    'A.java',
    '@Value("${A_ONE}") String a;\n@Value("${B_TWO:x}") String b;\n@Value("${spring.name}") String c;',
    'A_ONE B_TWO',
  ],
  [
    'A.kt',
    'val a = System.getenv("A_ONE") ?: "x"\nval b = System.getenv()["B_TWO"]\n@Value("\\${C_THREE}") lateinit var c: String',
    'A_ONE B_TWO C_THREE',
  ],
  [
    'src/main/resources/application.properties',
    'spring.datasource.url=${DB_URL}\n# ${OLD_URL}\na=${B_TWO:${C_THREE:x}}\nb=${spring.x}',
    'B_TWO C_THREE DB_URL',
  ],
  [
    'src/main/resources/application-prod.yml',
    'spring:\n  datasource:\n    url: ${DB_URL:jdbc:postgresql://localhost/x}',
    'DB_URL',
  ],
  ['application.conf', 'db.url = ${?DB_URL}', 'DB_URL'],
  ['A.scala', 'val a = sys.env("A_ONE"); val b = sys.env.getOrElse("B_TWO", "x")', 'A_ONE B_TWO'],
  // others
  [
    'A.cs',
    'var a = Environment.GetEnvironmentVariable("A_ONE");\nvar b = Configuration["B_TWO"];\nvar c = Configuration["Logging:Level"];\nEnvironment.SetEnvironmentVariable("C_THREE", "x");',
    'A_ONE B_TWO',
  ],
  [
    'a.php',
    "<?php\n$a = getenv('A_ONE'); $b = $_ENV['B_TWO']; $c = env('C_THREE', 'x'); $d = $_SERVER['D_FOUR']; $e = $_SERVER['REQUEST_URI'];\n# env('E_FIVE')\nputenv('F_SIX=1');",
    'A_ONE B_TWO C_THREE D_FOUR',
  ],
  ['config/services.yaml', "parameters:\n    a: '%env(A_ONE)%'\n    b: '%env(int:B_TWO)%'", 'A_ONE B_TWO'],
  [
    'a.rs',
    'let a = env::var("A_ONE")?; let b = std::env::var_os("B_TWO"); let c = dotenvy::var("C_THREE");\nfn f<\'a>(x: &\'a str) {} // env::var("D_FOUR")',
    'A_ONE B_TWO C_THREE',
  ],
  [
    'a.rs',
    '#[arg(long, env = "A_ONE")]\na: String,\nArg::new("b").env("B_TWO");\nCommand::new("x").env("C_THREE", "1");\nenv::set_var("D_FOUR", "1");',
    'A_ONE B_TWO',
  ],
  [
    'a.exs',
    'config :app, url: System.fetch_env!("A_ONE"), b: System.get_env("B_TWO", "x")\n# System.get_env("C_THREE")',
    'A_ONE B_TWO',
  ],
  [
    'a.sh',
    ': "${A_ONE:?is needed}"\nexport B_TWO="${B_TWO:-x}"\nLOCAL=1\necho "${LOCAL:-2}" "$D_FOUR" # ${E_FIVE:?}\nfor F_SIX in a b; do echo "${F_SIX:-}"; done',
    'A_ONE B_TWO',
  ],
  ['docker-entrypoint.sh', 'if [ -z "${A_ONE-}" ]; then exit 1; fi', 'A_ONE'],
];

describe('reads and non-reads, by language', () => {
  test.each(READS)('%s: %s', (path, text, expected) => {
    expect(names(path, text).join(' ')).toBe(expected);
  });
});

/** Declarations in files that configure. */
const DECLARATIONS: readonly (readonly [path: string, text: string, expected: string])[] = [
  ['.env.example', '# A comment=1\nA_ONE=1\nexport B_TWO="x y"\n#C_THREE=1\n\nlower=1', 'A_ONE B_TWO C_THREE lower'],
  ['.env', '#A_ONE=1\nB_TWO=1', 'B_TWO'],
  ['config/prod.env', 'A_ONE=1', 'A_ONE'],
  [
    'Dockerfile',
    'FROM node:20 AS build\nENV A_ONE=1 B_TWO="x y" \\\n    C_THREE=3\nENV D_FOUR some value\nENV PYTHONUNBUFFERED=1 PATH=/x:$PATH\n# ENV E_FIVE=1',
    'A_ONE B_TWO C_THREE D_FOUR',
  ],
  ['Dockerfile.prod', 'ARG VERSION_ONE\nARG B_TWO=x', 'B_TWO VERSION_ONE'],
  [
    'k8s/a.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  containers:\n  - name: web\n    env:\n    - name: A_ONE\n      value: "1"\n    - name: B_TWO\n      valueFrom:\n        secretKeyRef:\n          name: NOT_THIS\n          key: NOR_THIS\n    ports:\n    - name: HTTP\n      containerPort: 80',
    'A_ONE B_TWO',
  ],
  [
    'k8s/a.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  A_ONE: x\n  nginx.conf: |\n    B_TWO: not this\n  log.level: x',
    'A_ONE',
  ],
  ['k8s/a.yaml', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  A_ONE: x', 'A_ONE'],
  [
    'k8s/a.yaml',
    'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\nspec:\n  encryptedData:\n    A_ONE: AgBy\n  template:\n    metadata:\n      name: a',
    'A_ONE',
  ],
  [
    'k8s/kustomization.yaml',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator:\n- name: a\n  literals:\n  - A_ONE=x\n  - b=y',
    'A_ONE b',
  ],
  [
    'k8s/patch.yaml',
    '- op: add\n  path: /spec/template/spec/containers/0/env/-\n  value:\n    name: A_ONE\n    value: "x"',
    'A_ONE',
  ],
  [
    'charts/a/values.yaml',
    'replicaCount: 2\nenv:\n  A_ONE: x\nextraEnvVars:\n  - name: B_TWO\n    value: y\nconfig:\n  C_THREE: z\nimage:\n  tag: v1',
    'A_ONE B_TWO C_THREE',
  ],
  [
    'charts/a/templates/d.yaml',
    'spec:\n  containers:\n    - name: a\n      env:\n        {{- if .Values.x }}\n        - name: A_ONE\n          value: {{ .Values.a | quote }}\n        {{- end }}\n        {{/* - name: B_TWO\n          value: x */}}\n        - name: C_THREE\n          valueFrom:\n            configMapKeyRef: {name: x, key: y}',
    'A_ONE C_THREE',
  ],
  [
    'docker-compose.yml',
    'services:\n  web:\n    build: .\n    environment:\n      A_ONE: ${B_TWO:-x}\n      lower_case: y\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: x\n  worker:\n    build: .\n    environment:\n      - C_THREE=1\n      - D_FOUR\n    labels:\n      - E_FIVE=1',
    'A_ONE B_TWO C_THREE D_FOUR lower_case',
  ],
  [
    'compose.yaml',
    'x-base: &base\n  A_ONE: x\nx-shared: &shared\n  <<: *base\n  B_TWO: ${C_THREE:-y}\nx-logging: &logging\n  D_FOUR: z\nx-list: &list\n  - E_FIVE=1\nservices:\n  web:\n    build: .\n    environment:\n      <<: [*shared]\n    logging: *logging\n  job:\n    build: .\n    environment: *list',
    'A_ONE B_TWO C_THREE E_FIVE',
  ],
  ['serverless.yml', 'provider:\n  environment:\n    A_ONE: ${ssm:/x}', 'A_ONE'],
  [
    'template.yaml',
    'Resources:\n  F:\n    Properties:\n      Environment:\n        Variables:\n          A_ONE: x',
    'A_ONE',
  ],
  [
    'render.yaml',
    'services:\n  - type: web\n    envVars:\n      - key: A_ONE\n        value: x\n      - key: B_TWO\n        sync: false',
    'A_ONE B_TWO',
  ],
  [
    'template.yaml',
    'Resources:\n  T:\n    Properties:\n      Environment:\n        - Name: A_ONE\n          Value: x',
    'A_ONE',
  ],
  [
    'infra/main.tf',
    'environment {\n  variables = {\n    A_ONE = "x"\n    # B_TWO = "y"\n  }\n}\nenv {\n  name  = "C_THREE"\n  value = "z"\n}\nvariable "D_FOUR" {}',
    'A_ONE C_THREE',
  ],
  [
    'ecs/task-definition.json',
    '{ "environment": [ { "name": "A_ONE", "value": "x" } ], "secrets": [ { "name": "B_TWO", "valueFrom": "arn" } ], "name": "WEB_ONE", "x": 1 }',
    'A_ONE B_TWO',
  ],
  [
    'app.json',
    '{ "name": "x", "env": { "A_ONE": { "required": true }, "B_TWO": "y" }, "addons": ["C_THREE"] }',
    'A_ONE B_TWO',
  ],
  ['turbo.json', '{ "globalEnv": ["A_ONE"], "tasks": { "build": { "env": ["B_TWO", "NEXT_*"] } } }', 'A_ONE B_TWO'],
  ['fly.toml', 'app = "x"\n[env]\n  A_ONE = "1"\n[http_service]\n  B_TWO = 1', 'A_ONE'],
  ['prisma/schema.prisma', 'datasource db {\n  url = env("A_ONE")\n  // env("B_TWO")\n}', 'A_ONE'],
  ['.env-sample', 'A_ONE=1', 'A_ONE'],
  [
    'openapi.yaml',
    'components:\n  schemas:\n    Env:\n      enum:\n        - A_ONE\n  parameters:\n    - name: LIMIT_ONE\n      in: query',
    '',
  ],
];

describe('declarations, by kind of file', () => {
  test.each(DECLARATIONS)('%s: %s', (path, text, expected) => {
    expect(names(path, text).join(' ')).toBe(expected);
  });

  test('what comes from a Secret is a secret; a build argument is build time; a compose service owns its variables', () => {
    const manifest =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  env:\n  - name: A_ONE\n    valueFrom:\n      secretKeyRef:\n        name: x\n        key: y\n  - name: B_TWO\n    value: z';
    expect(variablesIn('k8s/a.yaml', manifest)).toMatchObject([
      { name: 'A_ONE', line: 7, secret: true, owner: 'shop' },
      { name: 'B_TWO', line: 12, owner: 'shop', value: 'z' },
    ]);
    expect(variablesIn('k8s/a.yaml', manifest)[1]).not.toHaveProperty('secret');
    expect(variablesIn('Dockerfile', 'ARG V_ONE=1')).toMatchObject([{ buildTime: true }]);
    expect(variablesIn('compose.yaml', 'services:\n  api:\n    environment: \n      A_ONE: x')).toMatchObject([
      { owner: 'api' },
    ]);
  });

  test('lines are those of the name', () => {
    expect(variablesIn('a.ts', '\n\nconst {\n  A_ONE,\n  B_TWO,\n} = process.env;').map((u) => u.line)).toEqual([4, 5]);
    expect(variablesIn('a.py', '"""doc\nstring"""\nx = os.environ["A_ONE"]').map((u) => u.line)).toEqual([3]);
  });
});

test('binary and empty texts hold nothing, and odd texts do not hang or throw', () => {
  for (const path of [
    'a.ts',
    'a.py',
    'a.rb',
    'a.go',
    'a.yaml',
    'Dockerfile',
    '.env',
    'a.sh',
    'a.rs',
    'A.java',
    'a.php',
  ]) {
    expect(variablesIn(path, '')).toEqual([]);
    expect(variablesIn(path, 'process.env.A\0')).toEqual([]);
    for (const odd of [
      '{',
      '"',
      "'",
      '`',
      '/*',
      '/',
      '((((',
      'env'.repeat(20_000),
      ' '.repeat(50_000),
      '- '.repeat(5000),
      'a: '.repeat(5000),
      'A_'.repeat(30_000),
      '{'.repeat(30_000),
    ]) {
      expect(() => variablesIn(path, odd)).not.toThrow();
    }
  }
});
