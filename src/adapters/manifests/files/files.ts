import * as z from 'zod';
import { RelctlError } from '../../../errors.ts';
import { folderOf } from '../../../evidence/impact/paths.ts';
import { readKubernetesObjects } from '../../../evidence/kubernetes-objects.ts';
import { command } from '../../../text/command-line.ts';
import { nearest } from '../../../text/nearest.ts';
import type { SourceKind } from '../source.ts';

const settings = z.strictObject({ files: z.array(z.string().min(1)).min(1) });

/** Plain manifests: files, and all YAML and JSON files of folders. Read from git as they are. */
export const files: SourceKind<z.infer<typeof settings>> = {
  settings,
  renders: false,
  async objects({ files: paths }, { tree }) {
    const all = await tree.files();
    const wanted = new Set(paths.flatMap((path) => filesBelow(all, path, tree.commit)));
    const read = await Promise.all(
      [...wanted].map(async (file) =>
        readKubernetesObjects((await tree.read(file)) ?? '', file).map((object) => ({ object, from: file })),
      ),
    );
    return read.flat();
  },
};

function filesBelow(all: readonly string[], path: string, commit: string): readonly string[] {
  const clean = path.replace(/^\.\//, '').replace(/\/+$/, '');
  const below = all.filter((file) => file === clean || (file.startsWith(`${clean}/`) && /\.(ya?ml|json)$/.test(file)));
  if (below.length > 0) return below;
  // What was renamed often lies beside, under a name much like it.
  const beside = nearest(
    clean,
    all.filter((file) => folderOf(file) === folderOf(clean) && /\.(ya?ml|json)$/.test(file)),
  );
  const has = beside.length === 0 ? '' : `; it has ${beside.join(', ')}`;
  throw new RelctlError('config.invalid', `the candidate ${commit.slice(0, 12)} has no manifest at ${path}${has}`, {
    place: { file: path },
    why: 'What is deployed is read from the candidate, not from the work tree.',
    hints: [
      beside.length === 0 ? 'correct the path in relctl.yaml' : `name ${beside[0]} instead of ${path} in relctl.yaml`,
      command`git ls-tree -r --name-only ${commit} -- ${beside.length === 0 ? path : folderOf(clean)}`,
    ],
  });
}
