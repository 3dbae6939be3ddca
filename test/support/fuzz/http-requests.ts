import { connect } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import type { Json } from "../../../src/shared/json.ts";
import { mutate, mutateText, mutations, textMutations } from "./mutate.ts";
import { oddText } from "./odd-values.ts";
import { API_TOKEN, HOOK_SECRET } from "./stage.ts";
import { STAGE_WORKFLOWS } from "./stage-workflows.ts";

/** A request that is right: what others are made of. `RUN` in a path stands for a run that there is. */
type Right = readonly [method: string, path: string, body?: Json];

/** One for each route, and several where bodies differ. */
const RIGHT: readonly Right[] = [
  ...STAGE_WORKFLOWS.map((definition): Right => ["POST", "/api/workflows", definition as Json]),
  ["GET", "/api/workflows"],
  ["GET", "/api/workflows/ask?version=1"],
  ["GET", "/api/workflows/ask/versions"],
  ["GET", "/api/workflows/ask/diff?from=1&to=1"],
  ["POST", "/api/workflows/ask/activate", { version: 1 }],
  ["POST", "/api/workflows/generate", { description: "ask @finance before we pay" }],
  ["POST", "/api/workflows/echo/execute", { note: "hello" }],
  [
    "POST",
    "/api/workflows/every-input/execute",
    {
      text: "plain",
      long: "two\nlines",
      number: 1.5,
      whole: 3,
      flag: true,
      choice: "red",
      day: "2026-11-30",
      mail: "a@example.org",
      link: "https://example.org/",
      person: "U0BOB",
      where: "C0GENERAL",
      several: ["a"],
      other: { a: [1, null] },
      iban: "DE89370400440532013000",
    },
  ],
  ["POST", "/api/workflows/ask/execute", { amount: 12, item: "Lamp" }],
  ["POST", "/api/workflows/judge/execute", { text: "It does not start." }],
  ["POST", "/api/workflows/patience/execute", {}],
  ["GET", "/api/executions?workflowId=echo&status=completed&limit=3"],
  ["GET", "/api/executions?cursor=bm9wZQ"],
  ["GET", "/api/executions/RUN"],
  ["GET", "/api/executions/RUN/steps?after=0&path=say"],
  ["GET", "/api/executions/RUN/calls?step=topic"],
  ["POST", "/api/files?name=a.json", { note: "hello" }],
  ["GET", `/api/executions/RUN/files/sha256:${"0".repeat(64)}`],
  ["POST", "/api/executions/RUN/cancel", {}],
  [
    "POST",
    "/api/executions/RUN/retry",
    { fromStep: "say", variables: { note: "again" }, acceptsDoubt: true, again: ["say"] },
  ],
  ["POST", "/api/executions/RUN/migrate", { version: 1 }],
  ["POST", "/api/executions/RUN/labels", { path: "topic", expected: "billing", note: "no" }],
  [
    "POST",
    "/api/workflows/fail/retry",
    { status: "failed", since: "2026-01-01T00:00:00Z", dryRun: false },
  ],
  ["POST", "/api/workflows/judge/evaluate", { step: "topic", limit: 3, maxCostUsd: 0.01 }],
  ["GET", "/api/workflows/judge/samples?step=topic"],
  ["GET", "/api/workflows/echo/metrics"],
  ["GET", "/api/workflows/echo/estimate?version=1"],
  ["GET", "/api/workflows/echo/costs?days=30"],
  ["GET", "/api/costs?by=workflow&days=7&workflowId=echo&person=U0BOB"],
  ["GET", "/api/budgets"],
  ["POST", "/api/budgets", { scope: "workflow", subject: "judge", monthlyUsd: 100 }],
  ["GET", "/api/prompts"],
  [
    "POST",
    "/api/prompts/tone",
    { text: "Be kind to {{variables.text}}", note: "x", activate: true },
  ],
  ["GET", "/api/prompts/tone"],
  ["GET", "/api/prompts/tone/comparison?from=1&to=1"],
  ["POST", "/api/prompts/tone/split", { version: 1, percent: 20 }],
  ["POST", "/api/prompts/tone/promote", { version: 1 }],
  ["POST", "/api/prompts/tone/rollback", {}],
  ["POST", "/api/workflows/patience/pause", {}],
  ["POST", "/api/workflows/patience/resume", {}],
  ["POST", "/api/resume", {}],
  ["GET", "/api/audit?since=2026-01-01T00:00:00Z&workflowId=ask&executionId=RUN&actor=U0BOB"],
  ["GET", "/api/approvals/figures?days=30"],
  ["GET", "/api/templates"],
  ["POST", "/api/templates/expense-approval", { name: "Mine" }],
  ["GET", "/dashboard"],
  ["GET", "/metrics"],
  ["GET", "/healthz"],
  ["GET", "/readyz"],
  ["POST", "/webhooks/echo", { note: "from outside" }],
  ["POST", "/webhooks/every", { number: 3, data: { deep: { deeper: [1] } } }],
  ["POST", "/webhooks/judge", { text: "Hello" }],
  ["POST", "/api/events", { name: "order.paid", payload: { order: 42 }, id: "order-42" }],
  ["POST", "/api/events", { name: "note.written", payload: { note: "told" } }],
  ["POST", "/slack/events", { type: "url_verification", challenge: "x" }],
];

