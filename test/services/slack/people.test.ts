import { describe, expect, test } from "vitest";
import { openSlackSteps } from "../../support/slack-steps.ts";

describe("a person", () => {
  test("is found by id, by mention and by e-mail address", async () => {
    await using slack = await openSlackSteps();

    const bob = await slack.call("getUser", { user: "<@U0BOB>" });

    expect(bob).toMatchObject({ id: "U0BOB", isAdmin: false, isBot: false, isDeleted: false });
    expect(await slack.call("getUser", { user: "U0BOB" })).toEqual(bob);
    expect(await slack.call("lookupByEmail", { email: bob["email"] ?? "" })).toEqual(bob);
  });

  test("whom nobody knows is refused with what to do", async () => {
    await using slack = await openSlackSteps();

    await expect(slack.call("getUser", { user: "U0NOBODY" })).rejects.toThrow(
      "no such person in this workspace",
    );
    await expect(slack.call("lookupByEmail", { email: "no@example.com" })).rejects.toThrow(
      "Nobody in the workspace has this address",
    );
  });

  test("is not found by address without the scope, which is named", async () => {
    await using slack = await openSlackSteps({ grantsOptional: false });

    await expect(slack.call("lookupByEmail", { email: "bob@example.com" })).rejects.toThrow(
      /missing_scope.*users:read\.email/,
    );
  });
});

describe("a user group", () => {
  test("has its members, by its handle or its id", async () => {
    await using slack = await openSlackSteps();
    const finance = { group: "S0FINANCE", users: ["U0BOB", "U0CAROL"] };

    expect(await slack.call("listGroupMembers", { group: "@finance" })).toEqual(finance);
    expect(await slack.call("listGroupMembers", { group: "S0FINANCE" })).toEqual(finance);
    await expect(slack.call("listGroupMembers", { group: "@nobody" })).rejects.toThrow(
      "There is no user group @nobody",
    );
  });

  test("of a free workspace is refused with what to do", async () => {
    await using slack = await openSlackSteps();
    await slack.fault("usergroups.list", { error: "plan_upgrade_required" });

    await expect(slack.call("listGroupMembers", { group: "@finance" })).rejects.toThrow(
      "User groups need a paid plan",
    );
  });
});
