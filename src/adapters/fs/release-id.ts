import { RelctlError } from '../../errors.ts';
import { ID_PATTERN } from '../../plan/spec/terms.ts';

/** Names that Windows keeps for devices, whatever follows the first dot. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Refuses an id before any path is made of it. @throws RelctlError `plan.bad-id` */
export function checkReleaseId(id: string): void {
  const problem = problemOf(id);
  if (problem === undefined) return;
  const likely = id
    .replace(/\\/g, '/')
    .replace(/^.*\//, '')
    .replace(/\.ya?ml$/, '')
    .toLowerCase();
  throw new RelctlError('plan.bad-id', `${JSON.stringify(id.slice(0, 80))} is no release id: ${problem}`, {
    why: 'The id is a file name, the holder of a lock in the cluster and a label there.',
    hints: [likely !== id && problemOf(likely) === undefined ? `did you mean ${likely}?` : 'relctl list'],
  });
}

/** True for an id of which a path can be made. */
export function isReleaseId(id: string): boolean {
  return problemOf(id) === undefined;
}

function problemOf(id: string): string | undefined {
  if (!ID_PATTERN.test(id)) {
    return 'it takes lower-case letters, digits, dots and dashes, starts with a letter or digit, and has at most 63';
  }
  if (DEVICES.test(id)) return 'it is the name of a device on Windows';
  if (/[.-]$/.test(id)) return 'it must end with a letter or digit, as Kubernetes labels do';
  return undefined;
}

/** Refuses the name of a kept file before any path is made of it. @throws RelctlError `plan.bad-id` */
export function checkEvidenceName(name: string): void {
  if (isEvidenceName(name)) return;
  throw new RelctlError('plan.bad-id', `${JSON.stringify(name.slice(0, 80))} is no name for a kept file`, {
    why: 'Evidence lies below the folder of its release and nowhere else.',
    hints: ['use letters, digits, dots and dashes'],
  });
}

/** True for the name of a kept file of which a path can be made. */
export function isEvidenceName(name: string): boolean {
  const parts = name.split('/');
  const isPart = (part: string) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(part) && !DEVICES.test(part);
  return parts.length <= 4 && parts.every(isPart);
}