const METHODS = [
  "GET",
  "POST",
  "HEAD",
  "OPTIONS",
  "PUT",
  "PATCH",
  "DELETE",
  "TRACE",
  "QUERY",
  "get",
];

const CONTENT_TYPES = [
  "application/json",
  "application/json; charset=utf-16",
  "application/json; charset=iso-8859-1",
  "application/x-www-form-urlencoded",
  "text/plain; charset=nope",
  "multipart/form-data; boundary=x",
  "multipart/form-data",
  "application/xml",
  "application/octet-stream",
  ";;;",
];

const ENCODINGS = ["gzip", "deflate", "br", "zstd", "identity", "gzip, gzip", "compress", "x"];

/** A request as it is written to the connection. */
export interface OddRequest {
  readonly head: string;
  readonly body: Buffer;
  /** The connection is closed before everything was sent. */
  readonly isBroken: boolean;
}

/** How a body is framed. */
const FRAMINGS = [
  "length",
  "length",
  "length",
  "chunked",
  "too long",
  "too short",
  "broken",
] as const;

const headers: fc.Arbitrary<readonly string[]> = fc.array(
  fc.oneof(
    fc.constantFrom(
      "Accept: application/json",
      "Accept: text/html;q=x, */*;q=2",
      "Cookie: a=b; __proto__=c; =",
      "Origin: https://example.org",
      "X-Forwarded-For: 203.0.113.7",
      "Forwarded: for=_x;host=%",
      "Expect: 100-continue",
      "Range: bytes=0-",
      "If-None-Match: *",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Transfer-Encoding: identity",
      "X-Hub-Signature-256: sha256=zz",
      "X-GitHub-Delivery: same",
      `X-Signature: ${"0".repeat(64)}`,
      "X-Slack-Signature: v0=0",
      "X-Slack-Request-Timestamp: NaN",
      "Idempotency-Key: key-1",
      "Idempotency-Key: ",
      "Content-Length: 4",
      "Host: example.org",
      "Authorization: Basic Og==",
      "Authorization: Bearer wrong",
      `X-Long: ${"x".repeat(20_000)}`,
    ),
    fc
      .tuple(fc.constantFrom("Idempotency-Key", "Authorization", "Host", "Accept", "X-Y"), oddText)
      .map(([name, value]) => `${name}: ${value}`),
  ),
  { maxLength: 3 },
);

const body: fc.Arbitrary<(right: Json | undefined) => string> = fc.oneof(
  { weight: 3, arbitrary: fc.constant((right: Json | undefined) => text(right)) },
  {
    weight: 6,
    arbitrary: mutations.map((all) => (right: Json | undefined) => text(mutate(right ?? {}, all))),
  },
  {
    weight: 3,
    arbitrary: textMutations.map(
      (all) => (right: Json | undefined) => mutateText(text(right ?? {}), all),
    ),
  },
  { weight: 1, arbitrary: oddText.map((text) => () => text) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("[", '{"a":', "9", '"\\u00', "a=1&")
      .map((part) => () => part.repeat(200_000)),
  },
);

const path: fc.Arbitrary<(right: string) => string> = fc.oneof(
  { weight: 5, arbitrary: fc.constant((right: string) => right) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(6), oddText, fc.boolean())
      .map(([at, odd, isEncoded]) => (right: string) => {
        const parts = right.split("/");
        parts[1 + (at % Math.max(1, parts.length - 1))] = isEncoded ? safely(odd) : inLine(odd);
        return parts.join("/");
      }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          "limit",
          "cursor",
          "days",
          "since",
          "from",
          "to",
          "version",
          "status",
          "by",
          "x",
        ),
        oddText,
      )
      .map(
        ([name, odd]) =>
          (right: string) =>
            `${right}${right.includes("?") ? "&" : "?"}${name}=${safely(odd)}`,
      ),
  },
  {
    weight: 1,
    arbitrary: textMutations.map((all) => (right: string) => inLine(mutateText(right, all))),
  },
);

