import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { createOpenAiModelClient } from "../../../src/adapters/llm/openai-model-client.ts";
import type { ModelRequest } from "../../../src/engine/ports/model.ts";
import { inTurn, json, startLoopbackServer } from "../../support/loopback-server.ts";

const REQUEST: ModelRequest = {
  model: "gpt-4o-mini",
  messages: [
    { role: "system", content: "You decide." },
    { role: "user", content: "Which?" },
  ],
  temperature: 0.1,
  maxTokens: 100,
  format: { name: "decision", schema: { type: "object", properties: {} } },
};

function completion(content: string, more: object = {}): object {
  return {
    id: "c1",
    model: "gpt-4o-mini-2024-07-18",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    usage: { prompt_tokens: 12, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } },
    ...more,
  };
}

const never = new AbortController().signal;

function bodyOf(request: { readonly body: string } | undefined): Record<string, unknown> {
  return JSON.parse(request?.body ?? "null");
}

/** A refusal as OpenAI words it; without `param` as many others do. */
function refusal(param?: string) {
  return json(400, { error: { message: "Unsupported.", type: "invalid_request_error", param } });
}

describe("an answer", () => {
  test("comes with usage, model and the whole body", async () => {
    await using server = await startLoopbackServer(json(200, completion("billing")));
    const client = createOpenAiModelClient({ baseUrl: `${server.url}/v1`, apiKey: "sk-test" });

    const reply = await client.complete(REQUEST, never);

    expect(reply).toMatchObject({
      text: "billing",
      finishReason: "stop",
      usage: { promptTokens: 12, completionTokens: 3, cachedTokens: 4 },
      model: "gpt-4o-mini-2024-07-18",
      raw: { id: "c1" },
    });
    expect(reply.latencyMs).toBeGreaterThanOrEqual(0);
    expect(server.received[0]).toMatchObject({
      url: "/v1/chat/completions",
      headers: { authorization: "Bearer sk-test" },
    });
    expect(bodyOf(server.received[0])).toEqual({
      model: "gpt-4o-mini",
      messages: REQUEST.messages,
      max_tokens: 100,
      temperature: 0.1,
      stream: true,
      stream_options: { include_usage: true },
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "decision",
          schema: REQUEST.format && expect.anything(),
          strict: true,
        },
      },
    });
  });

  test("without choices, with a refusal, cut off, or without usage says so", async () => {
    await using server = await startLoopbackServer(
      inTurn(
        json(200, completion("", { choices: [] })),
        json(
          200,
          completion("", {
            choices: [{ finish_reason: "stop", message: { content: null, refusal: "I cannot." } }],
          }),
        ),
        json(
          200,
          completion("", { choices: [{ finish_reason: "length", message: { content: "bil" } }] }),
        ),
        json(200, completion("x", { usage: null })),
      ),
    );
    const client = createOpenAiModelClient({ baseUrl: server.url });

    expect(await client.complete(REQUEST, never)).toMatchObject({
      text: "",
      finishReason: "no_choices",
    });
    expect(await client.complete(REQUEST, never)).toMatchObject({ text: "", refusal: "I cannot." });
    expect(await client.complete(REQUEST, never)).toMatchObject({ finishReason: "length" });
    expect((await client.complete(REQUEST, never)).usage).toBeUndefined();
  });

  test("in parts is put together", async () => {
    const content = [
      { type: "text", text: "bill" },
      { type: "text", text: "ing" },
    ];
    await using server = await startLoopbackServer(
      json(200, completion("", { choices: [{ finish_reason: "stop", message: { content } }] })),
    );

    const reply = await createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never);

    expect(reply.text).toBe("billing");
  });
});

/** Sends events of a stream, a pause before each. */
function events(parts: readonly object[], pauseMs = 0, end = "data: [DONE]\n\n") {
  return (_request: unknown, response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (index: number): void => {
      const part = parts[index];
      if (part === undefined) {
        response.end(end);
        return;
      }
      response.write(`data: ${JSON.stringify(part)}\n\n`);
      setTimeout(() => send(index + 1), pauseMs);
    };
    send(0);
  };
}

const piece = (content: string, more: object = {}): object => ({
  id: "c1",
  model: "local",
  choices: [{ index: 0, delta: { content }, finish_reason: null, ...more }],
  usage: null,
});
const LAST = piece("", { finish_reason: "stop" });
const USAGE = { id: "c1", choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } };

