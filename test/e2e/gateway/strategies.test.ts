import { describeStrategies, HOSTS, through } from '../support/steered.ts';

/** The strategies whose requests a gateway divides, through a real one: npm run test:gateway. */

describeStrategies(
  [
    {
      strategy: 'http-route',
      share: '1%',
      canary: { bake: '60s', extension: '60s' },
      path: through(HOSTS.httpRoute),
    },
    {
      strategy: 'ingress-nginx',
      share: '2%',
      canary: { bake: '40s', extension: '40s' },
      path: through(HOSTS.ingress),
    },
  ],
  true,
);
