import { run } from '../../../src/main.ts';
import { cacheHome } from '../state.ts';

/** What a command said. */
export interface Told {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs relctl in this process, in a repository.
 * @param columns of the terminal that its answer goes to; into a pipe when left out
 */
export async function tell(root: string, argv: readonly string[], columns?: number): Promise<Told> {
  const [stdout, stderr] = [sink(columns), sink()];
  const exitCode = await run(argv, {
    stdin: { isTTY: false } as NodeJS.ReadStream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: {
      ...process.env,
      XDG_CACHE_HOME: cacheHome(root),
      ...(columns === undefined ? { NO_COLOR: '1' } : { TERM: 'xterm-256color', LANG: 'C.UTF-8' }),
    },
    cwd: root,
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function sink(columns?: number): { readonly stream: NodeJS.WriteStream; text(): string } {
  let written = '';
  const write = (text: string | Uint8Array): boolean => {
    written += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
    return true;
  };
  return {
    stream: {
      write,
      isTTY: columns !== undefined,
      ...(columns === undefined ? {} : { columns }),
    } as unknown as NodeJS.WriteStream,
    text: () => written,
  };
}
