/**
 * How many states the automaton of a pattern has, roughly and cheaply: a repetition repeats the states of what it repeats, so that a
 * short pattern may have a million of them and take seconds to compile.
 *
 * @param source - RE2 syntax; where it is wrong, whatever is found until then.
 */
export function estimateStates(source: string): number {
  // States of each group that is open, and of the last element within it.
  const groups = [{ sum: 0, last: 0 }];
  const add = (states: number): void => {
    const group = groups.at(-1);
    if (!group) return;
    group.sum += states;
    group.last = states;
  };
  for (const [token] of source.matchAll(TOKEN)) {
    if (token === "(") groups.push({ sum: 0, last: 0 });
    else if (token === ")" && groups.length > 1) add(groups.pop()?.sum ?? 0);
    else if (/^\{\d+/.test(token)) {
      const group = groups.at(-1);
      const more = (group?.last ?? 0) * (timesOf(token) - 1);
      if (group) {
        group.sum += more;
        group.last += more;
      }
    } else if (!/^[*+?|^$]|^\(\?/.test(token)) add(1);
  }
  return groups.reduce((all, { sum }) => all + sum, 0);
}

/** An escape with its braces, a class, a repetition, or one character. */
const TOKEN =
  /\\[pPx]\{[^}]*\}|\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]?|\{\d+(?:,\d*)?\}|\(\?[a-zA-Z-]*\)|[\s\S]/g;

/** `{3}`: 3, `{3,}`: 3, `{3,7}`: 7; at least 1, for what is repeated is there once. */
function timesOf(token: string): number {
  const [least = 0, most = least] = [...token.matchAll(/\d+/g)].map(Number);
  return Math.max(least, most, 1);
}
