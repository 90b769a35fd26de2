import { blankHashComments } from '../comments.ts';
import { UseCollector, type VariableUse } from './use.ts';

/** A block of names and values, up to its closing brace. */
const BLOCK =
  /\b(?:variables|environment|environment_variables|env_vars)\s*=\s*(?:\w+\()?\{([^{}]{0,5000}(?:\{[^{}]{0,1000}\}[^{}]{0,1000}){0,50})\}/g;
/** `name = "X"` or `"name": "X"` beside a value. */
const NAMED =
  /"?\bname"?\s*[=:]\s*"([A-Z][A-Z0-9_]+)"\s*,?\s*"?(value(?:_?[fF]rom|_source)?)"?\s*[=:{]\s*("[^"\n]*")?/g;

/** Variables that Terraform gives to functions, containers and Cloud Run services. */
export function terraformVariables(source: string): VariableUse[] {
  const text = blankHashComments(source);
  const uses = new UseCollector(text);
  for (const block of text.matchAll(BLOCK)) {
    const start = block.index + block[0].indexOf(block[1] ?? '');
    for (const pair of (block[1] ?? '').matchAll(/^[ \t]*"?([A-Z][A-Z0-9_]+)"?[ \t]*[=:][ \t]*(.*)$/gm)) {
      uses.add(pair[1] ?? '', start + pair.index, 'declared', { value: pair[2] ?? '' });
    }
  }
  addNamed(text, uses);
  return uses.uses;
}

/** Variables in the JSON files of platforms: Heroku's app.json, Turborepo, task definitions of ECS. */
export function platformJsonVariables(source: string): VariableUse[] {
  const uses = new UseCollector(source);
  addNamed(source, uses);
  for (const list of source.matchAll(
    /"(?:globalEnv|env|passThroughEnv|globalPassThroughEnv)"\s*:\s*\[([^\]]{0,5000})\]/g,
  )) {
    for (const name of (list[1] ?? '').matchAll(/"([A-Z][A-Z0-9_]+)"/g)) {
      uses.add(name[1] ?? '', list.index + list[0].indexOf(name[0]), 'listed');
    }
  }
  for (const map of source.matchAll(/"env"\s*:\s*\{((?:[^{}]|\{[^{}]{0,1000}\}){0,5000})\}/g)) {
    for (const key of (map[1] ?? '').matchAll(/"([A-Z][A-Z0-9_]+)"\s*:/g)) {
      uses.add(key[1] ?? '', map.index + map[0].indexOf(key[0]), 'declared');
    }
  }
  return uses.uses;
}

/** Variables of Fly.io (`[env]`) and Cloudflare Workers (`[vars]`, `[env.production.vars]`). */
export function platformTomlVariables(source: string): VariableUse[] {
  const text = blankHashComments(source);
  const uses = new UseCollector(text);
  for (const section of text.matchAll(/^\s*\[(?:env|vars|env\.[\w-]+\.vars)\]\s*\n((?:(?!\s*\[).*\n?)*)/gm)) {
    const start = section.index + section[0].length - (section[1] ?? '').length;
    for (const pair of (section[1] ?? '').matchAll(/^[ \t]*([A-Z][A-Z0-9_]+)[ \t]*=[ \t]*(.*)$/gm)) {
      uses.add(pair[1] ?? '', start + pair.index, 'declared', { value: pair[2] ?? '' });
    }
  }
  return uses.uses;
}

function addNamed(text: string, uses: UseCollector): void {
  for (const match of text.matchAll(NAMED)) {
    const secret = match[2] !== 'value';
    uses.add(match[1] ?? '', match.index, 'declared', {
      ...(match[3] === undefined ? {} : { value: match[3] }),
      ...(secret ? { secret } : {}),
    });
  }
}
