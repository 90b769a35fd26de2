import { deployment, openCompany } from '../unit/adapters/sandbox/company.ts';
import { describeAlertsContract } from './alerts.contract.ts';

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

describeAlertsContract('the sandbox, in staging after a rollout', async () => {
  const company = openCompany();
  const cluster = company.cluster('staging');
  const web = await cluster.get(WEB);
  const from = company.clock.now();
  await cluster.apply(deployment('web', { image: 'shop:2' }), { resourceVersion: web?.metadata.resourceVersion ?? '' });
  await company.clock.sleep(10 * 60_000);
  return {
    alerts: company.alerts('staging'),
    fired: 'WalletPaymentsFailing',
    span: { from, to: company.clock.now() },
  };
});

describeAlertsContract('the sandbox, with a bad version in staging', async () => {
  const company = openCompany();
  const cluster = company.cluster('staging');
  const web = await cluster.get(WEB);
  const from = company.clock.now();
  const bad = deployment('web', { image: 'shop:bad-errors' });
  await cluster.apply(bad, { resourceVersion: web?.metadata.resourceVersion ?? '' });
  await company.clock.sleep(10 * 60_000);
  return {
    alerts: company.alerts('staging'),
    fired: 'WalletPaymentsFailing',
    span: { from, to: company.clock.now() },
    firing: { service: 'web', severity: 'critical' },
  };
});
