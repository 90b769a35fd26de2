import type { IsKnown, Metrics, Reading, SampledSeries } from '../../ports/metrics.ts';

/** What was answered, and whether with all that lies before: somebody had asked who did not know all of the series. */
interface Answered {
  readonly answer: Promise<Reading<readonly SampledSeries[]>>;
  readonly isWhole: Promise<boolean>;
}

/** Whole stretches of many pods that are held at the same time: those of an SLO's good events and of all. */
const MOST_HELD = 2;

/**
 * Asks for the samples of a counter once, however many SLOs of a service count by it: for as long as this is used, which is one look, what was
 * answered is answered again. Who does not know all of the series also needs what lies before, which is asked for once more. Of long stretches, of
 * which nothing is known, the last two are held, so that SLOs which follow one another share them.
 */
export function askedOnce(metrics: Pick<Metrics, 'samples'>): Metrics['samples'] {
  const questions = new Map<string, Answered[]>();
  const held = new Map<string, Promise<Reading<readonly SampledSeries[]>>>();
  return async (selector, matchers, span, isKnown) => {
    const question = JSON.stringify([selector, matchers, span.from, span.to]);
    const ask = () => metrics.samples(selector, matchers, span, isKnown);
    if (isKnown === undefined) {
      const answer = held.get(question) ?? ask();
      held.set(question, answer);
      for (const oldest of [...held.keys()].slice(0, -MOST_HELD)) held.delete(oldest);
      return answer;
    }
    const before = questions.get(question) ?? [];
    questions.set(question, before);
    // Somebody may ask while this one waits: their answer is looked at too.
    for (const { answer, isWhole } of before) {
      const answered = await answer;
      if ((await isWhole) || !lacks(answered, isKnown)) return answered;
    }
    const answer = ask();
    before.push({ answer, isWhole: answer.then((answered) => lacks(answered, isKnown)) });
    return answer;
  };
}

function lacks(answered: Reading<readonly SampledSeries[]>, isKnown: IsKnown): boolean {
  return answered.ok && answered.value.some(({ labels }) => !isKnown(labels));
}
