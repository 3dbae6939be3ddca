import { describe, expect, test } from "vitest";
import { Person } from "../support/person.ts";
import { agentManifest } from "../support/sample-manifest.ts";
import { clientOf, openSample } from "../support/web-client.ts";
import { chromiumPath, openAudience } from "./browser.ts";

const quick = { realistic: false, timings: { ackMs: 5, eventRetriesMs: [] } };

describe.skipIf(chromiumPath === undefined)("the page", () => {
  test("opens a thread for what is said to an agent, and offers to stop its work there", async () => {
    const manifest = agentManifest("agent_session_stopped");
    await using simulator = await openSample({ manifest, ...quick });
    await using audience = await openAudience(simulator);
    const { agents, chat } = clientOf(simulator);
    const page = await audience.openAs("U0ALICE", "D0ALICE");

    const box = page.getByRole("textbox", { name: "Message Sample" });
    await box.fill("Plan a trip");
    await box.press("Enter");

    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("Plan a trip").waitFor();
    const [said] = await new Person(simulator.url, "U0ALICE").messages("D0ALICE");
    const thread_ts = typeof said?.["ts"] === "string" ? said["ts"] : "";
    await agents.sessions.setStatus({ channel_id: "D0ALICE", thread_ts, status: "processing" });
    await thread.getByRole("status").getByText("is working").waitFor();
    await thread.getByRole("button", { name: "Stop" }).click();
    await expect
      .poll(() => simulator.workspace.traffic.deliveries().at(-1)?.payload["event"])
      .toMatchObject({ type: "agent_session_stopped", thread_ts });
    await chat.postMessage({ channel: "D0ALICE", thread_ts, text: "Stopped." });
    await thread.getByText("Stopped.").waitFor();
  });

  test("says who is named in a private channel and hears nothing of it", async () => {
    await using simulator = await openSample(quick);
    await using audience = await openAudience(simulator);
    const page = await audience.openAs("U0ALICE", "C0LEADS");

    await clientOf(simulator).chat.postMessage({
      channel: "C0LEADS",
      text: "<@U0BOB> and <@U0CAROL> decide",
    });

    const message = page.getByRole("article").filter({ hasText: "decide" });
    const note = message.getByText("Not notified");
    await note.waitFor();
    expect(await note.innerText()).toBe("Not notified, not in here: Carol Clark");
  });

  test("opens as the first person of a large workspace on Grid, with the places of hers", async () => {
    await using simulator = await openSample({ size: "large", grid: true, ...quick });
    await using audience = await openAudience(simulator);
    const page = await audience.openAs("");

    await page.getByRole("textbox", { name: "Message #general" }).waitFor();

    expect(new URL(page.url()).searchParams.get("user")).toBe("W0ALICE");
  });
});
