import { lineFinder } from '../lines.ts';
import type { DependencyFinding } from './findings.ts';
import { scanYaml } from './manifests/yaml-lines.ts';
import { baseName, extensionOf } from './paths.ts';
import { compareByKey, readBothSides, type TwoSided } from './two-sided.ts';

interface Dependency {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly development: boolean;
  readonly line: number;
}

/** Dependencies whose wanted version changes. Lock files are not read: they follow. */
export function compareDependencies(
  files: readonly TwoSided[],
  servicesOf: (path: string) => readonly string[],
): DependencyFinding[] {
  return files.flatMap((file) => {
    const { base, head } = readBothSides<Dependency>([file], dependenciesIn);
    const { added, removed, changed } = compareByKey(
      base,
      head,
      (item) => `${item.ecosystem}\0${item.name}`,
      (old, now) => old.version !== now.version || old.development !== now.development,
    );
    const finding = (
      item: Dependency & { file: string },
      change: DependencyFinding['change'],
      from: string | undefined,
      to: string | undefined,
    ): DependencyFinding => ({
      ecosystem: item.ecosystem,
      name: item.name,
      change,
      ...(from === undefined || from === '' ? {} : { from }),
      ...(to === undefined || to === '' ? {} : { to }),
      development: item.development,
      services: servicesOf(item.file),
      seen: { file: item.file, line: item.line, side: change === 'removed' ? 'base' : 'head' },
    });
    // What was for development and now ships is new to production, whatever its version; and the other way round.
    const shifted = (old: Dependency & { file: string }, now: Dependency & { file: string }): DependencyFinding =>
      now.development ? finding(old, 'removed', old.version, undefined) : finding(now, 'added', undefined, now.version);
    return [
      ...added.map((item) => finding(item, 'added', undefined, item.version)),
      ...changed.map(({ old, now }) =>
        old.development === now.development ? finding(now, 'changed', old.version, now.version) : shifted(old, now),
      ),
      ...removed.map((item) => finding(item, 'removed', item.version, undefined)),
    ];
  });
}

/** Dependencies that a manifest of a package manager asks for. */
export function dependenciesIn(path: string, text: string): Dependency[] {
  const name = baseName(path);
  if (name === 'package.json') return fromPackageJson(text);
  if (name === 'pnpm-workspace.yaml') return fromCatalogs(text);
  if (/^requirements[^/]*\.(txt|in)$/.test(name) || /(^|\/)requirements\/[^/]+\.(txt|in)$/.test(path))
    return fromRequirements(text, /dev|test|lint|docs/.test(path));
  if (name === 'pyproject.toml') return fromPyproject(text);
  if (name === 'Cargo.toml')
    return fromToml(text, 'cargo', /^(?:target\..*\.)?(dev-|build-)?dependencies$|^workspace\.dependencies$/);
  if (name === 'Pipfile') return fromToml(text, 'pypi', /^(dev-)?packages$/);
  if (name === 'go.mod') return byPattern(text, 'go', /^[ \t]*(?:require[ \t]+)?([\w.-]+\.[\w./~-]+)[ \t]+(v\S+)/gm);
  if (name === 'Gemfile' || extensionOf(path) === '.gemspec') return fromGemfile(text);
  if (name === 'pom.xml') return fromPom(text);
  if (/^build\.gradle(\.kts)?$/.test(name)) return fromGradle(text);
  if (name === 'composer.json') return fromComposer(text);
  if (/\.(cs|fs|vb)proj$/.test(name) || name === 'Directory.Packages.props')
    return byPattern(text, 'nuget', /<Package(?:Reference|Version)\s+Include="([^"]+)"(?:\s+Version="([^"]*)")?/g);
  if (name === 'mix.exs') return byPattern(text, 'hex', /\{\s*:(\w+)\s*,\s*"([^"]*)"/g);
  if (/^(Dockerfile|Containerfile)/.test(name)) return fromDockerfile(text);
  return [];
}