/** Requests made of right ones, by as much as a program can get wrong. */
export const oddRequest: fc.Arbitrary<OddRequest> = fc
  .record({
    right: fc.constantFrom(...RIGHT),
    method: fc.option(fc.constantFrom(...METHODS), { freq: 8 }),
    path,
    type: fc.option(fc.constantFrom(...CONTENT_TYPES), { freq: 2 }),
    encoding: fc.option(fc.constantFrom(...ENCODINGS), { freq: 6 }),
    isEncoded: fc.boolean(),
    token: fc.constantFrom(API_TOKEN, API_TOKEN, API_TOKEN, HOOK_SECRET, "wrong"),
    headers,
    body,
    framing: fc.constantFrom(...FRAMINGS),
  })
  .map((parts) => {
    const [method, right, rightBody] = parts.right;
    const plain = Buffer.from(parts.body(rightBody));
    const encoding = parts.encoding;
    const bytes = encoding !== null && parts.isEncoded ? compress(plain, encoding) : plain;
    const isBodiless = rightBody === undefined && method === "GET";
    const framed = frame(isBodiless ? Buffer.alloc(0) : bytes, parts.framing);
    const head = [
      `${parts.method ?? method} ${parts.path(right)} HTTP/1.1`,
      "Host: localhost",
      `Authorization: Bearer ${parts.token}`,
      ...(parts.type === null ? [] : [`Content-Type: ${parts.type}`]),
      ...(encoding === null ? [] : [`Content-Encoding: ${encoding}`]),
      ...parts.headers.map(inLine),
      ...framed.headers,
      "Connection: close",
    ];
    return {
      head: `${head.join("\r\n")}\r\n\r\n`,
      body: framed.body,
      isBroken: parts.framing === "broken" || parts.framing === "too long",
    };
  });

function text(value: Json | undefined): string {
  return value === undefined ? "" : JSON.stringify(value);
}

/** Without what would end the line. */
function inLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, "");
}

export function safely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function compress(bytes: Buffer, encoding: string): Buffer {
  switch (encoding) {
    case "gzip":
      return gzipSync(bytes);
    case "gzip, gzip":
      return gzipSync(gzipSync(bytes));
    case "deflate":
      return deflateSync(bytes);
    case "br":
      return brotliCompressSync(bytes);
    case "zstd":
      return zstdCompressSync(bytes);
    default:
      return bytes;
  }
}

function frame(
  body: Buffer,
  framing: (typeof FRAMINGS)[number],
): { readonly headers: readonly string[]; readonly body: Buffer } {
  switch (framing) {
    case "length":
      return { headers: [`Content-Length: ${body.length}`], body };
    case "too long":
      return { headers: [`Content-Length: ${body.length + 7}`], body };
    case "too short":
      return { headers: [`Content-Length: ${Math.floor(body.length / 2)}`], body };
    case "broken":
      return {
        headers: [`Content-Length: ${body.length + 1}`],
        body: body.subarray(0, Math.floor(body.length / 2)),
      };
    case "chunked": {
      const middle = Math.floor(body.length / 2);
      const chunks = [body.subarray(0, middle), body.subarray(middle)].filter(
        (chunk) => chunk.length > 0,
      );
      return {
        headers: ["Transfer-Encoding: chunked"],
        body: Buffer.concat([
          ...chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)}\r\n`),
            chunk,
            Buffer.from("\r\n"),
          ]),
          Buffer.from("0\r\n\r\n"),
        ]),
      };
    }
  }
}

/** Milliseconds after which a server that says nothing is given up. */
const SILENCE_MS = 10_000;
/** So long a caller waits who has broken off a request. */
const BROKEN_MS = 30;

const END_OF_HEAD = "\r\n\r\n";

/** A stream of events stays open as long as its run does: its head is the answer. */
function isStream(text: string): boolean {
  const end = text.indexOf(END_OF_HEAD);
  return end >= 0 && /\r\ncontent-type: text\/event-stream/i.test(text.slice(0, end));
}

/** Sends a request. @returns all that the server answers until it closes; may be empty if the request is broken off. */
export async function sendRequest(
  port: number,
  { head, body, isBroken }: OddRequest,
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.setTimeout(isBroken ? BROKEN_MS : SILENCE_MS, () => {
    if (isBroken) resolve();
    else reject(new Error(`The server does not answer: ${head.slice(0, 500)}`));
    socket.destroy();
  });
  let headSeen = "";
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    if (headSeen.includes(END_OF_HEAD)) return;
    headSeen += chunk.toString("latin1");
    if (!isStream(headSeen)) return;
    resolve();
    socket.destroy();
  });
  // A server that has said enough may close while we still write.
  socket.on("error", () => resolve());
  socket.on("close", () => resolve());
  socket.write(head, "latin1");
  socket.write(body);
  await promise;
  return Buffer.concat(chunks).toString("utf8");
}
