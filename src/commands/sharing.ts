import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import { command } from '../text/command-line.ts';
import type { Context } from '../usecases/release/context.ts';
import { type SharedRecords, shareRecords } from '../usecases/sharing/share.ts';
import type { CommandAction, Invocation } from './command.ts';
import { noting } from './noting.ts';

/**
 * A command whose records are committed, and with `--push` shared, however it ends: what was recorded before a refusal is as
 * much a part of the history as the rest.
 */
export function sharing(action: CommandAction, options: { readonly push: boolean }): CommandAction {
  return async (invocation) => {
    const touched = new Set<string>();
    let opened: Context | undefined;
    const watched: Invocation = {
      ...invocation,
      async context() {
        const context = await invocation.context();
        opened = { ...context, store: noting(context.store, touched) };
        return opened;
      },
    };
    const share = async (): Promise<SharedRecords | undefined> =>
      opened === undefined || touched.size === 0 ? undefined : shareRecords(opened, [...touched], options);
    let outcome: Outcome;
    try {
      outcome = await action(watched);
    } catch (error) {
      await share().catch((trouble: unknown) => tell(invocation, trouble));
      throw error;
    }
    return withRecords(outcome, await share());
  };
}

/** The command's own error is told; what became of the records beside it is a warning. */
function tell({ sink }: Invocation, trouble: unknown): void {
  const text = `not shared: ${trouble instanceof Error ? trouble.message : String(trouble)}`;
  sink.emit({ type: 'note', level: 'warning', text });
}

function withRecords(outcome: Outcome, records: SharedRecords | undefined): Outcome {
  if (records === undefined) return outcome;
  const { commit, pushed, candidates, subjects, decided } = records;
  return {
    ...outcome,
    blocks: [
      ...outcome.blocks,
      ...decided.map(({ release, decision }): Block => {
        const text = `with what was pushed meanwhile the CAB decides ${decision === 'go' ? 'Go' : 'No-Go'}`;
        return { kind: 'checks', checks: [{ state: 'ok', text, detail: command`relctl status ${release}` }] };
      }),
      {
        kind: 'facts',
        facts: [
          ['commit', `${commit.slice(0, 12)}${pushed === undefined ? '' : `, pushed to ${pushed}`}`],
          ...subjects.map((subject) => ['record', subject] as const),
          ...candidates.map((branch) => ['candidate', `pushed to ${branch}`] as const),
        ],
      },
    ],
    data: { ...outcome.data, records },
  };
}
