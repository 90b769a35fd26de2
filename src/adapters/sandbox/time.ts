import { readFile } from 'node:fs/promises';

/**
 * What time it is in a simulated company, from its state file, without opening the company: milliseconds since the epoch.
 * @returns `undefined` where there is no file yet, or one that only opening the company can say more about
 */
export async function sandboxTime(file: string): Promise<number | undefined> {
  try {
    const { now } = JSON.parse(await readFile(file, 'utf8')) as { readonly now?: unknown };
    return typeof now === 'number' && Number.isFinite(now) ? now : undefined;
  } catch {
    return undefined;
  }
}
