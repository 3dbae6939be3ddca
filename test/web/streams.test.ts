import { describe, expect, test } from "vitest";
import { readEvents } from "../support/event-reader.ts";
import { until } from "../support/until.ts";
import { doubling, type RunningWeb, startWeb, untilStatus, waiting } from "./start-web.ts";

async function open(options: Parameters<typeof startWeb>[0] = {}): Promise<RunningWeb> {
  const web = await startWeb(options, undefined, { admins: ["U0ALICE"] });
  for (const definition of [doubling, waiting])
    await web.engine.workflows.deploy(definition, { by: "U0ALICE" });
  return web;
}

const OPEN_TO_ALL = { host: "0.0.0.0", apiToken: "secret" };
const OPERATOR = { authorization: "Bearer secret" };

async function tokenOf({ engine }: RunningWeb, owner: string) {
  const request = { name: "program", owner, scopes: ["read", "run"] as const };
  const { token, view } = await engine.tokens.create(request, owner);
  return { headers: { authorization: `Bearer ${token}` }, id: view.id };
}

async function startRun(
  web: RunningWeb,
  workflow: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<string> {
  const started = await web.call("POST", `/api/workflows/${workflow}/execute`, body, headers);
  expect(started.status).toBe(200);
  return started.body.executionId;
}

describe("the stream of one run", () => {
  test("sends its whole log by revision, the state, and an end when it is over", async () => {
    await using web = await open();
    const id = await startRun(web, "doubling", { amount: 21 });

    await using stream = await readEvents(`${web.url}/api/executions/${id}/events`);
    const events = await stream.upTo("end");

    expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(stream.headers.get("cache-control")).toContain("no-store");
    expect(stream.headers.get("x-accel-buffering")).toBe("no");
    const changes = events.filter(({ event }) => event === "change");
    expect(changes.map((change) => change.id)).toEqual(changes.map((_, rev) => String(rev)));
    expect(changes.flatMap(({ data }) => data.events)).toContainEqual(
      expect.objectContaining({ type: "step_completed", stepId: "double", output: 42 }),
    );
    expect(events.at(-1)?.data.state).toMatchObject({
      status: "completed",
      rev: changes.length - 1,
    });
    expect(await stream.next()).toBeNull();
  });

  test("sends on what happens later", async () => {
    await using web = await open();
    const id = await startRun(web, "waiting");
    await untilStatus(web.engine, id, "waiting");
    await using stream = await readEvents(`${web.url}/api/executions/${id}/events`);
    expect((await stream.upTo("state")).at(-1)?.data).toMatchObject({
      status: "waiting",
      waitingOn: [{ for: "timer", stepId: "pause" }],
    });

    await web.call("POST", `/api/executions/${id}/cancel`, {});

    const end = (await stream.upTo("end")).at(-1);
    expect(end?.data.state).toMatchObject({ status: "cancelled", cancelledBy: "api" });
  });

  test.for(["header", "query"])(
    "resumes by %s: nothing is lost, nothing comes twice",
    async (by) => {
      await using web = await open();
      const id = await startRun(web, "doubling", { amount: 1 });
      await untilStatus(web.engine, id, "completed");
      const address = `${web.url}/api/executions/${id}/events`;
      await using whole = await readEvents(address);
      const all = await whole.upTo("end");
      const revisions = all.filter(({ event }) => event === "change").map((change) => change.id);

      for (const [index, last] of revisions.entries()) {
        const [query, headers] =
          by === "query" ? [`?after=${last}`, {}] : ["?after=0", { "last-event-id": last }];
        await using rest = await readEvents(`${address}${query}`, headers);
        const ids = (await rest.upTo("end")).flatMap(({ event, id: rev }) =>
          event === "change" ? [rev] : [],
        );
        expect(ids).toEqual(revisions.slice(index + 1));
      }
    },
  );

  test("is not opened to a person who may not see the run, nor for a run that there is not", async () => {
    await using web = await open(OPEN_TO_ALL);
    const bob = await tokenOf(web, "U0BOB");
    const carol = await tokenOf(web, "U0CAROL");
    const id = await startRun(web, "waiting", {}, bob.headers);

    const path = `/api/executions/${id}/events`;
    expect((await web.call("GET", path, undefined, carol.headers)).status).toBe(403);
    expect((await web.call("GET", path)).status).toBe(401);
    expect(
      await web.call("GET", "/api/executions/exec_no/events", undefined, OPERATOR),
    ).toMatchObject({ status: 404, body: { code: "execution_not_found" } });
    const odd = { ...OPERATOR, "last-event-id": "last" };
    expect((await web.call("GET", path, undefined, odd)).status).toBe(400);
    await using stream = await readEvents(`${web.url}${path}`, bob.headers);
    expect(stream.status).toBe(200);
  });

  test("ends when the token is revoked, before it shows anything more", async () => {
    await using web = await open({ ...OPEN_TO_ALL, timeouts: { keepAliveMs: 50 } });
    const bob = await tokenOf(web, "U0BOB");
    const id = await startRun(web, "waiting", {}, bob.headers);
    await untilStatus(web.engine, id, "waiting");
    await using stream = await readEvents(`${web.url}/api/executions/${id}/events`, bob.headers);
    await stream.upTo("state");

    await web.engine.tokens.revoke(bob.id, "U0BOB");

    expect(await stream.next()).toMatchObject({ event: "end", data: { code: "token_invalid" } });
    expect(await stream.next()).toBeNull();
  });

  test("answers HEAD with its headers alone", async () => {
    await using web = await open();
    const id = await startRun(web, "waiting");

    const response = await fetch(`${web.url}/api/executions/${id}/events`, { method: "HEAD" });

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(await response.text()).toBe("");
  });

  test("sends something while nothing happens", async () => {
    await using web = await open({ timeouts: { keepAliveMs: 20 } });
    const id = await startRun(web, "waiting");
    const response = await fetch(`${web.url}/api/executions/${id}/events`);
    let text = "";
    for await (const part of response.body ?? []) {
      text += Buffer.from(part).toString();
      if (text.endsWith(":\n\n:\n\n:\n\n")) break;
    }
    expect(text).toContain("event: state");
  });

  test("ends when the server stops, without saying that the run is over", async () => {
    const web = await open();
    const id = await startRun(web, "waiting");
    const stream = await readEvents(`${web.url}/api/executions/${id}/events`);
    await stream.upTo("state");

    await web.stop();

    const left: string[] = [];
    for (let got = await stream.next(); got !== null; got = await stream.next())
      left.push(got.event);
    expect(left).not.toContain("end");
    await web[Symbol.asyncDispose]();
  });
});

describe("the stream of all runs", () => {
  test("sends each run that changes as a list shows it", async () => {
    await using web = await open();
    await using stream = await readEvents(`${web.url}/api/executions/events`);
    expect(await stream.next()).toMatchObject({ event: "ready" });

    const id = await startRun(web, "doubling", { amount: 1 });

    const isOver = (event: { data: { executionId?: string; status?: string } } | null) =>
      event?.data.executionId === id && event.data.status === "completed";
    await until(async () => (isOver(await stream.next()) ? true : undefined));
    const { body } = await web.call("GET", "/api/executions");
    expect(body.executions[0]).toMatchObject({ executionId: id, status: "completed" });
  });

  test("sends what was asked for alone", async () => {
    await using web = await open();
    const query = "workflowId=doubling&status=completed,failed";
    await using stream = await readEvents(`${web.url}/api/executions/events?${query}`);
    await stream.upTo("ready");

    await startRun(web, "waiting");
    const id = await startRun(web, "doubling", { amount: 1 });

    expect(await stream.next()).toMatchObject({
      event: "run",
      data: { executionId: id, status: "completed" },
    });
    const refused = await web.call("GET", "/api/executions/events?input.amount=1");
    expect(refused).toMatchObject({ status: 400, body: { code: "input_invalid" } });
  });

  test("shows a person their own runs, and no others", async () => {
    await using web = await open(OPEN_TO_ALL);
    const bob = await tokenOf(web, "U0BOB");
    const carol = await tokenOf(web, "U0CAROL");
    await using stream = await readEvents(`${web.url}/api/executions/events`, carol.headers);
    await stream.upTo("ready");

    const other = await startRun(web, "doubling", { amount: 1 }, bob.headers);
    await untilStatus(web.engine, other, "completed");
    const own = await startRun(web, "doubling", { amount: 1 }, carol.headers);

    expect(await stream.next()).toMatchObject({ event: "run", data: { executionId: own } });
  });
});

test("a caller has twenty streams at a time, and gets another when one is closed", async () => {
  await using web = await open(OPEN_TO_ALL);
  const address = `${web.url}/api/executions/events`;
  const streams = await Promise.all(
    Array.from({ length: 20 }, () => readEvents(address, OPERATOR)),
  );
  const bob = await tokenOf(web, "U0BOB");

  const refused = await web.call("GET", "/api/executions/events", undefined, OPERATOR);
  expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited" } });
  expect(refused.headers.get("retry-after")).toBe("5");
  await using other = await readEvents(address, bob.headers);
  expect(other.status).toBe(200);

  await streams[0]?.[Symbol.asyncDispose]();
  await until(async () => {
    await using again = await readEvents(address, OPERATOR);
    return again.status === 200 ? true : undefined;
  });
  for (const stream of streams) await stream[Symbol.asyncDispose]();
});
