import OpenAI from "openai";
import { expect, test } from "vitest";
import { FaultRefused } from "../../fault-queue.ts";
import { createStandInModel } from "../../model/stand-in-model.ts";
import { openLoopbackServer } from "../support/loopback-server.ts";
import { envelope } from "./ask.ts";

async function openModel() {
  const model = createStandInModel();
  const server = await openLoopbackServer((request, response) => {
    void model.handle(request, response).then((handled) => {
      if (!handled) response.writeHead(418).end();
    });
  });
  const client = (options: object = {}) =>
    new OpenAI({ apiKey: "sk-any", baseURL: `${server.url}/v1`, maxRetries: 0, ...options });
  return {
    model,
    client,
    url: server.url,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const PROMPT =
  "Classify this ticket: <data>My card was charged twice</data> Respond with: billing, technical, or general.";
const REQUEST: OpenAI.ChatCompletionCreateParamsNonStreaming = {
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: PROMPT }],
};
const STRUCTURED: OpenAI.ChatCompletionCreateParamsNonStreaming = {
  ...REQUEST,
  response_format: {
    type: "json_schema",
    json_schema: {
      name: "decision",
      strict: true,
      schema: { ...envelope({ type: "string", enum: ["billing", "technical", "general"] }) },
    },
  },
};

test("answers the official client with content, usage and a finish reason", async () => {
  await using open = await openModel();
  const completion = await open.client().chat.completions.create(STRUCTURED);
  const [choice] = completion.choices;
  expect(completion).toMatchObject({ object: "chat.completion", model: "gpt-4o-mini" });
  expect(choice).toMatchObject({ finish_reason: "stop", message: { refusal: null } });
  expect(JSON.parse(choice?.message.content ?? "")).toEqual({
    value: "billing",
    reason: expect.stringContaining("Stand-in model: "),
    confidence: expect.closeTo(0.95, 1),
  });
  const { prompt_tokens, completion_tokens, total_tokens } = completion.usage ?? {};
  expect(prompt_tokens).toBeGreaterThan(15);
  expect(completion_tokens).toBeGreaterThan(15);
  expect(total_tokens).toBe((prompt_tokens ?? 0) + (completion_tokens ?? 0));
});

test("says the same twice, and takes parts and unknown parameters", async () => {
  await using open = await openModel();
  const client = open.client();
  const content = [{ type: "text" as const, text: PROMPT }];
  const requests = [
    STRUCTURED,
    STRUCTURED,
    { ...STRUCTURED, messages: [{ role: "user" as const, content }] },
    { ...STRUCTURED, temperature: 0.1, seed: 7, surprise: true },
  ];
  const answers = [];
  for (const request of requests) {
    const completion = await client.chat.completions.create(request);
    answers.push(completion.choices[0]?.message.content);
  }
  expect(new Set(answers).size).toBe(1);
});

test("answers a bare value when no format is asked for", async () => {
  await using open = await openModel();
  const completion = await open.client().chat.completions.create(REQUEST);
  expect(completion.choices[0]?.message.content).toBe("billing");
});

test.for(["max_tokens", "max_completion_tokens"])("%s cuts the answer", async (name) => {
  await using open = await openModel();
  const completion = await open.client().chat.completions.create({ ...STRUCTURED, [name]: 8 });
  expect(completion.choices[0]?.finish_reason).toBe("length");
  expect(completion.usage?.completion_tokens).toBe(8);
});

test("fits its answers in 100 tokens", async () => {
  await using open = await openModel();
  const completion = await open
    .client()
    .chat.completions.create({ ...STRUCTURED, max_tokens: 100 });
  expect(completion.choices[0]?.finish_reason).toBe("stop");
});

test("streams as OpenAI's own client reads it, with the same answer and usage", async () => {
  await using open = await openModel();
  const whole = await open.client().chat.completions.create(STRUCTURED);
  const events = await open.client().chat.completions.create({
    ...STRUCTURED,
    stream: true,
    stream_options: { include_usage: true },
  });
  let content = "";
  let reason: unknown;
  let usage: unknown;
  for await (const event of events) {
    content += event.choices[0]?.delta.content ?? "";
    reason = event.choices[0]?.finish_reason ?? reason;
    usage = event.usage ?? usage;
  }
  expect(content).toBe(whole.choices[0]?.message.content);
  expect(reason).toBe("stop");
  expect(usage).toEqual(whole.usage);
});

test("lists models", async () => {
  await using open = await openModel();
  const page = await open.client().models.list();
  expect(page.data.map((model) => model.id)).toContain("gpt-4o-mini");
  await expect(open.client().models.retrieve("nothing")).rejects.toMatchObject({ status: 404 });
});