describe("a streamed answer", () => {
  test("is put together, with its usage", async () => {
    await using server = await startLoopbackServer(
      events([piece("bil"), piece("ling"), LAST, USAGE]),
    );

    const reply = await createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never);

    expect(reply).toMatchObject({
      text: "billing",
      finishReason: "stop",
      model: "local",
      usage: { promptTokens: 12, completionTokens: 3 },
      raw: { id: "c1", choices: [{ finish_reason: "stop", message: { content: "billing" } }] },
    });
  });

  test("may take longer than the limit as long as it goes on", async () => {
    const slow = Array.from("abcdefghijkl", (letter) => piece(letter));
    await using server = await startLoopbackServer(events([...slow, LAST, USAGE], 100));
    const client = createOpenAiModelClient({ baseUrl: server.url, timeoutMs: 1000 });

    const reply = await client.complete(REQUEST, never);

    expect(reply.text).toBe("abcdefghijkl");
    expect(reply.latencyMs).toBeGreaterThan(1000);
  });

  test("is given up when it falls silent in the middle", async () => {
    await using server = await startLoopbackServer(events([piece("bil"), piece("l")], 10_000));
    const client = createOpenAiModelClient({ baseUrl: server.url, timeoutMs: 200 });

    await expect(client.complete(REQUEST, never)).rejects.toMatchObject({
      code: "model_unavailable",
      retryable: true,
      outcomeUnknown: true,
      message: expect.stringMatching(/did not answer within 0.2 s/),
    });
  });

  test("that breaks off is none, and is asked for as a whole the next time", async () => {
    await using server = await startLoopbackServer(
      inTurn(events([piece("approve")], 0, ""), json(200, completion("approve, but later"))),
    );
    const client = createOpenAiModelClient({ baseUrl: server.url });

    await expect(client.complete(REQUEST, never)).rejects.toMatchObject({
      code: "model_unavailable",
      outcomeUnknown: true,
      message: expect.stringMatching(/broke off/),
    });
    await client.complete(REQUEST, never);
    expect(bodyOf(server.received[1])).not.toHaveProperty("stream");
  });

  test("without usage counts, and is asked for as a whole the next time", async () => {
    await using server = await startLoopbackServer(
      inTurn(events([piece("billing"), LAST]), json(200, completion("billing"))),
    );
    const client = createOpenAiModelClient({ baseUrl: server.url });

    expect(await client.complete(REQUEST, never)).toMatchObject({ text: "billing" });
    expect(await client.complete(REQUEST, never)).toMatchObject({ usage: { promptTokens: 12 } });
    expect(bodyOf(server.received[1])).not.toHaveProperty("stream");
  });

  test.each([refusal("stream_options"), json(400, { error: { message: "No streaming here." } })])(
    "that an endpoint refuses is asked for as a whole",
    async (refused) => {
      await using server = await startLoopbackServer(
        inTurn(refused, json(200, completion("billing"))),
      );
      const client = createOpenAiModelClient({ baseUrl: server.url });

      expect(await client.complete(REQUEST, never)).toMatchObject({ text: "billing" });
      const body = bodyOf(server.received[1]);
      expect(body).not.toHaveProperty("stream");
      expect(body).toHaveProperty("response_format.json_schema.strict", true);
    },
  );

  test("that ends in an error keeps the words of the provider", async () => {
    const error = { error: { code: 429, message: "Rate limit: 20 a minute" } };
    await using server = await startLoopbackServer(events([piece("bil"), error]));

    await expect(
      createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never),
    ).rejects.toMatchObject({
      code: "model_rate_limited",
      retryable: true,
      message: expect.stringContaining("20 a minute"),
    });
  });

  test("keeps a refusal and thoughts apart from its text", async () => {
    const parts = [
      piece("", { delta: { reasoning_content: "Rude." } }),
      piece("", { delta: { refusal: "I can" } }),
      piece("", { delta: { refusal: "not." } }),
      LAST,
      USAGE,
    ];
    await using server = await startLoopbackServer(events(parts));

    const reply = await createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never);

    expect(reply).toMatchObject({ text: "", refusal: "I cannot." });
    expect(reply.raw).toHaveProperty("choices.0.message.reasoning_content", "Rude.");
  });
});

describe("endpoints", () => {
  test("a prefix leads to its provider with its own key; other names go whole to the default", async () => {
    await using main = await startLoopbackServer(json(200, completion("main")));
    await using other = await startLoopbackServer(json(200, completion("other")));
    const client = createOpenAiModelClient({
      baseUrl: main.url,
      apiKey: "sk-main",
      providers: { my_lab: { baseUrl: other.url } },
    });

    await client.complete({ ...REQUEST, model: "My-Lab/llama" }, never);
    await client.complete({ ...REQUEST, model: "meta/llama" }, never);

    expect(bodyOf(other.received[0])).toMatchObject({ model: "llama" });
    expect(other.received[0]?.headers).not.toHaveProperty("authorization");
    expect(bodyOf(main.received[0])).toMatchObject({ model: "meta/llama" });
  });
});

