import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '../../src/adapters/git/repository.ts';
import type { Impact } from '../../src/evidence/impact/findings.ts';
import type { OwnershipConfig } from '../../src/evidence/impact/ownership.ts';
import { readImpact } from '../../src/evidence/impact/read-impact.ts';
import { gitFixture } from './git-fixture.ts';

/** What a fixture repository must yield, and no more. */
interface Expected {
  readonly services: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly migrations: Readonly<Record<string, string>>;
}

/** How one kind of finding did in one repository. */
export interface Score {
  readonly repository: string;
  readonly kind: 'services' | 'variables' | 'migrations';
  readonly expected: number;
  readonly found: number;
  readonly right: number;
  /** Expected and not found, and found but not expected. */
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

/** Reads files of Go's txtar form; `null` for one that is removed. */
export const { readArchive } = (await import(
  String(new URL('../../scripts/first-hour/archive.js', import.meta.url))
)) as {
  readonly readArchive: (text: string) => { files: Record<string, string | null> };
};

/** Makes the git repository of a fixture, reads the impact of its change through git, and removes it. */
export async function impactOfFixture(folder: string, name: string): Promise<{ impact: Impact; expected: Expected }> {
  const text = (suffix: string) => readFileSync(join(folder, `${name}${suffix}`), 'utf8');
  const { config, expected } = JSON.parse(text('.json')) as { config: OwnershipConfig; expected: Expected };
  const fixture = gitFixture();
  try {
    const base = fixture.commit(readArchive(text('.base.txtar')).files);
    const head = fixture.commit(readArchive(text('.head.txtar')).files);
    return { impact: await impactBetween(fixture.root, base, head, config), expected };
  } finally {
    fixture.remove();
  }
}

/** The impact of a range in any repository. */
export async function impactBetween(
  root: string,
  base: string,
  head: string,
  config: OwnershipConfig,
): Promise<Impact> {
  const repository = await openRepository(root);
  return readImpact({
    diff: await repository.diff(base, head),
    filesAtHead: await repository.filesAt(head),
    read: (side, paths) => repository.readFiles(side === 'base' ? base : head, paths),
    mentions: (words) => repository.mentions(head, words),
    config,
  });
}

/** Scores every fixture repository in a folder. */
export async function scoreAll(folder: string): Promise<Score[]> {
  const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));
  const scores: Score[] = [];
  for (const name of names.sort()) {
    const { impact, expected } = await impactOfFixture(folder, name);
    const variables = impact.environmentVariables.filter((v) => !v.buildTime).map((v) => `${v.name} ${v.change}`);
    const migrations = impact.migrations.map((m) => {
      const effects = ['destroys', 'breaks', 'locks'].filter((effect) => m.operations.some((o) => o.effect === effect));
      return [m.id, m.tool, m.down, ...effects].join(' ');
    });
    scores.push(
      score(
        name,
        'services',
        [...expected.services],
        impact.services.map((s) => s.name),
      ),
      score(
        name,
        'variables',
        Object.entries(expected.variables).map((e) => e.join(' ')),
        variables,
      ),
      score(
        name,
        'migrations',
        Object.entries(expected.migrations).map((e) => e.join(' ')),
        migrations,
      ),
    );
  }
  return scores;
}

function score(repository: string, kind: Score['kind'], expected: readonly string[], found: readonly string[]): Score {
  const right = found.filter((item) => expected.includes(item));
  return {
    repository,
    kind,
    expected: expected.length,
    found: found.length,
    right: right.length,
    missed: expected.filter((item) => !found.includes(item)),
    wrong: found.filter((item) => !expected.includes(item)),
  };
}
