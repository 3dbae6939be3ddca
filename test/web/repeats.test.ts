import { describe, expect, test } from "vitest";
import { doubling, startWeb, waiting } from "./start-web.ts";

const KEY = { "idempotency-key": "deploy-1" };

describe("a request with an Idempotency-Key", () => {
  test("that is repeated gets the first answer, and does nothing again", async () => {
    await using web = await startWeb();

    const first = await web.call("POST", "/api/workflows", doubling, KEY);
    await web.call("POST", "/api/workflows", { ...doubling, name: "Other" });
    const again = await web.call("POST", "/api/workflows", doubling, KEY);

    expect([first.status, first.body.version]).toEqual([200, 1]);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await web.engine.workflows.versions("doubling")).length).toBe(2);
  });

  test("and another body is refused, and the key is another one for another address", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling, KEY);

    const other = await web.call("POST", "/api/workflows", waiting, KEY);
    const elsewhere = await web.call("POST", "/api/workflows/doubling/pause", {}, KEY);

    expect([other.status, other.body.code]).toEqual([422, "key_reused"]);
    expect([elsewhere.status, elsewhere.body.paused]).toEqual([200, true]);
    expect((await web.engine.workflows.list()).map(({ id }) => id)).toEqual(["doubling"]);
  });

  test("that failed does its work when it is repeated", async () => {
    await using web = await startWeb();
    const pause = () => web.call("POST", "/api/workflows/doubling/pause", {}, KEY);
    expect((await pause()).status).toBe(404);

    await web.engine.workflows.deploy(doubling, { by: "test" });

    expect((await pause()).body).toMatchObject({ paused: true });
  });

  test("that comes many times at once does its work once", async () => {
    await using web = await startWeb();

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => web.call("POST", "/api/workflows", doubling, KEY)),
    );

    expect((await web.engine.workflows.versions("doubling")).length).toBe(1);
    for (const { status, body, headers } of answers) {
      if (status === 200) expect(body).toMatchObject({ changed: true, version: 1 });
      else {
        expect([status, body.code]).toEqual([409, "request_under_way"]);
        expect(headers.get("retry-after")).toBe("1");
      }
    }
    expect(answers.some(({ status }) => status === 200)).toBe(true);
  });

  test.for(["", " ", "a, b", "k".repeat(256)])("with the key %j is refused", async (key) => {
    await using web = await startWeb();

    const { status, body } = await web.call("POST", "/api/pause", {}, { "idempotency-key": key });

    expect([status, body.code]).toEqual([400, "input_invalid"]);
  });
});
