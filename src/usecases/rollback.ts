import type { Outcome } from '../domain/outcome/outcome.ts';
import { RelctlError } from '../errors.ts';
import { command } from '../text/command-line.ts';
import { rolledBack } from './deploy.ts';
import { highestFence } from './deployment/forward.ts';
import { type FoundInDatabase, settleMigrations } from './deployment/job-record.ts';
import { openRun } from './deployment/open-run.ts';
import type { HandChanges } from './deployment/others-changes.ts';
import { rollBack } from './deployment/roll-back.ts';
import { approvalAnswer, textAnswer } from './release/answers.ts';
import type { Context } from './release/context.ts';
import { flushOutbox } from './release/notify.ts';
import { openForCommand } from './release/pass-gates.ts';

/** What `relctl rollback` may be asked. */
export interface RollbackOptions {
  readonly reason?: string;
  /** True when `--confirm` was given. */
  readonly confirmed?: boolean;
  readonly takeOver: boolean;
  readonly pastPointOfNoReturn: boolean;
  readonly handChanges?: string;
  readonly acceptUnhealthy?: boolean;
  readonly acceptUnproven?: boolean;
  /** Migrations that a person found done, or not done, where their Jobs are gone. */
  readonly found?: FoundInDatabase;
}

/** Puts production back to what it was before the release, from the recorded manifests. */
export async function rollback(context: Context, id: string, options: RollbackOptions): Promise<Outcome> {
  const release = await openForCommand(context, id, 'rollback', undefined);
  const { journal } = release;
  const deployment = journal.state.deployment;
  if (deployment === undefined) throw new Error('a phase in production without deploy.started');
  const handChanges = handChangesOf(options.handChanges);
  const reason = await textAnswer(context.prompter, options.reason, {
    message: `Why is ${journal.plan.metadata.feature} rolled back?`,
    flag: '--reason',
  });
  const sure = await approvalAnswer(context.prompter, options.confirmed, {
    message: `Restore production to what it was before ${id}?`,
    flag: '--confirm',
  });
  if (!sure) {
    throw new RelctlError('answer.declined', 'nothing was rolled back', {
      why: 'A rollback changes production, so it is done only after a clear yes.',
      hints: [command`relctl rollback ${id} --reason "<reason>" --confirm`],
    });
  }
  await context.runs.begin(id);
  try {
    const { attempt } = deployment;
    const run = await openRun(context, release, {
      attempt,
      images: deployment.started.data.images,
      wait: true,
      takeOver: options.takeOver,
      isWayBack: true,
      record: (begun) =>
        journal.record('deploy.resumed', {
          attempt,
          fence: highestFence(begun),
          reason: 'rollback',
          run: context.runs.self,
        }),
    });
    await flushOutbox(context, release);
    await settleMigrations(run, options.found ?? {});
    const end = await rollBack(run, reason, {
      pastPointOfNoReturn: options.pastPointOfNoReturn,
      acceptUnhealthy: options.acceptUnhealthy === true,
      acceptUnproven: options.acceptUnproven === true,
      ...(handChanges === undefined ? {} : { handChanges }),
    });
    return rolledBack(run, end, reason, undefined);
  } finally {
    await context.runs.end(id);
  }
}

function handChangesOf(given: string | undefined): HandChanges | undefined {
  if (given === undefined || given === 'restore' || given === 'keep') return given;
  throw new RelctlError('usage.bad-flag', `--hand-changes is "${given}", which is not one of its values`, {
    why: 'relctl does not guess what becomes of somebody else’s work.',
    hints: ['--hand-changes keep', '--hand-changes restore'],
  });
}
