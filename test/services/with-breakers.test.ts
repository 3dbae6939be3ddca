import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ServiceRegistry } from "../../src/engine/ports/service.ts";
import { createDatabaseService } from "../../src/services/database/database-service.ts";
import { createEmailService } from "../../src/services/email/email-service.ts";
import { createHttpService } from "../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { withBreakers } from "../../src/services/with-breakers.ts";
import { AppError, isAppError } from "../../src/shared/errors.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { type Answer, json, startLoopbackServer } from "../support/loopback-server.ts";
import { serviceContext } from "../support/service-context.ts";

const WELL = json(200, {});
const DOWN = json(503, {});

function guardedHttp(): ServiceRegistry {
  return withBreakers(createServiceRegistry([createHttpService({ allowHosts: ["127.0.0.1"] })]));
}

/** @returns `ok`, or the code of the error. */
async function call(
  services: ServiceRegistry,
  params: JsonObject,
  signal = new AbortController().signal,
  name = "http",
): Promise<string> {
  const service = services.get(name);
  const action = service?.actions[service.defaultAction];
  try {
    await action?.execute(params, serviceContext({ signal }));
    return "ok";
  } catch (error) {
    return isAppError(error) ? error.code : String(error);
  }
}

async function times(count: number, one: () => Promise<string>): Promise<readonly string[]> {
  const ends: string[] = [];
  for (let n = 0; n < count; n += 1) ends.push(await one());
  return ends;
}

describe("a host that fails three times in a row", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is not called any more, says why and since when, and is tried once after a while", async () => {
    const state: { answer: Answer } = { answer: DOWN };
    await using server = await startLoopbackServer((...args) => state.answer(...args));
    const services = guardedHttp();
    const ask = () => call(services, { url: `${server.url}/x` });

    expect(await times(5, ask)).toEqual([
      ...Array<string>(3).fill("service_unavailable"),
      ...Array<string>(2).fill("service_breaker_open"),
    ]);
    expect(server.received).toHaveLength(3);
    expect(services.outages?.()).toMatchObject([
      {
        name: `127.0.0.1:${server.port}`,
        since: Date.now(),
        lastFailure: expect.stringContaining("status 503"),
      },
    ]);

    vi.setSystemTime(Date.now() + 15_000);
    expect(await times(2, ask)).toEqual(["service_unavailable", "service_breaker_open"]);
    state.answer = WELL;
    vi.setSystemTime(Date.now() + 15_000);
    expect(await times(2, ask)).toEqual(["ok", "ok"]);
    expect(services.outages?.()).toEqual([]);
  });

  test("is not quoted to others: what it said may be what one run sent", async () => {
    await using server = await startLoopbackServer(json(503, { echo: "card 4111 1111 1111 1111" }));
    const services = guardedHttp();
    await times(3, () => call(services, { url: server.url }));

    const refused: unknown = await services
      .get("http")
      ?.actions["request"]?.execute({ url: server.url }, serviceContext())
      .catch((error: unknown) => error);

    const host = `127.0.0.1:${server.port}`;
    expect(services.outages?.()).toMatchObject([
      { lastFailure: `${host} answered with status 503.` },
    ]);
    expect(refused).toMatchObject({
      code: "service_breaker_open",
      message: expect.not.stringContaining("4111"),
    });
  });

  test("is asked for seldom by what waits long, and at once when an admin says so", async () => {
    await using server = await startLoopbackServer(DOWN);
    const services = guardedHttp();
    const action = services.get("http")?.actions["request"];
    const ask = () => call(services, { url: server.url });
    await times(3, ask);
    const waits = async (): Promise<number> => {
      const refused: unknown = await action
        ?.execute({ url: server.url }, serviceContext())
        .catch((error: unknown) => error);
      return refused instanceof AppError ? (refused.retryAfterMs ?? 0) : 0;
    };

    expect(await waits()).toBe(15_000);
    for (let n = 0; n < 40; n += 1) {
      vi.setSystemTime(Date.now() + 15_000);
      await ask();
    }
    expect(await waits()).toBe(150_000);
    vi.setSystemTime(Date.now() + 86_400_000);
    await ask();
    expect(await waits()).toBe(300_000);

    const [outage] = services.outages?.() ?? [];
    expect(services.endOutage?.("another")).toBe(false);
    expect(services.endOutage?.(outage?.id ?? "")).toBe(true);
    expect(await ask()).toBe("service_unavailable");
  });

  test("keeps no other host from being called", async () => {
    await using down = await startLoopbackServer(DOWN);
    await using well = await startLoopbackServer(WELL);
    const services = guardedHttp();
    await times(4, () => call(services, { url: down.url }));

    expect(await call(services, { url: well.url })).toBe("ok");
  });

  test.each([
    ["refuses", json(404, {})],
    ["limits", json(429, {})],
    ["answers", WELL],
  ])("does so only in a row: one that %s in between is there", async (_, between) => {
    const state: { answer: Answer } = { answer: DOWN };
    await using server = await startLoopbackServer((...args) => state.answer(...args));
    const services = guardedHttp();
    const ask = () => call(services, { url: server.url });
    await times(2, ask);
    state.answer = between;
    await times(5, ask);
    state.answer = DOWN;

    expect(await times(3, ask)).toEqual(Array<string>(3).fill("service_unavailable"));
    expect(await ask()).toBe("service_breaker_open");
  });

  test("may just as well have been silent until the step's time was over", async () => {
    await using server = await startLoopbackServer(() => undefined);
    const services = guardedHttp();
    const ask = async (reason: Error): Promise<string> => {
      const controller = new AbortController();
      const asked = call(services, { url: server.url }, controller.signal);
      const before = server.received.length;
      await vi.waitUntil(() => server.received.length > before);
      controller.abort(reason);
      return asked;
    };
    // What a person stops says nothing of the host.
    for (let n = 0; n < 4; n += 1)
      await ask(new AppError({ code: "outcome_unknown", message: "Stopped." }));
    expect(services.outages?.()).toEqual([]);

    for (let n = 0; n < 3; n += 1)
      await ask(new AppError({ code: "step_timeout", message: "Too late." }));

    expect(await call(services, { url: server.url })).toBe("service_breaker_open");
  });
});

test("a mail server and a database that are away are left alone, each by itself; a file is not", async () => {
  const server = { host: "127.0.0.1", port: 1, login: null, from: "heddle@example.com" };
  await using database = createDatabaseService({
    urls: { orders: "postgres://heddle@127.0.0.1:1/orders", local: "sqlite::memory:" },
  });
  const email = createEmailService({ server, templatesDir: "." });
  const services = withBreakers(createServiceRegistry([email, database]));
  const mail = { to: "a@example.com", subject: "Hello", body: "Hello" };
  const query = { query: "SELECT 1", connection: "orders" };

  for (const [name, params] of [
    ["email", mail],
    ["database", query],
  ] as const) {
    const ends = await times(4, () => call(services, params, undefined, name));
    expect([name, ...ends]).toEqual([
      name,
      ...Array<string>(3).fill("service_unavailable"),
      "service_breaker_open",
    ]);
  }
  expect(services.outages?.().map(({ name }) => name)).toEqual([
    "The mail server 127.0.0.1",
    'The database "orders"',
  ]);
  const missing = { query: "SELECT * FROM nothing", connection: "local" };
  for (const end of await times(5, () => call(services, missing, undefined, "database")))
    expect(end).toBe("service_rejected");
});
