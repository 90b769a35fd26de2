import type { Provenance } from '../../ports/provenance.ts';
import type { exec } from '../exec.ts';

/** One way to examine images. A new one is a file or folder with this and a line in the registry. */
export interface Verifier<Settings> {
  /**
   * Opens it with the settings of `provenance` in relctl.yaml; nothing is asked yet.
   * @throws RelctlError `config.invalid` for settings that it does not understand
   */
  open(settings: Settings, ground: VerifierGround): Provenance;
}

/** What a verifier is given. */
export interface VerifierGround {
  /** Folder of the repository. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: typeof exec;
}
