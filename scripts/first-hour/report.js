/** Prints a table of products, how right each kind is over all of them, and each that was missed or told wrongly. */
export function report(results) {
  const kinds = ['services', 'variables', 'migrations'];
  const short = ({ right, missed, wrong }) =>
    `${right}/${right + missed.length}${wrong.length > 0 ? ` +${wrong.length}` : ''}`;
  console.log('| product | init | plan | --check | rehearse | services | variables | migrations |\n|-|-|-|-|-|-|-|-|');
  for (const { name, ends, ...rest } of results)
    console.log(
      `| ${[name, ends.init, ends.plan, ends.check, ends.rehearse, ...kinds.map((kind) => short(rest[kind]))].join(' | ')} |`,
    );
  console.log('\nright/true, +wrong\n');
  for (const kind of kinds) {
    const sum = (of) => results.reduce((total, one) => total + of(one[kind]), 0);
    const right = sum((one) => one.right);
    const ratio = (whole) => (whole === 0 ? 'none' : (right / whole).toFixed(3));
    console.log(
      `${kind}: recall ${ratio(right + sum((one) => one.missed.length))}, precision ${ratio(right + sum((one) => one.wrong.length))}`,
    );
  }
  console.log('');
  for (const result of results)
    for (const kind of kinds)
      for (const [word, list] of [
        ['missed', result[kind].missed],
        ['wrong', result[kind].wrong],
      ])
        for (const one of list) console.log(`- ${result.name}: ${word} ${kind.slice(0, -1)} ${one}`);
}
