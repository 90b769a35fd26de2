import { describe, expect, test } from 'vitest';
import type { VariableFinding } from '../../../../../src/evidence/impact/findings.ts';
import { readImpact } from '../../../../../src/evidence/impact/read-impact.ts';
import { variablesIn } from '../../../../../src/evidence/impact/variables/detect.ts';
import { byEnding } from '../../../../../src/evidence/impact/variables/detector.ts';
import { VARIABLE_DETECTORS } from '../../../../../src/evidence/impact/variables/registry.ts';

/** What a change of files brings; a file with one text is new. */
async function impact(
  files: Readonly<Record<string, string | readonly [string, string]>>,
  unchanged: Readonly<Record<string, string>> = {},
  services: Parameters<typeof readImpact>[0]['config']['services'] = {},
) {
  const entries = Object.entries(files).map(([path, text]) => {
    const [old, now] = typeof text === 'string' ? [undefined, text] : text;
    return { path, old, now };
  });
  const diff = entries
    .map(({ path, old, now }) => {
      const rows = (text: string, sign: string) =>
        text
          .split('\n')
          .map((row) => `${sign}${row}`)
          .join('\n');
      const counts = `@@ -${old === undefined ? '0,0' : `1,${old.split('\n').length}`} +1,${now.split('\n').length} @@`;
      return [
        `diff --git a/${path} b/${path}`,
        ...(old === undefined ? ['new file mode 100644', '--- /dev/null'] : [`--- a/${path}`]),
        `+++ b/${path}`,
        counts,
        ...(old === undefined ? [] : [rows(old, '-')]),
        rows(now, '+'),
      ].join('\n');
    })
    .join('\n');
  const side = (pick: (one: (typeof entries)[number]) => string | undefined) =>
    new Map([
      ...entries.flatMap((one) => (pick(one) === undefined ? [] : [[one.path, pick(one) ?? ''] as const])),
      ...Object.entries(unchanged),
    ]);
  const sides = { base: side((one) => one.old), head: side((one) => one.now) };
  return readImpact({
    diff,
    filesAtHead: [...sides.head.keys()],
    read: async (which, paths) =>
      new Map(paths.flatMap((path) => (sides[which].has(path) ? [[path, sides[which].get(path) ?? '']] : []))),
    mentions: async (words) =>
      [...sides.head].filter(([, text]) => words.some((word) => text.includes(word))).map(([path]) => path),
    config: { services, shared: [] },
  });
}
const line = ({ change, name, required, secret }: VariableFinding): string =>
  [change, name, ...(required ? ['required'] : []), ...(secret ? ['secret'] : [])].join(' ');
const found = async (...args: Parameters<typeof impact>): Promise<string[]> =>
  (await impact(...args)).environmentVariables.map(line);

