/** What a replica of the control had beyond the control's rate of each look, added up; `variance` is that of `residual` by chance alone. */
export interface Residuals {
  readonly residual: number;
  readonly expected: number;
  readonly variance: number;
}

/** How one replica scattered over the blocks of one length: Σ S², Σ V and Σ E² of its residuals S, their variance V by chance, and its mean E. */
export interface Scatter {
  readonly squares: number;
  readonly variance: number;
  readonly scale: number;
}

/**
 * The replicas of the control in blocks of one length. Over a few lengths they show how much of a difference between replicas stays and how
 * much is forgotten, which nothing that is known before can tell. Plain data.
 */
export interface ReplicaBlocks {
  /** What was known when the block that is being filled began. */
  readonly since: { readonly seconds: number; readonly replicas: Readonly<Record<string, Residuals>> };
  /** Of the blocks that are full: how many, how long they are together, and how each replica scattered. */
  readonly terms: number;
  readonly seconds: number;
  readonly replicas: Readonly<Record<string, Scatter>>;
}

const NO_REPLICA_BLOCKS: ReplicaBlocks = { since: { seconds: 0, replicas: {} }, terms: 0, seconds: 0, replicas: {} };

/**
 * Blocks of 1, 2, 4 … looks after one look more.
 * @param now looks and seconds so far, and the residuals of each replica, with this look
 */
export function addReplicaBlocks(
  blocks: readonly ReplicaBlocks[],
  now: {
    readonly looks: number;
    readonly seconds: number;
    readonly replicas: Readonly<Record<string, Residuals>>;
  },
): readonly ReplicaBlocks[] {
  const levels = now.looks === 2 ** blocks.length ? [...blocks, NO_REPLICA_BLOCKS] : blocks;
  // A long block keeps these until it is full, and all else that is known of a replica would be kept with them.
  const replicas = residualsOf(now.replicas);
  return levels.map((block, level) => (now.looks % 2 ** level === 0 ? filled(block, { ...now, replicas }) : block));
}

function residualsOf(replicas: Readonly<Record<string, Residuals>>): Readonly<Record<string, Residuals>> {
  const own: Record<string, Residuals> = {};
  for (const name of Object.keys(replicas)) {
    const { residual, expected, variance } = replicas[name] ?? NOTHING;
    own[name] = { residual, expected, variance };
  }
  return own;
}

function filled(
  { since, terms, seconds, replicas }: ReplicaBlocks,
  now: { readonly seconds: number; readonly replicas: Readonly<Record<string, Residuals>> },
): ReplicaBlocks {
  const next: Record<string, Scatter> = { ...replicas };
  for (const name of Object.keys(now.replicas)) {
    const own = now.replicas[name] ?? NOTHING;
    const then = Object.hasOwn(since.replicas, name) ? (since.replicas[name] ?? NOTHING) : NOTHING;
    const expected = own.expected - then.expected;
    if (expected <= 0) continue;
    const before = Object.hasOwn(replicas, name) ? (replicas[name] ?? NO_SCATTER) : NO_SCATTER;
    next[name] = {
      squares: before.squares + (own.residual - then.residual) ** 2,
      variance: before.variance + own.variance - then.variance,
      scale: before.scale + expected ** 2,
    };
  }
  return {
    since: { seconds: now.seconds, replicas: now.replicas },
    terms: terms + 1,
    seconds: seconds + now.seconds - since.seconds,
    replicas: next,
  };
}

const NOTHING: Residuals = { residual: 0, expected: 0, variance: 0 };
const NO_SCATTER: Scatter = { squares: 0, variance: 0, scale: 0 };

/** The scatter of one block. */
export function scatterOf({ residual, expected, variance }: Residuals): Scatter {
  return { squares: residual ** 2, variance, scale: expected ** 2 };
}
