import type { Config } from '../../plan/config.ts';
import type { ChangeRecords } from '../../ports/change-records.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ConfigRepository, MergeRequests } from '../../ports/config-repository.ts';
import type { Documents } from '../../ports/documents.ts';
import type { Environments } from '../../ports/environments.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { Ballots, Forge } from '../../ports/forge.ts';
import type { Incidents } from '../../ports/incidents.ts';
import type { Interruption } from '../../ports/interruption.ts';
import type { ManifestSource } from '../../ports/manifest-source.ts';
import type { NamedPrograms } from '../../ports/named-programs.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { PlanStore } from '../../ports/plan-store.ts';
import type { Prompter } from '../../ports/prompter.ts';
import type { ProtectedBranch } from '../../ports/protected-branch.ts';
import type { Provenance } from '../../ports/provenance.ts';
import type { Records } from '../../ports/records.ts';
import type { CandidateRepository } from '../../ports/repository.ts';
import type { ReviewedSettings } from '../../ports/reviewed-settings.ts';
import type { Runner } from '../../ports/runner.ts';
import type { Runs } from '../../ports/runs.ts';
import type { Signer } from '../../ports/signer.ts';
import type { Unsent } from '../../ports/unsent.ts';
import type { Workspace } from '../../ports/workspace.ts';

/** What a use case may reach that only reads releases: any {@link Context} will do, and so will one that opens nothing else. */
export interface ReadingContext
  extends Pick<
    Context,
    'clock' | 'store' | 'records' | 'workspace' | 'sink' | 'runs' | 'config' | 'actor' | 'signing' | 'documents'
  > {
  /** Where a cluster can be asked, it is asked only who holds its lock. */
  readonly environments: Pick<Environments, 'simulated'> & Partial<Pick<Environments, 'cluster'>>;
  readonly runners?: Context['runners'];
  readonly repository?: Context['repository'];
  readonly reviewed?: ReviewedSettings;
  /** True where nothing is decided: then nobody has to know who wrote the commits of the candidate. */
  readonly looksOnly?: boolean;
}

/** The protected branch, which says who may approve what; the tool that signs and verifies; and who wrote the candidate. */
export interface SigningGround {
  readonly protectedBranch: ProtectedBranch;
  readonly signer: Signer;
  readonly repository: Pick<CandidateRepository, 'authors'>;
}

/** Everything that a use case may reach. Built in `composition.ts`, or in a test. */
export interface Context {
  readonly clock: Clock;
  readonly store: PlanStore;
  /** Where records are shared as they are made; left out where they lie in the work tree alone. */
  readonly records?: Records;
  readonly workspace: Workspace;
  readonly repository: CandidateRepository;
  /** What the commits render. */
  readonly manifests: ManifestSource;
  /** What proves approvals: opened only where signatures are asked for. */
  readonly signing: () => Promise<SigningGround>;
  /** Where branches are reviewed; a help, and never needed. */
  readonly forge?: Forge;
  /** Where people vote without a terminal. */
  readonly ballots?: Ballots | undefined;
  readonly environments: Environments;
  /** The repository that a reconciler reads, where production is brought to a release by commits; missing in the sandbox. */
  readonly configRepository?: ConfigRepository | undefined;
  /** Requests to merge into it, where people merge. */
  readonly mergeRequests?: MergeRequests | undefined;
  /** Programs that the repository names; missing where nothing real can be run. */
  readonly programs?: NamedPrograms;
  /** What of relctl.yaml may be handed secrets and be run; missing where nothing real can be. */
  readonly reviewed?: ReviewedSettings;
  readonly notifier: Notifier;
  /** What this machine has not got through to people; missing where nothing real is sent. */
  readonly unsent?: Unsent | undefined;
  /** The company's own system of changes, where relctl.yaml names one. */
  readonly changeRecords?: ChangeRecords | undefined;
  /** The company's own system of incidents, where relctl.yaml names one. */
  readonly incidents?: Incidents | undefined;
  /** The runner with a name, which carries a deployment on; missing in a simulated company. Errors: `usage.bad-flag`, `config.invalid`. */
  readonly runners?: ((name: string) => Runner) | undefined;
  /** What is known of where images come from; missing where there are none, as in a simulated company. */
  readonly provenance?: Provenance | undefined;
  readonly documents: Documents;
  readonly prompter: Prompter;
  readonly sink: EventSink;
  readonly runs: Runs;
  readonly interruption: Interruption;
  readonly config: Config;
  /** E-mail address of the person who gives the command. */
  readonly actor: string;
}
