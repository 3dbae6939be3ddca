/** Where something stands in a text; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([{}[\],:])|([^\s{}[\],:"]+))/gy;

/** A list or an object in which a token stands, with the index or the name of the value that comes next. */
interface Frame {
  name: string | number;
  readonly isList: boolean;
  /** A name comes next, not a value. */
  expectsName: boolean;
}

/**
 * Where the value at a path begins in a JSON text, or what of the path there is: a member that is missing is where its object begins.
 *
 * @param text - valid JSON.
 * @param path - as problems name it: `steps[2].config.url`, `next["a b"]`.
 */
export function placeOf(text: string, path: string): Place {
  const wanted = segmentsOf(path);
  const frames: Frame[] = [];
  let found = { depth: -1, offset: 0 };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [all, string, mark = ""] = match;
    if (!beginsValue(frames, mark, string)) continue;
    const offset = match.index + all.length - all.trimStart().length;
    if (frames.length > found.depth && leadsTo(frames, wanted))
      found = { depth: frames.length, offset };
    if (mark === "[") frames.push({ name: 0, isList: true, expectsName: false });
    if (mark === "{") frames.push({ name: "", isList: false, expectsName: true });
  }
  return toPlace(text, found.offset);
}

function leadsTo(frames: readonly Frame[], wanted: readonly (string | number)[]): boolean {
  return frames.length <= wanted.length && frames.every(({ name }, at) => name === wanted[at]);
}

/** Whether a value begins with this token; all others say where the next one stands. */
function beginsValue(frames: Frame[], mark: string, string: string | undefined): boolean {
  const top = frames.at(-1);
  if (mark === "}" || mark === "]") frames.pop();
  else if (mark === "," && top !== undefined) next(top);
  else if (top?.expectsName === true && string !== undefined) {
    top.name = String(JSON.parse(string));
    top.expectsName = false;
  } else return mark !== ":";
  return false;
}

function next(frame: Frame): void {
  if (typeof frame.name === "number") frame.name += 1;
  frame.expectsName = !frame.isList;
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
