/** Numbers that look random and are the same every time. */
export interface Random {
  /** A whole number from 0 up to but not including `end`. */
  readonly below: (end: number) => number;
  /** Up to `count` different items of a list. */
  readonly some: <T>(items: readonly T[], count: number) => readonly T[];
}

/** Each state is a multiple of the one before, plus a constant; the numbers need not be good, only always the same. */
export function createRandom(seed: number): Random {
  let state = seed;
  const below = (end: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
  return {
    below,
    some: (items, count) => {
      const chosen = new Set<(typeof items)[number]>();
      for (let tries = 0; tries < count; tries += 1) {
        const item = items[below(items.length)];
        if (item !== undefined) chosen.add(item);
      }
      return [...chosen];
    },
  };
}
