import { BASE, canaryPod, type Day, SHARE, stablePods, steady } from './day.ts';
import type { PodBehaviour, Steps } from './pods.ts';

/**
 * Days in which something changes: made first by an examiner who had not written the judge, with a generator of his own, and mended after that. So they are not
 * held out any more; the seeds of what is printed are.
 */
const SECTION = 'Days that change';
const NOT_ABORTED = { kind: 'not-aborted', atMost: 0.01 } as const;
const ROUTE = { share: SHARE };

/** A good canary and stable with the same load over time. */
function underLoad(load: Steps): {
  readonly canary: readonly PodBehaviour[];
  readonly stable: readonly PodBehaviour[];
} {
  return {
    canary: [canaryPod(10_000, steady(BASE), { load })],
    stable: stablePods(10_000, steady(BASE)).map((pod) => ({ ...pod, load })),
  };
}

/** A straight line from so many times the base down to it. */
function linear(times: number, seconds: number): Steps {
  const steps = 35;
  return Array.from({ length: steps + 1 }, (_, step) => [
    (step * seconds) / steps,
    step === steps ? BASE : BASE * (times - ((times - 1) * (step + 0.5)) / steps),
  ]);
}

function incidentFrom(from: number, seconds: number, ratio: number): Steps {
  return [
    [0, BASE],
    [from, ratio],
    [from + seconds, BASE],
  ];
}

/** 25 pods, of which ten end at 200 s; fifteen more come at 500 s and warm up for half a minute. */
function scaled(rate: number): readonly PodBehaviour[] {
  const part = (pods: number): number => 25 / pods;
  const pod = stablePods(rate, steady(BASE))[0] as PodBehaviour;
  return Array.from({ length: 40 }, (_, index) => {
    const named = { ...pod, name: `stable-${index}` };
    if (index < 15) {
      const load: Steps = [
        [-1000, 1],
        [200, part(15)],
        [500, part(30)],
      ];
      return { ...named, load };
    }
    if (index < 25) return { ...named, until: 200 };
    const bad: Steps = [
      [500, 3 * BASE],
      [530, BASE],
    ];
    return { ...named, from: 500, load: [[500, part(30)]], bad };
  });
}

/** 25 pods that are replaced seven at a time within a minute, from so many seconds after the first request on. */
function restarted(rate: number, from: number): readonly PodBehaviour[] {
  return stablePods(rate, steady(BASE)).flatMap((pod, index) => {
    const until = from + 15 * Math.floor(index / 7);
    return [
      { ...pod, until },
      { ...pod, name: `${pod.name}-new`, from: until },
    ];
  });
}

/** A canary whose pod ends at a moment; the next comes 3 s later and is cold for a minute. */
function replaced(until: number, ratio: number): ReturnType<typeof underLoad> {
  const cold: Steps = [
    [until, 10 * ratio],
    [until + 30, 5 * ratio],
    [until + 60, ratio],
  ];
  return {
    canary: [
      canaryPod(10_000, steady(ratio), { until }),
      canaryPod(10_000, cold, { name: 'canary-1', from: until + 3 }),
    ],
    stable: stablePods(10_000, steady(BASE)),
  };
}

/** 10% errors for 20 s every 300 s, before the bake too; `between` otherwise. */
function recurring(between: number): Steps {
  return Array.from({ length: 12 }, (_, index) => (index - 4) * 300 + 60).flatMap((from) => [
    [from, 0.1] as const,
    [from + 20, between] as const,
  ]);
}

