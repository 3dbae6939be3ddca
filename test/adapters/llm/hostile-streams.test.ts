import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { createOpenAiModelClient } from "../../../src/adapters/llm/openai-model-client.ts";
import type { ModelReply, ModelRequest } from "../../../src/engine/ports/model.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { startLoopbackServer } from "../../support/loopback-server.ts";

const REQUEST: ModelRequest = {
  model: "local",
  messages: [{ role: "user", content: "Which?" }],
  temperature: 0,
  maxTokens: 100,
};

/** Writes until the caller has gone; `null` ends it. */
function write(type: string, pieces: (n: number) => string | null) {
  return (_request: unknown, response: ServerResponse): void => {
    response.writeHead(200, { "content-type": type });
    const next = (n: number): void => {
      const piece = pieces(n);
      if (piece === null) response.end();
      else if (!response.destroyed) response.write(piece, () => setImmediate(next, n + 1));
    };
    next(0);
  };
}

const stream = (pieces: (n: number) => string | null) => write("text/event-stream", pieces);
const whole = (text: string) => write("application/json", (n) => (n === 0 ? text : null));
const event = (delta: object): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
const answer = (content: string, more: object = {}): string =>
  JSON.stringify({ choices: [{ index: 0, finish_reason: "stop", message: { content }, ...more }] });
const KILOBYTE = "x".repeat(1000);
const MANY = 64_000;

/** What a model may send, and what is said of it. */
const HOSTILE: readonly (readonly [
  what: string,
  server: ReturnType<typeof write>,
  said: string,
])[] = [
  ["words without end", stream(() => event({ content: KILOBYTE }).repeat(100)), "longer than"],
  [
    "thoughts without end",
    stream(() => event({ reasoning_content: KILOBYTE }).repeat(100)),
    "longer than",
  ],
  ["empty events without end", stream(() => event({}).repeat(1000)), "longer than"],
  ["blank lines without end", stream(() => "\n".repeat(100_000)), "longer than"],
  ["one line without end", stream((n) => (n === 0 ? "data: " : "x".repeat(MANY))), "longer than"],
  [
    "one event of 2 MB",
    stream((n) => (n === 0 ? event({ content: "x".repeat(2_000_000) }) : null)),
    "longer than 1 MB",
  ],
  ["10 MB at once", whole(answer("x".repeat(10_000_000))), "longer than 4 MB"],
  ["3 MB at once", whole(answer("x".repeat(3_000_000))), "more than 500000 characters"],
  [
    "a body of 100,000 levels",
    whole(`{"choices": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    "deeper than 100 levels",
  ],
  [
    "an event of 100,000 levels",
    stream((n) =>
      n === 0 ? `data: {"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}\n\n` : null,
    ),
    "deeper than 100 levels",
  ],
];

async function ask(url: string): Promise<ModelReply> {
  const client = createOpenAiModelClient({ baseUrl: `${url}/v1` });
  return client.complete(REQUEST, AbortSignal.timeout(60_000));
}

test.for(HOSTILE)(
  "a model that sends %s is heard no longer, and says why",
  async ([, server, said]) => {
    await using endpoint = await startLoopbackServer(server);

    const error = await ask(endpoint.url).catch((thrown: unknown) => thrown);

    // What it wrote until then may be charged.
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: "model_output_invalid",
      outcomeUnknown: true,
      retryable: false,
      message: expect.stringContaining(said),
    });
  },
);

test("thousands of choices are one answer, and NUL and halves of characters do no harm", async () => {
  const choice = { index: 0, finish_reason: "stop", message: { content: "a\u0000b\ud800c" } };
  const choices = Array.from({ length: 10_000 }, () => choice);
  await using endpoint = await startLoopbackServer(whole(JSON.stringify({ choices })));

  const reply = await ask(endpoint.url);

  expect(reply.text).toBe("a\u0000b\ufffdc");
});

test("thoughts of a million characters do not stand in the way of the answer", async () => {
  await using endpoint = await startLoopbackServer(
    stream((n) => {
      if (n < 10) return event({ reasoning_content: KILOBYTE }).repeat(100);
      if (n === 10) return event({ content: "billing" });
      const end = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
      return n === 11 ? `data: ${JSON.stringify(end)}\n\ndata: [DONE]\n\n` : null;
    }),
  );

  const reply = await ask(endpoint.url);

  expect(reply.text).toBe("billing");
  expect(JSON.stringify(reply.raw).length).toBeLessThan(300_000);
});
