/** A name as Kubernetes takes it: lower case, digits and dashes, at most 53 characters. What no key of relctl.yaml may be called gets more. */
export function kubeName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 53)
    .replace(/^-+|-+$/g, '');
  return plain === 'constructor' || plain === 'prototype' ? `${plain}-service` : plain;
}
