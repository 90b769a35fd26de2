import { RelctlError } from '../../errors.ts';
import { command } from '../../text/command-line.ts';
import type { FoundFile } from '../checks/pending-checks.ts';
import type { Context } from '../release/context.ts';

/** What a flag says of a case, and what shows it. */
export interface GivenResult {
  readonly passed: boolean;
  /** A link or a path in the repository; missing when nothing was given. */
  readonly proof?: string;
}

/**
 * Reads `--passed WAL-1`, `--passed WAL-1=https://…`, `--failed WAL-2=shots/error.png`.
 * @param flag how the test plan names the cases, for messages
 * @throws RelctlError `usage.bad-flag` for a case that is not planned, or given as both
 */
export function givenResults(
  known: readonly { readonly id: string; readonly title: string }[],
  passed: readonly string[],
  failed: readonly string[],
  plan: string,
): ReadonlyMap<string, GivenResult> {
  const results = new Map<string, GivenResult>();
  for (const [texts, ok] of [
    [passed, true],
    [failed, false],
  ] as const) {
    for (const text of texts) {
      const at = text.indexOf('=');
      const id = at < 0 ? text : text.slice(0, at);
      const proof = at < 0 ? '' : text.slice(at + 1).trim();
      if (!known.some((test) => test.id === id)) {
        const given = [...passed, ...failed].map((one) => one.split('=')[0]);
        const open = known.filter((test) => !given.includes(test.id));
        throw unknown(plan, id, ok ? 'passed' : 'failed', open.length > 0 ? open : known);
      }
      if (results.get(id)?.passed === !ok) {
        throw new RelctlError('usage.bad-flag', `${id} is given both as passed and as failed`, {
          why: 'A test has one outcome.',
          hints: [command`--passed ${id}`, command`--failed ${id}`],
        });
      }
      results.set(id, { passed: ok, ...(proof === '' ? {} : { proof }) });
    }
  }
  return results;
}

/** What shows the outcome of a case: a link as it is, or a file that is going to be kept. */
export type Proof = { readonly link: string } | { readonly found: FoundFile };

/**
 * Reads a file of the repository as evidence; a link stays a link.
 * @throws RelctlError `evidence.unreadable` where there is no such file
 */
export async function readProof(context: Pick<Context, 'workspace'>, id: string, proof: string): Promise<Proof> {
  if (/^https?:\/\/\S+$/.test(proof)) return { link: proof };
  const path = context.workspace.here(proof);
  const content = await context.workspace.readBytes(path);
  if (content === undefined) {
    throw new RelctlError('evidence.unreadable', `there is no file ${proof} to show ${id}`, {
      place: { file: proof },
      why: 'Evidence is something that others can look at later: a link, or a file in this repository, which is kept.',
      hints: [command`--passed ${id}=https://…`, command`--passed ${id}=screens/${id}.png`],
    });
  }
  const name = `qa-${id}-${proof.split('/').at(-1) ?? 'evidence'}`.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return { found: { path, name, content } };
}

function unknown(
  plan: string,
  id: string,
  flag: 'passed' | 'failed',
  open: readonly { readonly id: string; readonly title: string }[],
): RelctlError {
  return new RelctlError('usage.bad-flag', `${plan} has no test "${id}"`, {
    why: 'A result that belongs to no planned test would be lost.',
    hints: open.map((test) => `${command`--${flag} ${test.id}`}   ${test.title}`),
  });
}
