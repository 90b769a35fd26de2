import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/plan/digest.ts';

/**
 * Every file of a folder with the digest of its content, links by where they lead. What git keeps for itself is left out.
 */
export function treeDigest(root: string): Readonly<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/^\.git(\/|$)/.test(name)) continue;
    const path = join(root, name);
    const found = lstatSync(path);
    if (found.isSymbolicLink()) digests[name] = `-> ${readlinkSync(path)}`;
    else if (found.isFile()) digests[name] = sha256(readFileSync(path));
  }
  return digests;
}
