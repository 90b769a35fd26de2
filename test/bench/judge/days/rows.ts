import { normalCdf } from '../../../../src/domain/judge/special-functions.ts';
import type { Random } from '../random.ts';
import { CHANGING } from './changing.ts';
import { BASE, canaryPod, type Day, SHARE, stablePods, steady } from './day.ts';
import type { PodBehaviour, Steps } from './pods.ts';

const FOUND = { kind: 'found', atLeast: 0.99 } as const;
const NOT_ABORTED = { kind: 'not-aborted', atMost: 0.01 } as const;

/** Slow at first: so many times the base, halving three times until it is warm. */
function warming(times: number, seconds: number): Steps {
  const step = seconds / 4;
  return [0, 1, 2, 3]
    .map((halving) => [halving * step, BASE * Math.max(1, times / 2 ** halving)] as const)
    .concat([[seconds, BASE]]);
}

const WARM = { warmupSeconds: 120 };

const warmUp: readonly Day[] = [
  ...[
    [3, 60, 10_000],
    [10, 60, 1000],
    [10, 180, 1000],
    [10, 180, 10_000],
  ].map(
    ([times = 1, seconds = 0, rate = 0]): Day => ({
      section: 'Warm-up',
      name: `good, ×${times} at first, warm after ${seconds} s`,
      rate,
      aim: NOT_ABORTED,
      settings: WARM,
      pods: () => ({ canary: [canaryPod(rate, warming(times, seconds))], stable: stablePods(rate, steady(BASE)) }),
    }),
  ),
  ...[1000, 10_000].map(
    (rate): Day => ({
      section: 'Warm-up',
      name: 'good, pools fail 5% for 15 s',
      rate,
      aim: NOT_ABORTED,
      settings: WARM,
      pods: () => ({
        canary: [
          canaryPod(rate, [
            [0, 0.05],
            [15, BASE],
          ]),
        ],
        stable: stablePods(rate, steady(BASE)),
      }),
    }),
  ),
  {
    section: 'Warm-up',
    name: 'fails 60% from the start',
    rate: 1000,
    aim: { ...FOUND, within: 30 },
    settings: WARM,
    pods: () => ({ canary: [canaryPod(1000, steady(0.6))], stable: stablePods(1000, steady(BASE)) }),
  },
  {
    section: 'Warm-up',
    name: '×20 from the start',
    rate: 1000,
    aim: { ...FOUND, within: 180 },
    settings: WARM,
    pods: () => ({ canary: [canaryPod(1000, steady(20 * BASE))], stable: stablePods(1000, steady(BASE)) }),
  },
];

/** Both arms fail for a while, at a moment that differs from canary to canary. */
function incident(random: Random, ratio: number, seconds: number): Steps {
  const from = 60 + random.uniform() * 700;
  return [
    [0, BASE],
    [from, ratio],
    [from + seconds, BASE],
  ];
}

const shared: readonly Day[] = [
  ...[1000, 10_000].flatMap((rate) =>
    [
      [0.1, 30],
      [0.1, 60],
      [0.02, 60],
    ].map(
      ([ratio = 0, seconds = 0]): Day => ({
        section: 'An incident that both sides share',
        name: `good, ${ratio * 100}% errors for ${seconds} s on both`,
        rate,
        aim: NOT_ABORTED,
        pods: (random) => {
          const bad = incident(random, ratio, seconds);
          return { canary: [canaryPod(rate, bad)], stable: stablePods(rate, bad) };
        },
      }),
    ),
  ),
  {
    section: 'An incident that both sides share',
    name: 'good, both break the objective all the time (0.8%)',
    rate: 1000,
    aim: NOT_ABORTED,
    pods: () => ({ canary: [canaryPod(1000, steady(0.008))], stable: stablePods(1000, steady(0.008)) }),
  },
  {
    section: 'An incident that both sides share',
    name: '×5 beside a 30 s incident of 10% on both',
    rate: 1000,
    aim: FOUND,
    pods: (random) => {
      const bad = incident(random, 0.1, 30);
      return {
        canary: [
          canaryPod(
            1000,
            bad.map(([at, value]) => [at, Math.min(1, value * 5)] as const),
          ),
        ],
        stable: stablePods(1000, bad),
      };
    },
  },
];

