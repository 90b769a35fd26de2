import { openCompany } from '../unit/adapters/sandbox/company.ts';
import { describeNotifierContract } from './notifier.contract.ts';

describeNotifierContract('the sandbox', async () => {
  const company = openCompany();
  return {
    notifier: company.notifier,
    channel: 'sandbox',
    received: async () => company.outbox().map((message) => JSON.stringify(message)),
    setBroken: async (broken) => company.faults.set('notification-failing', broken),
  };
});
