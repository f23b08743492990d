// Names in the order in which people number them: snapshot-2 before snapshot-10. Independent of locale, so
// that every machine reads, numbers and reports in the same order.

export function compareNames(a: string, b: string): number {
  const x = a.split(/(\d+)/);
  const y = b.split(/(\d+)/);
  for (let i = 0; i < x.length && i < y.length; i++) {
    const order = comparePart(x[i] ?? "", y[i] ?? "", i % 2 === 1);
    if (order !== 0) return order;
  }
  // "007" and "7" are equal as numbers; the order must still be total.
  return x.length - y.length || compareText(a, b);
}

function comparePart(a: string, b: string, isNumber: boolean): number {
  if (!isNumber) return compareText(a, b);
  const x = a.replace(/^0+/, "");
  const y = b.replace(/^0+/, "");
  return x.length - y.length || compareText(x, y);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
