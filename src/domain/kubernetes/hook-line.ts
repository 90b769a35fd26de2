import { stringify } from 'yaml';
import type { Config, EnvironmentName } from '../../plan/config.ts';
import { PLAIN_YAML } from '../../plan/plain-yaml.ts';
import { type HookChoice, sourceSettings } from '../../plan/source-settings.ts';
import { sourcesOf } from './sources.ts';

/**
 * The line of relctl.yaml by which objects of a source are set aside, complete: with where the manifests come from, and with what
 * it says of others already.
 * @param service whose objects they are; the product's when left out
 * @returns such as `services.web.manifests.staging: { files: [ k8s ], hooks: { Job/seed: migration } } in relctl.yaml`
 */
export function hookLine(
  config: Pick<Config, 'services' | 'manifests'>,
  environment: EnvironmentName,
  service: string | undefined,
  hooks: Readonly<Record<string, HookChoice>>,
): string {
  const name = service ?? sharing(config, environment);
  const own = name === undefined ? undefined : config.services[name]?.manifests?.[environment];
  const entry = own ?? config.manifests?.[environment];
  if (entry === undefined) return `hooks: ${flow(hooks)} beside their source in relctl.yaml`;
  const { settings, hooks: known } = sourceSettings(entry);
  const place = own === undefined ? 'manifests' : `services.${name}.manifests`;
  return `${place}.${environment}: ${flow({ ...settings, hooks: { ...hooks, ...known } })} in relctl.yaml`;
}

/** A service whose source is the one that several share: what belongs to none of them is rendered there. */
function sharing(config: Pick<Config, 'services' | 'manifests'>, environment: EnvironmentName): string | undefined {
  const shared = sourcesOf(config, environment).filter((one) => one.shared || one.services.length > 1);
  return shared.length === 1 ? shared[0]?.services[0]?.name : undefined;
}

function flow(value: unknown): string {
  return stringify(value, { ...PLAIN_YAML, collectionStyle: 'flow', lineWidth: 0 }).trim();
}
