import { RelctlError } from '../../errors.ts';
import type { RunnerSettings } from '../../plan/runner.ts';
import type { Runner } from '../../ports/runner.ts';
import { command } from '../../text/command-line.ts';
import type { RunnerGround } from './kind.ts';
import { RUNNERS } from './registry.ts';

/** The runner with a name, as relctl.yaml sets it up. Errors: `usage.bad-flag` for one that relctl does not have, `config.invalid`. */
export function openRunner(
  name: string,
  settings: RunnerSettings | undefined,
  ground: RunnerGround,
  runners = RUNNERS,
): Runner {
  const kind = Object.hasOwn(runners, name) ? runners[name] : undefined;
  if (kind === undefined) {
    throw new RelctlError('usage.bad-flag', `--runner is "${name}", which relctl does not have`, {
      why: 'Nothing was handed over.',
      hints: Object.keys(runners).map((one) => command`--runner ${one}`),
    });
  }
  const own = settingsOf(name, settings);
  if (own === undefined) {
    throw new RelctlError('config.invalid', `relctl.yaml sets up no runner ${name}`, {
      place: { file: 'relctl.yaml' },
      why: 'Who runs a deployment, and with which rights, is decided in the repository.',
      hints: [`runner: { ${name}: { … } } in relctl.yaml, as docs/runner.md shows`],
    });
  }
  return kind.open(own, ground);
}

function settingsOf(name: string, settings: RunnerSettings = {}): unknown {
  const { registered = {}, ...builtIn } = settings;
  const all: Readonly<Record<string, unknown>> = { ...registered, ...builtIn };
  return Object.hasOwn(all, name) ? all[name] : undefined;
}
