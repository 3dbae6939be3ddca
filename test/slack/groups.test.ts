import { LogLevel, WebClient } from "@slack/web-api";
import { expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { systemClock } from "../../src/engine/ports/clock.ts";
import { createGroupFinder } from "../../src/slack/groups.ts";
import { startLoopbackServer } from "../support/loopback-server.ts";

test("user groups are listed once for everybody who asks at the same time", async () => {
  await using simulator = await openSimulator();
  const client = new WebClient("xoxb-simulator", {
    slackApiUrl: simulator.apiUrl,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
  });
  const groups = createGroupFinder(client, systemClock);

  const answers = await Promise.all(Array.from({ length: 50 }, async () => groups.ids()));

  expect(answers.every((ids) => ids.get("finance") === "S0FINANCE")).toBe(true);
  const response = await fetch(`${simulator.url}/sim/calls?method=usergroups.list`);
  const { calls } = (await response.json()) as { calls: unknown[] };
  expect(calls).toHaveLength(1);
});

test("a failure is forgotten, so that the next one asks again", async () => {
  await using simulator = await openSimulator();
  const client = new WebClient("xoxb-simulator", {
    slackApiUrl: simulator.apiUrl,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
  });
  const groups = createGroupFinder(client, systemClock);
  const body = JSON.stringify({ target: "slack", method: "usergroups.list", status: 500 });
  const headers = { "content-type": "application/json" };
  await fetch(`${simulator.url}/sim/faults`, { method: "POST", body, headers });

  await expect(groups.ids()).rejects.toThrow();
  expect((await groups.ids()).get("finance")).toBe("S0FINANCE");
});

test("a list that was asked for before a group was renamed is not kept", async () => {
  const handles = ["finance", "money"];
  const asked = Promise.withResolvers<void>();
  const renamed = Promise.withResolvers<void>();
  await using server = await startLoopbackServer((_request, response) => {
    const usergroups = [{ id: "S0FINANCE", handle: handles.shift() }];
    asked.resolve();
    void renamed.promise.then(() =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ ok: true, usergroups })),
    );
  });
  const client = new WebClient("xoxb-test", {
    slackApiUrl: `${server.url}/api/`,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
  });
  const groups = createGroupFinder(client, systemClock);

  const before = groups.ids();
  await asked.promise;
  groups.forget("S0FINANCE");
  renamed.resolve();
  await before;

  expect([...(await groups.ids()).keys()]).toEqual(["money"]);
});
