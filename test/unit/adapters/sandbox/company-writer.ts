// A process that works on a company in a file, for tests that let several do so at once and kill them.
import { openSandbox } from '../../../../src/adapters/sandbox/sandbox.ts';
import { RelctlError } from '../../../../src/errors.ts';
import { companyConfig } from './company.ts';

const [file = '', name = '', count = '0'] = process.argv.slice(2);
const company = openSandbox({ file, config: companyConfig() });
const cluster = company.cluster('production');

for (let round = 0; round < Number(count); round += 1) {
  await cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${name}-${round}` } });
  await company.clock.sleep(1000);
  try {
    const metadata = { name: `lock-${round}` };
    const spec = { holderIdentity: name };
    await cluster.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
    process.stdout.write(`${round}\n`);
  } catch (error) {
    if (!(error instanceof RelctlError) || error.code !== 'cluster.conflict') throw error;
  }
}
