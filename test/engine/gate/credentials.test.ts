import { describe, expect, test } from "vitest";
import { createCredentials } from "../../../src/adapters/credentials.ts";
import type { CredentialRequest } from "../../../src/engine/api/credentials.ts";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { KnownSecrets } from "../../../src/shared/known-secrets.ts";
import { encryptStore } from "../../../src/store/encryption/encrypted-store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { WorkflowHarness, type WorkflowHarnessOptions } from "../../support/workflow-harness.ts";

const TOKEN = "ghp_a-token-that-opens-doors";
const DAY = 86_400_000;

const NOTE = {
  id: "note",
  name: "Note",
  steps: [{ id: "say", type: "transform", config: { expression: "1" } }],
};

/** A workflow whose request proves itself. */
const asking = (id: string, credential: string): JsonObject => ({
  id,
  name: `Ask as ${id}`,
  steps: [
    {
      id: "ask",
      type: "service",
      config: {
        service: "http",
        action: "request",
        ...{ url: "https://api.github.com/user", auth: { credential } },
      },
    },
  ],
});

function open(options: WorkflowHarnessOptions = {}): Promise<WorkflowHarness> {
  const registry = createServiceRegistry([createHttpService()]);
  return WorkflowHarness.open(NOTE, { admins: ["U0ALICE"], registry, ...options });
}

const github = (parts: Partial<CredentialRequest> = {}): CredentialRequest => ({
  name: "github",
  values: { kind: "bearer", token: TOKEN },
  hosts: ["api.github.com"],
  testUrl: null,
  ...parts,
});

/** What a request of a workflow would prove itself with, as another part of the process reads it. */
function using({ store, clock: moved }: WorkflowHarness, host = "api.github.com", laterMs = 0) {
  const clock = { now: () => moved.now() + laterMs };
  const credentials = createCredentials({ store, clock, given: {}, secrets: new KnownSecrets() });
  return credentials.use("github", { workflowId: "triage", url: new URL(`https://${host}/user`) });
}

async function auditOf({ store }: WorkflowHarness) {
  const records = await store.audit.list({ action: "credential", limit: 99 });
  return records.map(({ actor, workflowId, changes, detail }) => ({
    ...{ actor, workflowId, changes, detail },
  }));
}

