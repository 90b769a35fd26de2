/** Where a finding was seen. `base` when the line is gone at the head. */
export interface Seen {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly side: 'base' | 'head';
}

/** What became of a thing between base and head. */
export type Change = 'added' | 'changed' | 'removed';

/** A service that the release changes. */
export interface AffectedService {
  readonly name: string;
  /** `direct`: a file of its own; `shared`: code that it is built from; `manifest`: only how it is deployed. */
  readonly because: 'direct' | 'shared' | 'manifest';
  /** Name of the shared code, for `shared`. */
  readonly through?: string;
  /** Changed files that make it affected. */
  readonly files: readonly string[];
  readonly seen: Seen;
}

/** A variable that the release brings, changes or drops. Never a value. */
export interface VariableFinding {
  readonly name: string;
  readonly change: Change;
  readonly services: readonly string[];
  /** By its name, or because it comes from a Secret. */
  readonly secret: boolean;
  /** True when code reads it without a default. */
  readonly required: boolean;
  /** Only needed to build an image or a program. */
  readonly buildTime: boolean;
  /** What changed, for `changed`. */
  readonly note?: string;
  readonly seen: readonly Seen[];
}

/** What a migration does that can hurt. */
export interface Operation {
  /**
   * `destroys`: data is lost. `breaks`: the version that runs now cannot work with it. `locks`: others wait meanwhile. `unknown`: it
   * could not be told what it does to the version that runs now, and a person is asked.
   */
  readonly effect: 'destroys' | 'breaks' | 'locks' | 'unknown';
  /** What it does, in a few words. */
  readonly text: string;
  /** 1-based line in the migration's file at the head. */
  readonly line: number;
}

/** A database migration. */
export interface MigrationFinding {
  /** As its tool names it. */
  readonly id: string;
  /** Name of its tool in the registry; `sql` is a plain script in a folder of migrations. */
  readonly tool: string;
  /** `changed`: one that may have run already was edited. */
  readonly change: Change;
  readonly services: readonly string[];
  readonly operations: readonly Operation[];
  /** Whether there is a way down; `lossy`: it restores the schema, not the data. */
  readonly down: 'yes' | 'lossy' | 'no';
  /** Why there is no way down, or what it loses. */
  readonly downNote?: string;
  /** Ids that it says it comes right after, where its tool keeps its own order. */
  readonly after?: readonly string[];
  /** The id before it in the folder, by the tool's order of names. */
  readonly previous?: string;
  /** What is wrong with the order of its history, a sentence each; on one of the new migrations of a folder. */
  readonly conflicts?: readonly string[];
  readonly seen: Seen;
}

/** An object that somebody must provide or that the cluster gets. */
export interface ResourceFinding {
  /** Kind of a Kubernetes object, or the type of a Terraform resource. */
  readonly kind: string;
  readonly apiVersion?: string;
  /** Empty when a template computes it. */
  readonly name: string;
  readonly change: 'added' | 'removed';
  readonly services: readonly string[];
  readonly seen: Seen;
}

/** An alerting rule or a dashboard. */
export interface MonitoringFinding {
  readonly kind: 'alert' | 'dashboard';
  readonly name: string;
  readonly severity?: string;
  readonly change: Change;
  readonly services: readonly string[];
  readonly seen: Seen;
}

/** A dependency of the product. */
export interface DependencyFinding {
  /** npm, pypi, go, rubygems, maven, cargo, composer, nuget, hex, image. */
  readonly ecosystem: string;
  readonly name: string;
  readonly change: Change;
  readonly from?: string;
  readonly to?: string;
  /** Only used to build or test. */
  readonly development: boolean;
  readonly services: readonly string[];
  readonly seen: Seen;
}

/** A port or a permission that changes. */
export interface ExposureFinding {
  readonly kind: 'port' | 'permission';
  readonly change: Change;
  /** What it is, as the manifest says it. */
  readonly text: string;
  readonly services: readonly string[];
  readonly seen: Seen;
}

/** Everything that was read from the difference of two commits. */
export interface Impact {
  /** Size of the difference without relctl's own files; binary files count as files. */
  readonly size: { readonly files: number; readonly insertions: number; readonly deletions: number };
  readonly services: readonly AffectedService[];
  /** Services in whose folders only tests or documents changed; they need no deployment for it. */
  readonly untouchedServices: readonly string[];
  readonly environmentVariables: readonly VariableFinding[];
  readonly migrations: readonly MigrationFinding[];
  readonly resources: readonly ResourceFinding[];
  readonly monitoring: readonly MonitoringFinding[];
  readonly dependencies: readonly DependencyFinding[];
  readonly exposure: readonly ExposureFinding[];
  /** Changed files of relctl itself, which are not counted. */
  readonly ownFiles: readonly string[];
  /** Changed product files that belong to no service of relctl.yaml: a person decides. */
  readonly unmappedFiles: readonly string[];
  /** What could not be read, and why: a finding may be missing there. */
  readonly unread: readonly { readonly file: string; readonly reason: string }[];
}