function byPattern(text: string, ecosystem: string, pattern: RegExp, development = false): Dependency[] {
  const lineOf = lineFinder(text);
  return [...text.matchAll(pattern)].map((match) => ({
    ecosystem,
    name: match[1] ?? '',
    version: match[2] ?? '',
    development,
    line: lineOf(match.index + match[0].indexOf(match[1] ?? '')),
  }));
}

/** Sections of a JSON manifest: name to version. A text that is not JSON has none; its own package manager says so. */
function jsonSections(
  text: string,
  sections: readonly (readonly [key: string, development: boolean])[],
  ecosystem: string,
): Dependency[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  const lines = text.split('\n');
  return sections.flatMap(([key, development]) => {
    const section = (parsed as Record<string, unknown> | null)?.[key];
    if (typeof section !== 'object' || section === null) return [];
    const start = Math.max(
      0,
      lines.findIndex((line) => line.includes(`"${key}"`)),
    );
    return Object.entries(section).flatMap(([name, version]) => {
      const at = lines.findIndex((line, index) => index >= start && line.includes(`"${name}"`));
      return typeof version === 'string'
        ? [{ ecosystem, name, version, development, line: Math.max(at, start) + 1 }]
        : [];
    });
  });
}

function fromPackageJson(text: string): Dependency[] {
  return jsonSections(
    text,
    [
      ['dependencies', false],
      ['optionalDependencies', false],
      ['peerDependencies', false],
      ['devDependencies', true],
    ],
    'npm',
  );
}

/** Versions that the packages of a workspace take by `catalog:` (pnpm.io/catalogs). */
function fromCatalogs(text: string): Dependency[] {
  return scanYaml(text).flatMap(({ path, key, value, line }) => {
    const isEntry = (path.length === 2 && path[0] === 'catalog') || (path.length === 3 && path[0] === 'catalogs');
    const name = path[0] === 'catalogs' ? `${key} (catalog ${path[1]})` : `${key}`;
    return isEntry && key !== undefined && value !== ''
      ? [{ ecosystem: 'npm', name, version: value, development: false, line }]
      : [];
  });
}

function fromComposer(text: string): Dependency[] {
  return jsonSections(
    text,
    [
      ['require', false],
      ['require-dev', true],
    ],
    'composer',
  );
}