describe("a credential that an admin sets", () => {
  test("can be used by the workflows that an admin allows, and is shown without its values", async () => {
    await using harness = await open();
    const { credentials, workflows } = harness.engine;

    await credentials.set(github({ testUrl: "https://api.github.com/user" }), "U0ALICE");
    await expect(using(harness)).rejects.toMatchObject({
      code: "credential_not_allowed",
      message: expect.stringContaining("An admin allows it with “credential allow github triage”."),
    });
    await workflows.deploy(asking("triage", "github"), { by: "U0ALICE" });
    expect(await credentials.allow("github", "triage", "U0ALICE")).toBe(true);
    expect(await credentials.allow("github", "triage", "U0ALICE")).toBe(false);

    expect(await using(harness)).toMatchObject({ values: { kind: "bearer", token: TOKEN } });
    const list = await credentials.list("U0ALICE");
    expect(list).toEqual([
      {
        ...{ name: "github", from: "store", kind: "bearer", hosts: ["api.github.com"] },
        ...{ workflows: ["triage"], testUrl: "https://api.github.com/user", previousUntil: null },
        set: { by: "U0ALICE", at: harness.clock.now() },
        uses: [{ workflowId: "triage", at: harness.clock.now() }],
        neededBy: ["triage"],
      },
    ]);
    expect(JSON.stringify(list)).not.toContain(TOKEN);
  });

  test("is allowed for all by *, and for none once that is taken back", async () => {
    await using harness = await open();
    const { credentials } = harness.engine;
    await credentials.set(github(), "U0ALICE");

    await credentials.allow("github", "*", "U0ALICE");
    await expect(using(harness)).resolves.toMatchObject({ name: "github" });
    expect(await credentials.disallow("github", "*", "U0ALICE")).toBe(true);
    expect(await credentials.disallow("github", "*", "U0ALICE")).toBe(false);
    await expect(using(harness)).rejects.toMatchObject({ code: "credential_not_allowed" });
    await expect(credentials.allow("github", "triaje", "U0ALICE")).rejects.toMatchObject({
      code: "workflow_not_found",
    });
  });

  test("keeps what several admins change at the same time", async () => {
    await using harness = await open();
    const { credentials, workflows } = harness.engine;
    await credentials.set(github(), "U0ALICE");
    for (const id of ["one", "two"])
      await workflows.deploy(asking(id, "github"), { by: "U0ALICE" });

    await Promise.all([
      credentials.allow("github", "one", "U0ALICE"),
      credentials.set(github({ hosts: ["*.github.com"] }), "U0ALICE"),
      credentials.allow("github", "two", "U0ALICE"),
    ]);

    expect(await credentials.get("github", "U0ALICE")).toMatchObject({
      ...{ workflows: ["one", "two"], hosts: ["*.github.com"] },
    });
  });

  test("is in the audit, without anything of its values", async () => {
    await using harness = await open();
    const { credentials } = harness.engine;
    const values = { kind: "basic", username: "ann-of-accounting", password: "p4ss-w0rd-long" };

    await credentials.set(github({ values }), "U0ALICE");
    await credentials.set(github(), "U0ALICE");
    await credentials.allow("github", "note", "U0ALICE");
    await credentials.remove("github", "U0ALICE");

    const audit = await auditOf(harness);
    expect(audit).toMatchObject([
      { actor: "U0ALICE", detail: { set: "github", kind: "basic", hosts: ["api.github.com"] } },
      { detail: { set: "github", kind: "bearer", replaced: true } },
      {
        workflowId: "note",
        changes: [{ of: "workflows", from: [], to: ["note"] }],
        detail: { name: "github" },
      },
      { detail: { removed: "github" } },
    ]);
    for (const part of [TOKEN, "ann-of", "p4ss"]) expect(JSON.stringify(audit)).not.toContain(part);
  });

  test("is not removed while an active version needs it, unless that is said", async () => {
    await using harness = await open();
    const { credentials, workflows } = harness.engine;
    await credentials.set(github(), "U0ALICE");
    await workflows.deploy(asking("triage", "github"), { by: "U0ALICE" });
    await credentials.allow("github", "triage", "U0ALICE");
    await using(harness);

    await expect(credentials.remove("github", "U0ALICE")).rejects.toMatchObject({
      code: "credential_in_use",
      message: expect.stringContaining("the active version of triage needs it"),
    });
    await credentials.remove("github", "U0ALICE", { force: true });

    await expect(credentials.get("github", "U0ALICE")).rejects.toMatchObject({
      code: "credential_not_found",
    });
    // A credential that gets the name later has a history of its own.
    await credentials.set(github(), "U0ALICE");
    expect(await credentials.get("github", "U0ALICE")).toMatchObject({ uses: [], workflows: [] });
  });

  test("can be removed when nothing but an archived workflow needs it", async () => {
    await using harness = await open();
    const { credentials, workflows } = harness.engine;
    await credentials.set(github(), "U0ALICE");
    await workflows.deploy(asking("triage", "github"), { by: "U0ALICE" });
    await workflows.archive("triage", "U0ALICE");

    await credentials.remove("github", "U0ALICE");

    expect(await credentials.list("U0ALICE")).toEqual([]);
  });
});

describe("a rotation", () => {
  const NEW = { kind: "bearer", token: "ghp_the-token-of-tomorrow" };

  async function rotated(...sets: readonly Partial<CredentialRequest>[]) {
    const harness = await open();
    const { credentials } = harness.engine;
    await credentials.set(github(), "U0ALICE");
    await credentials.allow("github", "*", "U0ALICE");
    for (const parts of sets) await credentials.set(github(parts), "U0ALICE");
    return harness;
  }

  test("keeps the values before for a week, or until the service has taken the new ones", async () => {
    await using harness = await rotated({ values: NEW });
    const { credentials } = harness.engine;
    const { previousUntil } = await credentials.get("github", "U0ALICE");

    expect(previousUntil).toBe(harness.clock.now() + 7 * DAY);
    const used = await using(harness);
    expect(used).toMatchObject({ values: NEW, previous: { kind: "bearer", token: TOKEN } });
    await used.settle?.();
    expect(await using(harness)).toEqual({ name: "github", values: NEW });
    expect(await credentials.get("github", "U0ALICE")).toMatchObject({ previousUntil: null });
  });

  test("is over after a week", async () => {
    await using harness = await rotated({ values: NEW });

    const later = await using(harness, "api.github.com", 7 * DAY);

    expect(later).toEqual({ name: "github", values: NEW });
  });

  test("to mistyped values still has those that worked when it is corrected", async () => {
    const mistyped = { kind: "bearer", token: "ghp_the-token-of-tomorow" };
    await using harness = await rotated({ values: mistyped }, { values: NEW });

    expect(await using(harness)).toMatchObject({ values: NEW, previous: { token: TOKEN } });
  });

  test("tries the values before at no host that they were not set for", async () => {
    await using harness = await rotated({ values: NEW, hosts: ["api.github.com", "evil.example"] });

    expect(await using(harness, "evil.example")).toEqual({ name: "github", values: NEW });
    expect(await using(harness)).toHaveProperty("previous");
  });

  test("to the same values is none", async () => {
    await using harness = await rotated({ hosts: ["api.github.com", "uploads.github.com"] });

    expect(await using(harness)).not.toHaveProperty("previous");
  });
});

