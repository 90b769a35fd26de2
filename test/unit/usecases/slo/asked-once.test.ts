import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../../../src/ports/metrics.ts';
import { askedOnce } from '../../../../src/usecases/slo/asked-once.ts';

const SPAN = { from: 0, to: 15_000 };
const known = () => true;

function store() {
  const asked: string[] = [];
  const samples: Metrics['samples'] = async (selector, matchers, span) => {
    asked.push([selector, ...matchers, span.from, span.to].join(' '));
    return { ok: true, value: [{ labels: { pod: 'a' }, points: [{ at: 1, value: asked.length }] }] };
  };
  return { asked, samples: askedOnce({ samples }) };
}

describe('samples of a counter that several SLOs count by', () => {
  it('are asked for once in a look, also while the first answer is awaited', async () => {
    const { asked, samples } = store();
    const both = await Promise.all([samples('total', ['a'], SPAN, known), samples('total', ['a'], SPAN, known)]);
    expect(both[0]).toBe(both[1]);
    expect(await samples('total', ['a'], SPAN, known)).toBe(both[0]);
    expect(asked).toEqual(['total a 0 15000']);
  });

  it('are asked for again where anything differs, or where a series is not known', async () => {
    const { asked, samples } = store();
    await samples('total', ['a'], SPAN, known);
    await samples('good', ['a'], SPAN, known);
    await samples('total', ['b'], SPAN, known);
    await samples('total', ['a'], { from: 5000, to: 15_000 }, known);
    await samples('total', ['a'], SPAN, () => false);
    await samples('total', ['a'], SPAN);
    expect(asked.length).toBe(6);
  });

  it('are asked for once more for all who do not know a series', async () => {
    const { asked, samples } = store();
    const unknown = () => false;
    const first = await samples('total', ['a'], SPAN, known);
    const [second, third] = await Promise.all([
      samples('total', ['a'], SPAN, unknown),
      samples('total', ['a'], SPAN, unknown),
    ]);
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    expect(await samples('total', ['a'], SPAN, unknown)).toBe(second);
    expect(asked.length).toBe(2);
  });

  it('are shared by SLOs that follow one another where nothing is known, and not held for long', async () => {
    const { asked, samples } = store();
    for (const selector of ['total', 'good', 'total', 'good', 'other', 'total']) await samples(selector, ['a'], SPAN);
    expect(asked).toEqual(['total', 'good', 'other', 'total'].map((selector) => `${selector} a 0 15000`));
  });
});
