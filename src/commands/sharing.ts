import type { Block, Outcome } from '../domain/outcome/outcome.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import type { Context } from '../usecases/release/context.ts';
import { type SharedRecords, shareRecords } from '../usecases/sharing/share.ts';
import type { CommandAction, Invocation } from './command.ts';
import { noted } from './noting.ts';

/**
 * A command whose records are committed, and with `--push` shared, however it ends: what was recorded before a refusal is as
 * much a part of the history as the rest.
 */
export function sharing(action: CommandAction, options: { readonly push: boolean }): CommandAction {
  return async (invocation) => {
    const watched = noted(invocation);
    const { touched } = watched;
    const share = async (): Promise<SharedRecords | undefined> => {
      const opened = watched.opened();
      // Records on a branch of their own are shared by then.
      if (opened === undefined || opened.records !== undefined || touched.size === 0) return undefined;
      try {
        return await shareRecords(opened, [...touched], options);
      } catch (error) {
        if (!(error instanceof RelctlError) || error.code !== 'sharing.refused') throw error;
        return toRecordsBranch(invocation, [...touched], opened, error);
      }
    };
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

/**
 * A branch that takes no pushes is protected, as it should be: then records go to a branch of their own, from now on and for everybody.
 * Errors: the refusal, where there is no such branch either.
 */
async function toRecordsBranch(
  invocation: Invocation,
  ids: readonly string[],
  { repository }: Context,
  refusal: RelctlError,
): Promise<SharedRecords> {
  const { records } = await invocation.context({ sharesRecords: 'any' });
  if (records === undefined) throw refusal;
  for (const id of ids) await records.secure(id);
  const why = `${refusal.message}. Records are shared on ${records.branch} from now on, by every clone; \`git reset --keep @{upstream}\` takes the commit that was made for them off this branch`;
  invocation.sink.emit({ type: 'note', level: 'info', text: why });
  return {
    commit: await repository.sharing.head(),
    subjects: [],
    pushed: records.branch,
    candidates: [],
    rebased: 0,
    decided: [],
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
