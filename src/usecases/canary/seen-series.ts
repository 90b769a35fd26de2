import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Decision } from '../../domain/judge/decision.ts';
import type { ControlLook, Look } from '../../domain/judge/look.ts';
import type { JudgeSettings } from '../../domain/judge/settings.ts';
import type { Evidence } from '../../ports/plan-store.ts';
import type { Run } from '../cluster/run.ts';

/**
 * Everything that was seen in a watch, as the text that is kept of it, and that compressed: 20 SLOs of 50 pods are 90 KB a look,
 * and nothing reads it again before the end.
 */
export class SeenSeries {
  private readonly settings: string;
  private readonly history: Buffer;
  private readonly looks: Buffer[] = [];

  /** @param history the control before the canary started, by SLO */
  constructor(settings: JudgeSettings, history: Readonly<Record<string, readonly ControlLook[]>>) {
    this.settings = written(settings);
    this.history = packed(history);
  }

  /** Adds a look, in the order in which they were judged. */
  add(look: Look): void {
    this.looks.push(packed(look));
  }

  /** The series as JSON, with the verdict that it led to. */
  text(attempt: number, { verdict, code }: Pick<Decision, 'verdict' | 'code'>): string {
    const head = written({ attempt, verdict, code }).slice(0, -1);
    const looks = this.looks.map(unpacked).join(',');
    return `${head},"settings":${this.settings},"history":${unpacked(this.history)},"looks":[${looks}]}\n`;
  }
}

/** Keeps everything that was seen beside the plan: whoever folds it again gets the same verdict. */
export function keepSeries(
  run: Run,
  name: string,
  { decision, seen }: { readonly decision: Decision; readonly seen: SeenSeries },
): Promise<Evidence> {
  const id = run.release.journal.plan.id;
  return run.context.store.keep(id, `${name}-${run.attempt}.json`, seen.text(run.attempt, decision));
}

/** Numbers are kept with four digits. */
function written(value: unknown): string {
  return JSON.stringify(value, (_key, one) => (typeof one === 'number' ? Number(one.toFixed(4)) : one));
}

function packed(value: unknown): Buffer {
  return deflateRawSync(written(value), { level: 1 });
}

function unpacked(value: Buffer): string {
  return inflateRawSync(value).toString('utf8');
}
