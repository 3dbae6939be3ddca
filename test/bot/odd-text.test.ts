import { expect, test } from "vitest";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

/** Emoji with modifiers and joiners, Arabic and Hebrew with marks of direction, a flag, a lone half of a pair, and Slack's own signs. */
const ODD = "👩‍👩‍👧‍👦🏳️‍🌈 שלום \u202eעולם\u202c مرحبا 🇩🇪 e\u0301 \ud800 <@U0BOB> &amp; *x* `y`";

test("emoji and text from right to left go through every field, from the input to the receipt", async () => {
  await using bot = await TestBot.start({
    connected: true,
    stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
    definitions: [
      {
        id: "odd",
        name: `Odd ${ODD}`.slice(0, 120),
        description: ODD,
        inputs: { note: { type: "text", label: ODD, description: ODD, default: ODD } },
        steps: [
          {
            id: "ask",
            name: ODD.slice(0, 80),
            type: "approval",
            config: {
              channel: "#approvals",
              title: `Title ${ODD} {{variables.note}}`,
              message: `Message ${ODD}`,
              approvers: ["@finance"],
              choices: [
                { id: "yes", label: ODD.slice(0, 75) },
                { id: "no", label: "לא" },
              ],
            },
            next: { yes: "post", no: "end" },
          },
          {
            id: "post",
            type: "service",
            config: {
              service: "slack",
              channel: "#approvals",
              message: `Post ${ODD} {{variables.note}}`,
            },
            next: "sum",
          },
          { id: "sum", type: "transform", config: { set: { "שלום 👋": "variables.note" } } },
        ],
      },
    ],
  });

  await bot.act("slash", {
    user: "U0ALICE",
    channel: "C0GENERAL",
    command: "/workflow",
    text: `run odd note="${ODD}"`,
  });
  const asked = await bot.message("C0APPROVALS", /Title 👩/);
  const clicked = await bot.click("U0BOB", "C0APPROVALS", asked, "decide_yes");
  expect(clicked).toMatchObject({ ok: true, acked: true });

  const posted = await bot.message("C0APPROVALS", /Post 👩/);
  expect(contentOf(posted)).toContain("שלום \u202eעולם\u202c مرحبا 🇩🇪");
  const card = await bot.message("C0GENERAL", /Completed/);
  const receipt = await bot.message("C0GENERAL", /Receipt/, tsOf(card));
  expect(contentOf(receipt)).not.toContain("undefined");
  const { executions } = await bot.engine.executions.list({ limit: 1 });
  const { output, variables } = await bot.engine.executions.get(executions[0]?.executionId ?? "");
  expect(output).toEqual({ "שלום 👋": variables["note"] });
  expect(variables["note"]).toContain("👩‍👩‍👧‍👦🏳️‍🌈 שלום");
});
