import { RelctlError } from '../../errors.ts';
import type { Config } from '../../plan/config.ts';
import type { Policy } from '../../plan/policy.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { byName } from '../../text/by-name.ts';

/** Where the configuration of a repository lies. */
export const CONFIG_FILE = 'relctl.yaml';

/** Where the policy of a process lies, from its name, such as `standard@3.0`. */
export function policyFile(process: string): string {
  return `relctl/process/${process.replace('@', '-')}.yaml`;
}

/** Reads relctl.yaml. Errors: `config.missing`, `config.invalid`, `config.unknown-service`, `plan.yaml-*`. */
export async function loadConfig(workspace: Workspace): Promise<Config> {
  const text = await workspace.read(CONFIG_FILE);
  if (text === undefined) {
    throw new RelctlError('config.missing', `there is no ${CONFIG_FILE} in this repository`, {
      place: { file: CONFIG_FILE },
      why: 'It names the services, the clusters and whom to tell.',
      hints: ['relctl init'],
    });
  }
  const config = await remembered(workspace, CONFIG_FILE, text, () => readConfig(text));
  return { ...config, services: byName(config.services) };
}

/** Reads the text of a relctl.yaml. Errors: `config.invalid`, `config.unknown-service`, `plan.yaml-*`. */
export async function readConfig(text: string): Promise<Config> {
  const [{ checkShape, readYaml }, { configSchema }] = await Promise.all([
    import('../../plan/yaml.ts'),
    import('../../plan/config.ts'),
  ]);
  const yaml = readYaml(text, CONFIG_FILE);
  const config = checkShape(configSchema, yaml, 'config.invalid', CONFIG_FILE, 'relctl schema config');
  for (const [name, service] of Object.entries(config.services)) {
    for (const [index, needed] of service.dependsOn.entries()) {
      if (!Object.hasOwn(config.services, needed)) {
        throw unknownService(needed, Object.keys(config.services), yaml.place(['services', name, 'dependsOn', index]));
      }
    }
  }
  for (const [index, shared] of config.shared.entries()) {
    const unknown = shared.usedBy.find((name) => !Object.hasOwn(config.services, name));
    if (unknown !== undefined) {
      throw unknownService(unknown, Object.keys(config.services), yaml.place(['shared', index, 'usedBy']));
    }
  }
  return config;
}

/** Reads the process policy that a plan follows. Errors: `policy.invalid`, `plan.yaml-*`. */
export async function loadPolicy(workspace: Workspace, process: string): Promise<Policy> {
  const file = policyFile(process);
  const text = await workspace.read(file);
  if (text === undefined) {
    throw new RelctlError('policy.invalid', `the process ${process} has no policy: ${file} is missing`, {
      place: { file },
      why: 'The policy says who approves, how many, and how long things take.',
      hints: ['relctl init', `or set metadata.process of the plan to a process that exists`],
    });
  }
  return remembered(workspace, file, text, async () => {
    const [{ checkShape, readYaml }, { policySchema }] = await Promise.all([
      import('../../plan/yaml.ts'),
      import('../../plan/policy.ts'),
    ]);
    return checkShape(policySchema, readYaml(text, file), 'policy.invalid', file, 'relctl schema policy');
  });
}

function remembered<T>(workspace: Workspace, name: string, text: string, make: () => Promise<T>): Promise<T> {
  return workspace.remembered === undefined ? make() : workspace.remembered(name, text, make);
}

function unknownService(name: string, known: readonly string[], place: { file: string; line?: number }): RelctlError {
  return new RelctlError(
    'config.unknown-service',
    `${CONFIG_FILE} names the service "${name}", which it does not define`,
    {
      place,
      why: 'A missing service would silently be left out of a release.',
      hints: [`define it under services, or use one of: ${known.join(', ') || '(none)'}`],
    },
  );
}
