import type { Verifier } from '../../src/adapters/provenance/verifier.ts';
import type { ExaminedImage } from '../../src/ports/provenance.ts';

/** A verifier as somebody outside of relctl would add it: a register that says which image was built from which commit. */
export const register: Verifier<{ readonly built: Readonly<Record<string, string>> }> = {
  open({ built }) {
    return {
      verifier: 'register',
      async examine(image): Promise<ExaminedImage> {
        const commit = built[image];
        if (commit === undefined) {
          const missing = { ok: false as const, reason: 'not in the register' };
          return { digest: undefined, signature: missing, builds: missing };
        }
        return {
          digest: undefined,
          signature: { ok: true, value: 'the register' },
          builds: {
            ok: true,
            value: [{ builder: undefined, sources: [{ repository: 'git+https://example.com/shop', commit }] }],
          },
        };
      },
    };
  },
};
