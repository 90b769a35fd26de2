import type { Metrics, Reading, SampledSeries } from '../../ports/metrics.ts';

/**
 * Asks for the samples of a counter once, however many SLOs of a service count by it: for as long as this is used, which is one look, what was
 * answered is answered again. Who does not know all of the series asks for itself, since it also needs what lies before.
 */
export function askedOnce(metrics: Pick<Metrics, 'samples'>): Metrics['samples'] {
  const answers = new Map<string, Promise<Reading<readonly SampledSeries[]>>>();
  return async (selector, matchers, span, isKnown) => {
    const ask = () => metrics.samples(selector, matchers, span, isKnown);
    if (isKnown === undefined) return ask();
    const question = JSON.stringify([selector, matchers, span.from, span.to]);
    const before = answers.get(question);
    if (before === undefined) {
      const answer = ask();
      answers.set(question, answer);
      return answer;
    }
    const answered = await before;
    return answered.ok && answered.value.some(({ labels }) => !isKnown(labels)) ? ask() : answered;
  };
}