/** The days, in the order of the report. */
export const CHANGING: readonly Day[] = [
  ...[1000, 10_000].map(
    (rate): Day => ({
      section: SECTION,
      name: 'good, ×10 at first, along a straight line, warm after 175 s',
      rate,
      aim: NOT_ABORTED,
      settings: { warmupSeconds: 120 },
      pods: () => ({ canary: [canaryPod(rate, linear(10, 175))], stable: stablePods(rate, steady(BASE)) }),
    }),
  ),
  {
    section: SECTION,
    name: 'good, 10% errors for 40 s in one zone: the canary and 8 of 25',
    rate: 10_000,
    aim: NOT_ABORTED,
    pods: (random) => {
      const bad = incidentFrom(70 + random.uniform() * 650, 40, 0.1);
      const zone = Array.from({ length: 8 }, () => ({ bad }));
      return { canary: [canaryPod(10_000, bad)], stable: stablePods(10_000, steady(BASE), zone) };
    },
  },
  ...[1000, 10_000].map(
    (rate): Day => ({
      section: SECTION,
      name: 'the canary loses 20% from 300 s on',
      rate,
      ...ROUTE,
      aim: { kind: 'found', atLeast: 0.99, within: rate === 1000 ? 600 : 420, code: 'requests-lost' },
      pods: () => {
        const load: Steps = [
          [-1000, 1],
          [300, 0.8],
        ];
        return { canary: [canaryPod(rate, steady(BASE), { load })], stable: stablePods(rate, steady(BASE)) };
      },
    }),
  ),
  {
    section: SECTION,
    name: "good, the canary's pod is evicted and replaced 3 s later",
    rate: 10_000,
    ...ROUTE,
    aim: { ...NOT_ABORTED, passes: 0.99 },
    pods: (random) => {
      const until = 20 + random.uniform() * 100;
      const again = { name: 'canary-1', from: until + 3 };
      return {
        canary: [canaryPod(10_000, steady(BASE), { until }), canaryPod(10_000, steady(BASE), again)],
        stable: stablePods(10_000, steady(BASE)),
      };
    },
  },
  {
    section: SECTION,
    name: "good, the canary's pod is replaced in mid-bake, ×10 and warm after 60 s",
    rate: 10_000,
    ...ROUTE,
    aim: { ...NOT_ABORTED, passes: 0.99 },
    settings: { warmupSeconds: 120 },
    pods: (random) => replaced(200 + random.uniform() * 500, BASE),
  },
  {
    section: SECTION,
    name: "×5, the canary's pod is replaced in mid-bake",
    rate: 10_000,
    ...ROUTE,
    aim: { kind: 'not-passed', atMost: 0.01 },
    settings: { warmupSeconds: 120 },
    pods: (random) => replaced(200 + random.uniform() * 500, 5 * BASE),
  },
  {
    section: SECTION,
    name: "the canary's pod is replaced at 300 s, and the new one fails 60%",
    rate: 10_000,
    ...ROUTE,
    aim: { kind: 'found', atLeast: 0.99, within: 390 },
    settings: { warmupSeconds: 120 },
    pods: () => {
      const { canary, stable } = replaced(300, BASE);
      return {
        canary: [...canary.slice(0, 1), ...canary.slice(1).map((pod) => ({ ...pod, bad: steady(0.6) }))],
        stable,
      };
    },
  },
  {
    section: SECTION,
    name: 'good, stable is scaled from 25 pods to 15 and to 30',
    rate: 10_000,
    ...ROUTE,
    aim: { ...NOT_ABORTED, passes: 0.99 },
    pods: () => ({ canary: [canaryPod(10_000, steady(BASE))], stable: scaled(10_000) }),
  },
  {
    section: SECTION,
    name: 'good, five times the load for 60 s',
    rate: 10_000,
    ...ROUTE,
    aim: { ...NOT_ABORTED, passes: 0.99 },
    pods: (random) => {
      const from = 70 + random.uniform() * 650;
      return underLoad([
        [-1000, 1],
        [from, 5],
        [from + 60, 1],
      ]);
    },
  },
  {
    section: SECTION,
    name: 'good, ready and scraped for 40 s before its first request',
    rate: 10_000,
    ...ROUTE,
    aim: { ...NOT_ABORTED, passes: 0.99 },
    pods: () => {
      const load: Steps = [
        [-1000, 0],
        [0, 1],
      ];
      return {
        canary: [canaryPod(10_000, steady(BASE), { from: -40, load })],
        stable: stablePods(10_000, steady(BASE)),
      };
    },
  },
  {
    section: SECTION,
    name: 'good, all of stable is replaced within a minute',
    rate: 10_000,
    ...ROUTE,
    aim: { ...NOT_ABORTED, passes: 0.99 },
    settings: { warmupSeconds: 120 },
    pods: (random) => ({
      canary: [canaryPod(10_000, steady(BASE))],
      stable: restarted(10_000, 140 + random.uniform() * 30),
    }),
  },
  {
    section: SECTION,
    name: 'good, the load falls to a fiftieth for 300 s',
    rate: 10_000,
    ...ROUTE,
    aim: { ...NOT_ABORTED, passes: 0.99 },
    pods: (random) => {
      const from = 100 + random.uniform() * 400;
      return underLoad([
        [-1000, 1],
        [from, 0.02],
        [from + 300, 1],
      ]);
    },
  },
  ...[1000, 10_000].map(
    (rate): Day => ({
      section: SECTION,
      name: '×5 between incidents of 10% for 20 s every 300 s on both',
      rate,
      aim: { kind: 'not-passed', atMost: 0.01 },
      pods: () => ({
        canary: [canaryPod(rate, recurring(5 * BASE))],
        stable: stablePods(rate, recurring(BASE)),
      }),
    }),
  ),
];
