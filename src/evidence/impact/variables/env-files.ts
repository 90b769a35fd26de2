import { isStoreBuild } from '../../images.ts';
import { UseCollector, type VariableUse } from './use.ts';

/** A file for compose also pins what is built and which images run beside; no program is given that. */
function isPin(name: string, value: string): boolean {
  return (
    /(^|_)(IMAGE|DOCKERFILE)(_(NAME|TAG|VERSION|REPO(SITORY)?))?$/.test(name) ||
    /(^|\/)Dockerfile[^/\s]*\s*$/.test(value) ||
    (/(^|_)(VERSION|TAG)$/.test(name) && /^["']?v?\d+(\.\d+)+/.test(value)) ||
    (/_(MAJOR|SHA256|CHECKSUM|DIGEST)$/.test(name) && /^["']?[\da-f]+/i.test(value))
  );
}

/**
 * Variables of a `.env` file or sample: `NAME=value`, with or without `export`. A commented line is not set. A sample lists and sets nothing,
 * and what it has in a comment is one that may be left out.
 */
export function envFileVariables(text: string, path = ''): VariableUse[] {
  const how = /(^|[._-])(example|sample|template|tmpl|dist|defaults?)([._-]|$)/i.test(
    path.slice(path.lastIndexOf('/') + 1),
  )
    ? 'listed'
    : 'declared';
  const uses = new UseCollector(text);
  for (const match of text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*(.*)$/gm)) {
    const [, name = '', value = ''] = match;
    if (!name.includes('.'))
      uses.add(name, match.index, how, { value: value.trim(), ...(isPin(name, value) ? { buildTime: true } : {}) });
  }
  if (how === 'listed')
    for (const match of text.matchAll(/^[ \t]*#+[ \t]?(?:export[ \t]+)?([A-Z][A-Z0-9_]*[A-Z0-9])=(.*)$/gm))
      uses.add(match[1] ?? '', match.index, how, { isCommented: true });
  return uses.uses;
}

/** node-config's file of variables: every string in it names one (https://github.com/node-config/node-config/wiki/Environment-Variables). */
export function customEnvironmentVariables(text: string): VariableUse[] {
  const uses = new UseCollector(text);
  for (const match of text.matchAll(/:\s*["']?([A-Z][A-Z0-9_]+)["']?\s*(?=[,}\n]|$)/g))
    uses.add(match[1] ?? '', match.index, 'read');
  return uses.uses;
}

/** Set in images to steer tools while they build or run; no operator sets them. */
const TOOLING =
  /^(PYTHON\w+|PIP_\w+|POETRY_\w+|UV_\w+|DEBIAN_FRONTEND|DEBCONF_\w+|NPM_\w+|YARN_\w+|PNPM_\w+|COREPACK_\w+|(PLAYWRIGHT|PUPPETEER|CYPRESS)_\w+|NEXT_TELEMETRY_DISABLED|BUNDLE\w*_\w+|GEM_\w+|RUBY\w*|CGO_ENABLED|GO(OS|ARCH|FLAGS|PROXY|CACHE|MODCACHE|PRIVATE|TOOLCHAIN)|RUST\w+|JAVA_(HOME|VERSION)|MAVEN_\w+|GRADLE_\w+|COMPOSER_\w+|DOTNET_\w+|NUGET_\w+|NVM_\w+|NODE_VERSION|SHELL|BUILDKIT_\w+|TARGET(PLATFORM|OS|ARCH|VARIANT)|BUILD(PLATFORM|OS|ARCH|VARIANT)|HTTPS?_PROXY|NO_PROXY|TINI_VERSION)$/;

/** Variables that a Dockerfile sets (`ENV`) or takes while building (`ARG`); see docs.docker.com/reference/dockerfile. */
export function dockerfileVariables(source: string): VariableUse[] {
  const uses = new UseCollector(source);
  const isBuilding = buildingStages(source);
  // What a store or a watcher is set up with in an image of one's own is no variable of the product's programs.
  const isStore = isStoreBuild(source);
  const add = (name: string, offset: number, value: string | undefined, isArgument: boolean) => {
    if (TOOLING.test(name)) return;
    const buildTime =
      isArgument || isStore || isPin(name, value ?? '') || isBuilding(offset) || isFetched(source, name);
    uses.add(name, offset, 'declared', {
      ...(value === undefined ? {} : { value }),
      ...(buildTime ? { buildTime } : {}),
    });
  };
  for (const match of source.matchAll(/^[ \t]*(ENV|ARG)[ \t]+((?:[^\n\\]|\\[ \t]*\n|\\.)*)/gim)) {
    const [all, instruction = '', body = ''] = match;
    const start = match.index + all.length - body.length;
    const buildTime = instruction.toUpperCase() === 'ARG';
    const old = !buildTime && /^([A-Za-z_]\w*)[ \t]+(?!=)(\S.*)$/.exec(body);
    if (old && !old[1]?.includes('=')) {
      add(old[1] ?? '', start, old[2], false);
      continue;
    }
    for (const pair of body.matchAll(/(?<![^\s])([A-Za-z_]\w*)(?:=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*))?/g)) {
      if (pair[2] === undefined && !buildTime) continue;
      add(pair[1] ?? '', start + pair.index, pair[2], buildTime);
    }
  }
  return uses.uses;
}

/** True for what a step of the same Dockerfile fetches or unpacks by: the version or the address of a tool. */
const isFetched = (source: string, name: string): boolean =>
  new RegExp(
    String.raw`(?:https?:\/\/|\.(?:apk|deb|rpm|tgz|tar|zip)\b)[^\s"']{0,300}\$\{?${name}\b|\$\{?${name}\b\}?[^\s"']{0,300}\.(?:apk|deb|rpm|tgz|tar|zip)\b`,
  ).test(source);

/**
 * Tells whether an offset lies in a stage that only builds what others copy from it: no image that is run comes of it
 * (docs.docker.com/build/building/multi-stage).
 */
function buildingStages(source: string): (offset: number) => boolean {
  const stages = [...source.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?/gim)].map(
    (match, index) => ({
      start: match.index,
      from: (match[1] ?? '').toLowerCase(),
      names: [(match[2] ?? '').toLowerCase(), String(index)],
    }),
  );
  const copied = new Set(
    [...source.matchAll(/^[ \t]*COPY[ \t].*?--from=(\S+)|--mount=[^ \n]*\bfrom=([\w.-]+)/gim)].map((match) =>
      (match[1] ?? match[2] ?? '').toLowerCase(),
    ),
  );
  const runs = new Set<number>();
  for (let index = stages.length - 1; index >= 0; index -= 1) {
    const stage = stages[index];
    const isBase = stages.some((other, later) => runs.has(later) && stage?.names.includes(other.from) === true);
    if (index === stages.length - 1 || isBase || stage?.names.every((name) => !copied.has(name)) === true)
      runs.add(index);
  }
  return (offset) => {
    const index = stages.findLastIndex(({ start }) => start <= offset);
    return index >= 0 && !runs.has(index);
  };
}
