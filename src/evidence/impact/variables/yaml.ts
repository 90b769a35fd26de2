import { isStoreName } from '../../images.ts';
import { imageName } from '../../service-discovery/workloads.ts';
import { namedAfter } from '../manifests/file-names.ts';
import { objectsIn } from '../manifests/objects.ts';
import { scanYaml, type YamlLine } from '../manifests/yaml-lines.ts';
import { baseName, isComposeFile } from '../paths.ts';
import { collectorVariables } from './collector.ts';
import { placeholderVariables, symfonyVariables } from './compiled.ts';
import { rubyVariables } from './ruby.ts';
import { isSystemVariable, type VariableUse } from './use.ts';
import { declaredIn } from './yaml-declared.ts';
import { mergedLists, placeOf } from './yaml-merged.ts';
import { besideOf, foreignDocuments, imagesOf, isOfStore, placesOfOthers, pulledBy } from './yaml-others.ts';

/** Kinds that run containers. */
const WORKLOAD = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Rollout|Job|CronJob|Pod)$/;

/** A YAML file with what frameworks and tools put into it in their own placeholders. */
export function yamlFileVariables(text: string, path: string): VariableUse[] {
  const found = [...yamlVariables(text, path)];
  if (/<%/.test(text)) found.push(...rubyVariables(text));
  if (/(^|\/)(application|bootstrap)[^/]*\.ya?ml$/.test(path) || isSettings(text, path))
    found.push(...placeholderVariables(text));
  if (text.includes('%env(')) found.push(...symfonyVariables(text));
  if (text.includes('${env:')) found.push(...collectorVariables(text));
  return found;
}

/** A manifest that ERB fills in, as Krane renders one: what Ruby asks for, and what the manifest gives. */
export function yamlTemplateVariables(text: string, path: string): VariableUse[] {
  // A line of Ruby alone is none of YAML; a value stays one.
  const plain = text
    .replace(/^[ \t]*<%(?!=)[\s\S]{0,500}?%>[ \t]*$/gm, (all) => all.replace(/[^\n]/g, ' '))
    .replace(/<%[\s\S]{0,500}?%>/g, (all) => all.replace(/[^\n]/g, 'x'));
  return [...rubyVariables(text), ...yamlVariables(plain, path.replace(/\.erb$/, ''))];
}

/** Keys at the top of what other tools render or run, where a placeholder is theirs: manifests, compose, pipelines, tasks, descriptions of interfaces. */
const OF_TOOLS =
  /^["']?(apiVersion|kind|services|jobs|steps|stages|tasks|pipelines?|workflows?|on|script|builds|openapi|swagger|asyncapi|Resources|resources|provider|functions|hosts|- hosts)["']?\s*:/m;

/**
 * True for the settings of a program, which it fills in from the environment itself: Dropwizard (dropwizard.io, "Environment variables"), and each
 * server whose configuration holds `${NAME:-default}`.
 */
const isSettings = (text: string, path: string): boolean =>
  !/(^|\/)((docker-)?compose[^/]*|values[^/]*|Chart|[^/]*\b(example|sample|dist|template))\.ya?ml$|(^|\/)(templates|values)\//i.test(
    path,
  ) &&
  /^[ \t]*[\w"'.-]+:[ \t][^#\n]*\$\{[A-Z][A-Z0-9_]+(:-?[^{}\n]*)?\}/m.test(text) &&
  !OF_TOOLS.test(text);

/** Environment variables that a YAML file declares: manifests, chart values and templates, Kustomize, compose, serverless. */
function yamlVariables(source: string, path: string): VariableUse[] {
  // The template of a store is named after it, wherever its image is from.
  if (/(^|\/)templates\//.test(path) && isStoreName(namedAfter(path))) return [];
  const lines = scanYaml(source);
  const isCompose = isComposeFile(path);
  const isValues = /^values[^/]*\.ya?ml$/i.test(baseName(path)) || /(^|\/)values\//.test(path);
  const objects = new Map(objectsIn(lines).map((object) => [object.document, object]));
  const beside = isCompose ? besideOf(lines) : new Set<string>();
  const images = isCompose ? new Map<number, string[]>() : imagesOf(lines);
  const names = new Map([...images].map(([document, all]) => [document, all.map(imageName)]));
  const foreign = isCompose ? new Set<number>() : foreignDocuments(lines, objects, images);
  const pulled = isCompose ? pulledBy(lines) : new Map<string, string>();
  const merged = mergedLists(lines);
  const others = isCompose ? placesOfOthers(lines) : new Set<string>();
  const uses: VariableUse[] = [];
  for (const [index, line] of lines.entries()) {
    const isMerged = merged.has(placeOf(line, line.path.slice(0, -1)));
    const owner = isCompose ? composeOwner(line) : isValues ? valuesOwner(line) : objects.get(line.document)?.name;
    if ((owner !== undefined && beside.has(owner)) || foreign.has(line.document)) continue;
    if (others.has(placeOf(line, line.path.slice(0, 1)))) continue;
    const isWorkload = !isCompose && WORKLOAD.test(objects.get(line.document)?.kind ?? '');
    for (const use of declaredIn(line, lines, index, objects.get(line.document), {
      ...{ isCompose, isValues, isMerged },
    })) {
      if (!isSystemVariable(use.name) && !isOfStore(use, owner))
        uses.push({
          ...use,
          ...(isWorkload && use.how === 'declared' ? { isGiven: true } : {}),
          ...(owner === undefined || owner === ''
            ? {}
            : {
                owner,
                ...(isWorkload ? { isWorkload, runs: names.get(line.document) ?? [] } : {}),
                ...(pulled.has(owner) && use.how === 'declared'
                  ? { isPulled: true, runs: [imageName(pulled.get(owner) ?? '')] }
                  : {}),
              }),
        });
    }
  }
  return uses;
}

function composeOwner(line: YamlLine): string | undefined {
  return line.path[0] === 'services' ? line.path[1] : undefined;
}

/** Values for a chart that another one bundles stand below its name (helm.sh/docs/chart_template_guide/subcharts_and_globals). */
function valuesOwner({ path }: YamlLine): string | undefined {
  return path.length > 2 ? path[0] : undefined;
}
