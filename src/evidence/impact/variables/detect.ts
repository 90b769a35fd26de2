import { baseName, extensionOf } from '../paths.ts';
import {
  dotnetVariables,
  goVariables,
  jvmVariables,
  otherVariables,
  phpVariables,
  placeholderVariables,
  rustVariables,
  symfonyVariables,
} from './compiled.ts';
import { customEnvironmentVariables, dockerfileVariables, envFileVariables } from './env-files.ts';
import { javascriptVariables } from './javascript.ts';
import { platformJsonVariables, platformTomlVariables, terraformVariables } from './platforms.ts';
import { pythonVariables } from './python.ts';
import { rubyVariables } from './ruby.ts';
import { shellVariables } from './shell.ts';
import type { VariableUse } from './use.ts';
import { yamlVariables } from './yaml.ts';

type Detector = (text: string, path: string) => VariableUse[];

const BY_EXTENSION: Readonly<Record<string, Detector>> = {
  ...each('.js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte .astro', javascriptVariables),
  ...each('.py', pythonVariables),
  ...each('.rb .rake .ru .erb .gemspec .thor', rubyVariables),
  ...each('.go', goVariables),
  ...each('.java .kt .kts .scala .groovy', jvmVariables),
  ...each('.cs .fs .vb', dotnetVariables),
  ...each('.php', phpVariables),
  ...each('.rs', rustVariables),
  ...each('.prisma .ex .exs .c .cc .cpp .h .hpp .dart .swift .lua', otherVariables),
  ...each('.sh .bash .zsh', shellVariables),
  ...each('.yml .yaml .tpl', (text, path) => [...yamlVariables(text, path), ...templated(text, path)]),
  ...each('.properties .conf', placeholderVariables),
  ...each('.env', envFileVariables),
  ...each('.tf', terraformVariables),
};

function each(extensions: string, detector: Detector): Record<string, Detector> {
  return Object.fromEntries(extensions.split(' ').map((extension) => [extension, detector]));
}

/** Files that a framework reads with its own placeholders. */
function templated(text: string, path: string): VariableUse[] {
  const found: VariableUse[] = [];
  if (/<%/.test(text)) found.push(...rubyVariables(text));
  if (/(^|\/)(application|bootstrap)[^/]*\.ya?ml$/.test(path)) found.push(...placeholderVariables(text));
  if (text.includes('%env(')) found.push(...symfonyVariables(text));
  return found;
}

/** The detector for a file, or `undefined` when nothing in such a file is a variable. */
function detectorFor(path: string): Detector | undefined {
  const name = baseName(path);
  if (/^\.env(rc|[._-].+)?$|^env[._-](example|sample|template|dist)$|^[\w.-]+\.env(\.\w+)?$/.test(name))
    return envFileVariables;
  if (/^(Dockerfile|Containerfile)(\.[\w.-]+)?$|\.(Dockerfile|dockerfile)$/.test(name)) return dockerfileVariables;
  if (/^custom-environment-variables\.(json|ya?ml)$/.test(name)) return customEnvironmentVariables;
  if (/^(Rakefile|Gemfile|config\.ru|Capfile|Guardfile|Procfile\.rb)$/.test(name)) return rubyVariables;
  if (/^(docker-)?entrypoint$/.test(name)) return shellVariables;
  if (/^(app|turbo|Dockerrun\.aws|[\w.-]*task-?def[\w.-]*)\.json$/i.test(name)) return platformJsonVariables;
  if (/^(fly|wrangler)[\w.-]*\.toml$/.test(name)) return platformTomlVariables;
  return BY_EXTENSION[extensionOf(path)];
}

/** True for a file in which environment variables may be found. */
export const mayHoldVariables = (path: string): boolean => detectorFor(path) !== undefined;

/** Environment variables that a file reads or declares, by the file's kind. */
export function variablesIn(path: string, text: string): VariableUse[] {
  return text.includes('\0') ? [] : (detectorFor(path)?.(text, path) ?? []);
}
