/**
 * What runs in staging as facts, a line a service, with as much of each digest as tells it from others; the record has all of it.
 * @param images image ids by service, such as `registry.example.com/shop/web@sha256:…`
 */
export function stagedImages(
  images: Readonly<Record<string, readonly string[]>>,
): readonly (readonly [name: string, value: string])[] {
  return Object.entries(images).map(([service, ids]) => [service, ids.map(shortened).join(', ')] as const);
}

function shortened(id: string): string {
  return id.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1');
}
