import { expect, test } from "vitest";
import { Person } from "./support/person.ts";
import { startSample } from "./support/sample-app.ts";
import { clientOf } from "./support/web-client.ts";

const menu = {
  type: "actions",
  block_id: "where",
  elements: [
    {
      type: "external_select",
      action_id: "city",
      min_query_length: 2,
      placeholder: { type: "plain_text", text: "City" },
    },
  ],
};

test.each(["socket", "http"] as const)(
  "a menu whose options the app gives asks it in %s mode while a person types",
  async (mode) => {
    const answers: Record<string, object> = {
      Ber: { options: [{ text: { type: "plain_text", text: "Bern" }, value: "bern" }] },
      Par: { options: [{ text: { type: "plain_text", text: "Paris" } }] },
    };
    await using setup = await startSample(mode, {}, (app) => {
      app.options("city", async ({ ack, payload }) => {
        await ack((answers[payload.value] ?? { options: [] }) as never);
      });
      app.action("city", ({ ack }) => ack());
    });
    const alice = new Person(setup.simulator.url, "U0ALICE");
    const { ts = "" } = await clientOf(setup.simulator).chat.postMessage({
      channel: "C0GENERAL",
      text: "Where?",
      blocks: [menu],
    });
    const place = { channel: "C0GENERAL", ts, action_id: "city" };
    const type = (value: string) => alice.act("options", { ...place, value });

    expect(await type("B")).toMatchObject({ delivered: false, error: "query_too_short" });
    expect(await type("Ber")).toMatchObject({ acked: true, options: [{ value: "bern" }] });
    expect(await type("Par")).toMatchObject({
      ok: false,
      error: "invalid_options",
      messages: ["missing required field: value [json-pointer:/options/0]"],
    });
    const chosen = { text: { type: "plain_text", text: "Bern" }, value: "bern" };
    expect(await alice.act("action", { ...place, selected: chosen })).toMatchObject({
      acked: true,
    });
    expect(setup.simulator.workspace.traffic.deliveries().at(-1)?.payload).toMatchObject({
      actions: [{ type: "external_select", selected_option: { value: "bern" } }],
    });
  },
);
