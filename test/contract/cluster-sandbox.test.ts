import { openCompany } from '../unit/adapters/sandbox/company.ts';
import { clusterContract } from './cluster.contract.ts';

clusterContract('the sandbox', {
  async create() {
    const sandbox = openCompany();
    return { cluster: sandbox.cluster('production'), settle: () => sandbox.clock.sleep(1000) };
  },
});
