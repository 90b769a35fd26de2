import { RelctlError } from '../errors.ts';
import { auditAll } from '../usecases/audit/all.ts';
import { audit } from '../usecases/audit.ts';
import { type CommandAction, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const [id] = invocation.args;
  const isAll = isSet(invocation.flags, 'all');
  if (isAll === (id !== undefined)) {
    throw new RelctlError('usage.bad-flag', isAll ? '--all takes no release' : 'which release should be audited?', {
      why: 'An audit is of one release or of all of them.',
      hints: ['relctl audit <id>', 'relctl audit --all'],
    });
  }
  const ground = await invocation.ground();
  return id === undefined ? auditAll(ground) : audit(ground, id);
};
