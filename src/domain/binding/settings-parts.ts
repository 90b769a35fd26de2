import type { Config } from '../../plan/config.ts';
import type { SettingsPart } from '../../ports/reviewed-settings.ts';

/** The value of a part of relctl.yaml; `undefined` where it names none. What decides where a login goes is one part: an endpoint may be reached through a cluster. */
export function settingOf(config: Config, part: SettingsPart): unknown {
  switch (part) {
    case 'environments':
      return { environments: config.environments, probes: config.probes, metrics: config.metrics };
    case 'runner':
    case 'forge':
    case 'changeRecord':
    case 'incidents':
      return config[part];
    case 'plan':
      return undefined;
    default:
      return config.notifications.find((channel) => part === `channel ${channel.name}`);
  }
}

/** The part as people find it in relctl.yaml. */
export function partWord(part: SettingsPart): string {
  if (part === 'plan') return 'what the plan names';
  return part.startsWith('channel ') ? `the ${part} in relctl.yaml` : `${part} in relctl.yaml`;
}