test.for([
  { change: { model: "" }, param: "model" },
  { change: { messages: [] }, param: "messages" },
  { change: { max_tokens: -1 }, param: "max_tokens" },
  { change: { response_format: { type: "xml" } }, param: "response_format" },
])("refuses a wrong $param in OpenAI's form", async ({ change, param }) => {
  await using open = await openModel();
  const asked = open.client().post("/chat/completions", { body: { ...REQUEST, ...change } });
  await expect(asked).rejects.toMatchObject({ status: 400, type: "invalid_request_error", param });
});

test("refuses malformed JSON and unknown paths, and leaves paths outside /v1 alone", async () => {
  await using open = await openModel();
  const post = (path: string) => fetch(`${open.url}${path}`, { method: "POST", body: "{" });
  expect((await post("/v1/chat/completions")).status).toBe(400);
  expect((await post("/v1/embeddings")).status).toBe(404);
  expect((await post("/v10")).status).toBe(418);
});

test.for([
  { fault: { status: 500 }, error: { status: 500, type: "server_error" } },
  { fault: { retry_after: 3 }, error: { status: 429, type: "rate_limit_error" } },
  { fault: { error: "overloaded" }, error: { status: 500, code: "overloaded" } },
  {
    fault: { status: 429, error: "insufficient_quota" },
    error: { status: 429, code: "insufficient_quota" },
  },
])("fails as asked: $fault", async ({ fault, error }) => {
  await using open = await openModel();
  open.model.fault({ target: "model", times: 1, ...fault });
  const asked = open.client().chat.completions.create(REQUEST);
  await expect(asked).rejects.toMatchObject(error);
  await open.client().chat.completions.create(REQUEST);
  expect(open.model.calls().map((call) => call.status)).toEqual([error.status, 200]);
});

test("sends Retry-After, which the client's own retries heed", async () => {
  await using open = await openModel();
  open.model.fault({ status: 429, retry_after: 0, times: 2 });
  const completion = await open.client({ maxRetries: 2 }).chat.completions.create(REQUEST);
  expect(completion.choices[0]?.message.content).toBe("billing");
  expect(open.model.calls()).toHaveLength(3);
});

test.for([
  {
    fault: { raw: "I would say billing." },
    choice: { message: { content: "I would say billing." } },
  },
  { fault: { raw: "" }, choice: { message: { content: "" } } },
  { fault: { error: "refusal" }, choice: { message: { content: null } } },
  { fault: { error: "length" }, choice: { finish_reason: "length" } },
  { fault: { error: "content_filter" }, choice: { finish_reason: "content_filter" } },
  { fault: { error: "empty_choices" }, choice: undefined },
])("answers oddly as asked: $fault", async ({ fault, choice }) => {
  await using open = await openModel();
  open.model.fault(fault);
  const completion = await open.client().chat.completions.create(STRUCTURED);
  if (choice === undefined) expect(completion.choices).toEqual([]);
  else expect(completion.choices[0]).toMatchObject(choice);
});

test("sends a literal body with a status", async () => {
  await using open = await openModel();
  open.model.fault({ status: 502, raw: "<html>Bad Gateway</html>" });
  const response = await fetch(`${open.url}/v1/chat/completions`, { method: "POST", body: "{}" });
  expect([response.status, await response.text()]).toEqual([502, "<html>Bad Gateway</html>"]);
});

test("does not answer in time, or drops the connection", async () => {
  await using open = await openModel();
  open.model.fault({ delay_ms: 600_000 });
  open.model.fault({ error: "disconnect" });
  const hurried = open.client({ timeout: 50 }).chat.completions.create(REQUEST);
  await expect(hurried).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
  const dropped = open.client().chat.completions.create(REQUEST);
  await expect(dropped).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
});

test.for([{ status: 200 }, { times: 0 }, { delay_ms: -1 }, { surprise: 1 }])(
  "refuses the fault %o and names the field",
  (fault) => {
    const model = createStandInModel();
    expect(() => model.fault(fault)).toThrow(FaultRefused);
    expect(() => model.fault(fault)).toThrow(String(Object.keys(fault)[0]));
  },
);

test("shows what it was asked, without the key, until it is reset", async () => {
  await using open = await openModel();
  await open.client().chat.completions.create(REQUEST);
  expect(open.model.calls()).toMatchObject([
    { path: "/v1/chat/completions", body: REQUEST, status: 200, content: "billing" },
  ]);
  expect(JSON.stringify(open.model.calls())).not.toContain("sk-any");
  open.model.reset();
  expect(open.model.calls()).toEqual([]);
});
