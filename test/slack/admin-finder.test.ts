import { LogLevel, WebClient } from "@slack/web-api";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/engine/ports/clock.ts";
import type { Json } from "../../src/shared/json.ts";
import { createAdminFinder } from "../../src/slack/admin-finder.ts";
import { type Answer, startLoopbackServer } from "../support/loopback-server.ts";

const alice = { id: "U0ALICE", is_admin: true };
const bob = { id: "U0BOB", is_admin: true, is_owner: true };
const carol = { id: "U0CAROL", is_admin: true, is_owner: true, is_primary_owner: true };
const gone = { ...bob, id: "U0GONE", deleted: true };
const robot = { ...alice, id: "U0ROBOT", is_bot: true };

/** Answers `users.list` with these pages, and the first call with a 429. */
function pages(...lists: readonly (readonly object[])[]): Answer {
  let isFirst = true;
  return ({ body }, response) => {
    if (isFirst) {
      isFirst = false;
      response.writeHead(429, { "retry-after": "1" }).end();
      return;
    }
    const page = Number(new URLSearchParams(body).get("cursor") ?? "0");
    const next = page + 1 < lists.length ? String(page + 1) : "";
    const answer = { ok: true, members: lists[page], response_metadata: { next_cursor: next } };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  };
}

function memory() {
  const values = new Map<string, Json>();
  return {
    get: async (key: string) => values.get(key) ?? null,
    set: async (key: string, value: Json) => void values.set(key, value),
  };
}

async function setUp(answer: Answer, configured: readonly string[] = []) {
  const server = await startLoopbackServer(answer);
  const client = new WebClient("xoxb-test", {
    slackApiUrl: `${server.url}/api/`,
    logLevel: LogLevel.ERROR,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
  });
  const kv = memory();
  const create = () =>
    createAdminFinder({
      ...{ configured, client, kv, clock: systemClock, logger: pino({ level: "silent" }) },
    });
  return { server, create };
}

describe("notices without ADMINS", () => {
  test("go to the primary owner, for whom the people are read once", async () => {
    const { server, create } = await setUp(pages([alice, gone, robot], [bob, carol], [alice]));
    await using _server = server;

    expect(await create()()).toEqual(["U0CAROL"]);

    // The refused one, and two of three pages. Another process remembers what was found.
    expect(server.received).toHaveLength(3);
    expect(await create()()).toEqual(["U0CAROL"]);
    expect(server.received).toHaveLength(3);
  });

  test("go to owners and admins if the primary owner does not show", async () => {
    const { server, create } = await setUp(pages([alice, gone, robot], [bob]));
    await using _server = server;

    expect(await create()()).toEqual(["U0BOB", "U0ALICE"]);
  });

  test("reach no one while Slack does not say who there is, and are tried again", async () => {
    let isAway = true;
    const answer = pages([carol]);
    const { server, create } = await setUp((request, response) => {
      if (isAway) response.writeHead(500).end();
      else answer(request, response);
    });
    await using _server = server;
    const find = create();

    expect(await find()).toEqual([]);
    isAway = false;
    expect(await find()).toEqual(["U0CAROL"]);
  });
});

test("notices go to ADMINS if there are any, and nobody else is looked for", async () => {
  const { server, create } = await setUp(pages([carol]), ["U0DAVE"]);
  await using _server = server;

  expect(await create()()).toEqual(["U0DAVE"]);
  expect(server.received).toEqual([]);
});
