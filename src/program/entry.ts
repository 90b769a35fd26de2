import type { CommandAction } from '../commands/command.ts';

/** A command as it is shown, parsed, completed and documented. */
export interface CommandEntry {
  /** Words after `relctl`, such as `signoff cab`. */
  readonly path: string;
  readonly group: Group;
  /** Imperative, without a full stop. */
  readonly summary: string;
  /** Who gives it and what it does, in a few sentences. */
  readonly description?: string;
  readonly args?: readonly ArgumentEntry[];
  readonly options?: readonly OptionEntry[];
  readonly examples: readonly string[];
  /** Imported only when the command is given. */
  readonly load: () => Promise<{ readonly run: CommandAction }>;
}

/** Headings of `relctl --help`. */
export type Group =
  | 'Set up'
  | 'Plan and approve (T-7 days)'
  | 'Stage and sign off (T-3 days)'
  | 'Deploy (T-0, the change window)'
  | 'Watch and review (to T+7 days)'
  | 'Look';

/** A positional argument; `<name>` is required, `[name]` is not. */
export type ArgumentEntry = readonly [name: string, description: string];

/** A flag as commander writes it, what it does, and whether it may be given several times. */
export type OptionEntry = readonly [flags: string, description: string, repeatable?: 'repeatable'];
