import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { createFaultQueue, type FaultList, FaultRefused } from "../fault-queue.ts";
import { parseJson } from "../json.ts";
import { answerContent } from "./answer.ts";
import { type ChatRequest, parseChatRequest } from "./chat-request.ts";
import { type Deviation, toCompletion } from "./completion.ts";
import { toEvents } from "./completion-events.ts";
import { ModelRefusal } from "./model-refusal.ts";
import { refuseChange } from "./rules/generation/build.ts";

/**
 * Trouble for the next `times` calls of `/v1/chat/completions`.
 *
 * - `status`: answers with this HTTP error; `retry_after` (seconds) alone means 429.
 * - `error`: `empty_choices`, `refusal`, `length` (cut in half), `content_filter`, or `disconnect` (the
 *   connection is dropped). Any other text is the `code` of an HTTP error, 500 without `status`.
 * - `raw`: the literal content of the answer; with `status`, the literal body.
 * - `delay_ms`: waits first, at most ten minutes, also when nothing else is wrong.
 */
const ModelFault = z.strictObject({
  target: z.literal("model").optional(),
  method: z.string().optional(),
  status: z.int().min(400).max(599).optional(),
  error: z.string().min(1).max(500).optional(),
  retry_after: z.number().min(0).max(3_600).optional(),
  delay_ms: z.int().min(0).max(600_000).optional(),
  raw: z.string().optional(),
  times: z.int().min(1).max(1_000_000).default(1),
});
type ModelFault = z.output<typeof ModelFault>;

/**
 * @returns the fault with its defaults.
 * @throws {FaultRefused} naming each wrong field.
 */
function parseModelFault(input: unknown): ModelFault {
  const parsed = ModelFault.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new FaultRefused(`This is no fault of the model. ${z.prettifyError(parsed.error)}`);
}

const CALLS_KEPT = 200;
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const MODELS = ["gpt-4o-mini", "gpt-4o", "stand-in"];
const DEVIATIONS: readonly string[] = ["empty_choices", "refusal", "length", "content_filter"];

/** One request, and how it was answered. */
export interface ModelCall {
  /** Such as `/v1/chat/completions`. */
  readonly path: string;
  /** The parsed body; `undefined` when it was no JSON. Keys are never kept. */
  readonly body: unknown;
  /** The HTTP status of the answer; `undefined` while it is under way or when the connection was dropped. */
  readonly status: number | undefined;
  /** The content of the answer, before any cut. */
  readonly content: string | undefined;
}

/** A model that decides by rules, behind the interface of OpenAI's chat completions. */
export interface StandInModel {
  /**
   * Answers `POST /v1/chat/completions`, `GET /v1/models` and `GET /v1/models/:id`; other paths under
   * `/v1` with OpenAI's 404.
   *
   * @returns false, with nothing read or written, when the path is not under `/v1`.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /**
   * Adds trouble for coming calls; see {@link ModelFault} for the fields.
   *
   * @returns the id under which it can be taken back.
   * @throws {FaultRefused} when the fault makes no sense.
   */
  fault(fault: unknown): string;
  /** Faults that still wait. */
  readonly faults: FaultList;
  /** Forgets calls and faults; delays under way end. */
  reset(): void;
  /** The latest chat requests, newest last; at most 200. */
  calls(): readonly ModelCall[];
}

/** What a test may set. */
export interface StandInModelOptions {
  /** The time that answers carry; default is the machine's. */
  readonly now?: () => Date;
}