function fromRequirements(text: string, development: boolean): Dependency[] {
  return byPattern(
    text,
    'pypi',
    /^[ \t]*([A-Za-z0-9][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*((?:[=<>!~]=?|===)[^\s;#\\]+)?/gm,
    development,
  );
}

/** `[section]` headers with `name = "version"` or `name = { version = "…" }` below them. */
function fromToml(text: string, ecosystem: string, wanted: RegExp): Dependency[] {
  const found: Dependency[] = [];
  let section = '';
  for (const [index, row] of text.split('\n').entries()) {
    section = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(row)?.[1] ?? section;
    const match = /^\s*"?([A-Za-z0-9][\w.-]*)"?\s*=\s*(?:"([^"]*)"|\{[^}]{0,500}?\bversion\s*=\s*"([^"]*)"|\{)/.exec(
      row,
    );
    if (match === null || !wanted.test(section) || match[1] === 'python') continue;
    found.push({
      ecosystem,
      name: match[1] ?? '',
      version: match[2] ?? match[3] ?? '',
      development: /dev|test|lint|docs|build-/.test(section),
      line: index + 1,
    });
  }
  return found;
}

function fromPyproject(text: string): Dependency[] {
  const found = fromToml(text, 'pypi', /^tool\.poetry\.(?:group\.[\w-]+\.)?(?:dev-)?dependencies$/);
  const lineOf = lineFinder(text);
  const sections = [...text.matchAll(/^[ \t]*\[+([^\]\n]+)\]+[ \t]*$/gm)];
  let next = 0;
  for (const list of text.matchAll(
    /^([ \t]*[\w-]+)[ \t]*=[ \t]*\[([^[\]]{0,8000}(?:\[[^\]]{0,200}\][^[\]]{0,2000}){0,200})\]/gm,
  )) {
    while ((sections[next]?.index ?? Number.POSITIVE_INFINITY) < list.index) next += 1;
    const section = sections[next - 1]?.[1]?.trim() ?? '';
    const isMain = section === 'project' && list[1]?.trim() === 'dependencies';
    if (!isMain && !/^(project\.optional-dependencies|dependency-groups)$/.test(section)) continue;
    for (const item of (list[2] ?? '').matchAll(/["']([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([^"';]*)/g)) {
      found.push({
        ecosystem: 'pypi',
        name: item[1] ?? '',
        version: (item[2] ?? '').trim(),
        development: !isMain,
        line: lineOf(list.index + list[0].indexOf(item[0])),
      });
    }
  }
  return found;
}

function fromGemfile(text: string): Dependency[] {
  const found: Dependency[] = [];
  let group = '';
  for (const [index, row] of text.split('\n').entries()) {
    if (/^\s*group\b.*\bdo\b/.test(row)) group = row;
    else if (/^end\b/.test(row)) group = '';
    const match =
      /^\s*(?:gem|\w+\.add_(?:runtime_|development_)?dependency)[ (]+["']([\w-]+)["'](?:\s*,\s*["']([^"']*)["'])?/.exec(
        row,
      );
    if (match === null) continue;
    found.push({
      ecosystem: 'rubygems',
      name: match[1] ?? '',
      version: match[2] ?? '',
      development: /:(development|test)\b|add_development/.test(group + row),
      line: index + 1,
    });
  }
  return found;
}

function fromPom(text: string): Dependency[] {
  const lineOf = lineFinder(text);
  return closedElements(text, /<(dependency|plugin|parent)>/g).map((match) => {
    const tag = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(match.body)?.[1]?.trim() ?? '';
    return {
      ecosystem: 'maven',
      name: `${tag('groupId')}:${tag('artifactId')}`,
      version: tag('version'),
      development: tag('scope') === 'test' || match.name === 'plugin',
      line: lineOf(match.index),
    };
  });
}

/** Elements with what stands in them; of a name that is not closed any more, no further one is looked for. */
function closedElements(
  text: string,
  open: RegExp,
): readonly { readonly name: string; readonly body: string; readonly index: number }[] {
  const found: { name: string; body: string; index: number }[] = [];
  const unclosed = new Set<string>();
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    const [mark, name = ''] = match;
    const close = unclosed.has(name) ? -1 : text.indexOf(`</${name}>`, match.index);
    if (close === -1) {
      unclosed.add(name);
      continue;
    }
    found.push({ name, body: text.slice(match.index + mark.length, close), index: match.index });
    open.lastIndex = close;
  }
  return found;
}

function fromGradle(text: string): Dependency[] {
  const lineOf = lineFinder(text);
  return [
    ...text.matchAll(
      /^\s*(\w*(?:[iI]mplementation|[aA]pi|[cC]ompileOnly|[rR]untimeOnly|kapt|annotationProcessor))[\s(]+["']([\w.-]+:[\w.-]+)(?::([^"'@]+))?["']/gm,
    ),
  ].map((match) => ({
    ecosystem: 'maven',
    name: match[2] ?? '',
    version: match[3] ?? '',
    development: /^(test|androidTest)/.test(match[1] ?? ''),
    line: lineOf(match.index + match[0].indexOf(match[2] ?? '')),
  }));
}

/** Base images; a stage that builds on an earlier one has none of its own. */
function fromDockerfile(text: string): Dependency[] {
  const stages = new Set(
    [...text.matchAll(/^[ \t]*FROM[ \t]+.*\bAS[ \t]+(\S+)/gim)].map((match) => (match[1] ?? '').toLowerCase()),
  );
  return byPattern(text, 'image', /^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*([^\s:@$]+)(?::([^\s@]+))?/gim).filter(
    ({ name }) => !stages.has(name.toLowerCase()) && name !== 'scratch',
  );
}