test.each([
  [
    'svc/nginx.conf.template',
    'server { listen ${DOCS_PORT}; set $host x; proxy_pass http://${DOCS_UPSTREAM}; }',
    ['added DOCS_PORT required', 'added DOCS_UPSTREAM required'],
  ],
  ['svc/edge.tmpl.yaml', 'admin:\n  address: { port_value: ${EDGE_PORT} }\n', ['added EDGE_PORT required']],
  ['svc/app.conf.tmpl', 'url {{ .Env.EDGE_URL }}\n', ['added EDGE_URL required']],
  [
    'svc/otelcol-config.yml',
    'receivers:\n  db:\n    password: ${env:DB_WATCH_PASSWORD}\n    host: ${env:DB_HOST:-db}\n',
    ['added DB_HOST', 'added DB_WATCH_PASSWORD required secret'],
  ],
  ['load/script.js', 'export const options = { duration: __ENV.LOAD_LENGTH || "1h" };', ['added LOAD_LENGTH']],
  [
    'svc/Ads.java',
    'class Ads { int port = parse(Optional.ofNullable(System.getenv("ADS_METRICS_PORT")).orElse("9000")); }',
    ['added ADS_METRICS_PORT'],
  ],
  [
    'svc/env.go',
    'a := env.LookupEnvDurationOr(ctx, "OP_TIMEOUT", 5*time.Second)\nb := envutil.LookupEnvIntOr(logging.InContext(), "OP_RETRIES", 5)\nc := mustEnv(r.Context(), "OP_MODE")\nd := getEnv(EnvLevel, "INFO")',
    ['added OP_MODE required', 'added OP_RETRIES', 'added OP_TIMEOUT'],
  ],
  ['svc/Main.kt', 'val topic: String = System.getenv("ORDER_TOPIC") ?: "orders"', ['added ORDER_TOPIC']],
  [
    'svc/q.go',
    'func t() string { if v := os.Getenv("GO_TOPIC"); v != "" { return v }; return "orders" }',
    ['added GO_TOPIC'],
  ],
  ['svc/r.go', 'func t() { v := os.Getenv("GO_NEEDED"); use(v) }', ['added GO_NEEDED required']],
  [
    'svc/later.go',
    'func t() { v := os.Getenv("GO_LATER")\n w := os.Getenv("GO_OTHER")\n if v == "" {\n v = "x"\n }\n use(v, w) }',
    ['added GO_LATER', 'added GO_OTHER required'],
  ],
  [
    // What tells a program where it runs is set by that, and nobody provides it; a switch that is only looked for is a setting.
    'svc/where.go',
    'func t() string { if _, ok := os.LookupEnv("CLOUD_SHELL"); ok {\n return "cloud-shell"\n }\n if _, on := os.LookupEnv("GO_DEBUG"); on { debug() }\n return os.Getenv("COMPOSE_PROJECT_NAME") }',
    ['added GO_DEBUG required'],
  ],
  [
    'svc/header.py',
    'SECURE = ("HTTP_X_FORWARDED_PROTO", "https")\nP = os.environ["HTTP_X_REAL"] + os.environ["HTTP_PORT"]',
    ['added HTTP_PORT required'],
  ],
  [
    'svc/q.py',
    'import os\nQUEUE = os.environ.get("PHOTO_QUEUE", None)\nif extra := os.getenv("EXTRA_TAGS"):\n    pass\n',
    ['added EXTRA_TAGS', 'added PHOTO_QUEUE'],
  ],
  [
    'svc/settings.py',
    [
      'class FromEnvironment(configparser.BasicInterpolation):',
      '    def before_get(self, parser, section, option, value, defaults):',
      '        return os.getenv(option) or value',
      '',
      'settings = configparser.ConfigParser(interpolation=FromEnvironment())',
      'plain = configparser.ConfigParser(interpolation=None)',
      'HOST = settings["mail"]["MAIL_RELAY"]',
      'RUN = cast(settings["mail"].get("MAIL_RUN_ID"), default=None)',
      'KEY = settings.get("mail", "MAIL_SECRET")',
      'OTHER = plain["mail"]["MAIL_PLAIN"]',
      '',
    ].join('\n'),
    ['added MAIL_RELAY', 'added MAIL_RUN_ID', 'added MAIL_SECRET secret'],
  ],
  ['svc/m.rs', 'let a = std::env::var("RUST_PORT").unwrap_or("80".into());', ['added RUST_PORT']],
  ['svc/m.php', "<?php $a = getenv('PHP_NAME') ?: 'x';", ['added PHP_NAME']],
  ['svc/m.rb', 'x = ENV.fetch("RUBY_NAME") { "x" }', ['added RUBY_NAME']],
  ['svc/c.rb', 'Stripe.key = Rails.application.credentials.stripe[:key]', ['added RAILS_MASTER_KEY required secret']],
  [
    'svc/config.go',
    'type Kafka struct { Topic string `mapstructure:"topic"`; Brokers []string `mapstructure:"bootstrap_servers"` }\nfunc load() { v := viper.New(); v.SetEnvPrefix("SHOP"); v.AutomaticEnv() }\n',
    ['added SHOP_KAFKA_BOOTSTRAP_SERVERS required', 'added SHOP_KAFKA_TOPIC required'],
  ],
  [
    'svc/conf.go',
    'type Config struct {\n\tDB DB `mapstructure:"db"`\n\tPort int `mapstructure:"port"`\n}\ntype DB struct {\n\tHost string `mapstructure:"host"`\n}\nfunc load() { viper.AutomaticEnv(); viper.SetDefault("port", 80)\n }',
    ['added DB_HOST required', 'added PORT'],
  ],
  [
    'svc/app.go',
    [
      'func flags(fs *flag.FlagSet) {',
      '\tfs.StringVar(&cfg.Gateway.URL, "gateway-url", "", "Where the gateway is.")',
      '\tfs.DurationVar(&cfg.Timeout, "call-timeout", 30*time.Second, "How long a call may last.")',
      '\tfs.Var(&cfg.Size, "max-size", "The most that is taken.")',
      '}',
      'func fromEnvironment(fs *flag.FlagSet) {',
      '\tfs.VisitAll(func(f *flag.Flag) {',
      '\t\tname := strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))',
      '\t\tif value := os.Getenv("SHOP_" + name); value != "" { _ = f.Value.Set(value) }',
      '\t})',
      '}',
    ].join('\n'),
    ['added SHOP_CALL_TIMEOUT', 'added SHOP_GATEWAY_URL', 'added SHOP_MAX_SIZE'],
  ],
  [
    'svc/ff.go',
    'port := fs.Int("port", 80, "")\nfs.BoolP("verbose", "v", false, "")\nff.Parse(fs, os.Args[1:], ff.WithEnvVarPrefix("CART"))',
    ['added CART_PORT', 'added CART_VERBOSE'],
  ],
  ['svc/none.go', 'port := flag.Int("port", 80, "")\nhost := os.Getenv("ONLY_HOST")', ['added ONLY_HOST required']],
  [
    'svc/Pay.java',
    'class Pay { @Value("${payment.api-key}") String key; @Value("${payment.url:http://x}") String url; }',
    ['added PAYMENT_APIKEY required secret'],
  ],
  [
    'svc/Pay.cs',
    'var k = builder.Configuration["Payment:Endpoint"]; var d = Configuration.GetConnectionString("orders");',
    ['added ConnectionStrings__orders required secret', 'added Payment__Endpoint required'],
  ],
])('%s: what it asks for', async (path, text, expected) => {
  expect((await found({ [path]: text })).sort()).toEqual([...expected].sort());
});

test('a property that the settings file gives is nobody’s to provide', async () => {
  expect(
    await found({
      'svc/Pay.java': 'class Pay { @Value("${payment.api-key}") String key; }',
      'svc/src/main/resources/application.yml': 'payment:\n  api-key: ${PAY_KEY}\n',
    }),
  ).toEqual(['added PAY_KEY required secret']);
  expect(
    await found({
      'svc/Pay.cs': 'var k = Configuration["Payment:Endpoint"];',
      'svc/appsettings.json': '{ "Payment": { "Endpoint": "http://x" } }',
    }),
  ).toEqual([]);
});

describe('samples and allow-lists are no use', () => {
  const lists = { 'turbo.json': '{ "globalEnv": ["CRASH_DSN", "COLD_START"] }', '.env.example': 'CRASH_URL=\n' };
  test('what is read no more is removed, and what is read for the first time is new', async () => {
    expect(
      await found(
        { 'web/a.ts': ['init(process.env.CRASH_DSN, process.env.CRASH_URL);', 'start(process.env.COLD_START);'] },
        lists,
      ),
    ).toEqual(['added COLD_START required', 'removed CRASH_DSN required secret', 'removed CRASH_URL required']);
  });
  test('what is new in a sample is most likely read in a way that is not seen', async () => {
    expect(await found({ '.env.example': ['A_NAME=\n', 'A_NAME=\nB_NAME=\n'] })).toEqual(['added B_NAME']);
  });
  test('what a manifest sets is a use', async () => {
    const manifest = 'kind: Deployment\nmetadata: { name: web }\nspec:\n  env:\n    - name: KEPT_URL\n      value: x\n';
    expect(await found({ 'web/a.ts': ['go(process.env.KEPT_URL);', 'go();'] }, { 'k8s/web.yaml': manifest })).toEqual(
      [],
    );
  });
});