describe("what an endpoint does not take", () => {
  test("is asked for in a weaker way, which is remembered", async () => {
    await using server = await startLoopbackServer((request, response) => {
      const form = bodyOf(request)["response_format"] as { type?: string } | undefined;
      const answer =
        form?.type === "json_schema" ? refusal("response_format") : json(200, completion("x"));
      answer(request, response);
    });
    const client = createOpenAiModelClient({ baseUrl: server.url });

    await client.complete(REQUEST, never);
    await client.complete(REQUEST, never);

    const forms = server.received.map((request) => bodyOf(request)["response_format"]);
    expect(forms).toMatchObject([
      { json_schema: { strict: true } },
      { json_schema: { strict: false } },
      { type: "json_object" },
      { type: "json_object" },
    ]);
  });

  test("may be the name of the token limit and the temperature", async () => {
    await using server = await startLoopbackServer(
      inTurn(refusal("max_tokens"), refusal("temperature"), json(200, completion("x"))),
    );
    const client = createOpenAiModelClient({ baseUrl: server.url });

    await client.complete(REQUEST, never);

    const body = bodyOf(server.received[2]);
    expect(body).toMatchObject({ max_completion_tokens: 100 });
    expect(body).not.toHaveProperty("max_tokens");
    expect(body).not.toHaveProperty("temperature");
  });

  test("is found by trying when the endpoint does not name it", async () => {
    await using server = await startLoopbackServer((request, response) => {
      const answer = "temperature" in bodyOf(request) ? refusal() : json(200, completion("x"));
      answer(request, response);
    });
    const client = createOpenAiModelClient({ baseUrl: server.url });

    expect((await client.complete(REQUEST, never)).text).toBe("x");
  });

  test("ends in the first refusal when nothing helps, and is not remembered", async () => {
    await using server = await startLoopbackServer(
      inTurn(
        json(400, { error: { message: "Your key sk-main is fine, the prompt is not." } }),
        refusal(),
      ),
    );
    const client = createOpenAiModelClient({ baseUrl: server.url, apiKey: "sk-main" });

    const failure = client.complete(REQUEST, never);

    await expect(failure).rejects.toMatchObject({
      code: "model_rejected",
      retryable: false,
      message: expect.stringContaining("Your key [key] is fine, the prompt is not."),
    });
    const refused = server.received.length;
    await client.complete(REQUEST, never).catch(() => {});
    expect(bodyOf(server.received[refused])).toMatchObject({
      response_format: { type: "json_schema" },
    });
  });
});

