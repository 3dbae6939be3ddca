/**
 * Finds where a text stops being JSON, after `JSON.parse` has refused it. The API promises line and
 * column, and Node's `SyntaxError` cannot give them: for common mistakes (`{"a": x}`, a cut-off
 * body) its message has no position, and it quotes parts of the body.
 */

export interface JsonMistake {
  /** UTF-16 units from the start. */
  readonly offset: number;
  /** What should be there: `a value`, `“,” or “}”`. */
  readonly expected: string;
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// A string without its closing quote: the next character shows what is wrong.
const STRING_BODY = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y;

type Close = "}" | "]";
type Need = "value" | "value or ]" | "name" | "name or }" | "colon" | "comma";

/** The first place where `text` is not JSON; `null` if it is JSON. */
export function findJsonMistake(text: string): JsonMistake | null {
  const open: Close[] = [];
  let need: Need = "value";
  let at = skip(SPACE, text, 0);
  for (; open.length > 0 || need !== "comma"; at = skip(SPACE, text, at)) {
    const step = readToken(text, at, need, open);
    if ("mistake" in step) return step.mistake;
    need = step.need;
    at = step.end;
  }
  return at < text.length ? { offset: at, expected: "the end of the text" } : null;
}

type Step = { readonly need: Need; readonly end: number } | { readonly mistake: JsonMistake };

function readToken(text: string, at: number, need: Need, open: Close[]): Step {
  const mark = text[at];
  const close = open.at(-1);
  if (need === "colon") return mark === ":" ? { need: "value", end: at + 1 } : wrong(at, "“:”");
  if (need === "comma") return readComma(mark, at, close, open);
  if ((need === "name or }" && mark === "}") || (need === "value or ]" && mark === "]")) {
    open.pop();
    return { need: "comma", end: at + 1 };
  }
  if (mark === '"') return readString(text, at, need.startsWith("name") ? "colon" : "comma");
  if (need === "name") return wrong(at, "a name in double quotes");
  if (need === "name or }") return wrong(at, "a name in double quotes or “}”");
  return readValue(text, at, mark, open);
}

function readComma(
  mark: string | undefined,
  at: number,
  close: Close | undefined,
  open: Close[],
): Step {
  if (mark === close) {
    open.pop();
    return { need: "comma", end: at + 1 };
  }
  if (mark === ",") return { need: close === "}" ? "name" : "value", end: at + 1 };
  return wrong(at, `“,” or “${close ?? ""}”`);
}

function readValue(text: string, at: number, mark: string | undefined, open: Close[]): Step {
  if (mark === "{" || mark === "[") {
    open.push(mark === "{" ? "}" : "]");
    return { need: mark === "{" ? "name or }" : "value or ]", end: at + 1 };
  }
  const end = Math.max(skip(NUMBER, text, at), skip(WORD, text, at));
  return end > at ? { need: "comma", end } : wrong(at, "a value");
}

function readString(text: string, at: number, need: Need): Step {
  const end = skip(STRING_BODY, text, at);
  if (text[end] === '"') return { need, end: end + 1 };
  if (end >= text.length) return wrong(end, "the closing quote of a string");
  return text[end] === "\\"
    ? wrong(end, 'a valid escape (\\n, \\", \\\\, \\u0041, …)')
    : wrong(end, "no raw line break or control character inside a string (write \\n)");
}

function wrong(offset: number, expected: string): Step {
  return { mistake: { offset, expected } };
}

/** Where a sticky pattern ends that begins at `at`; `at` if it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
