import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createCredentials } from "../../../src/adapters/credentials.ts";
import type { GivenCredential } from "../../../src/engine/ports/credentials.ts";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { CredentialValues } from "../../../src/shared/credential-values.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { KnownSecrets } from "../../../src/shared/known-secrets.ts";
import { openSqliteStore, type SqliteStore } from "../../../src/store/sqlite/open.ts";
import {
  type Answer,
  json,
  type LoopbackServer,
  startLoopbackServer,
} from "../../support/loopback-server.ts";
import { serviceContext } from "../../support/service-context.ts";

const TOKEN = "token-that-opens-all-doors";

let store: SqliteStore;
let server: LoopbackServer;
let answer: Answer;
let secrets: KnownSecrets;

beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  answer = json(200, {});
  server = await startLoopbackServer((received, response) => answer(received, response));
  secrets = new KnownSecrets();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

const BEARER: CredentialValues = { kind: "bearer", token: TOKEN };

/** Sends a request as the workflow `expense` of {@link serviceContext}. */
function request(
  values: CredentialValues,
  parts: Partial<GivenCredential> & { readonly params?: JsonObject } = {},
) {
  const { params = {}, ...bounds } = parts;
  const hosts = [new URL(server.url).host];
  const credentials = createCredentials({
    ...{ store, secrets, clock: { now: () => 1000 } },
    given: { github: { values, hosts, workflows: ["*"], testUrl: null, ...bounds } },
  });
  const http = createHttpService({ allowHosts: ["127.0.0.1", "localhost"], credentials });
  const given = { url: server.url, auth: { credential: "github" }, ...params };
  return createServiceRegistry([http]).execute("http", "request", given, serviceContext());
}

describe("a request with a credential", () => {
  test.each<{ readonly values: CredentialValues; readonly header: string; readonly text: string }>([
    { values: BEARER, header: "authorization", text: `Bearer ${TOKEN}` },
    {
      values: { kind: "basic", username: "ann", password: "päss word" },
      header: "authorization",
      text: `Basic ${Buffer.from("ann:päss word").toString("base64")}`,
    },
    {
      values: { kind: "apiKey", in: "header", name: "X-Api-Key", value: TOKEN },
      header: "x-api-key",
      text: TOKEN,
    },
    {
      values: {
        kind: "apiKey",
        in: "header",
        name: "Authorization",
        prefix: "OAuth",
        value: TOKEN,
      },
      header: "authorization",
      text: `OAuth ${TOKEN}`,
    },
  ])("proves itself by $values.kind in $header", async ({ values, header, text }) => {
    await request(values);

    expect(server.received[0]?.headers[header]).toBe(text);
  });

  test("replaces what the definition wrote into the same header", async () => {
    await request(BEARER, { params: { headers: { Authorization: "Bearer of-the-definition" } } });

    expect(server.received[0]?.headers["authorization"]).toBe(`Bearer ${TOKEN}`);
  });

  test("has a key in its query where it belongs there, once", async () => {
    const url = `${server.url}/?page=2&key=mine`;
    await request({ kind: "apiKey", in: "query", name: "key", value: TOKEN }, { params: { url } });

    expect(server.received[0]?.url).toBe(`/?page=2&key=${TOKEN}`);
  });

  test("hides what it was given wherever it comes back", async () => {
    await request(BEARER);

    expect(secrets.mask().json({ echo: `Bearer ${TOKEN}` })).toEqual({ echo: "Bearer [secret]" });
  });

  test("takes it nowhere when it is redirected to another host", async () => {
    await using other = await startLoopbackServer(json(200, {}));
    const port = new URL(other.url).port;
    answer = (_request, response) => {
      response.writeHead(307, { location: `http://localhost:${port}/there` }).end();
    };

    await request(BEARER);
    await request({ kind: "apiKey", in: "header", name: "X-Api-Key", value: TOKEN });
    await request({ kind: "apiKey", in: "query", name: "key", value: TOKEN });

    expect(other.received).toHaveLength(3);
    expect(JSON.stringify(other.received)).not.toContain(TOKEN);
  });
});

describe("a request is refused, and nothing is sent,", () => {
  test.each<{
    readonly why: string;
    readonly parts: Parameters<typeof request>[1];
    readonly code: string;
    readonly says: string;
  }>([
    {
      why: "for a credential that is not there",
      parts: { params: { auth: { credential: "gitlab" } } },
      code: "credential_missing",
      says: "or the operator as CREDENTIAL_GITLAB in the bot's environment.",
    },
    {
      why: "for a workflow that may not use it",
      parts: { workflows: ["other"] },
      code: "credential_not_allowed",
      says: 'adds it to "workflows" of CREDENTIAL_GITHUB',
    },
    {
      why: "while it is allowed for none",
      parts: { workflows: [] },
      code: "credential_not_allowed",
      says: 'The workflow "expense" may not use the credential "github"',
    },
    ...["other.example", "*.127.0.0.1", "127.0.0.1.evil.example", "127.0.0.1:1"].map((host) => ({
      why: `for a host that is not ${host}`,
      parts: { hosts: [host] },
      code: "credential_wrong_host",
      says: `It is for ${host}.`,
    })),
    {
      why: "over http:// unless the host names its port",
      parts: { hosts: ["127.0.0.1"] },
      code: "credential_wrong_host",
      says: "is sent over https:// alone",
    },
  ])("$why", async ({ parts, code, says }) => {
    await expect(request(BEARER, parts)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
    expect(server.received).toEqual([]);
  });
});

test("a credential of the store is found by its name, and its last use is noted for each workflow", async () => {
  await store.credentials.save({
    id: "crm",
    ...{ hosts: [new URL(server.url).host], workflows: ["refund"], testUrl: null },
    ...{ values: BEARER, setBy: "U0ALICE", setAt: 1 },
  });
  const credentials = createCredentials({
    ...{ store, secrets, clock: { now: () => 5000 }, given: {} },
  });
  const use = { workflowId: "refund", url: new URL(server.url) };

  expect(await credentials.use("crm", use)).toEqual({ name: "crm", values: BEARER });
  expect(await credentials.lastUses("crm")).toEqual({ refund: 5000 });
  expect(secrets.mask().text(TOKEN)).toBe("[secret]");
});
