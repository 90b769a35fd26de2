import {
  dotnetVariables,
  goVariables,
  jvmVariables,
  otherVariables,
  phpVariables,
  placeholderVariables,
  rustVariables,
} from './compiled.ts';
import { byEnding, byName, type VariableDetector } from './detector.ts';
import { customEnvironmentVariables, dockerfileVariables, envFileVariables } from './env-files.ts';
import { javascriptVariables } from './javascript.ts';
import { platformJsonVariables, platformTomlVariables, terraformVariables } from './platforms.ts';
import { pythonVariables } from './python.ts';
import { rubyVariables } from './ruby.ts';
import { shellVariables } from './shell.ts';
import { templateVariables } from './templates.ts';
import { uwsgiVariables } from './uwsgi.ts';
import { yamlFileVariables, yamlTemplateVariables } from './yaml.ts';

/** Who finds variables in which files. The first that takes a path has it: names of files stand before endings. */
export const VARIABLE_DETECTORS: readonly VariableDetector[] = [
  byName(
    'env-file',
    /^\.env(rc|[._-].+)?$|^env[._-](example|sample|template|dist)$|^[\w.-]+\.env(\.\w+)?$/,
    envFileVariables,
  ),
  byName('dockerfile', /^(Dockerfile|Containerfile)(\.[\w.-]+)?$|\.(Dockerfile|dockerfile)$/, dockerfileVariables),
  byName('node-config', /^custom-environment-variables\.(json|ya?ml)$/, customEnvironmentVariables),
  byName('ruby-files', /^(Rakefile|Gemfile|config\.ru|Capfile|Guardfile|Procfile\.rb)$/, rubyVariables),
  byName('entrypoint', /^(docker-)?entrypoint$/, shellVariables),
  byName('platform-json', /^(app|turbo|Dockerrun\.aws|[\w.-]*task-?def[\w.-]*)\.json$/i, platformJsonVariables),
  byName('platform-toml', /^(fly|wrangler)[\w.-]*\.toml$/, platformTomlVariables),
  byName('uwsgi', /^([\w.-]*[._-])?uwsgi([._-][\w.-]*)?\.ini$/, uwsgiVariables),
  byName('template', /\.(template|tmpl)(\.\w+)?$/, templateVariables),
  byName('yaml-template', /\.ya?ml\.erb$/, yamlTemplateVariables),
  byEnding('javascript', '.js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte .astro', javascriptVariables),
  byEnding('python', '.py', pythonVariables),
  byEnding('ruby', '.rb .rake .ru .erb .gemspec .thor', rubyVariables),
  byEnding('go', '.go', goVariables),
  byEnding('jvm', '.java .kt .kts .scala .groovy', jvmVariables),
  byEnding('dotnet', '.cs .fs .vb', dotnetVariables),
  byEnding('php', '.php', phpVariables),
  byEnding('rust', '.rs', rustVariables),
  byEnding('others', '.prisma .ex .exs .c .cc .cpp .h .hpp .dart .swift .lua', otherVariables),
  byEnding('shell', '.sh .bash .zsh', shellVariables),
  byEnding('yaml', '.yml .yaml .tpl', yamlFileVariables),
  byEnding('properties', '.properties .conf', placeholderVariables),
  byEnding('terraform', '.tf', terraformVariables),
];
