import { describe, expect, test } from "vitest";
import { createCredentials } from "../../../src/adapters/credentials.ts";
import { systemClock } from "../../../src/engine/ports/clock.ts";
import type { CredentialRecord } from "../../../src/engine/ports/credentials.ts";
import { createCredentialTester } from "../../../src/services/http/test-credential.ts";
import { KnownSecrets } from "../../../src/shared/known-secrets.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { type Answer, startLoopbackServer } from "../../support/loopback-server.ts";

const TOKEN = "token-that-opens-all-doors";

/** Tests a stored credential at a server. */
async function testAt(answer: Answer, parts: Partial<CredentialRecord> = {}, path = "/user") {
  await using store = await openSqliteStore({ path: ":memory:" });
  await using server = await startLoopbackServer(answer);
  const { host } = new URL(server.url);
  await store.credentials.save({
    ...{ id: "github", values: { kind: "bearer", token: TOKEN }, hosts: [host], workflows: [] },
    ...{ testUrl: null, setBy: "U0ALICE", setAt: 1 },
    ...parts,
  });
  const secrets = new KnownSecrets();
  const credentials = createCredentials({ store, clock: systemClock, given: {}, secrets });
  const tester = createCredentialTester({ allowHosts: ["127.0.0.1"], credentials });
  const outcome = await tester("github", new URL(path, server.url)).then(
    ({ status }) => status,
    (error: unknown) => error,
  );
  return { outcome, received: server.received };
}

describe("testing a credential", () => {
  test.for([200, 302, 401, 404, 503])("says that the answer was %i", async (status) => {
    const { outcome, received } = await testAt((_request, response) => {
      response.writeHead(status, { location: "/login" }).end();
    });

    expect(outcome).toBe(status);
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /user"]);
    expect(received[0]?.headers["authorization"]).toBe(`Bearer ${TOKEN}`);
  });

  test("tries nothing that was valid before", async () => {
    const values = { kind: "bearer", token: "another-token" } as const;
    const hosts = ["127.0.0.1"];
    const { outcome, received } = await testAt(
      ({ headers }, response) => {
        response.writeHead(headers.authorization === `Bearer ${TOKEN}` ? 401 : 200).end();
      },
      { previous: { values, hosts, until: Date.now() + 60_000 } },
    );

    expect(outcome).toBe(401);
    expect(received).toHaveLength(1);
  });

  test("says when there is no answer", async () => {
    const { outcome } = await testAt((_request, response) => void response.destroy());

    expect(outcome).toMatchObject({ code: "service_unavailable" });
  });

  test.for([
    { hosts: ["api.github.com"], says: "may not be sent to 127.0.0.1" },
    { hosts: ["127.0.0.1"], says: "is sent over https:// alone" },
  ])("sends nothing to a host other than $hosts, or unencrypted", async ({ hosts, says }) => {
    const { outcome, received } = await testAt((_request, response) => void response.end(), {
      hosts,
    });

    expect(outcome).toMatchObject({
      code: "credential_wrong_host",
      message: expect.stringContaining(says),
    });
    expect(received).toEqual([]);
  });
});
