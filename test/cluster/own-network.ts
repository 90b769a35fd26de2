import { networkInterfaces } from 'node:os';

/** First two numbers of pods' addresses in a network namespace that own-network.sh made. */
export const POD_NETWORK = '198.18';

/** Errors: Error that says how to run the tests, outside of such a namespace. There, nothing but loopback is there. */
export function requireOwnNetwork(): void {
  const others = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  if (process.env.RELCTL_OWN_NETWORK === 'yes' && others.length === 0) return;
  throw new Error('these tests need a network namespace of their own; run them with: npm run test:gateway');
}
