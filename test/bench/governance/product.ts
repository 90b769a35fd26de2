import { execFileSync, spawnSync } from 'node:child_process';
import { type CompanyShape, companyFiles, STANDARD_SHAPE } from '../../support/company-files.ts';

/** A repository with a long past and a release with many changed files. */
export interface BigProduct {
  /** What production runs: a tag. */
  readonly base: string;
  readonly candidate: string;
}

const SERVICES = ['web', 'api'];
/** The real platform: a simulated company would spend its time on simulating its traffic. */
const SHAPE: CompanyShape = {
  ...STANDARD_SHAPE,
  config: (config) => {
    config.platform = 'kubernetes';
  },
};

/**
 * Writes a history through `git fast-import`: so many commits, of which the last `inRange` change so many files of two services,
 * among them environment variables and migrations.
 */
export function writeProduct(root: string, commits: number, changedFiles: number, inRange: number): BigProduct {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ravi');
  git('config', 'user.email', 'ravi@example.com');
  const before = commits - inRange;
  const lines: string[] = [];
  let mark = 0;
  const commit = (files: readonly (readonly [string, string])[]) => {
    mark += 1;
    const message = `Change ${mark}`;
    lines.push('commit refs/heads/main', `mark :${mark}`);
    lines.push(
      `committer Ravi <ravi@example.com> ${1_700_000_000 + mark * 60} +0000`,
      `data ${Buffer.byteLength(message)}`,
      message,
    );
    if (mark > 1) lines.push(`from :${mark - 1}`);
    for (const [path, text] of files) lines.push(`M 100644 inline ${path}`, `data ${Buffer.byteLength(text)}`, text);
    lines.push('');
  };
  commit([
    ...Object.entries(companyFiles(SHAPE, '4.1.0')),
    ...Array.from({ length: changedFiles }, (_, index) => sourceFile(index, 0)),
  ]);
  for (let index = 1; index < before; index += 1) commit([[`docs/note-${index % 200}.md`, `Note ${index}\n`]]);
  lines.push('reset refs/tags/v4.1.0', `from :${mark}`, '');
  // Each file reaches its last version somewhere in the range; the other commits are steps on the way.
  for (let index = 0; index < inRange; index += 1) {
    const first = Math.floor((index * changedFiles) / inRange);
    const last = Math.floor(((index + 1) * changedFiles) / inRange);
    const done = Array.from({ length: last - first }, (_, offset) => sourceFile(first + offset, 1));
    commit(done.length > 0 ? done : [sourceFile(first % changedFiles, 2 + index)]);
  }
  const imported = spawnSync('git', ['fast-import', '--quiet'], { cwd: root, input: lines.join('\n') });
  if (imported.status !== 0) throw new Error(String(imported.stderr));
  git('checkout', '--quiet', '--force', 'v4.1.0');
  git('checkout', '--quiet', '-B', 'release-work');
  git('gc', '--quiet');
  return { base: 'v4.1.0', candidate: git('rev-parse', 'main') };
}

/** A source file of about two hundred lines; every fiftieth is a migration, every tenth reads a variable of its own. */
function sourceFile(index: number, version: number): readonly [path: string, text: string] {
  const service = SERVICES[index % 2] ?? 'web';
  if (index % 50 === 49) {
    const up = version === 0 ? '-- nothing yet\n' : `ALTER TABLE orders ADD COLUMN extra_${index} text;\n`;
    return [`services/${service}/migrations/V${index}__orders_${index}.sql`, up];
  }
  const body = Array.from({ length: 200 }, (_, line) =>
    version > 0 && line % 20 === 10
      ? `export const value${line} = ${index + line};`
      : `export const step${line} = (x) => x + ${line};`,
  );
  if (version > 0 && index % 10 === 3) body.push(`export const setting = process.env.SETTING_${index};`);
  return [`services/${service}/src/module-${index}.js`, `${body.join('\n')}\n`];
}
