import { access, constants, open, realpath } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Kubectl } from './kubectl.ts';

/** Which kubectl this is, asked once. */
export interface Tool {
  /** Its version, such as `v1.36.3`. */
  readonly version: string;
  /** What stands in its place and calls it; `undefined` when it is kubectl itself. */
  readonly wrapper?: string;
}

/** Asks a kubectl for its version, without a server, and looks at the program. Errors: those of kubectl. */
export async function identifyTool(kubectl: Kubectl, program: string): Promise<Tool> {
  const said = JSON.parse(await kubectl.read(['version', '--client', '-o', 'json'])) as {
    readonly clientVersion?: { readonly gitVersion?: string };
  };
  const version = said.clientVersion?.gitVersion ?? 'unknown';
  const file = await find(program);
  const wrapper = await wrapperAt(file, version);
  return { version, ...(wrapper === undefined ? {} : { wrapper }) };
}

async function wrapperAt(file: string | undefined, version: string): Promise<string | undefined> {
  // Google Cloud's kubectl picks one of several by the server's version.
  if (version.includes('dispatcher')) return `Google's dispatcher${file === undefined ? '' : ` at ${file}`}`;
  if (file === undefined) return undefined;
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer } = await handle.read({ buffer: Buffer.alloc(2) });
    return buffer.toString('latin1') === '#!' ? `a script at ${file}` : undefined;
  } finally {
    await handle.close();
  }
}

/** Where the program really lies. */
async function find(program: string): Promise<string | undefined> {
  const places = isAbsolute(program) ? [''] : (process.env.PATH ?? '').split(delimiter);
  for (const place of places) {
    const file = place === '' ? program : join(place, program);
    const found = await access(file, constants.X_OK).then(
      () => realpath(file),
      () => undefined,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