describe("trouble", () => {
  test.each([
    [429, { "retry-after": "7" }, "model_rate_limited", { retryable: true, retryAfterMs: 7000 }],
    [429, {}, "model_rate_limited", { retryable: true, retryAfterMs: undefined }],
    [500, {}, "model_unavailable", { retryable: true, outcomeUnknown: false }],
    [503, {}, "model_unavailable", { retryable: true }],
    [401, {}, "model_rejected", { retryable: false }],
    [403, {}, "model_rejected", { retryable: false }],
    [404, {}, "model_rejected", { retryable: false }],
    [413, {}, "model_rejected", { retryable: false }],
  ])("status %i %j is %s", async (status, headers, code, more) => {
    const body = { error: { message: "No: sk-secret", code: "x" } };
    await using server = await startLoopbackServer(json(status, body, headers));
    const client = createOpenAiModelClient({ baseUrl: server.url, apiKey: "sk-secret" });

    const error: unknown = await client.complete(REQUEST, never).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code, ...more });
    expect(String(error)).not.toContain("sk-secret");
    expect(server.received).toHaveLength(1);
  });

  test.each<[string, object, object]>([
    [
      "an error in the body",
      { error: { code: 429, message: "Rate limit: 20 a minute" } },
      { code: "model_rate_limited", retryable: true, outcomeUnknown: false },
    ],
    [
      "an error with words for a code",
      { error: { code: "rate_limit_exceeded", message: "Rate limit: 20 a minute" } },
      { code: "model_rate_limited", retryable: true },
    ],
    [
      "an error of the server",
      { error: { type: "overloaded_error", message: "Rate limit: 20 a minute" } },
      { code: "model_unavailable", retryable: true, outcomeUnknown: false },
    ],
    [
      "an error instead of the answer",
      { choices: [{ error: { code: 502, message: "Rate limit: 20 a minute" } }] },
      { code: "model_unavailable", retryable: true, outcomeUnknown: true },
    ],
    [
      "words of the provider behind it",
      { error: { code: 503, message: "Provider", metadata: { raw: "Rate limit: 20 a minute" } } },
      { code: "model_unavailable", retryable: true },
    ],
    [
      "an error that is a text",
      { error: "Rate limit: 20 a minute" },
      { code: "model_rate_limited", retryable: true },
    ],
    [
      "a wrong request",
      { error: { code: 413, message: "Rate limit: 20 a minute" } },
      { code: "model_rejected", retryable: false },
    ],
  ])("%s with status 200 keeps its words", async (_name, body, more) => {
    await using server = await startLoopbackServer(json(200, body));

    await expect(
      createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never),
    ).rejects.toMatchObject({ ...more, message: expect.stringContaining("20 a minute") });
    expect(server.received).toHaveLength(1);
  });

  test("an answer that ends in an error without words is tried again", async () => {
    await using server = await startLoopbackServer(
      json(200, { choices: [{ finish_reason: "error", message: { content: "bil" } }] }),
    );

    await expect(
      createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never),
    ).rejects.toMatchObject({ code: "model_unavailable", retryable: true, outcomeUnknown: true });
  });

  test("a refused parameter in the body of a 200 is left out, too", async () => {
    await using server = await startLoopbackServer(
      inTurn(
        json(200, { error: { code: 400, message: "No.", param: "response_format" } }),
        json(200, completion("x")),
      ),
    );

    const reply = await createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never);

    expect(reply.text).toBe("x");
  });

  test.each<[string, number, object]>([
    ["OpenAI", 400, { code: "content_policy_violation" }],
    [
      "Azure",
      400,
      { code: "content_filter", innererror: { code: "ResponsibleAIPolicyViolation" } },
    ],
    ["OpenRouter", 403, { code: 403, metadata: { flagged_input: "…", reasons: ["violence"] } }],
    ["a body with status 200", 200, { code: "content_filter" }],
  ])(
    "a content filter of %s is a refusal, and no other way is tried",
    async (_name, status, error) => {
      const body = { error: { ...error, message: "The prompt was flagged." } };
      await using server = await startLoopbackServer(json(status, body));

      await expect(
        createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never),
      ).rejects.toMatchObject({
        code: "model_refused",
        retryable: false,
        message: expect.stringMatching(/declined to answer: .*: The prompt was flagged\./),
      });
      expect(server.received).toHaveLength(1);
    },
  );

  test("an account without credit is not asked again", async () => {
    await using server = await startLoopbackServer(
      json(429, { error: { message: "quota", code: "insufficient_quota" } }),
    );

    await expect(
      createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never),
    ).rejects.toMatchObject({
      code: "model_rejected",
      message: expect.stringContaining("no credit left"),
    });
  });

  test("a wrong key names the variable that holds it", async () => {
    await using server = await startLoopbackServer(json(401, {}));
    const client = createOpenAiModelClient({ providers: { lab: { baseUrl: server.url } } });

    await expect(client.complete({ ...REQUEST, model: "lab/x" }, never)).rejects.toMatchObject({
      message: expect.stringContaining("LLM_LAB_API_KEY"),
    });
  });

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ["nothing at all", () => {}, /did not answer within 0.2 s/],
    [
      "headers and then nothing",
      (response) => response.writeHead(200, { "content-type": "application/json" }).write("{"),
      /did not answer within 0.2 s/,
    ],
    [
      "a page",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      /not JSON/,
    ],
    [
      "half of the JSON",
      (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"cho'),
      /not JSON/,
    ],
    ["a reset", (response) => response.destroy(), /broke off/],
    [
      "a reset in the middle",
      (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "99" });
        response.write("{");
        setImmediate(() => response.destroy());
      },
      /broke off/,
    ],
  ])("%s may have cost something", async (_name, answer, message) => {
    await using server = await startLoopbackServer((_request, response) => answer(response));
    const client = createOpenAiModelClient({ baseUrl: server.url, timeoutMs: 200 });

    await expect(client.complete(REQUEST, never)).rejects.toMatchObject({
      code: "model_unavailable",
      retryable: true,
      outcomeUnknown: true,
      message: expect.stringMatching(message),
    });
  });

  test("a closed port cost nothing", async () => {
    const server = await startLoopbackServer(json(200, {}));
    await server[Symbol.asyncDispose]();

    await expect(
      createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, never),
    ).rejects.toMatchObject({
      code: "model_unavailable",
      retryable: true,
      outcomeUnknown: false,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("the caller can stop it", async () => {
    await using server = await startLoopbackServer(() => controller.abort());
    const controller = new AbortController();

    await expect(
      createOpenAiModelClient({ baseUrl: server.url }).complete(REQUEST, controller.signal),
    ).rejects.toMatchObject({ code: "model_unavailable", outcomeUnknown: true });
  });
});
