import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { auditHistory } from '../../../src/domain/history/audit.ts';
import { RelctlError } from '../../../src/errors.ts';
import { policySchema } from '../../../src/plan/policy.ts';
import { parseReleasePlan } from '../../../src/plan/release-plan.ts';

/**
 * Changes each byte of the kept releases, one at a time, to another value, and audits what comes of it; prints how many of the
 * changed files were accepted. Which value says a small generator with a fixed seed, and for letters their other case too.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const policy = policySchema.parse(parse(readFileSync(join(root, 'relctl/process/standard-3.0.yaml'), 'utf8')));
let seed = 1;
let accepted = 0;

process.stdout.write('| release | bytes | files with one byte changed | accepted |\n|-|-|-|-|\n');
for (const name of readdirSync(join(root, 'releases')).filter((one) => one.endsWith('.yaml'))) {
  const id = name.slice(0, -'.yaml'.length);
  const bytes = readFileSync(join(root, 'releases', name));
  if (!holds(bytes, id)) throw new Error(`${id} does not hold as it is`);
  let changed = 0;
  const missed: number[] = [];
  for (const [at, byte] of bytes.entries()) {
    for (const other of othersFor(byte)) {
      const text = Uint8Array.from(bytes);
      text[at] = other;
      changed += 1;
      if (holds(text, id)) missed.push(at);
    }
  }
  accepted += missed.length;
  process.stdout.write(`| ${id} | ${bytes.length} | ${changed} | ${missed.length} |\n`);
  for (const at of missed) process.stdout.write(`accepted: ${id}, byte ${at}\n`);
}
process.exitCode = accepted === 0 ? 0 : 1;

/** Another value for a byte, and its other case where it is a letter. */
function othersFor(byte: number): readonly number[] {
  // Numerical Recipes' linear congruential generator: any would do.
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  const random = byte ^ (1 + (seed % 255));
  const isLetter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
  return isLetter && random !== (byte ^ 32) ? [random, byte ^ 32] : [random];
}

function holds(text: Uint8Array, id: string): boolean {
  try {
    const findings = auditHistory(parseReleasePlan(text, `releases/${id}.yaml`, id), policy);
    return findings.every((finding) => finding.severity !== 'error');
  } catch (error) {
    if (error instanceof RelctlError && error.code.startsWith('plan.')) return false;
    throw error;
  }
}
