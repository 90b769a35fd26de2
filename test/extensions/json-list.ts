import * as z from 'zod';
import type { SourceKind } from '../../src/adapters/manifests/source.ts';

const settings = z.strictObject({ entry: z.string() });

/** A manifest source as somebody outside of relctl would add it: one file that lists objects as JSON. */
export const jsonList: SourceKind<z.infer<typeof settings>> = {
  settings,
  renders: false,
  async objects({ entry }, { tree, namespace }) {
    const list = JSON.parse((await tree.read(entry)) ?? '[]') as { kind: string; name: string }[];
    return list.map(({ kind, name }) => ({
      object: { apiVersion: 'v1', kind, metadata: { name, namespace } },
      from: entry,
    }));
  },
};
