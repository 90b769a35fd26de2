import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { oddity } from '../../src/evidence/impact/odd-text.ts';
import { readImpact } from '../../src/evidence/impact/read-impact.ts';

/**
 * What a candidate may hold is written by anybody, so reading it must take no more than twice as long for twice as much of it. Tried with
 * texts that are made of what the patterns themselves look for: what begins a match again and again and never ends one is what
 * makes a pattern slow. Measured is the processor's time, which does not depend on what else the machine does.
 */
const EVIDENCE = fileURLToPath(new URL('../../src/evidence', import.meta.url));

/** One of each kind of file that is read. */
const PATHS = [
  ...[
    'a.js',
    'a.py',
    'a.rb',
    'a.go',
    'a.java',
    'a.yaml.erb',
    'a.cs',
    'a.php',
    'a.rs',
    'a.ex',
    'a.sh',
    'a.tf',
    'a.properties',
    '.env',
  ],
  ...['a.yaml', 'k8s/deployment.yaml', 'Dockerfile', 'app.json', 'fly.toml', 'a.template', 'grafana/dashboard.json'],
  ...['migrations/0001_a.py', 'migrations/20200101_a.js', 'migrations/001_a.sql', 'db/migrate/2020_a.rb'],
  ...['db/changelog.xml', 'alembic/versions/a.py', 'Migrations/20200101_A.cs', 'database/migrations/2020_a.php'],
  ...['migrations/v1_a.go', 'migrations/migrate.go', 'appsettings.json', 'docker-compose.yml'],
  ...['package.json', 'go.mod', 'pom.xml', 'Gemfile', 'requirements.txt', 'pyproject.toml', 'build.gradle', 'a.csproj'],
] as const;

/** Punctuation that opens something. */
const OPENERS = [
  '"',
  "'",
  '`',
  '(',
  '[',
  '{',
  '\\',
  '"\\',
  "'\\",
  '${',
  '{{',
  '/*',
  '<!--',
  '"""',
  '<<A ',
  'a:',
  'a.',
  '&a ',
];
const SHORT = 60;
const LONG = 4000;
const [SMALL, LARGE] = [25_000, 100_000];
/** Less is not worth fitting: it is over before anybody notices. Milliseconds of the processor. */
const NOTHING = 100;
/** Of a straight line the slope is 1, of a square 2. */
const STEEPEST = 1.6;
/** Each kind of file meets one token of so many, others each; `RELCTL_GROWTH=all` tries all of them, in half an hour. */
const EVERY = process.env.RELCTL_GROWTH === 'all' ? 1 : 32;

