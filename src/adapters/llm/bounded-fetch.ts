import { AppError } from "../../shared/errors.ts";

/** How much of an answer is read, in bytes as they are sent. */
interface Bounds {
  /** All of it. */
  readonly whole: number;
  /** One line: an event of a stream is parsed at once. */
  readonly line: number;
  /** How many lines: also an empty one costs time. */
  readonly lines: number;
}

/** An answer in one piece is parsed at once: a longer one would hold up everything else meanwhile. */
const IN_ONE_PIECE: Bounds = { whole: 4_000_000, line: 4_000_000, lines: 4_000_000 };

/** Each token comes in an event of two lines and about 300 bytes, and models that reason write up to a hundred thousand. */
const STREAMED: Bounds = { whole: 32_000_000, line: 1_000_000, lines: 400_000 };

/** A `fetch` that reads no more of an answer than any model has to say; then it fails with `model_output_invalid`. */
export async function boundedFetch(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  const isStream = response.headers.get("content-type")?.includes("text/event-stream") === true;
  const body = response.body.pipeThrough(bound(isStream ? STREAMED : IN_ONE_PIECE));
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

const NEW_LINE = 10;

function bound(bounds: Bounds): TransformStream<Uint8Array, Uint8Array> {
  let [whole, line, lines] = [0, 0, 0];
  return new TransformStream({
    transform(chunk, controller) {
      let start = 0;
      for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, start)) {
        if (line + end - start > bounds.line) throw tooLong(`${bounds.line / 1e6} MB in one line`);
        line = 0;
        lines += 1;
        start = end + 1;
      }
      line += chunk.length - start;
      whole += chunk.length;
      if (line > bounds.line) throw tooLong(`${bounds.line / 1e6} MB in one line`);
      if (whole > bounds.whole) throw tooLong(`${bounds.whole / 1e6} MB`);
      if (lines > bounds.lines) throw tooLong(`${bounds.lines} lines`);
      controller.enqueue(chunk);
    },
  });
}

/** What was written until then may be charged. */
function tooLong(than: string): AppError {
  return new AppError({
    code: "model_output_invalid",
    message: `The model's answer was not read to its end: it is longer than ${than}. Set a lower maxTokens, or use another model.`,
    outcomeUnknown: true,
  });
}
