/** In what a candidate is another than what the Product Manager chose, as words; nothing where it is that. */
export function choiceDifferences(held: readonly string[], chosen: readonly string[]): readonly string[] {
  return [
    ...chosen.filter((name) => !held.includes(name)).map((name) => `${name} is not in it`),
    ...held.filter((name) => !chosen.includes(name)).map((name) => `${name} was not chosen`),
  ];
}
