import { describe, expect, it } from 'vitest';
import { deploymentJob } from '../../../../src/domain/runner/job.ts';
import { jobName } from '../../../../src/domain/runner/names.ts';
import { readWork } from '../../../../src/domain/runner/work-text.ts';
import { runnerSchema } from '../../../../src/plan/runner.ts';
import type { Work } from '../../../../src/ports/runner.ts';

const IMAGE = `registry.example/relctl@sha256:${'a'.repeat(64)}`;
const WORK: Work = {
  release: '2026-12-wallet-checkout',
  attempt: 2,
  round: 'forward',
  stopsAtVerdict: false,
  commit: 'c'.repeat(40),
  askedBy: 'olga@example.com',
  records: 'origin/relctl/records',
  options: { reason: 'the window "is" open\n$(rm -rf /)' },
};
const settings = (more: object = {}) => {
  const { kubernetes } = runnerSchema.parse({ kubernetes: { image: IMAGE, identity: 'ci@example.com', ...more } });
  if (kubernetes === undefined) throw new Error('no runner');
  return kubernetes;
};

describe('the name of a Job', () => {
  const names = [
    jobName(WORK, 'shop'),
    jobName({ ...WORK, attempt: 3 }, 'shop'),
    jobName({ ...WORK, round: 'abort' }, 'shop'),
    jobName({ ...WORK, round: 'promote' }, 'shop'),
    jobName(WORK, 'shop-2'),
    jobName({ ...WORK, release: `${WORK.release}.` }, 'shop'),
    jobName({ ...WORK, release: 'x'.repeat(120) }, 'shop'),
    jobName({ ...WORK, release: 'ключ' }, 'shop'),
    jobName({ ...WORK, release: `${'y'.repeat(28)}-----z`, round: 'promote', attempt: 1000 }, 'shop'),
  ];

  it('is another one for other work, and the same for the same', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(jobName({ release: WORK.release, attempt: 2, round: 'forward' }, 'shop')).toBe(names[0]);
  });

  it('is one that Kubernetes takes, with room for what its pods add', () => {
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,55}[a-z0-9])?$/);
  });
});

describe('the Job of a deployment', () => {
  const job = deploymentJob(settings(), WORK, 'shop', 'git@example.com:shop.git');
  const { template, ...spec } = job.spec as {
    template: { spec: { containers: { env: { name: string; value: string }[]; args: string[] }[] } };
  };
  const [container] = template.spec.containers;

  it('hands the work over so that it is read back as it was, whatever people wrote', () => {
    const text = container?.env.find(({ name }) => name === 'RELCTL_WORK')?.value;
    const { attempt, round, stopsAtVerdict, commit, options } = WORK;
    expect(readWork(text)).toEqual({ attempt, round, stopsAtVerdict, commit, options });
    expect(container?.args).toEqual(['runner', WORK.release, '--carry', '--as=ci@example.com', '--events=ndjson']);
  });

  it('ends with the last word of relctl, and goes on after everything else', () => {
    expect(spec).toMatchObject({
      backoffLimit: 10,
      activeDeadlineSeconds: 86_400,
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailJob', onExitCodes: { operator: 'In', values: [1, 2, 4, 8, 70] } },
        ],
      },
    });
    expect(template.spec).toMatchObject({ restartPolicy: 'Never', automountServiceAccountToken: false });
  });

  it('mounts the Secrets that relctl.yaml names, and no others', () => {
    const given = settings({ git: { secret: 'relctl-git' }, signingKey: { secret: 'relctl-signing' } });
    const with_ = deploymentJob(given, WORK, 'shop', 'git@example.com:shop.git');
    const secrets = (one: object) =>
      [...JSON.stringify(one).matchAll(/"secretName":"([^"]+)"/g)].map(([, name]) => name);
    expect(secrets(with_)).toEqual(['relctl-git', 'relctl-signing']);
    expect(secrets(job)).toEqual([]);
  });
});

it('refuses work that nobody handed over', () => {
  for (const text of [undefined, '', '{}', '[]', 'null', '{"attempt":0}']) {
    expect(() => readWork(text)).toThrow(expect.objectContaining({ code: 'usage.missing-answer' }));
  }
});

it('takes no image by its tag', () => {
  const read = runnerSchema.safeParse({
    kubernetes: { image: 'registry.example/relctl:1', identity: 'ci@example.com' },
  });
  expect(read.success).toBe(false);
});
