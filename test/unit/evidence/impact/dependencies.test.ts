import { expect, test } from 'vitest';
import { compareDependencies, dependenciesIn } from '../../../../src/evidence/impact/dependencies.ts';

test.each([
  [
    'package.json',
    '{\n "dependencies": { "a": "^1.0.0" },\n "devDependencies": { "b": "2" }, "scripts": { "c": "3" } }',
    'npm a ^1.0.0 2; npm b 2 dev 3',
  ],
  ['package.json', 'not json', ''],
  [
    'requirements.txt',
    '# x==1\nDjango==5.1.2  # web\npsycopg[binary]>=3.1,<4 ; python_version > "3"\n-r base.txt\ngunicorn',
    'pypi Django ==5.1.2 2; pypi psycopg >=3.1,<4 3; pypi gunicorn 5',
  ],
  ['requirements/dev.txt', 'pytest==8', 'pypi pytest ==8 dev 1'],
  [
    'pyproject.toml',
    '[project]\nname = "x"\ndependencies = [\n  "fastapi>=0.111",\n  "uvicorn[standard]==0.30",\n]\n[dependency-groups]\ndev = ["pytest>=8"]',
    'pypi fastapi >=0.111 4; pypi uvicorn ==0.30 5; pypi pytest >=8 dev 8',
  ],
  [
    'pyproject.toml',
    '[tool.poetry.dependencies]\npython = "^3.11"\nhttpx = "^0.27"\ncelery = { version = "^5", extras = ["x"] }\n[tool.poetry.group.dev.dependencies]\nruff = "*"',
    'pypi httpx ^0.27 3; pypi celery ^5 4; pypi ruff * dev 6',
  ],
  [
    'Cargo.toml',
    '[package]\nname = "x"\n[dependencies]\nserde = { version = "1", features = ["derive"] }\ntokio = "1.38"\n[dev-dependencies]\ninsta = "1"',
    'cargo serde 1 4; cargo tokio 1.38 5; cargo insta 1 dev 7',
  ],
  [
    'go.mod',
    'module example.com/x\n\ngo 1.22\n\nrequire (\n\tgithub.com/a/b v1.2.3\n\tgolang.org/x/net v0.1.0 // indirect\n)\nrequire example.com/c v0.0.1',
    'go github.com/a/b v1.2.3 6; go golang.org/x/net v0.1.0 7; go example.com/c v0.0.1 9',
  ],
  [
    'Gemfile',
    'source "https://x"\ngem "rails", "~> 7.2"\ngem "pg"\ngroup :test do\n  gem "rspec"\nend\ngem "puma"',
    'rubygems rails ~> 7.2 2; rubygems pg 3; rubygems rspec dev 5; rubygems puma 7',
  ],
  [
    'pom.xml',
    '<project>\n<dependencies><dependency><groupId>a.b</groupId><artifactId>c</artifactId><version>1</version></dependency>\n<dependency><groupId>j</groupId><artifactId>u</artifactId><scope>test</scope></dependency></dependencies></project>',
    'maven a.b:c 1 2; maven j:u dev 3',
  ],
  [
    'build.gradle.kts',
    'dependencies {\n    implementation("a.b:c:1.2")\n    testImplementation("j:u:5")\n}',
    'maven a.b:c 1.2 2; maven j:u 5 dev 3',
  ],
  [
    'composer.json',
    '{\n"require": {"php": "^8.2", "a/b": "^1"}, "require-dev": {"c/d": "2"} }',
    'composer php ^8.2 2; composer a/b ^1 2; composer c/d 2 dev 2',
  ],
  [
    'A.csproj',
    '<Project><ItemGroup>\n<PackageReference Include="A.B" Version="1.0.0" />\n</ItemGroup></Project>',
    'nuget A.B 1.0.0 2',
  ],
  [
    'pnpm-workspace.yaml',
    'packages:\n  - apps/*\ncatalog:\n  axios: 1.15.2\n  "@x/y": ^1.0.0\ncatalogs:\n  old:\n    react: ^18.0.0\n',
    'npm axios 1.15.2 4; npm @x/y ^1.0.0 5; npm react (catalog old) ^18.0.0 8',
  ],
  ['mix.exs', 'defp deps do\n [{:phoenix, "~> 1.7"}]\nend', 'hex phoenix ~> 1.7 2'],
  [
    'Dockerfile',
    'FROM node:20-alpine AS build\nFROM --platform=linux/amd64 nginx:1.27\nFROM build\nFROM scratch',
    'image node 20-alpine 1; image nginx 1.27 2',
  ],
  ['README.md', 'gem "x"', ''],
])('%s', (path, text, expected) => {
  const shown = dependenciesIn(path, text).map((d) =>
    [d.ecosystem, d.name, d.version, d.development ? 'dev' : '', d.line].filter((part) => part !== '').join(' '),
  );
  expect(shown.join('; ')).toBe(expected);
});

test('versions that rise, fall away and come new are told, with both versions', () => {
  const of = (dependencies: object) => JSON.stringify({ dependencies });
  const found = compareDependencies(
    [
      {
        oldPath: 'package.json',
        newPath: 'package.json',
        oldText: of({ a: '1', b: '1', c: '1' }),
        newText: of({ a: '1', b: '2', d: '1' }),
      },
    ],
    () => ['web'],
  );
  expect(found.map(({ name, change, from, to, services }) => [change, name, from, to, ...services].join(' '))).toEqual([
    'added d  1 web',
    'changed b 1 2 web',
    'removed c 1  web',
  ]);
});

test('what was for development and ships now is new to production, and the other way round', () => {
  const found = compareDependencies(
    [
      {
        oldPath: 'package.json',
        newPath: 'package.json',
        oldText: JSON.stringify({ dependencies: { a: '1' }, devDependencies: { b: '2' } }),
        newText: JSON.stringify({ dependencies: { b: '2' }, devDependencies: { a: '1' } }),
      },
    ],
    () => ['web'],
  );
  expect(found.map(({ name, change, from, to, development }) => ({ name, change, from, to, development }))).toEqual([
    { name: 'b', change: 'added', from: undefined, to: '2', development: false },
    { name: 'a', change: 'removed', from: '1', to: undefined, development: false },
  ]);
});