test.each([
  ['NEXT_PRIVATE_CHAT_REGION', false],
  ['CHAT_PREFIX_SECRET', true],
  ['NEXT_PUBLIC_STRIPE_KEY', false],
  ['VITE_MAPS_API_KEY', false],
  ['REACT_APP_TOKEN', false],
  ['SIGNING_PRIVATE_KEY', true],
])('%s: a secret by its name? %s', async (name, secret) => {
  expect((await impact({ 'a.ts': `go(process.env.${name});` })).environmentVariables[0]?.secret).toBe(secret);
});

test('alert rules that Grafana provisions are alerts', async () => {
  const rules = [
    'apiVersion: 1',
    'groups:',
    '  - orgId: 1',
    '    name: checkout',
    '    rules:',
    '      - uid: abc123',
    '        title: CheckoutQueueTooLong',
    '        condition: C',
    '        labels: { severity: page }',
  ].join('\n');
  expect((await impact({ 'graf/alerts.yaml': rules })).monitoring).toMatchObject([
    { kind: 'alert', name: 'CheckoutQueueTooLong', severity: 'page', change: 'added' },
  ]);
});

test('a detector from outside is one entry of the registry', () => {
  const nim = byEnding('nim', '.nim', (text) =>
    [...text.matchAll(/getEnv\("(\w+)"\)/g)].map((match) => ({ name: match[1] ?? '', line: 1, how: 'read' as const })),
  );
  expect(variablesIn('a.nim', 'echo getEnv("NIM_URL")')).toEqual([]);
  expect(variablesIn('a.nim', 'echo getEnv("NIM_URL")', [nim, ...VARIABLE_DETECTORS])).toHaveLength(1);
});

describe('names that a library or a constant makes of variables', () => {
  const go = (text: string) =>
    variablesIn('api/config.go', text).map(({ name, value }) =>
      [name, ...(value === undefined ? [] : [value])].join('='),
    );
  test('fields of a struct below a prefix, in structs of structs', () => {
    const struct =
      'type Configuration struct {\n\tServer struct {\n\t\tPort int `default:"80"`\n\t\tTLS struct {\n\t\t\tCertFile string\n\t\t}\n\t\tHosts []string\n\t}\n\tplain string\n\tMode string `env:"APP_MODE"`\n}\n';
    const load = 'func Get() { configor.New(&configor.Config{ENVPrefix: "SHOP"}).Load(c) }\n';
    expect(new Set(go(struct + load))).toEqual(
      new Set(['SHOP_SERVER_PORT=80', 'SHOP_SERVER_TLS_CERTFILE', 'SHOP_SERVER_HOSTS', 'APP_MODE']),
    );
    expect(go(struct)).toEqual(['APP_MODE']);
    expect(
      go('type Spec struct {\n\tMaxWait int `split_words:"true"`\n}\nvar _ = envconfig.Process("shop", &s)\n'),
    ).toEqual(['SHOP_MAX_WAIT']);
  });
  test('constants that are called after the environment, but for those that hold a stage', () => {
    expect(
      go(
        'const (\n\tEnvIssuer = "SHOP_ISSUER"\n\tEnvProd = "PROD"\n\ttokenEnvVar string = "SHOP_TOKEN"\n\tEnvelope = "NOT_ONE"\n\tTitle = "NOT_TWO"\n)',
      ),
    ).toEqual(['SHOP_ISSUER', 'SHOP_TOKEN']);
    expect(variablesIn('A.java', 'static final String ENV_ISSUER = "SHOP_ISSUER";').map(({ name }) => name)).toEqual([
      'SHOP_ISSUER',
    ]);
  });
});

test('a platform sets some names below its prefix, and the product provides the others', () => {
  expect(
    variablesIn(
      'a.py',
      'import os\nos.getenv("GITHUB_CLIENT_ID"); os.getenv("GITHUB_SHA"); os.getenv("RUNNER_OS"); os.getenv("RUNNER_POOL")',
    ).map(({ name }) => name),
  ).toEqual(['GITHUB_CLIENT_ID', 'RUNNER_POOL']);
});

test('uWSGI is configured by variables too', () => {
  expect(
    variablesIn(
      'docker/uwsgi.ini',
      '[uwsgi]\nif-env = LISTEN_IPV6\nhttp-socket = [::]:8000\nendif =\nhome = $(APP_HOME)\n; $(NOT_THIS)\n',
    ).map(({ name }) => name),
  ).toEqual(['LISTEN_IPV6', 'APP_HOME']);
});

test('what a script sets for its own second run, builds with or tests with is no variable of the product', async () => {
  expect(
    await found({
      'entrypoint.sh':
        'if [ -z "${SWITCHED:-}" ]; then export SWITCHED=1; exec su "$0"; fi\nunset SWITCHED\necho "${MODE:-prod}"\n',
      'scripts/docker-smoke-test.sh': 'image="${SMOKE_IMAGE:-}"\n',
      'lib/tasks/benchmarking.rake': 'ENV.fetch("ROUNDS", 1)\n',
    }),
  ).toEqual(['added MODE']);
  const built = (await impact({ 'build_image.sh': ': ${DOCKER_IMAGE:=acme/shop}\n' })).environmentVariables;
  expect(built.map(({ name, buildTime }) => [name, buildTime])).toEqual([['DOCKER_IMAGE', true]]);
});