const sick: readonly Day[] = [1000, 10_000].flatMap((rate) =>
  [0.005, 0.02, 0.1].flatMap(
    (ratio) =>
      [
        {
          section: 'One sick stable pod of 25',
          name: `good, one pod fails ${ratio * 100}%`,
          rate,
          aim: { ...NOT_ABORTED, passes: 0.99 },
          pods: () => ({
            canary: [canaryPod(rate, steady(BASE))],
            stable: stablePods(rate, steady(BASE), [{ bad: steady(ratio) }]),
          }),
        },
        {
          section: 'One sick stable pod of 25',
          name: `×5, one pod fails ${ratio * 100}%`,
          rate,
          aim: { ...FOUND, median: 180 },
          pods: () => ({
            canary: [canaryPod(rate, steady(5 * BASE))],
            stable: stablePods(rate, steady(BASE), [{ bad: steady(ratio) }]),
          }),
        },
      ] satisfies readonly Day[],
  ),
);

const lost: readonly Day[] = [
  ...[1, 20].flatMap((times) =>
    [-120, -10, 10].map(
      (until): Day => ({
        section: 'A lost or removed stable target',
        name: `${times === 1 ? 'good' : '×20'}, a stable pod dies at ${until} s and stays a target`,
        rate: 10_000,
        aim: times === 1 ? { ...NOT_ABORTED, passes: 0.99 } : { ...FOUND, within: 30 },
        pods: () => ({
          canary: [canaryPod(10_000, steady(times * BASE))],
          stable: stablePods(10_000, steady(BASE), [{ until }]),
          lost: ['stable-0'],
        }),
      }),
    ),
  ),
  {
    section: 'A lost or removed stable target',
    name: '×20, a stable pod was scaled down 10 s before',
    rate: 10_000,
    aim: { ...FOUND, within: 30 },
    pods: () => ({
      canary: [canaryPod(10_000, steady(20 * BASE))],
      stable: stablePods(10_000, steady(BASE), [{ until: -10 }]),
    }),
  },
];

const windows: readonly Day[] = [
  {
    section: 'Several at once',
    name: '×2, every pod has a window of 60 s with ten times as many errors',
    rate: 10_000,
    aim: { ...FOUND, atLeast: 0.8 },
    pods: (random) => {
      const own = (times: number): Steps => {
        const at = -900 + random.uniform() * 1800;
        return [
          [-1000, times * BASE],
          [at, 10 * times * BASE],
          [at + 60, times * BASE],
        ];
      };
      return {
        canary: [canaryPod(10_000, own(2))],
        stable: stablePods(10_000, steady(BASE)).map((pod) => ({ ...pod, bad: own(1) })),
      };
    },
  },
  ...[1, 2].map(
    (times): Day => ({
      section: 'Several at once',
      name: times === 1 ? '10 SLOs, all good' : '10 SLOs, all ×2',
      rate: 1000,
      slos: 10,
      aim: times === 1 ? NOT_ABORTED : { ...FOUND, atLeast: 0.7 },
      pods: () => ({ canary: [canaryPod(1000, steady(times * BASE))], stable: stablePods(1000, steady(BASE)) }),
    }),
  ),
];

const ROUTE = { share: SHARE };
const sharePods =
  (rate: number, canaryRate: number, bad = BASE) =>
  () => ({
    canary: [canaryPod(rate, steady(bad), { rate: canaryRate })],
    stable: stablePods(rate, steady(BASE)),
  });

