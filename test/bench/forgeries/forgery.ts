import type { ProcessCommand } from '../../../src/domain/process/process.ts';
import type { ForgeryLab } from './lab.ts';

/** One way to forge, tried on one field. */
export interface Forgery {
  readonly kind: string;
  readonly field: string;
  /** The code with which it must be refused; `any` where the audit must have a finding and the step must be shut, whatever they say. */
  readonly code: string;
  /** The step that must stay shut; `deploy` unless said otherwise. */
  readonly command?: ProcessCommand;
  /**
   * Forges.
   * @returns index of the event that must be named, or `undefined` where the finding is about the whole
   */
  readonly forge: (lab: ForgeryLab) => Promise<number | undefined>;
  /** Where nothing has to be refused, since nothing was relaxed: whether that is so. */
  readonly holds?: (lab: ForgeryLab) => Promise<boolean>;
}

/** How a forgery ended. */
export interface Tried {
  readonly kind: string;
  readonly field: string;
  readonly wanted: string;
  readonly found: readonly string[];
  readonly refused: boolean;
}

/** Tries one forgery and puts everything back. It is refused when its own code is found and it counts for nothing, or the next step stays shut. */
export async function tryForgery(lab: ForgeryLab, forgery: Forgery): Promise<Tried> {
  const { kind, field, code, command, forge, holds } = forgery;
  try {
    const index = await forge(lab);
    if (holds !== undefined) {
      const refused = await holds(lab);
      return { kind, field, wanted: code, found: refused ? [code] : ['it is believed'], refused };
    }
    const look = await lab.look(command);
    const found = look.findings.filter((one) => index === undefined || one.seq === index + 1).map((one) => one.code);
    const isNamed = found.includes(code) || look.refusedBy.includes(code);
    const countsForNothing = index !== undefined && look.leftOut.includes(index + 1);
    return {
      kind,
      field,
      wanted: code,
      found: unique([...found, ...look.refusedBy]),
      refused:
        code === 'any'
          ? look.findings.length > 0 && look.refusedBy.length > 0
          : isNamed && (countsForNothing || look.refusedBy.length > 0),
    };
  } finally {
    lab.restore();
  }
}

function unique(codes: readonly string[]): readonly string[] {
  return [...new Set(codes)];
}
