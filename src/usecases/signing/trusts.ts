import type { Trust } from '../../domain/signing/trust.ts';
import { RelctlError } from '../../errors.ts';
import type { SigningGround } from '../release/context.ts';
import { policyFile } from '../release/settings.ts';
import { trustAt } from './trust.ts';

/**
 * How long after a change on the protected branch its old rules still count for what is over. A clone may not have fetched yet, and a
 * commit that was merged fast-forward bears the date of its writing.
 */
const OVERLAP_MS = 7 * 86_400_000;
const SKEW_MS = 10 * 60_000;

/** Rules at commits of the protected branch, each read once. */
export class Trusts {
  readonly #context: SigningGround;
  readonly #tip: Trust;
  readonly #read = new Map<string, Promise<Trust | undefined>>();
  readonly #changes = new Map<string, ReturnType<SigningGround['protectedBranch']['changes']>>();

  constructor(context: SigningGround, tip: Trust) {
    this.#context = context;
    this.#tip = tip;
  }

  /**
   * The rules of a process at a commit; `undefined` where the branch never had them, and where the process is not there. What a merged branch had
   * on its way nobody reviewed: a commit of it may have brought a key, and the next have taken it out again.
   */
  async of(commit: string | undefined, process = this.#tip.process): Promise<Trust | undefined> {
    if (commit === undefined) return undefined;
    if (commit === this.#tip.commit && process === this.#tip.process) return this.#tip;
    const key = `${commit} ${process}`;
    const known = this.#read.get(key) ?? this.#load(commit, process);
    this.#read.set(key, known);
    return known;
  }

  /**
   * True when these rules, word for word, were those of the protected branch at a time: an old commit of it says what was allowed once, and
   * whose key was taken out since would still find it there.
   */
  async wereInForce(rules: Trust, at: number): Promise<boolean> {
    const changes = await this.#changesOf(rules);
    const until = changes.filter((one) => one.at <= at + SKEW_MS);
    const since = until.filter((one) => one.at >= at - OVERLAP_MS);
    const before = until.find((one) => one.at < at - OVERLAP_MS);
    for (const { commit } of [...since, ...(before === undefined ? [] : [before])]) {
      const then = await this.of(commit, rules.process);
      if (then !== undefined && sameRules(then, rules)) return true;
    }
    return false;
  }

  /**
   * The rules at a commit of the branch and all that it has had since, as commits follow each other: dates of commits that were merged fast-forward
   * say nothing. None for a commit that never stood there; what did not read is left out.
   */
  async since(commit: string, process = this.#tip.process): Promise<readonly Trust[]> {
    const { protectedBranch } = this.#context;
    const then = await this.#readable(commit, process);
    if (then === undefined) return [];
    const files = [policyFile(process), then.policy.signing.allowedSigners, this.#tip.policy.signing.allowedSigners];
    const found = [then];
    for (const change of await protectedBranch.changes(this.#tip.commit, files)) {
      if (await protectedBranch.contains(commit, change.commit)) break;
      const rules = await this.#readable(change.commit, process);
      if (rules !== undefined) found.push(rules);
    }
    return found;
  }

  /** The rules at a commit; `undefined` also where they do not read. */
  async #readable(commit: string, process: string): Promise<Trust | undefined> {
    try {
      return await this.of(commit, process);
    } catch (error) {
      if (error instanceof RelctlError) return undefined;
      throw error;
    }
  }

  async #load(commit: string, process: string): Promise<Trust | undefined> {
    const { protectedBranch } = this.#context;
    if (!(await protectedBranch.contains(this.#tip.commit, commit))) return undefined;
    const rules = await trustAt(protectedBranch, commit, process);
    if (rules === undefined || (await protectedBranch.stoodAt(this.#tip.commit, commit))) return rules;
    return (await this.#everStood(rules)) ? rules : undefined;
  }

  /**
   * Whether the branch itself ever had these rules, word for word: a branch that took main in and was then fast-forwarded into it makes a side
   * of what main was, and whoever signed then named that.
   */
  async #everStood(rules: Trust): Promise<boolean> {
    for (const { commit } of await this.#changesOf(rules)) {
      const then = await this.#readable(commit, rules.process);
      if (then !== undefined && sameRules(then, rules)) return true;
    }
    return false;
  }

  /** Commits of the branch that changed the files of these rules, which may name others than the rules of now do. */
  #changesOf({ process, policy }: Trust): ReturnType<SigningGround['protectedBranch']['changes']> {
    const { allowedSigners, forgePeople } = policy.signing;
    const files = [policyFile(process), allowedSigners, forgePeople];
    const key = files.join('\0');
    const known = this.#changes.get(key) ?? this.#context.protectedBranch.changes(this.#tip.commit, files);
    this.#changes.set(key, known);
    return known;
  }
}

function sameRules(one: Trust, other: Trust): boolean {
  if (one.policyDigest !== other.policyDigest || one.allowedSigners !== other.allowedSigners) return false;
  return (
    one.forgePeople.size === other.forgePeople.size &&
    [...one.forgePeople].every(([login, person]) => other.forgePeople.get(login) === person)
  );
}
