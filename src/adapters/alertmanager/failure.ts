import { RelctlError } from '../../errors.ts';

/** An answer that has not the form of the API that should give it. */
export function unreadable(where: string, what: string): RelctlError {
  return unreachable(`${where} gave ${what} in a form that is not its API's`);
}

/** Alerting could not be asked. */
export function unreachable(message: string): RelctlError {
  return new RelctlError('alerts.unreachable', message, {
    why: 'Without an answer relctl cannot tell a quiet alert from one that was not asked about.',
    hints: ['relctl doctor', 'check prometheus and alertmanager of the environment in relctl.yaml'],
  });
}
