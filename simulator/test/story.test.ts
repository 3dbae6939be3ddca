import { describe, expect, test } from "vitest";
import { toText } from "../json.ts";
import { Person } from "./support/person.ts";
import { startSample } from "./support/sample-app.ts";

describe.each(["socket", "http"] as const)("a Bolt app in %s mode", (mode) => {
  test("goes from shortcut over modal, validation and message to a click and an update", async () => {
    await using setup = await startSample(mode);
    const alice = new Person(setup.simulator.url, "U0ALICE");
    const bob = new Person(setup.simulator.url, "U0BOB");

    expect(await alice.act("shortcut", { callback_id: "new_request" })).toMatchObject({
      ok: true,
      acked: true,
    });
    const modal = await alice.until(async () => (await alice.views())[0]);
    const viewId = modal["id"] ?? "";

    const missing = await alice.act("view-submit", {
      view_id: viewId,
      values: { item: { text: "x" } },
    });
    expect(missing).toMatchObject({ delivered: false, response_action: "errors" });
    expect(Object.keys(missing["errors"] ?? {})).toEqual(["item", "amount"]);

    const values = {
      item: { text: "Lamp" },
      amount: { number: 5_000 },
      urgency: { choice: "high" },
    };
    expect(await alice.act("view-submit", { view_id: viewId, values })).toMatchObject({
      acked: true,
      response_action: "errors",
      errors: { amount: "At most 1000." },
    });
    expect(await alice.views()).toHaveLength(1);

    const better = { ...values, amount: { number: 50 } };
    expect(await alice.act("view-submit", { view_id: viewId, values: better })).toMatchObject({
      ok: true,
      acked: true,
    });
    expect(await alice.views()).toEqual([]);

    const posted = await bob.until(async () => (await bob.messages("C0GENERAL"))[0]);
    expect(posted).toMatchObject({
      user: "U0BOT",
      bot_id: "B0HEDDLE",
      text: "<@U0ALICE> wants Lamp for 50 (high)",
      metadata: { event_type: "request", event_payload: { amount: 50, urgency: "high" } },
      reply_count: 0,
    });

    const click = { action_id: "approve", channel: "C0GENERAL", ts: posted["ts"] ?? "" };
    const clicked = await bob.act("action", click);
    expect(clicked).toMatchObject({ ok: true, acked: true });
    expect(clicked).not.toHaveProperty("stale");
    const thanks = await bob.until(async () =>
      (await bob.messages("C0GENERAL")).find((message) => message["ephemeral"] === true),
    );
    expect(thanks["text"]).toBe("Thank you.");
    expect((await alice.messages("C0GENERAL")).map((message) => message["text"])).toEqual([
      "<@U0ALICE> wants Lamp for 50 (high) — approved by <@U0BOB>",
    ]);

    expect(await bob.act("action", { ...click, value: "request-1" })).toMatchObject({
      acked: true,
      stale: true,
    });
    await bob.until(async () =>
      (await bob.messages("C0GENERAL")).length === 3 ? true : undefined,
    );
  });

  test("publishes Home when it is opened and gets clicks there", async () => {
    await using setup = await startSample(mode);
    const carol = new Person(setup.simulator.url, "U0CAROL");

    expect(await carol.act("home-open")).toMatchObject({ ok: true, acked: true });
    const home = await carol.until(async () => {
      const view = await carol.see("home");
      return view["id"] === null ? undefined : view;
    });

    expect(home["blocks"]).toMatchObject([{ text: { text: "Hello <@U0CAROL>" } }, {}]);
    expect(
      await carol.act("action", { action_id: "approve", view_id: home["id"] ?? "" }),
    ).toMatchObject({
      acked: true,
    });
  });

  test("answers a command in private and a direct message in its thread", async () => {
    await using setup = await startSample(mode);
    const dave = new Person(setup.simulator.url, "U0DAVE");

    const command = { channel: "C0GENERAL", command: "/plain", text: "hello <@U0BOB> & co" };
    expect(await dave.act("slash", command)).toMatchObject({ ok: true, acked: true });
    const sent = await dave.act("message", { channel: "D0DAVE", text: "ping" });
    expect(sent).toMatchObject({ ok: true, acked: true });
    const reply = await dave.until(async () => {
      const thread = await dave.messages("D0DAVE", { thread_ts: toText(sent["ts"]) ?? "" });
      return thread[1];
    });

    expect(await dave.messages("C0GENERAL")).toMatchObject([
      { text: "You typed: hello @bob &amp; co", ephemeral: true },
    ]);
    expect(reply).toMatchObject({ text: "pong", thread_ts: sent["ts"] });
  });

  test("leaves a person with an error when nobody listens to their click", async () => {
    await using setup = await startSample(mode, { timings: { ackMs: 150 } });
    const bob = new Person(setup.simulator.url, "U0BOB");
    const { ts = "" } = await setup.app.client.chat.postMessage({
      channel: "#general",
      text: "Hi",
    });

    const clicked = await bob.act("action", { action_id: "unknown", channel: "C0GENERAL", ts });

    expect(clicked).toMatchObject({ ok: false, acked: false, stale: true });
    expect(await bob.messages("C0GENERAL")).toMatchObject([
      { text: "Hi" },
      { ephemeral: true, username: "Slackbot" },
    ]);
  });
});