test('a variable that is handed on has no value there, and a default beside it changes none', async () => {
  const compose = (value: string) => `services:\n  api:\n    image: x\n    environment:\n      DB_NAME: ${value}\n`;
  expect(
    await found({ 'compose.yaml': [compose('${DB_NAME}'), compose('$DB_NAME')], '.env': 'DB_NAME=shop\n' }),
  ).toEqual([]);
  expect(await found({ 'compose.yaml': [compose('one'), compose('two')] })).toEqual(['changed DB_NAME']);
});

test('a constant does not say whether its variable lost its default', async () => {
  const before =
    'package c\nfunc f() { configor.New(&configor.Config{ENVPrefix: "SHOP"}) }\ntype C struct {\n\tPort int `default:"80"`\n}\n';
  expect(
    await found({ 'c.go': [before, 'package c\nconst EnvPort = "SHOP_PORT"\nconst EnvMode = "SHOP_MODE"\n'] }),
  ).toEqual(['added SHOP_MODE']);
});

test('MicroProfile asks for properties that the environment sets in upper case', async () => {
  const java =
    'config.getOptionalValue("shop.query-timeout.ms", long.class).map(Duration::ofMillis);\nconfig.getValue("shop.url", String.class);\nconfig.getValue("shop.given", int.class);\n@ConfigProperty(name = "shop.mode", defaultValue = "x") String mode;\n@ConfigProperty(name = "quarkus.http.port") int port;\n';
  expect(
    await found({ 'src/main/java/A.java': java, 'src/main/resources/application.properties': 'shop.given=1\n' }),
  ).toEqual(['added SHOP_MODE', 'added SHOP_QUERY_TIMEOUT_MS', 'added SHOP_URL required']);
});

test('a setting of a browser’s own configuration is no variable', async () => {
  expect(
    await found({ 'ui/a.ts': "const a = config.get('oidc');\nconst b = configService.get('DB_HOST');\n" }),
  ).toEqual(['added DB_HOST required']);
});

test('what a start script asks about is a variable, unless the script sets it first', () => {
  const names = (path: string) =>
    variablesIn(
      path,
      'LOCAL=1\nif [ "$MANAGED" = "True" ] && [ -n "$KEY_FILE" ]; then KEY="$(cat "$KEY_FILE")"; fi\n[ -z "$LOCAL" ] && exit\necho "$LATER"\n',
    ).map(({ name }) => name);
  expect(names('docker/entrypoint.sh')).toEqual(['MANAGED', 'KEY_FILE']);
  expect(names('lib.sh')).toEqual([]);
});

test('nginx is given the variables that its configuration names, also where a script writes that', () => {
  expect(variablesIn('nginx.conf', 'env AGENT_PORT;\nenv MODE=fast;\n').map(({ name }) => name)).toEqual([
    'AGENT_PORT',
  ]);
  expect(variablesIn('entrypoint.sh', 'cat << EOF\nenv AGENT_PORT;\nEOF\n').map(({ name }) => name)).toEqual([
    'AGENT_PORT',
  ]);
});

test('a list that is called after the environment names variables', () => {
  const names = (path: string, text: string) => variablesIn(path, text).map(({ name }) => name);
  expect(names('a.ts', 'const PROXY_ENV_VARS = ["HTTP_PROXY", "https_proxy"] as const;')).toEqual([
    'HTTP_PROXY',
    'https_proxy',
  ]);
  expect(names('a.ts', 'const envNames = ["one", "two"];\nconst VALUES = ["NOT_THIS_ONE"];')).toEqual([]);
});

test('a sample lists in comments what may be left out, and takes nothing away by it', async () => {
  expect(await found({ '.env.sample': '# Slow down.\n# RATE_LIMIT=5\n#NOTE this = that\n' })).toEqual([
    'added RATE_LIMIT',
  ]);
  expect(await found({ '.env.sample': ['# RATE_LIMIT=5\n', '\n'] })).toEqual([]);
  expect(await found({ '.env.sample': ['# RATE_LIMIT=5\n', 'RATE_LIMIT=6\n'] })).toEqual([]);
});

test('what the image of a store or of a watcher is set up with is no variable of the product', async () => {
  const image = (from: string) => `FROM ${from}\nENV GF_SPLASH=false \\\n    GF_NEWS=false\n`;
  const { environmentVariables } = await impact({ 'board/Dockerfile': image('grafana/grafana:13.1.3') });
  expect(environmentVariables.map(({ buildTime }) => buildTime)).toEqual([true, true]);
  expect(await found({ 'board/Dockerfile': image('node:22') })).toEqual(['added GF_NEWS', 'added GF_SPLASH']);
});

test('what a bundler writes into what it builds is known by then, where a Dockerfile takes it as an argument', async () => {
  const read = { 'web/env.ts': 'export const chat = process.env.NEXT_PUBLIC_CHAT_URL; use(process.env.CHAT_URL);' };
  const docker = 'FROM node\nARG NEXT_PUBLIC_CHAT_URL\nENV NEXT_PUBLIC_CHAT_URL=$NEXT_PUBLIC_CHAT_URL\nARG CHAT_URL\n';
  const times = async (files: Record<string, string>) =>
    (await impact(files)).environmentVariables.map(({ name, buildTime }) => `${name} ${buildTime}`);
  expect(await times({ ...read, 'web/Dockerfile': docker })).toEqual(['CHAT_URL false', 'NEXT_PUBLIC_CHAT_URL true']);
  expect(await times(read)).toEqual(['CHAT_URL false', 'NEXT_PUBLIC_CHAT_URL false']);
});

