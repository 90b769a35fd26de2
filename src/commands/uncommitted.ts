import type { Block, NextAction, Outcome } from '../domain/outcome/outcome.ts';
import { command } from '../text/command-line.ts';
import type { Context } from '../usecases/release/context.ts';
import type { CommandAction } from './command.ts';
import { noted } from './noting.ts';

/** A command whose answer says, as the last of what comes next, which of its records stand in this work tree only. */
export function sayingUncommitted(action: CommandAction): CommandAction {
  return async (invocation) => {
    const watched = noted(invocation);
    const { touched } = watched;
    const outcome = await action(watched);
    const opened = watched.opened();
    // Records on a branch of their own are committed and shared by then.
    if (opened === undefined || opened.records !== undefined || touched.size === 0) return outcome;
    const actions: NextAction[] = [];
    for (const id of touched) actions.push(await committing(opened, id));
    return { ...outcome, blocks: withActions(outcome.blocks, actions) };
  };
}

async function committing({ workspace, actor }: Context, id: string): Promise<NextAction> {
  const file = `releases/${id}.yaml`;
  const kept = await workspace.find(`releases/${id}/**`);
  const paths = kept.length === 0 ? [file] : [file, `releases/${id}`];
  return {
    who: actor,
    command: command`git add --force ${paths} && git commit -m ${`release(${id}): records`} -- ${paths}`,
    why: 'not committed yet; --commit or --push does it with the command',
  };
}

/** Into the last block of what comes next; a block of its own where there is none. */
function withActions(blocks: Outcome['blocks'], actions: readonly NextAction[]): readonly Block[] {
  const at = blocks.findLastIndex(({ kind }) => kind === 'next');
  return at < 0
    ? [...blocks, { kind: 'next', actions }]
    : blocks.map((block, index) =>
        index === at && block.kind === 'next' ? { ...block, actions: [...block.actions, ...actions] } : block,
      );
}
