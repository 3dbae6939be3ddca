/**
 * Bounds the values of a label whose values definitions choose, so that a scrape has a size.
 *
 * @param limit - values that keep their names; every further one is `other`.
 */
export function createLabelBound(limit: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (!known.has(value) && known.size >= limit) return "other";
    known.add(value);
    return value;
  };
}
