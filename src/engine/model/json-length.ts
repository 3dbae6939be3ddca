/** Lengths that were measured: values of an execution never change. */
const measured = new WeakMap<object, number>();

/** Characters of a list or an object of an execution as JSON text. It is measured once. */
export function jsonLength(value: object): number {
  const known = measured.get(value);
  if (known !== undefined) return known;
  const { length } = JSON.stringify(value);
  measured.set(value, length);
  return length;
}
