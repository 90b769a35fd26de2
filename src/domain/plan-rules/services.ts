import { strategyFor } from '../deployment/strategies/strategies.ts';
import { imageReference } from '../kubernetes/image-reference.ts';
import { error, type PlanFinding, type PlanRule, repeated, warning } from './finding.ts';
import { TO_BE_WRITTEN } from './unwritten.ts';

/** The services of a plan: known, each once, each with an image that means one thing. */
export const serviceRules: PlanRule = ({ plan: { spec }, config }) => {
  const seen = new Set<string>();
  return spec.services.flatMap(({ name, image }, index) => {
    const path = ['spec', 'services', index, 'name'];
    const twice = seen.has(name);
    seen.add(name);
    const { tag } = imageReference(image);
    return [
      ...(twice ? [error('services.twice', path, `the service ${name} stands twice`, 'remove one')] : []),
      ...(Object.hasOwn(config.services, name)
        ? []
        : [
            error(
              'services.unknown',
              path,
              `the service ${name} is not in relctl.yaml`,
              `use one of ${Object.keys(config.services).join(', ')}, or define it in relctl.yaml`,
            ),
          ]),
      ...(/^\w+:\/\//.test(image)
        ? [
            error(
              'services.no-image',
              ['spec', 'services', index, 'image'],
              `${image} of ${name} is no image: a build makes one from it`,
              'name the image that was built from it, with a version or a digest',
            ),
          ]
        : []),
      ...(image.includes(TO_BE_WRITTEN) ||
      /^\w+:\/\//.test(image) ||
      image.includes('@sha256:') ||
      (tag !== undefined && tag !== 'latest')
        ? []
        : [
            warning(
              'services.moving-image',
              ['spec', 'services', index, 'image'],
              `the image ${image} of ${name} can mean something else tomorrow`,
              'name a version, or a digest',
            ),
          ]),
    ];
  });
};

/** What refers to a service refers to one of the release, and each service can be judged. */
export const referenceRules: PlanRule = ({ plan: { spec } }) => {
  const names = new Set(spec.services.map((service) => service.name));
  const unknown = (service: string | undefined, path: PlanFinding['path']) =>
    service === undefined || names.has(service)
      ? []
      : [
          error(
            'services.not-released',
            path,
            `${service} is not a service of this release`,
            'add it to spec.services, or correct the name',
          ),
        ];
  return [
    ...spec.environmentVariables.flatMap((variable, i) =>
      variable.services.flatMap((service, j) => unknown(service, ['spec', 'environmentVariables', i, 'services', j])),
    ),
    ...spec.migrations.flatMap((migration, i) => unknown(migration.service, ['spec', 'migrations', i, 'service'])),
    ...spec.alerts.flatMap((alert, i) => unknown(alert.service, ['spec', 'alerts', i, 'service'])),
    ...spec.slos.flatMap((slo, i) => unknown(slo.service, ['spec', 'slos', i, 'service'])),
    ...spec.services.flatMap((service, i) =>
      spec.slos.some((slo) => slo.service === service.name)
        ? []
        : [
            error(
              'slos.missing',
              ['spec', 'services', i],
              strategyFor(spec, service.name).canary === 'none'
                ? `no SLO watches ${service.name}, so nobody would see after the rollout how it does`
                : `no SLO judges ${service.name}, so its canary could not be judged`,
              'add an SLO for it under spec.slos',
            ),
          ],
    ),
  ];
};

/** Names by which evidence is told apart stand once. */
export const nameRules: PlanRule = ({ plan: { spec } }) => [
  ...repeated(
    spec.environmentVariables.map((one) => one.name),
    ['spec', 'environmentVariables'],
  ),
  ...repeated(
    spec.slos.map((one) => one.name),
    ['spec', 'slos'],
  ),
  ...repeated(
    spec.alerts.map((one) => one.name),
    ['spec', 'alerts'],
  ),
  ...repeated(
    spec.migrations.map((one) => one.id),
    ['spec', 'migrations'],
  ),
  ...repeated(
    spec.smokeTests.map((one) => one.name),
    ['spec', 'smokeTests'],
  ),
  ...repeated(
    spec.successMetrics.map((one) => one.name),
    ['spec', 'successMetrics'],
  ),
  ...repeated(
    spec.testPlan.feature.map((one) => one.id),
    ['spec', 'testPlan', 'feature'],
  ),
];