/** @returns a model of its own; two models never meet. */
export function createStandInModel(options: StandInModelOptions = {}): StandInModel {
  const now = options.now ?? (() => new Date());
  const faults = createFaultQueue<ModelFault>("model");
  let calls: { path: string; body: unknown; status?: number; content?: string }[] = [];
  let answered = 0;

  async function complete(request: IncomingMessage, response: ServerResponse, path: string) {
    const body = parseJson(await readBody(request));
    const call: (typeof calls)[number] = { path, body };
    calls = [...calls, call].slice(-CALLS_KEPT);
    response.once("finish", () => {
      call.status = response.statusCode;
    });
    const fault = faults.take((one) => path.includes(one.method ?? ""));
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    if (fault?.delay_ms !== undefined) await faults.delay(fault.delay_ms, gone.signal);
    if (gone.signal.aborted) return;
    if (fault !== undefined && answerWithFault(fault, response)) return;
    if (body === undefined) throw malformed();
    const chat: ChatRequest = parseChatRequest(body);
    const { content, deviation } = answerTo(chat, fault);
    call.content = content;
    answered += 1;
    const stamp = { id: `chatcmpl-stand-in-${answered}`, createdAt: now() };
    const completion = toCompletion(chat, content, deviation, stamp);
    if (chat.stream === undefined) {
      send(response, 200, JSON.stringify(completion));
      return;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
    response.end(toEvents(completion, chat.stream.includeUsage));
  }

  return {
    async handle(request, response) {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      if (pathname !== "/v1" && !pathname.startsWith("/v1/")) return false;
      try {
        if (pathname === "/v1/chat/completions" && request.method === "POST") {
          await complete(request, response, pathname);
        } else {
          request.resume();
          send(response, 200, describeModels(request.method ?? "GET", pathname));
        }
      } catch (error) {
        sendError(response, error);
      }
      return true;
    },
    fault: (fault) => faults.add(parseModelFault(fault)),
    faults,
    reset() {
      faults.reset();
      calls = [];
      answered = 0;
    },
    calls: () => calls.map(({ path, body, status, content }) => ({ path, body, status, content })),
  };
}

/** @returns true when the fault was the whole answer. */
function answerWithFault(fault: ModelFault, response: ServerResponse): boolean {
  if (fault.error === "disconnect") {
    response.socket?.destroy();
    return true;
  }
  const isOwnError = fault.error !== undefined && deviationOf(fault) === undefined;
  const status =
    fault.status ?? (fault.retry_after !== undefined ? 429 : isOwnError ? 500 : undefined);
  if (status === undefined) return false;
  if (fault.retry_after !== undefined) response.setHeader("Retry-After", String(fault.retry_after));
  if (fault.raw !== undefined) {
    send(response, status, fault.raw);
    return true;
  }
  throw new ModelRefusal(status, `${messageFor(status)} (asked for by a test).`, {
    type: typeFor(status),
    code: fault.error ?? null,
  });
}

/** What is answered, and how it differs from a normal answer. */
function answerTo(
  chat: ChatRequest,
  fault: ModelFault | undefined,
): { readonly content: string; readonly deviation: Deviation | undefined } {
  if (fault?.raw !== undefined) return { content: fault.raw, deviation: deviationOf(fault) };
  const declined = refuseChange(chat);
  if (declined !== undefined) return { content: declined, deviation: "declined" };
  return { content: answerContent(chat), deviation: deviationOf(fault) };
}

function deviationOf(fault: ModelFault | undefined): Deviation | undefined {
  const isDeviation = (text: string): text is Deviation => DEVIATIONS.includes(text);
  return fault?.error !== undefined && isDeviation(fault.error) ? fault.error : undefined;
}

function messageFor(status: number): string {
  if (status === 429) return "Rate limit reached";
  return status >= 500 ? "The server had an error" : "The request was refused";
}

function typeFor(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

function describeModels(method: string, pathname: string): string {
  const describe = (id: string) => ({ id, object: "model", created: 0, owned_by: "stand-in" });
  if (method === "GET" && pathname === "/v1/models") {
    return JSON.stringify({ object: "list", data: MODELS.map(describe) });
  }
  const id = pathname.startsWith("/v1/models/")
    ? MODELS.find((model) => pathname === `/v1/models/${model}`)
    : undefined;
  if (method === "GET" && id !== undefined) return JSON.stringify(describe(id));
  throw new ModelRefusal(404, `The stand-in model does not answer ${method} ${pathname}.`, {
    type: "invalid_request_error",
    code: pathname.startsWith("/v1/models/") ? "model_not_found" : "unknown_url",
  });
}

/** @throws {ModelRefusal} 413 when the body is larger than 4 MB; the rest of it is not kept. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += Buffer.byteLength(chunk);
    if (bytes <= BODY_BYTES_MAX) chunks.push(Buffer.from(chunk));
  }
  if (bytes <= BODY_BYTES_MAX) return Buffer.concat(chunks).toString("utf8");
  throw new ModelRefusal(413, "The request is larger than 4 MB.", {
    type: "invalid_request_error",
  });
}

function malformed(): ModelRefusal {
  return new ModelRefusal(400, "The request body is not valid JSON.", {
    type: "invalid_request_error",
  });
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) return;
  const refusal =
    error instanceof ModelRefusal
      ? error
      : new ModelRefusal(500, `The stand-in model failed: ${String(error)}`, {
          type: "server_error",
        });
  send(response, refusal.status, refusal.toBody());
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
  response.end(body);
}