test('what compose gives a service that is built for developers is no setting of the product', async () => {
  const compose = (dockerfile: string) =>
    `services:\n  shop:\n    build:\n      context: .\n      dockerfile: ${dockerfile}\n    environment:\n      SHOP_USER: ada\n`;
  expect(await found({ 'compose.yaml': compose('Dockerfile.local') })).toEqual([]);
  expect(await found({ 'compose.yaml': compose('Dockerfile') })).toEqual(['added SHOP_USER']);
});

test('a compose file may be named after its folder: what it gives a broker of others is no setting of the product', async () => {
  const compose =
    'services:\n  queue:\n    image: apache/kafka-native:4\n    environment:\n      QUEUE_NODE_ID: "1"\n  api:\n    image: x\n    environment:\n      API_PORT: 1\n';
  expect(await found({ 'deploy/docker-compose/native.yml': compose })).toEqual(['added API_PORT']);
  // A script puts parts together.
  const part = compose.replace('services:\n', '').replaceAll('\n  ', '\n').replace(/^ {2}/, '');
  expect(await found({ 'src/docker-compose/infra.yml': part })).toEqual(['added API_PORT']);
});

test('what images of databases are set up with is no variable of the product, unless a program asks for it', async () => {
  const secret = (key: string) =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: orders-store\nstringData:\n  ${key}: x\n`;
  expect(await found({ 'charts/orders/templates/secret.yaml': secret('MONGO_INITDB_DATABASE') })).toEqual([]);
  expect(await found({ 'charts/orders/templates/secret.yaml': secret('DB_PASSWORD') })).toEqual([
    'added DB_PASSWORD secret',
  ]);
  const held = secret('POSTGRES_USER').replace('orders-store', 'orders-db-config');
  expect(await found({ 'charts/orders/templates/secret.yaml': held })).toEqual([]);
  expect(await found({ 'a.js': 'connect(process.env.MONGO_INITDB_DATABASE)' })).toEqual([
    'added MONGO_INITDB_DATABASE required',
  ]);
});

test('what a compose file of one service gives another by a longer name is that one’s', async () => {
  const compose = (name: string) =>
    `services:\n  ${name}:\n    image: quay.io/acme/${name}:1\n    environment:\n      API_PORT: 1\n`;
  const of = async (name: string) => {
    const services = { cart: { paths: ['cart/**'], dependsOn: [] }, pay: { paths: ['pay/**'], dependsOn: [] } };
    const { environmentVariables } = await impact({ 'cart/compose.yml': compose(name) }, {}, services);
    return environmentVariables.map((one) => one.services.join(','));
  };
  expect(await of('pay-java25')).toEqual(['pay']);
  expect(await of('other')).toEqual(['cart']);
});

test('what a mix task asks for is its parameter', async () => {
  const reads = 'System.get_env("DUMP_HOST")';
  expect(await found({ 'lib/mix/tasks/shop.dump.ex': reads, 'lib/shop/db.ex': reads.replace('DUMP', 'DB') })).toEqual([
    'added DB_HOST required',
  ]);
});

test('what a stage of a Dockerfile sets to build with is given to no program', async () => {
  const stages = (image: string) =>
    `FROM node AS base\nENV MODE=production\nFROM base AS build\nENV ASSETS=${image}\nFROM base AS full\nENV FULL=1 NODE_MAJOR=22\nFROM base\nCOPY --from=build /x /x\nENV PORT=1\n`;
  const { environmentVariables } = await impact({ Dockerfile: stages('a') });
  expect(environmentVariables.map(({ name, buildTime }) => [name, buildTime])).toEqual([
    ['ASSETS', true],
    ['FULL', false],
    ['MODE', false],
    ['NODE_MAJOR', true],
    ['PORT', false],
  ]);
});

test('a task and a script of a developer have parameters, no settings', async () => {
  expect(
    await found({
      'lib/tasks/demo.rake': 'ENV.fetch("SEED", 1)\n',
      'scripts/backfill.ts': 'process.env.BACKFILL_KEY',
      'apps/web/playwright.smoke.config.ts': 'process.env.SMOKE_URL',
      'scripts/start.js': 'process.env.PORT',
      'scripts/build-geo.js': 'process.env.SKIP_GEO',
      'docker-compose.dev.yml': 'services:\n  store:\n    image: x\n    environment:\n      STORE_KEY: y\n',
      'web.ts': 'process.env.VERCEL_URL ?? process.env.VERCEL_TEAM',
    }),
  ).toEqual(['added PORT required', 'added SKIP_GEO required', 'added VERCEL_TEAM required']);
});

test('a property that a settings file gives, which the release leaves as it is, need not be set', async () => {
  const code = 'var a = Configuration["Mail:Host"]; var b = Configuration["Mail:Port"];';
  expect(await found({ 'svc/A.cs': code }, { 'svc/appsettings.json': '{ "Mail": { "Host": "x" } }' })).toEqual([
    'added Mail__Port required',
  ]);
});

test('a wrapper of BindEnv names variables; a version in a tag and a store of a chart are none of the product', async () => {
  expect(
    variablesIn('a.go', 'util.MustBindEnv("trace.sampler", "SHOP_SAMPLER", "OTEL_SAMPLER")').map(({ name }) => name),
  ).toEqual(['SHOP_SAMPLER', 'OTEL_SAMPLER']);
  const store =
    'kind: StatefulSet\nspec:\n  template:\n    spec:\n      containers:\n        - env:\n            - name: STORE_KEY\n              value: x\n';
  const { environmentVariables } = await impact({
    '.env': 'TAG=2.1.0\n',
    '.envrc': 'export SHELL_MODE=1\n',
    'chart/templates/opensearch-statefulset.yaml': store,
    'chart/templates/api-statefulset.yaml': store.replace('STORE', 'API'),
  });
  expect(environmentVariables.map(({ name, buildTime }) => [name, buildTime])).toEqual([
    ['API_KEY', false],
    ['TAG', true],
  ]);
});

test('a default that is calculated changes with each of its numbers', async () => {
  const read = (hours: string) => `import os\nx = os.getenv("HOURS", ${hours})\n`;
  expect(await found({ 'a.py': [read('24'), read('24 * 30')] })).toEqual(['changed HOURS']);
  expect(await found({ 'a.py': [read('24 * 30'), `${read('24 * 30')}y = 1\n`] })).toEqual([]);
});

test('a section of .NET that an unchanged file binds makes variables of what a changed class gains', async () => {
  const before = 'public class ShopOptions\n{\n    public string Name { get; set; }\n}\n';
  const after = before.replace(
    '}\n}',
    '}\n    public bool Hidden { get; set; }\n    public string Kept { get; set; }\n}',
  );
  const unchanged = {
    'src/Startup.cs': 'services.Configure<ShopOptions>(Configuration.GetSection("Shop"));\n',
    'src/appsettings.json': '{ "Shop": { "Kept": "x" } }',
  };
  expect(await found({ 'src/ShopOptions.cs': [before, after] }, unchanged)).toEqual(['added Shop__Hidden']);
});

test('a server that fills in its own settings names variables there; what other tools render or run names none', async () => {
  const settings = 'search:\n  host: ${SEARCH_HOST:-search}\n  key: ${SEARCH_KEY}\n';
  expect(await found({ 'server.yml': settings })).toEqual(['added SEARCH_HOST', 'added SEARCH_KEY required secret']);
  expect(await found({ 'server.example.yml': settings })).toEqual([]);
  for (const head of [
    'services:\n  web:\n',
    'tasks:\n  build:\n',
    'openapi: "3"\n',
    'apiVersion: v1\n',
    'jobs:\n  a:\n',
  ])
    expect(await found({ 'server.yml': head + settings })).toEqual([]);
});

test('the next argument of a call around a read is no default', async () => {
  const sign = (call: string) => `token = JWT.encode(payload, ${call}, 'HS256')\n`;
  expect(await found({ 'a.rb': [sign("ENV['SIGN_WITH']"), sign("ENV.fetch('SIGN_WITH')")] })).toEqual([]);
  expect(
    await found({ 'a.py': 'x = os.getenv("WITH_DEFAULT", "a")\ny = f(os.environ.get("WITHOUT"), "b")\n' }),
  ).toEqual(['added WITHOUT required', 'added WITH_DEFAULT']);
});

test('what only a bundler asks for is known while it is built, also where a container is given it', async () => {
  const { environmentVariables } = await impact({
    'web/webpack.prod.js': 'module.exports = { define: process.env.SHOW_SEARCH };\n',
    'web/vite.config.ts': 'export default { port: process.env.DEV_PORT };\n',
    'web/server.js': 'listen(process.env.WEB_PORT);\n',
    'compose.yml': 'services:\n  web:\n    environment:\n      - SHOW_SEARCH=true\n      - WEB_PORT=1\n',
  });
  expect(environmentVariables.map(({ name, buildTime }) => [name, buildTime])).toEqual([
    ['DEV_PORT', true],
    ['SHOW_SEARCH', true],
    ['WEB_PORT', false],
  ]);
});

test('a validator that a team makes for envalid checks a variable like its own', async () => {
  const text =
    "const proxies = makeValidator((x) => x);\nexport const env = cleanEnv(process.env, {\n  TRUST_PROXY: proxies({ default: '' }),\n  LEVEL_NAME: str(),\n});\n";
  expect(await found({ 'config.ts': text })).toEqual(['added LEVEL_NAME required', 'added TRUST_PROXY']);
});

test('the text of a block is a value, with what Helm puts between its lines', async () => {
  const chart = (first: string, last: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          env:\n            - name: JAVA_OPTS\n              value: >\n                ${first}\n              {{- if .Values.x }}\n                ${last}\n              {{- end }}\n            - name: OTHER_ONE\n              value: a\n`;
  const change = async (...next: [string, string]) =>
    found({ 'chart/templates/web.yaml': [chart('-Xmx1g', '-Da=b'), chart(...next)] });
  expect(await change('-Xmx1g', '-Da=b')).toEqual([]);
  expect(await change('-Xmx2g', '-Da=b')).toEqual(['changed JAVA_OPTS']);
  expect(await change('-Xmx1g', '-Da=c')).toEqual(['changed JAVA_OPTS']);
});

