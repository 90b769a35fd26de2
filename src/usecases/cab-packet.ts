import { formatWindow } from '../domain/calendar.ts';
import type { GateFacts } from '../domain/gates/gate.ts';
import { quorumOf, votingBoard } from '../domain/people.ts';
import { unsignedNotice } from '../domain/signing/notice.ts';

/** The CAB packet: what a board member needs to decide, in five minutes, as Markdown drafted from the plan. */
export function cabPacket(facts: GateFacts, requester: string, round: number): string {
  const { plan, policy, state } = facts;
  const { spec, metadata } = plan;
  const board = votingBoard(spec, [...state.authors, requester], policy);
  return [
    `# Change request ${metadata.id}: ${metadata.feature}`,
    '',
    ...noticeLines(facts),
    `Answer with \`relctl signoff cab ${metadata.id}\`. ${quorumOf(board, policy)} Go of ${board.length} make a Go; an answer is bound to plan digest \`${plan.specDigest}\`.`,
    '',
    table([
      ['Requester', requester],
      ['Round', String(round)],
      ['Process', metadata.process],
      ['Window', formatWindow(spec.window)],
      ['Risk', `${spec.risk.level}${spec.risk.notes === '' ? '' : `: ${spec.risk.notes}`}`],
      [
        'Security review',
        [spec.security.review, spec.security.reviewer, spec.security.reference].filter(Boolean).join(', '),
      ],
      ['Candidate', `${spec.candidate.commit} on ${spec.candidate.base}`],
      ['Board', board.join(', ')],
    ]),
    '',
    '## Impact',
    '',
    spec.impact.summary,
    ...(spec.impact.users === undefined ? [] : ['', `Users: ${spec.impact.users}`]),
    ...list(spec.impact.findings),
    '',
    '## What changes',
    '',
    ...spec.services.map((service) => `- **${service.name}** → \`${service.image}\`: ${service.change}`),
    ...section(
      'Branches',
      spec.candidate.branches.map(
        (branch) =>
          `\`${branch.name}\` at ${branch.head.slice(0, 12)}, approved by ${branch.approvedBy.join(', ') || 'nobody'}`,
      ),
    ),
    ...section(
      'Environment variables',
      spec.environmentVariables.map(
        (variable) =>
          `\`${variable.name}\`${variable.secret ? ' (secret)' : ''} in ${variable.services.join(', ')}, from ${variable.source ?? 'an unnamed source'}`,
      ),
    ),
    ...section(
      'Migrations',
      spec.migrations.map(
        (migration) =>
          `\`${migration.id}\` in ${migration.service}, ${migration.when}, ${migration.reversible ? 'reversible' : 'not reversible'}${migration.pointOfNoReturn ? ', **point of no return**' : ''}`,
      ),
    ),
    '',
    '## How it is deployed',
    '',
    `A canary (${spec.canary.strategy}) of ${spec.canary.share} is watched for ${spec.canary.bake} on: ${spec.slos.map((slo) => `${slo.name} (${slo.objective})`).join(', ')}. It is promoted only if a regression of ×${spec.canary.detectableRatio} would have been seen and none was.`,
    ...section(
      'Smoke tests',
      spec.smokeTests.map((test) => test.name),
    ),
    ...section(
      'Feature test plan',
      spec.testPlan.feature.map((test) => `${test.id}: ${test.title}`),
    ),
    '',
    '## How it is undone',
    '',
    `Owner ${spec.rollback.owner}, within ${spec.rollback.expectedMinutes} minutes, when: ${spec.rollback.triggers.join('; ')}.`,
    '',
    ...spec.rollback.steps.map((step, index) => `${index + 1}. ${step}`),
    ...section(
      'What is provisioned before',
      spec.resources.map((resource) => `${resource.name} (${resource.environment})`),
    ),
    ...section(
      'New alerts',
      spec.alerts.map((alert) => `${alert.name} (${alert.severity})`),
    ),
    ...section(
      'Success metrics',
      spec.successMetrics.map(
        (metric) =>
          `${metric.name}: ${metric.direction === 'up' ? 'at least' : 'at most'} ${metric.target}, ${metric.owner}`,
      ),
    ),
    ...section(
      'Exceptions',
      state.exceptions.map((one) => `${one.data.gate}: ${one.data.reason} (${one.actor})`),
    ),
    '',
  ].join('\n');
}

function noticeLines({ signing }: GateFacts): readonly string[] {
  const notice = unsignedNotice(signing);
  return notice === undefined ? [] : [`> ${notice}`, ''];
}

function section(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : ['', `## ${title}`, '', ...items.map((item) => `- ${item}`)];
}

function list(items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : ['', ...items.map((item) => `- ${item}`)];
}

function table(rows: readonly (readonly [string, string])[]): string {
  return ['| | |', '|-|-|', ...rows.map(([name, value]) => `| ${name} | ${value.replaceAll('|', '\\|')} |`)].join('\n');
}
