import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import { endedWith } from '../ended-with.ts';
import { cloudEvent } from './cloud-event.ts';
import type { Delivery } from './delivery.ts';

/** The command was not run, or what it came to is said already. */
const NOT_TRIED: ReadonlySet<string> = new Set(['notification.failed', 'commands.untrusted', 'answer.declined']);

/**
 * Runs a command with the message as a CloudEvent in JSON on its standard input; exit 0 is a delivery. Never a shell. It
 * inherits the environment, so it finds its own secrets there.
 */
export async function sendToCommand(delivery: Delivery, argv: readonly string[]): Promise<void> {
  const [program = '', ...args] = argv;
  const input = `${JSON.stringify(cloudEvent(delivery.message))}\n`;
  try {
    const { exitCode } = await delivery.io.exec(program, args, { timeout: delivery.timeout, input });
    if (exitCode === 0) return;
    throw delivery.failed(`${program} ${endedWith(exitCode)}`, command`try it by hand: ${argv}`);
  } catch (error) {
    if (!(error instanceof RelctlError) || NOT_TRIED.has(error.code)) throw error;
    throw delivery.failed(error.message, ...(error.code === 'tool.missing' ? [`command -v ${program}`] : []));
  }
}
