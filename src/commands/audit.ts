import { RelctlError } from '../errors.ts';
import { missingId } from '../program/missing-id.ts';
import { command } from '../text/command-line.ts';
import { auditAll } from '../usecases/audit/all.ts';
import { audit } from '../usecases/audit.ts';
import { type CommandAction, isSet } from './command.ts';

export const run: CommandAction = async (invocation) => {
  const [id] = invocation.args;
  const isAll = isSet(invocation.flags, 'all');
  if (isAll && id !== undefined) {
    throw new RelctlError('usage.bad-flag', '--all takes no release', {
      why: 'An audit is of one release or of all of them.',
      hints: [command`relctl audit ${id}`, 'relctl audit --all'],
    });
  }
  if (!isAll && id === undefined) throw missingId('audit', ['relctl audit --all']);
  const ground = await invocation.ground();
  return id === undefined ? auditAll(ground) : audit(ground, id);
};
