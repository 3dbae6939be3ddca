import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createOpenAiModelClient } from "../../../src/adapters/llm/openai-model-client.ts";
import type { ModelClient } from "../../../src/engine/ports/model.ts";
import { isAppError } from "../../../src/shared/errors.ts";
import { type Answer, json, startLoopbackServer } from "../../support/loopback-server.ts";

const never = new AbortController().signal;
const DOWN = json(503, {});
const SICK = "sick-model";

/** A model that answers as `state.answer` says, besides one that is always well. */
function oneSick(state: { answer: Answer }): Answer {
  return (request, response) => {
    const { model } = JSON.parse(request.body);
    const well = json(200, { choices: [{ message: { content: "yes" } }] });
    (model === SICK ? state.answer : well)(request, response);
  };
}

/** What an outcome is: the answer's text, or the code of the error. */
async function ask(client: ModelClient, model = SICK, signal = never): Promise<string> {
  try {
    const request = { model, messages: [], temperature: 0, maxTokens: 5 };
    return (await client.complete(request, signal)).text;
  } catch (error) {
    return isAppError(error) ? error.code : String(error);
  }
}

async function fail(client: ModelClient, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) expect(await ask(client)).toBe("model_unavailable");
}

describe("a model that fails three times in a row", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is left alone: calls fail at once, saying why and when it is tried again", async () => {
    await using server = await startLoopbackServer(oneSick({ answer: DOWN }));
    const client = createOpenAiModelClient({ baseUrl: server.url });
    await fail(client, 3);

    const refused = client.complete(
      { model: SICK, messages: [], temperature: 0, maxTokens: 5 },
      never,
    );

    await expect(refused).rejects.toMatchObject({
      code: "model_breaker_open",
      retryable: true,
      retryAfterMs: 15_000,
      message: expect.stringMatching(/sick-model at 127\.0\.0\.1:\d+ failed 3 times.*status 503/),
    });
    expect(server.received).toHaveLength(3);
  });

  test("is listed as long as it is left alone, and called again when that is ended", async () => {
    const state = { answer: DOWN };
    await using server = await startLoopbackServer(oneSick(state));
    const client = createOpenAiModelClient({ baseUrl: server.url });
    expect(client.outages?.()).toEqual([]);
    await fail(client, 3);

    const [outage, ...others] = client.outages?.() ?? [];
    expect(others).toEqual([]);
    expect(outage).toMatchObject({
      name: expect.stringMatching(/^The model sick-model at 127\.0\.0\.1:\d+$/),
      since: Date.now(),
      lastFailure: expect.stringContaining("status 503"),
    });
    expect(client.endOutage?.("another")).toBe(false);
    state.answer = json(200, { choices: [{ message: { content: "well" } }] });
    expect(client.endOutage?.(outage?.id ?? "")).toBe(true);

    expect(await ask(client)).toBe("well");
    expect(client.outages?.()).toEqual([]);
  });

  test("keeps no other model from being asked, at the same endpoint or at another", async () => {
    await using server = await startLoopbackServer(oneSick({ answer: DOWN }));
    await using other = await startLoopbackServer(
      json(200, { choices: [{ message: { content: "no" } }] }),
    );
    const client = createOpenAiModelClient({
      baseUrl: server.url,
      providers: { lab: { baseUrl: other.url } },
    });
    await fail(client, 3);

    expect(await ask(client, "well-model")).toBe("yes");
    expect(await ask(client, `lab/${SICK}`)).toBe("no");
    expect(await ask(client)).toBe("model_breaker_open");
  });

  test("is tried once after a while, and taken back when it answers", async () => {
    const state = { answer: DOWN };
    await using server = await startLoopbackServer(oneSick(state));
    const client = createOpenAiModelClient({ baseUrl: server.url });
    await fail(client, 3);

    vi.setSystemTime(Date.now() + 15_000);
    expect(await ask(client)).toBe("model_unavailable");
    expect(await ask(client)).toBe("model_breaker_open");
    state.answer = json(200, { choices: [{ message: { content: "back" } }] });
    vi.setSystemTime(Date.now() + 15_000);
    expect(await ask(client)).toBe("back");
    expect(await ask(client)).toBe("back");
  });

  test("during the trial nobody else waits for it", async () => {
    const state = { answer: DOWN };
    await using server = await startLoopbackServer(oneSick(state));
    const client = createOpenAiModelClient({ baseUrl: server.url });
    await fail(client, 3);
    vi.setSystemTime(Date.now() + 15_000);
    const { promise: asked, resolve } = Promise.withResolvers<() => void>();
    state.answer = (request, response) =>
      resolve(() => json(200, { choices: [{ message: { content: "back" } }] })(request, response));

    const trial = ask(client);
    const answer = await asked;
    const others = await ask(client);
    answer();

    expect(others).toBe("model_breaker_open");
    expect(await trial).toBe("back");
  });

  test("a trial that we stop ourselves is made again later", async () => {
    const state = { answer: DOWN };
    await using server = await startLoopbackServer(oneSick(state));
    const client = createOpenAiModelClient({ baseUrl: server.url });
    await fail(client, 3);
    vi.setSystemTime(Date.now() + 15_000);
    const controller = new AbortController();
    state.answer = () => controller.abort();

    expect(await ask(client, SICK, controller.signal)).toBe("model_unavailable");
    expect(await ask(client)).toBe("model_breaker_open");
  });
});

describe("what does not count against a model", () => {
  test.each<[string, Answer, string]>([
    ["too many requests", json(429, {}), "model_rate_limited"],
    ["a wrong key", json(401, {}), "model_rejected"],
  ])("%s", async (_name, answer, code) => {
    await using server = await startLoopbackServer(oneSick({ answer }));
    const client = createOpenAiModelClient({ baseUrl: server.url });

    for (let n = 0; n < 8; n += 1) expect(await ask(client)).toBe(code);
  });

  test("calls that we stopped ourselves", async () => {
    const state: { answer: Answer } = { answer: DOWN };
    await using server = await startLoopbackServer(oneSick(state));
    const client = createOpenAiModelClient({ baseUrl: server.url });
    for (let n = 0; n < 8; n += 1) {
      const controller = new AbortController();
      state.answer = () => controller.abort();
      await ask(client, SICK, controller.signal);
    }
    state.answer = json(200, { choices: [{ message: { content: "yes" } }] });

    expect(await ask(client)).toBe("yes");
  });

  test("failures between which it answered", async () => {
    const state = { answer: DOWN };
    await using server = await startLoopbackServer(oneSick(state));
    const client = createOpenAiModelClient({ baseUrl: server.url });
    await fail(client, 2);
    state.answer = json(200, { choices: [{ message: { content: "yes" } }] });
    expect(await ask(client)).toBe("yes");
    state.answer = DOWN;

    await fail(client, 3);
    expect(await ask(client)).toBe("model_breaker_open");
  });
});
