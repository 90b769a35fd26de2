import { plural } from '../../text/plural.ts';
import { isDisguised, lookAlikes } from '../people/look-alikes.ts';
import { isAmong, quorumOf, samePerson, votingBoard } from '../people/people.ts';
import { error, type PlanFinding, type PlanRule, warning } from './finding.ts';

/** Each gate can be met by somebody whom the plan names. */
export const satisfiable: PlanRule = ({ plan: { spec }, policy }) => {
  const { cab, qa, operations, rdLead } = spec.owners;
  const voting = distinct(votingBoard(spec, [rdLead], policy));
  const quorum = quorumOf(voting, policy);
  const findings: PlanFinding[] = [];
  const { minimumMembers, members } = policy.cab;
  const strangers = cab.filter(
    (one) => members !== undefined && !members.some((other) => samePerson(one, other, policy)),
  );
  for (const one of strangers) {
    findings.push(
      error(
        'cab.not-a-member',
        ['spec', 'owners', 'cab', cab.indexOf(one)],
        `${one} is not one of those who may sit on a board by the policy (cab.members)`,
        `name some of ${members?.join(', ')}`,
      ),
    );
  }
  if (voting.length < quorum || voting.length === 0) {
    findings.push(
      error(
        'cab.unsatisfiable',
        ['spec', 'owners', 'cab'],
        `a Go needs ${quorum} votes, but only ${voting.length} of the board may vote (the R&D Lead wrote the plan)`,
        'name more members under spec.owners.cab',
      ),
    );
  } else if (voting.length < minimumMembers) {
    findings.push(
      error(
        'cab.too-small',
        ['spec', 'owners', 'cab'],
        `the board has ${plural(voting.length, 'member')} beside the authors, and the policy asks for ${minimumMembers} (cab.minimumMembers)`,
        'name more members under spec.owners.cab',
      ),
    );
  } else if (!policy.separation.authorMayApprove && isAmong(cab, rdLead)) {
    findings.push(
      warning(
        'cab.author',
        ['spec', 'owners', 'cab', cab.findIndex((one) => samePerson(one, rdLead))],
        `${rdLead} is on the board and wrote the plan, so that this vote does not count`,
        'name somebody else in addition, or leave it',
      ),
    );
  }
  const [testers, operators] = [distinct(qa), distinct(operations)];
  const [tester] = testers;
  if (
    !policy.separation.onePersonManyRoles &&
    testers.length === 1 &&
    tester !== undefined &&
    operators.every((one) => isAlias(one, tester))
  ) {
    findings.push(
      error(
        'signoff.unsatisfiable',
        ['spec', 'owners', 'operations'],
        `${tester} is alone in QA and in Operations, and one person may not sign off for both`,
        'name another person in one of the two',
      ),
    );
  }
  return findings;
};

/** One person is one person, whatever their addresses look like. */
export const aliases: PlanRule = ({ plan: { spec } }) =>
  (['operations', 'qa', 'cab'] as const).flatMap((role) =>
    spec.owners[role].flatMap((one, index, all) => {
      const earlier = all.slice(0, index).find((other) => isAlias(one, other));
      if (earlier === undefined) return [];
      const path = ['spec', 'owners', role, index];
      return samePerson(one, earlier)
        ? [
            error(
              'people.twice',
              path,
              `${one} stands twice in ${role}`,
              'remove one: people are counted, not addresses',
            ),
          ]
        : [
            warning(
              'people.alias',
              path,
              `${one} and ${earlier} look like one person`,
              'name one address of each person: people are counted, not addresses',
            ),
          ];
    }),
  );

/** An address that only looks like another one is a second vote for whoever holds both. */
export const disguises: PlanRule = ({ plan: { spec } }) => {
  const { productManager, rdLead, operations, qa, cab } = spec.owners;
  const everybody = [productManager, rdLead, ...operations, ...qa, ...cab];
  const path = ['spec', 'owners'];
  return [
    ...lookAlikes(everybody).map(([later, earlier]) =>
      error(
        'people.look-alike',
        path,
        `${JSON.stringify(later)} looks like ${JSON.stringify(earlier)} and is another address`,
        'write one of them as it is in plain letters, or remove it',
      ),
    ),
    ...everybody
      .filter(isDisguised)
      .map((one) =>
        error(
          'people.disguised',
          path,
          `${JSON.stringify(one)} has letters that cannot be told from others by looking`,
          'write the address in plain letters',
        ),
      ),
  ];
};

/** Who undoes and who reviews can do so. */
export const owners: PlanRule = ({ plan: { spec } }) => {
  const { owners: people, rollback, security } = spec;
  return [
    ...(isAmong(people.operations, rollback.owner)
      ? []
      : [
          warning(
            'rollback.owner',
            ['spec', 'rollback', 'owner'],
            `${rollback.owner} owns the rollback and is not in Operations, who alone may give it`,
            `name one of ${people.operations.join(', ')}`,
          ),
        ]),
    ...(security.reviewer !== undefined && samePerson(security.reviewer, people.rdLead)
      ? [
          warning(
            'security.self-review',
            ['spec', 'security', 'reviewer'],
            `${security.reviewer} reviewed the security of a release that they lead`,
            'have somebody else review it',
          ),
        ]
      : []),
  ];
};

/** Addresses that differ only in case or in what stands behind a plus sign (RFC 5233) reach one mailbox. */
function isAlias(a: string, b: string): boolean {
  const plain = (mail: string): string => mail.toLowerCase().replace(/\+[^@]*@/, '@');
  return plain(a) === plain(b);
}

function distinct(people: readonly string[]): readonly string[] {
  return people.filter((one, index) => people.findIndex((other) => isAlias(one, other)) === index);
}
