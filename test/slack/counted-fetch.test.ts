import { expect, test } from "vitest";
import { createCountedFetch } from "../../src/slack/counted-fetch.ts";
import { NO_METERS } from "../../src/slack/meters.ts";
import { startLoopbackServer } from "../support/loopback-server.ts";

/** How a call that is answered so is counted, and whether its token was doubted. */
async function count(status: number, body: string): Promise<readonly string[]> {
  await using server = await startLoopbackServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  const counted: string[] = [];
  const send = createCountedFetch({
    fetch: (url, init) => fetch(url, init),
    meters: { ...NO_METERS, called: (method, outcome) => counted.push(`${method}: ${outcome}`) },
    now: () => 0,
    onTokenRefused: (_method, code) => counted.push(`doubted: ${code}`),
  });
  await send(`${server.url}/api/chat.postMessage`);
  await send(`${server.url}/response-url/1`);
  return counted;
}

test.for([
  [200, '{"ok":true,"ts":"1.1"}', "ok"],
  [429, "", "limited"],
  [200, '{"ok":false,"error":"ratelimited"}', "limited"],
  [500, "", "unknown"],
  [200, '{"ok":false,"error":"internal_error"}', "unknown"],
  [200, '{"ok":false,"error":"messaging_processing_failed"}', "unknown"],
  [200, "<html>", "unknown"],
  [200, '{"ok":false,"error":"missing_scope"}', "refused_scope"],
  [200, '{"ok":false,"error":"channel_not_found"}', "refused"],
  [302, "", "refused"],
] as const)(
  "a call that is answered by %i and %s counts as %s",
  async ([status, body, outcome]) => {
    expect(await count(status, body)).toEqual([`chat.postMessage: ${outcome}`]);
  },
);

test("a call whose token is refused counts as such, and the token is doubted", async () => {
  expect(await count(200, '{"ok":false,"error":"token_revoked"}')).toEqual([
    "chat.postMessage: refused_token",
    "doubted: token_revoked",
  ]);
});
