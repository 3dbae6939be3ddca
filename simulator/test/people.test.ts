import { expect, test } from "vitest";
import { Person } from "./support/person.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const quick = { realistic: false, timings: { ackMs: 5, eventRetriesMs: [] } };

test("a workspace on a free plan has no user groups, until it is upgraded", async () => {
  await using simulator = await openSample({ ...quick, plan: "free" });
  const { usergroups } = clientOf(simulator);
  const alice = new Person(simulator.url, "U0ALICE");
  const calls = [() => usergroups.list(), () => usergroups.users.list({ usergroup: "S0FINANCE" })];

  for (const call of calls) {
    expect(await refusal(call())).toMatchObject({ error: "plan_upgrade_required" });
  }
  expect(await alice.see("usergroups")).toEqual({ usergroups: [] });
  expect(await alice.act("usergroup", { handle: "ops", users: [] })).toMatchObject({
    error: "plan_upgrade_required",
  });

  await alice.act("workspace", { plan: "paid" });
  for (const call of calls) expect(await call()).toMatchObject({ ok: true });
});

test("nobody can be written to after leaving", async () => {
  await using simulator = await openSample(quick);
  const { chat, conversations } = clientOf(simulator);
  await new Person(simulator.url, "U0ALICE").act("person", { person: "U0BOB", deleted: true });

  expect(await refusal(conversations.open({ users: "U0BOB" }))).toMatchObject({
    error: "user_disabled",
  });
  expect(await refusal(chat.postMessage({ channel: "U0BOB", text: "x" }))).toMatchObject({
    error: "channel_not_found",
  });
  expect(await conversations.open({ users: "U0CAROL" })).toMatchObject({ ok: true });
});
