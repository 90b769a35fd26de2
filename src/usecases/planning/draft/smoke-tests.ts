import { TO_BE_WRITTEN } from '../../../domain/plan-rules/plan-check.ts';
import type { Config } from '../../../plan/config.ts';
import type { ReleasePlan } from '../../../plan/release-plan.ts';
import { isWritten } from './earlier.ts';
import type { Written } from './written.ts';

/** The smoke checklist: what earlier releases looked at automatically, the home page else, and the feature by hand. */
export function draftSmokeTests(
  config: Config,
  feature: string,
  earlier: ReleasePlan | undefined,
): readonly Written<'smokeTests'>[] {
  const { host } = config.environments.production;
  const kept = (earlier?.spec.smokeTests ?? []).filter((test) => test.manual === undefined && isWritten(test));
  const home: Written<'smokeTests'>[] =
    host === undefined ? [] : [{ name: 'home page', http: { url: `https://${host}/`, status: 200 } }];
  const name = nameFor(feature);
  return [
    ...(kept.length > 0 ? kept : home).filter((test) => test.name !== name),
    {
      name,
      manual: `${TO_BE_WRITTEN}: what somebody does in production to see that it works`,
    },
  ];
}

/** The feature as the name of a check: letters, digits and a few signs. */
function nameFor(feature: string): string {
  const name = feature.replaceAll(/[^A-Za-z0-9._ /-]+/g, ' ').trim();
  return /^[A-Za-z0-9]/.test(name) ? name.slice(0, 100) : 'the feature';
}
