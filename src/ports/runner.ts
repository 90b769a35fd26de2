/**
 * Who carries a deployment on when the machine that began it is away: a Job in the cluster, a workflow of the forge. What is handed over is
 * found again by what it is, from any machine; so nothing about it has to be remembered, and it is handed over once.
 * Errors: `runner.failed`, and those of what it is reached through.
 */
export interface Runner {
  /** As in `--runner`, such as `kubernetes`. */
  readonly name: string;
  /** True where whoever may push can start a run, or have one print what they like: how it ended is then told by the records, and by nothing that it says. */
  readonly isHearsay?: true;
  /** The run of this work, or `undefined` where it was never handed over, or is forgotten. */
  find(work: WorkRef): Promise<RemoteRun | undefined>;
  /** Hands work over; the run that there is, where another machine was faster. */
  start(work: Work): Promise<RemoteRun>;
  /** Ends a run and waits until nothing of it works any more; what was recorded stays. */
  end(run: RemoteRun): Promise<void>;
  /** Tells what it prints and how it stands, until it has ended or the signal ends. */
  follow(run: RemoteRun, signal: AbortSignal): AsyncIterable<RunNews>;
}

/** What a run is found by. */
export interface WorkRef {
  readonly release: string;
  /** Which deployment of the release it is; 1 is the first. */
  readonly attempt: number;
  readonly round: Round;
}

/** What one run does in a deployment: `forward` begins it and goes on with it; the others are asked for when it stands. */
export type Round = 'forward' | 'promote' | 'abort';

/** A deployment, or a part of it, that is handed over. */
export interface Work extends WorkRef {
  /** True where it stops at the verdict of the canary. */
  readonly stopsAtVerdict: boolean;
  /** Full id of the commit whose relctl.yaml and plan count. */
  readonly commit: string;
  /** Who asked for it. */
  readonly askedBy: string;
  /** The branch that records are shared on, as people call it: `origin/relctl/records`. */
  readonly records: string;
  readonly options: HandedOptions;
}

/** What else `relctl deploy` was asked. */
export interface HandedOptions {
  readonly reason?: string | undefined;
  readonly exception?: string | undefined;
  readonly takeOver?: boolean | undefined;
  readonly acceptLowTraffic?: boolean | undefined;
  /** Migrations that a person found done, or not done. */
  readonly ran?: readonly string[] | undefined;
  readonly notRun?: readonly string[] | undefined;
}

/** A run that was handed over. */
export interface RemoteRun {
  /** What it is called where it runs, such as `Job relctl/relctl-next-1-0f3a91`. */
  readonly title: string;
  /** What the runner finds it by. */
  readonly key: string;
  readonly askedBy: string | undefined;
  readonly state: RunState;
  /** Command by which a person looks at it there. */
  readonly look: string;
  readonly url?: string;
}

/** How a run stands, in the words of where it runs. */
export type RunState =
  /** Nothing of it works now. `stuck`: nor will it, unless somebody does something. */
  | { readonly phase: 'waiting'; readonly reason: string; readonly detail: string; readonly stuck: boolean }
  /** `worker`: what works on it now; another one takes its place when it is lost. */
  | { readonly phase: 'running'; readonly detail: string; readonly worker: string }
  | { readonly phase: 'ended'; readonly ok: boolean; readonly reason: string; readonly detail: string };

/** What happens to a run while somebody looks. */
export type RunNews =
  /** A line that relctl printed there. */
  { readonly kind: 'line'; readonly text: string } | { readonly kind: 'state'; readonly run: RemoteRun };