/** What reaches the canary is not its share of everybody's requests. */
const share: readonly Day[] = [1000, 10_000].flatMap((rate): readonly Day[] => {
  const section = 'The share of the requests';
  const own = rate * SHARE;
  return [
    {
      section,
      name: 'the canary loses 20% before they are counted',
      rate,
      ...ROUTE,
      aim: { ...FOUND, within: rate === 1000 ? 120 : 60, code: 'requests-lost' },
      pods: sharePods(rate, own * 0.8),
    },
    {
      section,
      name: '×5, probes are counted as users (as many again)',
      rate,
      ...ROUTE,
      aim: { kind: 'not-passed', atMost: 0.01 },
      pods: sharePods(rate, own * 2, 3 * BASE),
    },
    {
      section,
      name: 'good, a bot on the canary (half as many again, 10% of it bad)',
      rate,
      ...ROUTE,
      aim: { ...FOUND, code: 'requests-extra' },
      pods: sharePods(rate, own * 1.5, (BASE + 0.05) / 1.5),
    },
    { section, name: 'good, as the route says', rate, ...ROUTE, aim: NOT_ABORTED, pods: sharePods(rate, own) },
    {
      section,
      name: 'good, load doubles within the bake',
      rate,
      ...ROUTE,
      aim: NOT_ABORTED,
      pods: () => {
        const load: Steps = Array.from({ length: 60 }, (_, minute) => [
          (minute - 15) * 60,
          1 + Math.max(0, Math.min(1, (minute - 15) / 15)),
        ]);
        return {
          canary: [canaryPod(rate, steady(BASE), { load })],
          stable: stablePods(rate, steady(BASE)).map((pod) => ({ ...pod, load })),
        };
      },
    },
    {
      section,
      name: 'good, pods get unequal parts (CV 30%)',
      rate,
      ...ROUTE,
      aim: NOT_ABORTED,
      pods: (random) => {
        const parts = Array.from({ length: 25 }, () => random.gamma(11));
        const sum = parts.reduce((a, b) => a + b, 0);
        return {
          canary: [canaryPod(rate, steady(BASE))],
          stable: stablePods(rate, steady(BASE)).map((pod, index) => ({
            ...pod,
            rate: (rate * (1 - SHARE) * (parts[index] ?? 0)) / sum,
          })),
        };
      },
    },
    {
      section,
      name: 'good, a lost stable target',
      rate,
      ...ROUTE,
      aim: NOT_ABORTED,
      pods: () => ({
        canary: [canaryPod(rate, steady(BASE))],
        stable: stablePods(rate, steady(BASE), [{ until: 60 }]),
        lost: ['stable-0'],
      }),
    },
  ];
});

const EDGES = [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 2.5, 5, 10];

/** Shares slower than each edge: log-normal about a median, with some requests slower by a second cause. */
function latencies(median: number, extra: { readonly share: number; readonly over: number } = { share: 0, over: 0 }) {
  const beyond = (edge: number) => 1 - normalCdf(Math.log(edge / median) / 0.6);
  return Object.fromEntries(
    EDGES.map((edge) => [
      String(edge),
      (1 - extra.share) * beyond(edge) + extra.share * (edge < extra.over ? 1 : beyond(edge)),
    ]),
  );
}

const latency: readonly Day[] = [1000, 10_000].flatMap((rate) =>
  (
    [
      ['good', latencies(0.06), '0.5'],
      ['×1.5 slower, the threshold far away', latencies(0.09), '1'],
      ['×2 slower, the threshold far away', latencies(0.12), '1'],
      ['a cache lost: 20% take 0.25 s longer', latencies(0.06, { share: 0.2, over: 0.25 }), '0.5'],
      ['a tail: 0.2% take 10 s', latencies(0.06, { share: 0.002, over: 10 }), '0.3'],
    ] as const
  ).map(
    ([name, edges, threshold]): Day => ({
      section: 'Latency away from the threshold',
      name,
      rate,
      threshold,
      aim:
        name === 'good'
          ? { kind: 'not-aborted', atMost: 0.005, passes: 0.99 }
          : { ...FOUND, atLeast: 0.95, code: 'latency-shifted' },
      pods: () => ({
        canary: [canaryPod(rate, steady(0), { edges })],
        stable: stablePods(rate, steady(0)).map((pod) => ({ ...pod, edges: latencies(0.06) })),
      }),
    }),
  ),
);

