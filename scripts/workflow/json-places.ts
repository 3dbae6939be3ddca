/** Where something stands in a text; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([{}[\],:])|([^\s{}[\],:"]+))/gy;

/**
 * Where the value at a path begins in a JSON text, or what of the path there is: a member that is missing is where its object begins.
 *
 * @param text - valid JSON.
 * @param path - as problems name it: `steps[2].config.url`, `next["a b"]`.
 */
export function placeOf(text: string, path: string): Place {
  const wanted = segmentsOf(path);
  const frames: { name: string | number; readonly isList: boolean }[] = [];
  let found = { depth: -1, offset: text.length - text.trimStart().length };
  let expectsName = false;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [all, string, mark] = match;
    const offset = match.index + all.length - all.trimStart().length;
    const top = frames.at(-1);
    if (mark === "}" || mark === "]") frames.pop();
    else if (mark === ",") {
      if (top?.isList === true && typeof top.name === "number") top.name += 1;
      expectsName = top?.isList === false;
    } else if (mark === ":") expectsName = false;
    else if (expectsName && string !== undefined && top !== undefined) {
      top.name = String(JSON.parse(string));
    } else {
      const fits =
        frames.length <= wanted.length && frames.every(({ name }, at) => name === wanted[at]);
      if (fits && frames.length > found.depth) found = { depth: frames.length, offset };
      if (mark === "{" || mark === "[") {
        frames.push({ name: mark === "[" ? 0 : "", isList: mark === "[" });
        expectsName = mark === "{";
      }
    }
  }
  return toPlace(text, found.offset);
}

function segmentsOf(path: string): readonly (string | number)[] {
  const parts = path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return [...parts].map(([, index, quoted, name = ""]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? name : String(JSON.parse(quoted));
  });
}

function toPlace(text: string, offset: number): Place {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
