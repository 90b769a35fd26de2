import { describe, expect, test } from 'vitest';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.ts';
import { canonicalJson } from '../../src/plan/digest.ts';
import type { ManifestSourceEntry } from '../../src/plan/manifest-source.ts';
import { sourceSettings } from '../../src/plan/source-settings.ts';
import type { ManifestSource, RenderedObject } from '../../src/ports/manifest-source.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';

/** A product as one kind of source writes it. */
export interface SourceCase {
  readonly name: string;
  /** Files of a version of the product, whose ConfigMap `settings` holds it. */
  readonly files: (version: string) => Readonly<Record<string, string>>;
  readonly entry: ManifestSourceEntry;
  /** An entry of a place that the commit does not have. */
  readonly missing: ManifestSourceEntry;
  /** Files that make the product another one at each rendering, and the field that differs; none where that cannot be. */
  readonly random?: { readonly files: Readonly<Record<string, string>>; readonly field: string };
  /** Files whose rendering asks another machine, and what is told. */
  readonly remote?: { readonly files: Readonly<Record<string, string>>; readonly told: RegExp };
}

/** What is rendered of an entry at a commit. */
export function rendering(source: ManifestSource, commit: string, entry: ManifestSourceEntry) {
  return source.render(commit, { environment: 'production', namespace: 'shop', source: sourceSettings(entry) });
}

/** Makes a repository with files and gives its source of manifests. */
async function sourceOf(git: GitFixture): Promise<ManifestSource> {
  return createManifestSource(await openRepository(git.root));
}

const byName = (objects: readonly RenderedObject[]) =>
  new Map(objects.map(({ object }) => [`${object.kind}/${object.metadata.name}`, object]));

/** What every source of manifests promises. */
export function manifestSourceContract(one: SourceCase): void {
  describe(`manifest source: ${one.name}`, () => {
    test('gives the objects of the commit that is asked, and where each is from', async () => {
      await using ground = await groundOf(one.files('1.0.0'));
      const first = ground.git.git('rev-parse', 'HEAD');
      const second = ground.git.commit(one.files('2.0.0'));
      for (const [commit, version] of [
        [first, '1.0.0'],
        [second, '2.0.0'],
      ] as const) {
        const objects = await rendering(ground.source, commit, one.entry);
        expect([...byName(objects).keys()].sort()).toEqual(['ConfigMap/settings', 'Deployment/api', 'Service/api']);
        expect(byName(objects).get('ConfigMap/settings')?.data).toEqual({ VERSION: version });
        expect(objects.every(({ from }) => from !== '')).toBe(true);
      }
    });

    test('does not see the work tree', async () => {
      await using ground = await groundOf(one.files('1.0.0'));
      const commit = ground.git.git('rev-parse', 'HEAD');
      ground.write(one.files('9.9.9'));
      const objects = await rendering(ground.source, commit, one.entry);
      expect(byName(objects).get('ConfigMap/settings')?.data).toEqual({ VERSION: '1.0.0' });
    });

    test('is the same whatever the attributes and the configuration of the repository say', async () => {
      await using ground = await groundOf({ ...one.files('1.0.0'), '.gitattributes': '* text eol=crlf\n' });
      ground.git.git('config', 'core.autocrlf', 'true');
      const commit = ground.git.git('rev-parse', 'HEAD');
      const objects = await rendering(ground.source, commit, one.entry);
      expect(canonicalJson(objects)).not.toContain('\\r');
    });

    test('a place that the commit does not have is named', async () => {
      await using ground = await groundOf(one.files('1.0.0'));
      const commit = ground.git.git('rev-parse', 'HEAD');
      await expect(rendering(ground.source, commit, one.missing)).rejects.toMatchObject({
        code: expect.stringMatching(/^(config\.invalid|manifests\.failed|tool\.missing)$/),
        message: expect.stringContaining('nowhere'),
      });
    });

    const { random, remote } = one;
    test.skipIf(random === undefined)('two renderings that differ are refused with object and field', async () => {
      await using ground = await groundOf({ ...one.files('1.0.0'), ...random?.files });
      const commit = ground.git.git('rev-parse', 'HEAD');
      await expect(rendering(ground.source, commit, one.entry)).rejects.toMatchObject({
        code: 'manifests.unstable',
        message: expect.stringContaining(random?.field ?? ''),
      });
    });

    test.skipIf(remote === undefined)('what lies on another machine is refused, with what to do', async () => {
      await using ground = await groundOf({ ...one.files('1.0.0'), ...remote?.files });
      const commit = ground.git.git('rev-parse', 'HEAD');
      await expect(rendering(ground.source, commit, one.entry)).rejects.toMatchObject({
        code: 'manifests.failed',
        hints: expect.arrayContaining([expect.stringMatching(remote?.told ?? /./)]),
      });
    });
  });
}

async function groundOf(files: Readonly<Record<string, string>>) {
  const git = gitFixture();
  git.commit(files);
  const { mkdirSync, writeFileSync } = await import('node:fs');
  const { dirname, join } = await import('node:path');
  return {
    git,
    source: await sourceOf(git),
    write(changed: Readonly<Record<string, string>>) {
      for (const [path, text] of Object.entries(changed)) {
        mkdirSync(dirname(join(git.root, path)), { recursive: true });
        writeFileSync(join(git.root, path), text);
      }
    },
    [Symbol.asyncDispose]: async () => git.remove(),
  };
}