/** Requests of a user go to one pod, and whoever fails, fails again and again. */
const sticky: readonly Day[] = [1000, 10_000].flatMap((rate): readonly Day[] =>
  [1, 5].flatMap((times): readonly Day[] => {
    const section = 'Sticky users';
    const aim = times === 1 ? ({ kind: 'not-aborted', atMost: 0.02 } as const) : { ...FOUND, atLeast: 0.9 };
    const name = times === 1 ? 'good' : `×${times}`;
    return [
      {
        section,
        name: `${name}, whoever fails, fails five times`,
        rate,
        aim,
        pods: () => ({
          canary: [canaryPod(rate, steady(times * BASE), { draw: fiveTimes })],
          stable: stablePods(rate, steady(BASE)).map((pod) => ({ ...pod, draw: fiveTimes })),
        }),
      },
      {
        section,
        name: `${name}, each pod keeps failing users of its own (CV 30%)`,
        rate,
        aim,
        pods: (random) => {
          const own = (of: number) => steady((of * BASE * random.gamma(11)) / 11);
          return {
            canary: [canaryPod(rate, own(times))],
            stable: stablePods(rate, steady(BASE)).map((pod) => ({ ...pod, bad: own(1) })),
          };
        },
      },
    ];
  }),
);

/** Bad events in clumps of one to nine, five in the mean. */
function fiveTimes(requests: number, ratio: number, random: Random) {
  const total = random.poisson(requests);
  let bad = 0;
  for (let users = random.poisson((total * ratio) / 5); users > 0; users -= 1)
    bad += 1 + Math.floor(random.uniform() * 9);
  return { total, bad: Math.min(total, bad) };
}

/** Log-normal AR(1) that a pod wanders by, a step a minute: as in the noise tables. */
function wander(random: Random, times: number): Steps {
  const [phi, variance] = [0.7, Math.log1p(0.2 ** 2)];
  let log = random.normal() * Math.sqrt(variance);
  return Array.from({ length: 60 }, (_, minute) => {
    if (minute > 0) log = phi * log + Math.sqrt(variance * (1 - phi ** 2)) * random.normal();
    return [(minute - 20) * 60, times * BASE * Math.exp(log - variance / 2)] as const;
  });
}

/** The canary is as bad as the smallest regression that was promised to show before the start: so many are to be found in the bake. */
const promises: readonly Day[] = (
  [
    ['independent requests', () => steady(BASE), {}],
    ['whoever fails, fails five times', () => steady(BASE), { draw: fiveTimes }],
    ['each pod keeps failing users of its own (CV 30%)', (random) => steady((BASE * random.gamma(11)) / 11), {}],
    ['each pod wanders (CV 20%, AR(1), φ = 0.7 a minute)', (random) => wander(random, 1), {}],
  ] satisfies readonly (readonly [string, (random: Random) => Steps, Partial<PodBehaviour>])[]
).flatMap(([name, bad, more]) =>
  [1000, 10_000].flatMap((rate) =>
    (name.includes('keeps') ? [300, 900, 1800] : [900]).map(
      (bakeSeconds): Day => ({
        section: 'What is promised',
        name: `${name}, a bake of ${bakeSeconds / 60} min`,
        rate,
        timesPromised: 1,
        aim: { ...FOUND, atLeast: 0.9, within: bakeSeconds + 15 },
        settings: { bakeSeconds, extensionSeconds: 0 },
        pods: (random) => ({
          canary: [canaryPod(rate, bad(random), more)],
          stable: stablePods(rate, steady(BASE)).map((pod) => ({ ...pod, ...more, bad: bad(random) })),
        }),
      }),
    ),
  ),
);

/** A tenth more than was promised: where nine in ten of these are found, the promise is within a tenth of what shows. */
const tenthMore: readonly Day[] = promises.map((day) => ({
  ...day,
  name: `${day.name}, a tenth more`,
  timesPromised: 1.1,
}));

/** The rows, in the order of the report. */
export const DAYS: readonly Day[] = [
  ...warmUp,
  ...shared,
  ...sick,
  ...lost,
  ...share,
  ...latency,
  ...sticky,
  ...windows,
  ...promises,
  ...CHANGING,
  ...tenthMore,
];
