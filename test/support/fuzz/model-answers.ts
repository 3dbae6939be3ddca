import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Json } from "../../../src/shared/json.ts";
import { oddDefinition } from "./definitions.ts";
import { mutate, mutateText, mutations, textMutations } from "./mutate.ts";
import { oddJson, oddText } from "./odd-values.ts";

/** Answers as models word them. */
const RIGHT_TEXTS = [
  "billing",
  '{"value": "billing", "reason": "They were charged twice.", "confidence": 0.9}',
  '{"value": 42}',
  '{"value": true}',
  '```json\n{"value": "technical"}\n```',
  '{"a": 1, "b": ["x", null], "value": {"c": 2.5}}',
  "<think>Billing? Technical?</think>\nbilling",
  "Sure! The answer is **technical**.",
  "about 1.5k",
  "Yes.",
  "Dear Ada,\n\nthank you for your message.\n\nKind regards",
];

const PARTS = [
  "[",
  "{",
  '{"value":',
  "`",
  "```",
  "<think>",
  "</think>",
  '"',
  "\\",
  "no, ",
  "billing ",
  "**",
  "1,",
  "|",
];

const answerText: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...RIGHT_TEXTS) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...RIGHT_TEXTS), textMutations)
      .map(([text, changes]) => mutateText(text, changes)),
  },
  { weight: 2, arbitrary: oddJson.map((value) => JSON.stringify({ value, reason: value })) },
  { weight: 2, arbitrary: oddText },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...PARTS), fc.nat(40_000), fc.constantFrom(...PARTS), fc.nat(40_000))
      .map(([one, times, other, more]) => one.repeat(times) + other.repeat(more)),
  },
  {
    weight: 3,
    arbitrary: oddDefinition.map((definition) => JSON.stringify(definition)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(oddDefinition, textMutations)
      .map(([definition, changes]) => mutateText(JSON.stringify(definition), changes)),
  },
);

/** What an endpoint sends. */
export interface OddReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly Buffer[];
  readonly end: "whole" | "cut" | "silent";
}

/** How an answer is framed: as one JSON document or as events; changed as JSON, as text, or not. */
const body: fc.Arbitrary<readonly Buffer[]> = fc
  .record({
    text: answerText,
    isStream: fc.boolean(),
    finish: fc.constantFrom("stop", "stop", "stop", "length", "content_filter", "tool_calls", null),
    pieces: fc.integer({ min: 1, max: 6 }),
    changes: fc.option(mutations, { freq: 3 }),
    noise: fc.option(textMutations, { freq: 8 }),
    split: fc.nat(200),
  })
  .map(({ text, isStream, finish, pieces, changes, noise, split }) => {
    const documents = isStream ? eventsOf(text, finish, pieces) : [wholeOf(text, finish)];
    const changed = changes === null ? documents : toList(mutate(documents, changes));
    const lines = isStream
      ? `${changed.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("")}data: [DONE]\n\n`
      : JSON.stringify(changed[0] ?? null);
    const bytes = Buffer.from(noise === null ? lines : mutateText(lines, noise));
    return [bytes.subarray(0, split), bytes.subarray(split)];
  });

const errorBody: fc.Arbitrary<readonly Buffer[]> = fc
  .tuple(
    fc.constantFrom<Json>(
      { error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" } },
      {
        error: { message: "Unsupported parameter: 'max_tokens'", param: "max_tokens", code: null },
      },
      { error: { message: "filtered", code: "content_filter", innererror: {} } },
      { error: "no" },
      { detail: [{ msg: "stream is not allowed" }] },
      "<html>Bad gateway</html>",
    ),
    fc.option(mutations),
  )
  .map(([value, changes]) => [
    Buffer.from(JSON.stringify(changes === null ? value : mutate(value, changes))),
  ]);

/** Replies of an endpoint that speaks OpenAI's chat completions, more or less. */
export const oddReply: fc.Arbitrary<OddReply> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      status: fc.constant(200),
      headers: fc.constantFrom<Record<string, string>>(
        { "content-type": "text/event-stream" },
        { "content-type": "application/json" },
        {},
      ),
      chunks: body,
      end: fc.oneof(
        { weight: 12, arbitrary: fc.constant("whole" as const) },
        { weight: 2, arbitrary: fc.constant("cut" as const) },
        { weight: 1, arbitrary: fc.constant("silent" as const) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      status: fc.constantFrom(200, 204, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 529),
      headers: fc.constantFrom<Record<string, string>>(
        {},
        { "retry-after": "x" },
        { "retry-after": "1e9" },
        { "retry-after-ms": "-5" },
        { location: "http://169.254.169.254/" },
        { "content-encoding": "gzip" },
        { "x-should-retry": "true" },
      ),
      chunks: errorBody,
      end: fc.constantFrom("whole", "whole", "cut"),
    }),
  },
);

/** Milliseconds in which a silent endpoint says nothing; the client has to give up before. */
const SILENT_MS = 1000;

export async function sendReply(response: ServerResponse, reply: OddReply): Promise<void> {
  response.on("error", () => undefined);
  response.writeHead(reply.status, { ...reply.headers });
  for (const chunk of reply.chunks) if (chunk.length > 0) response.write(chunk);
  if (reply.end === "silent") await pause(SILENT_MS, undefined, { ref: false });
  if (reply.end === "cut") response.destroy();
  else response.end();
}

function eventsOf(text: string, finish: string | null, pieces: number): Json[] {
  const size = Math.ceil(text.length / pieces);
  const parts = Array.from({ length: pieces }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
  return [
    ...parts.map((content): Json => event({ delta: { role: "assistant", content } })),
    event({ delta: {}, finish_reason: finish }),
    { id: "c1", model: "gpt-4o-mini", choices: [], usage: USAGE },
  ];
}

const USAGE = { prompt_tokens: 200, completion_tokens: 20, total_tokens: 220 };

function event(choice: { readonly [key: string]: Json }): Json {
  return {
    id: "c1",
    object: "chat.completion.chunk",
    created: 1,
    model: "gpt-4o-mini",
    choices: [{ index: 0, finish_reason: null, ...choice }],
  };
}

function wholeOf(content: string, finish: string | null): Json {
  return {
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "gpt-4o-mini",
    choices: [{ index: 0, finish_reason: finish, message: { role: "assistant", content } }],
    usage: USAGE,
  };
}

function toList(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value];
}
