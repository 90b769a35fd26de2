import { percentRatio } from '../../plan/duration.ts';
import { formatSpan } from '../../text/figures.ts';
import { canaryOf, knownStrategyFor } from '../deployment/strategies/strategies.ts';
import type { RiskFacts } from './facts.ts';

/** One reason why a release is risky, with its weight. */
export interface RiskPoint {
  /** Stable name of the rule. */
  readonly code: string;
  readonly points: number;
  /** What was found, as a part of a sentence. */
  readonly reason: string;
}

type RiskRule = (facts: RiskFacts) => readonly RiskPoint[];

const point = (code: string, points: number, reason: string): readonly RiskPoint[] =>
  points === 0 ? [] : [{ code, points, reason }];

const count = (number: number, one: string, several: string): string => `${number} ${number === 1 ? one : several}`;

/** Large changes fail more often: changed lines, and how many files they are spread over. */
const size: RiskRule = ({ size: changed }) => {
  if (changed === undefined) return point('size.unknown', 1, 'the size of the change is not known here');
  const lines = changed.insertions + changed.deletions;
  return [
    ...point('size.lines', lines > 10_000 ? 3 : lines > 2000 ? 2 : lines > 500 ? 1 : 0, `${lines} changed lines`),
    ...point('size.files', changed.files > 50 ? 1 : 0, `${changed.files} changed files`),
  ];
};

const services: RiskRule = ({ spec }) =>
  point('services', Math.min(3, spec.services.length - 1), `${spec.services.length} services change together`);

const migrations: RiskRule = ({ spec }) => {
  const beyond = spec.migrations.filter((one) => one.pointOfNoReturn);
  const oneWay = spec.migrations.filter((one) => !one.reversible && !one.pointOfNoReturn);
  const reversible = spec.migrations.length - beyond.length - oneWay.length;
  const names = (list: typeof beyond): string => list.map((one) => one.id).join(', ');
  return [
    ...point(
      'migrations.point-of-no-return',
      beyond.length > 0 ? 4 : 0,
      `${count(beyond.length, 'migration', 'migrations')} past a point of no return (${names(beyond)})`,
    ),
    ...point(
      'migrations.irreversible',
      oneWay.length > 0 ? 2 : 0,
      `${count(oneWay.length, 'migration', 'migrations')} that cannot be undone (${names(oneWay)})`,
    ),
    ...point(
      'migrations.reversible',
      reversible > 0 ? 1 : 0,
      count(reversible, 'reversible migration', 'reversible migrations'),
    ),
  ];
};

/** A variable that is missing in production is a crash at start; a secret is also set by other hands. */
const environment: RiskRule = ({ spec }) => {
  const secrets = spec.environmentVariables.filter((one) => one.secret).length;
  const all = spec.environmentVariables.length;
  return [
    ...point('environment.secrets', secrets > 0 ? 1 : 0, count(secrets, 'new secret', 'new secrets')),
    ...point('environment.variables', all > 4 ? 1 : 0, `${all} new environment variables`),
  ];
};

const history: RiskRule = ({ history: known, anyHistory }) =>
  known.flatMap(({ service, releases, undone }) => {
    if (releases === 0) return point('history.first', anyHistory ? 1 : 0, `${service} was never released with relctl`);
    const often = undone >= 2 && undone / releases >= 0.25;
    return point(
      'history.undone',
      often ? 2 : undone > 0 ? 1 : 0,
      `${undone} of the last ${count(releases, 'release', 'releases')} of ${service} ${undone === 1 ? 'was' : 'were'} rolled back or froze within a year`,
    );
  });

/** Whoever has to help is at work on weekdays in the daytime, and the day after a Friday is not one. */
const hour: RiskRule = ({ spec }) => {
  const { start, end } = spec.window;
  const day = new Date(`${start.slice(0, 10)}T00:00:00Z`).getUTCDay();
  const atNight = start.slice(11, 13) < '07' || end.slice(11, 16) > '20:00' || end.slice(0, 10) > start.slice(0, 10);
  return [
    ...point('window.weekend', day === 0 || day === 6 ? 2 : 0, 'the window lies on a weekend'),
    ...point('window.friday', day === 5 ? 1 : 0, 'the window lies on a Friday'),
    ...point('window.night', atNight ? 1 : 0, 'the window reaches into the night'),
  ];
};

const reviews: RiskRule = ({ spec }) => {
  const unapproved = spec.candidate.branches.filter((one) => one.approvedBy.length === 0);
  return [
    ...point(
      'reviews.missing',
      unapproved.length > 0 ? 2 : 0,
      `${count(unapproved.length, 'branch', 'branches')} that nobody approved (${unapproved.map((one) => one.name).join(', ')})`,
    ),
    ...point(
      'reviews.unknown',
      spec.candidate.branches.length === 0 ? 1 : 0,
      'the candidate names no branches, so no reviews can be seen',
    ),
    ...point('security.pending', spec.security.review === 'pending' ? 2 : 0, 'the security review is pending'),
  ];
};

const undoing: RiskRule = ({ spec }) => {
  const { expectedMinutes } = spec.rollback;
  const canaries = spec.services.map(({ name }) => canaryOf(spec, name).share);
  const [largest = spec.canary.share] = [...canaries].sort((a, b) => percentRatio(b) - percentRatio(a));
  const without = spec.services.filter(({ name }) => knownStrategyFor(spec, name)?.canary === 'none');
  return [
    ...point(
      'rollback.slow',
      expectedMinutes > 120 ? 2 : expectedMinutes > 30 ? 1 : 0,
      `a rollback takes ${formatSpan(expectedMinutes * 60_000)}`,
    ),
    ...point('canary.share', percentRatio(largest) > 0.05 ? 1 : 0, `the canary asks for ${largest} of the traffic`),
    ...point(
      'canary.none',
      without.length > 0 ? 1 : 0,
      `${without.map(({ name }) => name).join(', ')} ${without.length === 1 ? 'has' : 'have'} no canary`,
    ),
  ];
};

/** Every rule; a release without any of these is a small, reversible change of one known service in the daytime. */
export const POINTS: readonly RiskRule[] = [size, services, migrations, environment, history, hour, reviews, undoing];