test('a manifest that sets what nobody set before changes it; a new manifest says nothing of what its program knew', async () => {
  const manifest = (env: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          env:\n            - name: LOG_LEVEL\n              value: info\n${env}`;
  const more = '            - name: CACHE_SIZE\n              value: "5"\n';
  const code = { 'web.js': 'use(process.env.CACHE_SIZE ?? 1, process.env.LOG_LEVEL);\n' };
  const given = { 'compose.yml': 'services:\n  web:\n    environment:\n      - CACHE_SIZE=5\n' };
  expect(await found({ 'k8s/web.yaml': [manifest(''), manifest(more)] }, code)).toEqual(['changed CACHE_SIZE']);
  expect(await found({ 'k8s/web.yaml': [manifest(''), manifest(more)] }, { ...code, ...given })).toEqual([]);
  expect(await found({ 'k8s/web.yaml': manifest(more) }, code)).toEqual([]);
});

test('what a build tool sets itself, and a database beside a product, bring no variables', async () => {
  expect(
    await found({
      'run.js': 'use(process.env.NX_TASK_TARGET_PROJECT, process.env.NX_OWN_SETTING);\n',
      'app.rb': "skip if ENV['SECRET_KEY_BASE_DUMMY']\n",
      'compose.yml':
        'services:\n  up:\n    image: pgautoupgrade/pgautoupgrade:17\n    environment: [ONE_SHOT=1]\n  db:\n    image: mcr.microsoft.com/mssql/server:2022\n    environment: [ACCEPT_EULA=Y]\n  edge:\n    image: mcr.microsoft.com/azure-sql-edge\n    environment: [MSSQL_PID=Developer]\n  logs:\n    image: datalust/seq:latest\n    environment: [SEQ_FIRSTRUN_NOAUTHENTICATION=true]\n  mail:\n    image: maildev/maildev:1.1.0\n    environment: [MAILDEV_WEB_PORT=80]\n',
    }),
  ).toEqual(['added NX_OWN_SETTING required']);
});

test('a function that puts a name together reads that name: an ending beside the name, a beginning instead of it', async () => {
  const secret =
    'def secret(s, default=None):\n  """Docs."""\n  if path := os.getenv(s + "_FILE"):\n    return open(path).read()\n  return os.getenv(s, default)\nKEY = secret("SIGN_KEY", "-")\nDB = os.environ.get("DB_NAME")\n';
  expect(await found({ 'settings.py': secret })).toEqual([
    'added DB_NAME required',
    'added SIGN_KEY secret',
    'added SIGN_KEY_FILE',
  ]);
  const get =
    'def get(key):\n  return os.environ.get(f"SHOP_{key}")\nA = get("COLOUR")\nB = os.environ.get("OTHER_ONE")\n';
  expect(await found({ 'a.py': get })).toEqual(['added OTHER_ONE required', 'added SHOP_COLOUR required']);
  const script =
    'const secret = (name) => {\n  const file = process.env[`${name}_FILE`];\n  return file ? read(file) : process.env[name];\n};\nuse(secret("SIGN_KEY"));\n';
  expect(await found({ 'a.js': script })).toEqual(['added SIGN_KEY required secret', 'added SIGN_KEY_FILE']);
});

test('the case of a switch that stands for nothing is the default', async () => {
  const back = (first: string, second: string) =>
    `package a\nfunc f() {\n\tswitch os.Getenv("WRITE_BACK") {\n\tcase ${first}:\n\t\tg()\n\tcase ${second}:\n\t\th()\n\t}\n}\n`;
  expect(await found({ 'a.go': [back('"", "true"', '"false"'), back('"true"', '"", "false"')] })).toEqual([
    'changed WRITE_BACK',
  ]);
  expect(await found({ 'a.go': [back('"", "true"', '"false"'), back('"", "true"', '"no"')] })).toEqual([]);
});

test('what GitLab sets is listed; a name that only begins so is a product’s own', async () => {
  const text = 'os.Getenv("CI_COMMIT_SHA")\nos.Getenv("CI_PIPELINE_ID")\nos.Getenv("CI_ONLY_SKIP_CHECKS")\n';
  expect(await found({ 'a.go': text })).toEqual(['added CI_ONLY_SKIP_CHECKS required']);
});

test('what a program of Go gives the pods that it makes is provided by nobody, unless it hands on its own or a manifest gives it', async () => {
  const files = {
    'common/names.go': 'package common\nconst EnvPlugins = "SHOP_PLUGINS"\nconst EnvProxy = "SHOP_PROXY"\n',
    'controller/pod.go':
      'package controller\nvar env = []corev1.EnvVar{\n\t{Name: common.EnvPlugins, Value: names},\n\t{Name: common.EnvProxy, Value: os.Getenv(common.EnvProxy)},\n\t{Name: "SHOP_TRIAL", Value: trial},\n\t{Name: "SHOP_NODE", Value: node},\n}\n',
    'runner/main.go': 'package main\nfunc main() { run(os.Getenv("SHOP_TRIAL"), os.Getenv("SHOP_NODE")) }\n',
    'k8s/runner.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: runner }\nspec: { template: { spec: { containers: [{ name: runner, image: r/runner, env: [{ name: SHOP_NODE, value: a }] }] } } }\n',
  };
  expect((await found(files)).map((one) => one.split(' ')[1])).toEqual(['SHOP_NODE', 'SHOP_PROXY']);
});

test('a sample in another language, a library for others and a script of developers ask for nothing here', async () => {
  expect(
    await found({
      'web/sample.ts': 'export const SAMPLE = `key := os.Getenv("KEY_ID")`;\nuse(process.env.WEB_PORT);\n',
      'sdks/go/auth/main.go': 'package main\nvar token = os.Getenv("SDK_USER")\n',
      'hack/local-up.sh': 'PREFIX=$' + '{IMAGE_PREFIX:-ghcr.io}\necho "$' + '{IMAGE_PREFIX}"\n',
      'tools/TestSuite/docker-compose.yml': 'services:\n  web:\n    image: x\n    environment: [STORE_KIND=b]\n',
    }),
  ).toEqual(['added WEB_PORT required']);
});

test('what a bundler writes into a front end is a setting where somebody may give it, and a constant otherwise', async () => {
  const built = async (files: Parameters<typeof impact>[0], unchanged = {}) =>
    (await impact(files, unchanged)).environmentVariables.map(({ name, buildTime }) => [name, buildTime]);
  const code = { 'web/main.ts': 'use(import.meta.env.VITE_INSPECT);\n' };
  expect(await built(code)).toEqual([['VITE_INSPECT', true]]);
  expect(await built({ ...code, 'web/.env': 'VITE_INSPECT=1\n' })).toEqual([['VITE_INSPECT', true]]);
  expect(await built({ ...code, 'web/.env.example': 'VITE_INSPECT=\n' })).toEqual([['VITE_INSPECT', false]]);
});

test('settings of .NET may hold comments: what they give is given, an empty list too', async () => {
  const settings = '{\n  // http://docs\n  "shop": { "url": "http://x", /* more */ "hosts": [ ], },\n}\n';
  expect(
    await found(
      {
        'App.cs':
          'var a = config.GetRequiredValue("shop:url"); var b = config["shop:other"] + config["shop:hosts:0"];\n',
      },
      { 'appsettings.json': settings },
    ),
  ).toEqual(['added shop__other required']);
});

test('what compose gives to an image of others is no variable of the product', async () => {
  const compose = (name: string, image: string) =>
    `services:\n  ${name}:\n    image: ${image}\n    environment:\n      ROOT_TOKEN_ID: x\n`;
  const services = { shop: { paths: ['**'] } } as unknown as Parameters<typeof impact>[2];
  const of = (text: string) => found({ 'docker-compose.yml': text }, {}, services);
  expect(await of(compose('bao', 'quay.io/openbao/openbao:2'))).toEqual([]);
  expect(await of(compose('cache', 'stored:7'))).toEqual([]);
  for (const own of [compose('web', 'shop/shop:1'), compose('web', 'acme/server'), compose('shop_jobs', 'x:1')])
    expect(await of(own)).toEqual(['added ROOT_TOKEN_ID secret']);
  expect(await of(compose('web', 'x').replace('image: x', 'build: .'))).toEqual(['added ROOT_TOKEN_ID secret']);
  expect(await of(compose('web', '${IMAGE}'))).toEqual(['added ROOT_TOKEN_ID secret']);
});

test('what OpenSSH tells a session, and the loader is told, nobody sets for a service', async () => {
  expect(
    await found({
      Dockerfile: 'FROM scratch\nENV LD_PRELOAD=libjemalloc.so.2\n',
      'svc/shell.go': 'a := os.Getenv("SSH_ORIGINAL_COMMAND") + os.Getenv("SSH_PORT")',
    }),
  ).toEqual(['added SSH_PORT required']);
});

test('a default that the settings of a .NET program change is a change, and what is new in them is none', async () => {
  const settings = (url: string, more = '') =>
    `{\n  // the store\n  "store": { "url": "${url}", "keys": [ "a" ]${more} },\n  "Logging": { "Level": "${url}" }\n}\n`;
  const pair = [settings('http://a'), settings('http://b', ', "size": 3')] as const;
  expect(await found({ 'src/App/appsettings.json': pair })).toEqual(['changed store__url']);
  expect(await found({ 'src/App/appsettings.Development.json': pair })).toEqual([]);
});

test('constants of a type for keys are what Viper is asked for, with the defaults that they are given', async () => {
  const text = (more: string) =>
    `const (\n\tServiceSecret Key = \`service.secret\`\n\tLogPath Key = "log.path"\n)\nfunc init() {\n\tLogPath.setDefault("${more}")\n\tviper.SetEnvPrefix("shop")\n\tviper.AutomaticEnv()\n}\n`;
  expect(await found({ 'pkg/config/config.go': text('/log') })).toEqual([
    'added SHOP_LOG_PATH',
    'added SHOP_SERVICE_SECRET required secret',
  ]);
  expect(await found({ 'pkg/config/config.go': [text('/log'), text('/var/log')] })).toEqual(['changed SHOP_LOG_PATH']);
});

test('a helper of one’s own makes a part of a schema, and an enumeration of the environment names variables', async () => {
  const helper = 'const flag = (preset: string) =>\n  z.string().default(preset);\n';
  const schema =
    'const all = z.object({\n  SIZE: z.number(),\n  USE_CACHE: flag("false"),\n});\nall.parse(process.env);\n';
  expect(await found({ 'config.ts': helper + schema })).toEqual(['added SIZE required', 'added USE_CACHE']);
  expect(await found({ 'config.ts': schema })).toEqual(['added SIZE required']);
  const cases = (name: string) =>
    `<?php\nenum ${name}: string\n{\n    case CACHE_USER = 'CACHE_USER';\n    case TAGS = 'tags';\n}\n`;
  expect(await found({ 'src/EnvVars.php': cases('EnvVars') })).toEqual(['added CACHE_USER']);
  expect(await found({ 'src/Option.php': cases('Option') })).toEqual([]);
  const other = "enum Mode: string\n{\n    case FAST = 'FAST';\n}\n";
  expect(await found({ 'src/EnvVars.php': cases('EnvVars') + other })).toEqual(['added CACHE_USER']);
});

test('what a Dockerfile fetches by is known while an image is built', async () => {
  const text =
    'FROM php\nENV DRIVER_DOWNLOAD=7/6/d MODE=fast\nRUN curl -O https://example.com/download/${DRIVER_DOWNLOAD}/driver.apk\n';
  const { environmentVariables } = await impact({ Dockerfile: text });
  expect(environmentVariables.map(({ name, buildTime }) => [name, buildTime])).toEqual([
    ['DRIVER_DOWNLOAD', true],
    ['MODE', false],
  ]);
});

test('a sample that names what another file names already brings nothing', async () => {
  const sample = { '.env.example': ['A_B=1\n', 'A_B=1\nSHOP_SERVER=x\n'] } as const;
  expect(await found(sample)).toEqual(['added SHOP_SERVER']);
  expect(await found(sample, { '.env.production': 'SHOP_SERVER=x\n' })).toEqual([]);
});

test('a Dockerfile of a tool gives a service nothing', async () => {
  expect(await found({ 'tools/mover/Dockerfile': 'FROM x\nENV SESSION_FILE=/a\nRUN x\n' })).toEqual([]);
});

test('what compose gives a service that is built and given the whole repository is a developer’s', async () => {
  const compose = (volumes: string) =>
    `services:\n  web:\n    build: { context: ./docker }\n    volumes:\n      - '${volumes}'\n    environment:\n      SHOP_DEBUGGER: '\${SHOP_DEBUG_MODE:-off}'\n`;
  expect(await found({ 'compose.yml': compose('./data:/data') })).toEqual([
    'added SHOP_DEBUGGER',
    'added SHOP_DEBUG_MODE',
  ]);
  expect(await found({ 'compose.yml': compose('.:/var/www') })).toEqual([]);
});
