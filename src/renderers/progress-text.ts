import { sayShare } from '../domain/deployment/share.ts';
import type { CanaryLook, Progress } from '../domain/outcome/progress.ts';
import { cleanLine } from '../text/clean.ts';
import { formatPercent, formatSeconds } from '../text/figures.ts';
import { badRatio, evidenceRatio, lengthOf, sayVerdict } from './canary-panel.ts';

/**
 * Progress as one line of a log, without time stamps (a log has its own) and without the line end. The first word tells
 * the kind, so that a log can be searched.
 */
export function progressText(progress: Progress): string {
  switch (progress.type) {
    case 'step':
      return join(`${STEP_WORDS[progress.state]} ${cleanLine(progress.title)}`, progress.detail);
    case 'waiting':
      return join(`waiting for ${cleanLine(progress.subject)}`, progress.detail);
    case 'recorded':
      return `recorded event ${progress.seq}, ${cleanLine(progress.event)}`;
    case 'notified':
      return `${progress.ok ? 'notified' : 'NOT notified'} ${cleanLine(progress.channel)} of ${cleanLine(progress.topic)}: ${cleanLine(progress.text)}`;
    case 'canary.look':
      return canaryText(progress);
    case 'note':
      return `${progress.level === 'warning' ? 'warning' : 'note'}: ${cleanLine(progress.text)}`;
  }
}

const STEP_WORDS = {
  started: 'started:',
  completed: 'done:',
  'already-done': 'already done:',
  failed: 'FAILED:',
} as const;

function join(text: string, detail: string | undefined): string {
  return detail === undefined || detail === '' ? text : `${text}: ${cleanLine(detail)}`;
}

function canaryText(look: CanaryLook): string {
  const slos = look.slos.map((slo) => {
    if (slo.noData !== undefined) return `${cleanLine(slo.name)} no data (${cleanLine(slo.noData)})`;
    const [canary, control] = [slo.canary, slo.control].map((counts) => {
      const ratio = badRatio(counts);
      return ratio === undefined ? 'none' : formatPercent(ratio);
    });
    const evidence = evidenceRatio(slo);
    return `${cleanLine(slo.name)} ${canary} bad, stable ${control}, evidence ${evidence === undefined ? 'none' : formatPercent(evidence)} of limit`;
  });
  const share = `share ${sayShare({ measured: look.share })}`;
  return [
    `canary ${formatSeconds(look.elapsedSeconds)} of ${lengthOf(look)}, ${share}: ${look.verdict === 'continue' ? 'no verdict yet' : `${sayVerdict(look.verdict)}, ${cleanLine(look.reason)}`}`,
    ...slos,
  ].join('; ');
}