describe("nothing is set", () => {
  test.for<{ why: string; parts: Partial<CredentialRequest>; path: string; says: string }>([
    {
      why: "under a name with other signs",
      parts: { name: "GitHub!" },
      path: "name",
      says: "must begin with a small letter",
    },
    {
      why: "without its token",
      parts: { values: { kind: "bearer" } },
      path: "token",
      says: "must be a text",
    },
    {
      why: "with a token of two lines",
      parts: { values: { kind: "bearer", token: "one\ntwo" } },
      path: "token",
      says: "one line",
    },
    {
      why: "with a member of another kind",
      parts: { values: { kind: "bearer", token: TOKEN, password: "x" } },
      path: "values",
      says: "password",
    },
    {
      why: "of an unknown kind",
      parts: { values: { kind: "magic" } },
      path: "kind",
      says: "one of bearer",
    },
    { why: "without a host", parts: { hosts: [] }, path: "hosts", says: "at least one host" },
    {
      why: "for an address in place of a host",
      parts: { hosts: ["https://api.github.com"] },
      path: "hosts",
      says: "a host such as",
    },
    {
      why: "for hosts of everybody",
      parts: { hosts: ["*.co.uk"] },
      path: "hosts",
      says: "a host of one owner",
    },
    {
      why: "with a test at another host",
      parts: { testUrl: "https://evil.example/user" },
      path: "testUrl",
      says: "at one of its hosts",
    },
    {
      why: "with a test that shows the secret",
      parts: { testUrl: `https://api.github.com/user?key=${TOKEN}` },
      path: "testUrl",
      says: "nothing secret",
    },
  ])("$why", async ({ parts, path, says }) => {
    await using harness = await open();

    const outcome = harness.engine.credentials.set(github(parts), "U0ALICE");

    await expect(outcome).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.not.stringContaining(TOKEN),
      details: { problems: [{ path, message: expect.stringContaining(says) }] },
    });
    expect(await harness.store.credentials.list()).toEqual([]);
    expect(await auditOf(harness)).toEqual([]);
  });

  test("by who is no admin, who sees none either; the refusal is recorded", async () => {
    await using harness = await open();
    const { credentials } = harness.engine;
    await credentials.set(github(), "U0ALICE");
    const refused = { code: "not_allowed", message: expect.stringContaining("<@U0ALICE>") };

    for (const attempt of [
      () => credentials.assertMaySet("github", "U0BOB"),
      () => credentials.set(github(), "U0BOB"),
      () => credentials.list("U0BOB"),
      () => credentials.get("github", "U0BOB"),
      () => credentials.allow("github", "note", "U0BOB"),
      () => credentials.disallow("github", "note", "U0BOB"),
      () => credentials.remove("github", "U0BOB", { force: true }),
      () => credentials.test("github", "U0BOB", "/user"),
    ])
      await expect(attempt()).rejects.toMatchObject(refused);

    const refusals = await harness.store.audit.list({ action: "access", limit: 99 });
    expect(refusals).toHaveLength(8);
    expect(JSON.stringify(refusals)).not.toContain(TOKEN);
  });

  test("where nothing encrypts it", async () => {
    const store = await encryptStore(await openSqliteStore({ path: ":memory:" }), null);
    await using harness = await open({ store });
    const off = {
      code: "credential_store_off",
      message: expect.stringContaining("ENCRYPTION_KEY"),
    };

    const { credentials } = harness.engine;
    await expect(credentials.assertMaySet("github", "U0ALICE")).rejects.toMatchObject(off);
    await expect(credentials.set(github(), "U0ALICE")).rejects.toMatchObject(off);
  });

  test("in place of one of the environment, which is listed and stays as it is", async () => {
    const given = {
      values: { kind: "bearer", token: TOKEN },
      ...{ hosts: ["api.github.com"], workflows: ["note"], testUrl: null },
    } as const;
    await using harness = await open({ credentials: { github: given } });
    const { credentials } = harness.engine;
    const refused = {
      code: "credential_not_stored",
      message: expect.stringContaining("CREDENTIAL_GITHUB"),
    };

    await expect(credentials.set(github(), "U0ALICE")).rejects.toMatchObject(refused);
    await expect(credentials.allow("github", "note", "U0ALICE")).rejects.toMatchObject(refused);
    await expect(credentials.remove("github", "U0ALICE")).rejects.toMatchObject(refused);
    expect(await credentials.list("U0ALICE")).toMatchObject([
      { name: "github", from: "environment", set: null, workflows: ["note"] },
    ]);
  });
});

