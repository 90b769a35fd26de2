import type { ApplicationKind } from '../../src/domain/gitops/application-kind.ts';

/** A reconciler that marks what it keeps by a label with the name of its Bundle, and says in the Bundle which commit it has applied. */
export const tender: ApplicationKind = {
  apiVersion: 'tender.example/v1',
  tool: 'Tender Bundle',
  marks: [{ at: 'labels', key: 'tender.example/bundle' }],
  home: 'tender-system',
  syncOf({ status }) {
    const { commit, failed } = (status ?? {}) as { readonly commit?: string; readonly failed?: string };
    if (failed !== undefined) return { state: 'failed', detail: failed };
    return commit === undefined
      ? { state: 'progressing', detail: 'nothing applied yet' }
      : { state: 'ready', revision: commit, detail: 'applied' };
  },
  sourceRef: () => undefined,
  settingsOf: ({ spec }) => ({ path: (spec as { readonly folder: string }).folder }),
  obstacle: () => undefined,
};