/** The literal parts of every pattern of a folder's sources. */
function literals(folder: string): readonly string[] {
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts'))) {
    const source = ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.Latest, true);
    const walk = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
        const text = node.getText();
        const pattern = text
          .slice(1, text.lastIndexOf('/'))
          .replace(/\\s[*+]/g, ' ')
          .replace(/\\b|\(\?[:<=!]/g, '')
          .replace(/\\([.()[\]{}$/|])/g, '$1');
        for (const [part] of pattern.matchAll(/[\w.$@#"'`({<>=:,\- ]{3,}/g)) if (part.trim() !== '') found.add(part);
      }
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
  return [...found];
}

/** Lines of a token again and again, up to a size in characters. */
function lines(token: string, width: number, size: number): string {
  const line = `${token.repeat(Math.max(1, Math.floor(width / token.length)))}\n`;
  return line.repeat(Math.ceil(size / line.length)).slice(0, size);
}

type Reads = (text: string) => unknown;

/** Reads a file that a candidate adds, as `plan` does. */
function readsAs(path: string): Reads {
  const diff = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
  const service = { paths: ['**'], manifests: { staging: [], production: [] } };
  const config = { services: { web: service }, shared: [], manifests: undefined } as never;
  return (text) => {
    const read = (side: 'base' | 'head', paths: readonly string[]) =>
      Promise.resolve(new Map(side === 'head' && paths.includes(path) ? [[path, text]] : []));
    const mentions = () => Promise.resolve([path]);
    return readImpact({ diff, filesAtHead: [path], read, mentions, config });
  };
}

/** Milliseconds of the processor that a reading takes, the least of some tries. */
async function cost(reads: Reads, text: string, tries = 1): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < tries; tried += 1) {
    const before = process.cpuUsage();
    await reads(text);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** How steeply the time of a reading grows with a text of these tokens; `undefined` for one that is read in no time. */
async function slopeOf(reads: Reads, token: string, width: number): Promise<number | undefined> {
  return slopeBetween(reads, lines(token, width, SMALL), lines(token, width, LARGE));
}

async function slopeBetween(reads: Reads, small: string, large: string): Promise<number | undefined> {
  if (oddity(large) !== undefined || (await cost(reads, small)) < NOTHING / (LARGE / SMALL) ** 2) return undefined;
  const last = await cost(reads, large, 2);
  if (last < NOTHING) return undefined;
  return Math.log(last / (await cost(reads, small, 3))) / Math.log(LARGE / SMALL);
}

describe('reading what others wrote takes time in proportion to it', () => {
  const tokens = [...literals(EVIDENCE), ...OPENERS];

  it('is seen where it does not', async () => {
    const square: Reads = (text) => [...text.matchAll(/Env\([^)]*\)/g)];
    expect(await slopeOf(square, 'Env(', SHORT)).toBeGreaterThan(STEEPEST);
    const line: Reads = (text) => Array.from({ length: 400 }, () => text.split('Env(').join(''));
    expect((await slopeOf(line, 'Env(', SHORT)) ?? 1).toBeLessThan(STEEPEST);
  });

  it.each([
    ['a.py', (n: number) => `e${n} = os.environ\n`],
    ['a.ts', (n: number) => `const e${n} = process.env;\n`],
    ['a.ts', (n: number) => `function f${n}(e${n}: NodeJS.ProcessEnv) {}\n`],
    ['a.go', (n: number) => `func f${n}(k${n} string) { os.Getenv(k${n}) }\n`],
    ['a.go', (n: number) => `for ka${n}, va${n} := range m${n} {\n\tos.Getenv(ka${n})\n}\n`],
    ['a.go', (n: number) => (n > 0 ? `env:"A${n} ` : 'type c struct {\n')],
    [
      'A.java',
      (n: number) => (n > 0 ? `  @WithName("n${n}") int p${n}();\n` : '@ConfigMapping(prefix = "s")\ninterface A {\n'),
    ],
    ['A.java', (n: number) => (n > 0 ? `@A${n} ` : '@ConfigMapping(prefix = "s")\ninterface A {\n')],
    [
      'A.java',
      (n: number) => `@ConfigMapping(prefix = "s${n}")\ninterface A${n} { B${n} b(); interface B${n} { int p(); } }\n`,
    ],
    ['a.yaml.erb', (n: number) => `<% a${n} %> b\n`],
    ['a.yaml.erb', (n: number) => `<% a${n}\n`],
    ['a.yaml', (n: number) => `${'"a" : {'.repeat(600)} # ${n}\n`],
    ['a.sh', (n: number) => `A${n}="\${B${n}:-1}"\n`],
    ['a.py', (n: number) => `class S${n}(BaseSettings):\n  a: str\n`],
    ['a.cs', (n: number) => `class C${n} { public int P { get; set; } }\ns.Configure<C${n}>(c.GetSection("S${n}"));\n`],
    ['a.cs', (n: number) => `public int P${n} { get; set; } c.GetSection("S").Bind(p${n});\n`],
    [
      'A.cs',
      (n: number) =>
        `${n > 0 ? '' : 's.Configure<A>(c.GetSection("S"));\nclass A {\n'}public int P${n} { get; set; }\n`,
    ],
    [
      'A.cs',
      (n: number) =>
        `${n > 0 ? '' : 's.Configure<A>(c.GetSection("S"));\nclass A {\n'}public P${n} P${n} { get; set; }\n`,
    ],
  ] as const)('%s, with other names in each line (%#)', async (path, line) => {
    const text = (size: number) => {
      let whole = '';
      for (let n = 0; whole.length < size; n += 1) whole += line(n);
      return whole;
    };
    expect((await slopeBetween(readsAs(path), text(SMALL), text(LARGE))) ?? 1).toBeLessThan(STEEPEST);
  });

  it.each(PATHS)(
    '%s',
    async (path) => {
      const reads = readsAs(path);
      const turn = PATHS.indexOf(path) % EVERY;
      const steep: string[] = [];
      for (const token of tokens.filter((_, index) => index % EVERY === turn)) {
        for (const width of [SHORT, LONG]) {
          const slope = await slopeOf(reads, token, width);
          if (slope !== undefined && slope > STEEPEST)
            steep.push(`${JSON.stringify(token)}, ${width} a line: ${slope}`);
        }
      }
      expect(steep).toEqual([]);
    },
    300_000,
  );
});