describe("deploying a workflow that names a credential", () => {
  const PLACE = "steps[0].config.auth.credential";

  test("that is not there says who sets it, and how", async () => {
    await using harness = await open();

    const result = await harness.engine.workflows.deploy(asking("triage", "github"), {
      by: "U0ALICE",
    });

    expect(result).toMatchObject({
      deployed: true,
      warnings: [
        {
          path: PLACE,
          message: 'there is no credential "github"; a step that uses it fails',
          fix: "An admin sets it with “credential set github”, or the operator as CREDENTIAL_GITHUB in the bot's environment.",
        },
      ],
    });
  });

  test.for([
    { from: "the store", fix: "An admin allows it with “credential allow github triage”." },
    { from: "the environment", fix: 'The operator adds it to "workflows" of CREDENTIAL_GITHUB.' },
  ])("of $from that it may not use says who allows it, and how", async ({ from, fix }) => {
    const values = { kind: "bearer", token: TOKEN } as const;
    const given = { values, hosts: ["api.github.com"], workflows: ["note"], testUrl: null };
    const isStored = from === "the store";
    await using harness = await open({ credentials: isStored ? {} : { github: given } });
    const { credentials, workflows } = harness.engine;
    if (isStored) await credentials.set(github(), "U0ALICE");

    const result = await workflows.deploy(asking("triage", "github"), { by: "U0ALICE" });

    const message = '"triage" may not use the credential "github"; a step that uses it fails';
    expect(result).toMatchObject({ deployed: true, warnings: [{ path: PLACE, message, fix }] });
    if (!isStored) return;
    await credentials.allow("github", "triage", "U0ALICE");
    expect(await workflows.deploy(asking("triage", "github"), { by: "U0ALICE" })).toMatchObject({
      deployed: true,
      warnings: [],
    });
  });
});

describe("a test", () => {
  test("asks the address that it was set with, or a path or an address that the admin gives", async () => {
    const asked: string[] = [];
    await using harness = await open({
      testCredential: async (_name, url) => {
        asked.push(url.href);
        return { status: 200 };
      },
    });
    const { credentials } = harness.engine;
    const hosts = ["*.github.com", "api.github.com:8443"];
    await credentials.set(github({ hosts, testUrl: "https://api.github.com/user" }), "U0ALICE");

    expect(await credentials.test("github", "U0ALICE")).toEqual({
      status: 200,
      host: "api.github.com",
    });
    await credentials.test("github", "U0ALICE", "/rate_limit?x=1");
    await credentials.test("github", "U0ALICE", "https://uploads.github.com/");

    expect(asked).toEqual([
      "https://api.github.com/user",
      "https://api.github.com:8443/rate_limit?x=1",
      "https://uploads.github.com/",
    ]);
    expect((await auditOf(harness)).at(-1)).toMatchObject({
      detail: { tested: "github", host: "uploads.github.com", status: 200 },
    });
  });

  test("without a place says what one is", async () => {
    await using harness = await open();
    const { credentials } = harness.engine;
    await credentials.set(github({ hosts: ["*.github.com"] }), "U0ALICE");

    for (const place of [undefined, "/user", "file:///etc/passwd", "user"])
      await expect(credentials.test("github", "U0ALICE", place)).rejects.toMatchObject({
        code: "input_invalid",
        message: expect.stringContaining("*.github.com"),
      });
  });
});
