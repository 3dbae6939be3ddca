import { describe, expect, test } from "vitest";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { TokenScope } from "../../../src/engine/ports/tokens.ts";
import { newApiToken } from "../../../src/shared/api-token.ts";
import { WorkflowHarness, type WorkflowHarnessOptions } from "../../support/workflow-harness.ts";

const DAY = 86_400_000;
const NOTE = {
  id: "note",
  name: "Note",
  steps: [{ id: "say", type: "transform", config: { expression: "1" } }],
};

function open(options: WorkflowHarnessOptions = {}): Promise<WorkflowHarness> {
  return WorkflowHarness.open(NOTE, { admins: ["U0ALICE"], ...options });
}

function create(
  { tokens }: RunningEngine,
  owner: string,
  { by = owner, days = 30, scopes = ["read"] as readonly TokenScope[] } = {},
) {
  return tokens.create({ name: "report", owner, scopes, days }, by);
}

describe("tokens of the API", () => {
  test("are kept as a hash alone, and say whose they are", async () => {
    await using harness = await open();
    const { token, view } = await create(harness.engine, "U0BOB", { scopes: ["run", "read"] });

    const stored = JSON.stringify(await harness.store.tokens.list({ limit: 9 }));
    expect(stored).not.toContain(token.slice(10, 30));
    expect(await harness.engine.tokens.identify(token, true)).toEqual({
      tokenId: view.id,
      name: "report",
      owner: "U0BOB",
      scopes: ["read", "run"],
    });
  });

  test("that nobody created, that were changed or revoked, or have expired are refused", async () => {
    await using harness = await open();
    const { tokens } = harness.engine;
    const { token, view } = await create(harness.engine, "U0BOB", { days: 2 });
    const other = await create(harness.engine, "U0BOB");
    const refused = { code: "token_invalid" };

    for (const wrong of [newApiToken(), token.toUpperCase(), `${token}x`, ""])
      await expect(tokens.identify(wrong, false)).rejects.toMatchObject(refused);
    await tokens.revoke(other.view.id, "U0BOB");
    await expect(tokens.identify(other.token, false)).rejects.toMatchObject(refused);
    await harness.clock.advance(2 * DAY);
    await expect(tokens.identify(token, false)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining("expired"),
    });
    expect(view.expiresAt).toBe(view.createdAt + 2 * DAY);
  });

  test("do nothing any more when their owner has left the workspace", async () => {
    const strangers = new Set<string>();
    await using harness = await open({ strangers });
    const { token } = await create(harness.engine, "U0BOB");
    expect((await harness.engine.tokens.identify(token, true)).owner).toBe("U0BOB");

    strangers.add("U0BOB");

    await expect(harness.engine.tokens.identify(token, true)).rejects.toMatchObject({
      code: "not_allowed",
    });
    await expect(create(harness.engine, "U0BOB")).rejects.toMatchObject({ code: "not_allowed" });
    await expect(create(harness.engine, "U0BOB", { by: "cli" })).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("owner must be a member of the workspace"),
    });
  });

  test("are created for others, seen and ended by admins and the operator alone", async () => {
    await using harness = await open();
    const { tokens } = harness.engine;
    await expect(create(harness.engine, "U0BOB", { by: "U0CAROL" })).rejects.toMatchObject({
      code: "not_allowed",
    });
    const { view } = await create(harness.engine, "U0BOB", { by: "cli" });

    expect(await tokens.list("U0CAROL")).toEqual([]);
    expect(await tokens.list("U0ALICE")).toEqual([view]);
    await expect(tokens.revoke(view.id, "U0CAROL")).rejects.toMatchObject({
      code: "token_not_found",
    });
    await tokens.revoke(view.id.slice(0, 12), "U0ALICE");
    expect(await tokens.list("cli")).toEqual([]);
  });

  test("have a limit of their own, which other tokens do not use up", async () => {
    await using harness = await open();
    const { tokens } = harness.engine;
    const [one, two] = [
      await create(harness.engine, "U0BOB"),
      await create(harness.engine, "U0BOB"),
    ];

    for (let n = 0; n < 100; n += 1) await tokens.identify(one.token, false);

    await expect(tokens.identify(one.token, false)).rejects.toMatchObject({
      code: "rate_limited",
      retryAfterMs: 50,
    });
    await tokens.identify(two.token, false);
    await harness.clock.advance(50);
    await tokens.identify(one.token, false);
  });

  test("show when they were last used, to the minute, whatever became of them meanwhile", async () => {
    await using harness = await open();
    const { tokens } = harness.engine;
    const { token, view } = await create(harness.engine, "U0BOB");
    const lastUse = async () => (await tokens.list("U0BOB"))[0]?.lastUsedAt;
    expect(await lastUse()).toBeNull();

    await tokens.identify(token, false);
    const first = harness.clock.now();
    await harness.clock.advance(59_000);
    await tokens.identify(token, false);
    expect(await lastUse()).toBe(first);
    await harness.clock.advance(1000);
    await tokens.identify(token, false);

    expect(await lastUse()).toBe(first + 60_000);
    expect((await tokens.revoke(view.id, "U0BOB")).revoked).not.toBeNull();
  });

  test("leave a record of their creation, their use and their end", async () => {
    await using harness = await open();
    const { tokens, audit } = harness.engine;
    const { token, view } = await create(harness.engine, "U0BOB", { by: "cli" });
    const holder = await tokens.identify(token, true);
    const request = "POST /api/executions/exec_1/cancel";
    await tokens.record(holder, { request, executionId: "exec_1" });
    await tokens.revoke(view.id, "U0ALICE");

    const { records } = await audit.list({ action: "token", limit: 9 }, "U0ALICE");

    expect(records.map(({ actor, surface, detail }) => [actor, surface, detail])).toMatchObject([
      ["cli", "cli", { created: view.id, owner: "U0BOB", scopes: ["read"], days: 30 }],
      ["U0BOB", "api", { used: view.id, name: "report", request }],
      ["U0ALICE", "slack", { revoked: view.id }],
    ]);
    expect(JSON.stringify(records)).not.toContain(token);
  });

  test.for([
    { parts: { name: " " }, field: "name" },
    { parts: { name: "n".repeat(81) }, field: "name" },
    { parts: { scopes: [] }, field: "scopes" },
    { parts: { days: 0 }, field: "days" },
    { parts: { days: 366 }, field: "days" },
    { parts: { days: 1.5 }, field: "days" },
    { parts: { owner: "bob" }, field: "owner" },
  ])("with a wrong $field ($parts) are not created", async ({ parts, field }) => {
    await using harness = await open();
    const request = { name: "report", owner: "U0BOB", scopes: ["read"], days: 3 } as const;

    await expect(
      harness.engine.tokens.create({ ...request, ...parts }, "cli"),
    ).rejects.toMatchObject({
      code: "input_invalid",
      details: { problems: [{ path: field }] },
    });
  });
});
