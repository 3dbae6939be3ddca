import { expect, test } from "vitest";
import { contentOf, TestBot } from "../support/bot.ts";

const announcing = {
  id: "announcing",
  name: "Announcing",
  inputs: { text: { type: "string" } },
  steps: [
    {
      id: "say",
      type: "service",
      config: {
        service: "slack",
        channel: "#general",
        message: "announced: {{variables.text}}",
        blocks: [
          { type: "section", text: { type: "mrkdwn", text: "*New* {{variables.text}}" } },
          {
            type: "section",
            text: { type: "mrkdwn", text: "<https://a.example/?q={{variables.text}}&n=1|Look>" },
          },
          { type: "header", text: { type: "plain_text", text: "{{variables.text}}" } },
        ],
      },
    },
  ],
};

test("what a sender writes notifies no channel, in whichever part of a message it is shown", async () => {
  await using bot = await TestBot.start({ definitions: [announcing], connected: true });

  await bot.engine.executions.start({
    workflowId: "announcing",
    variables: { text: "<!channel> & more" },
    variableForm: "json",
    trigger: { type: "webhook" },
  });

  const message = await bot.message("C0GENERAL", /announced/);
  expect(contentOf(message)).toContain("announced: &lt;!channel&gt; &amp; more");
  expect(message["blocks"]).toMatchObject([
    { text: { text: "*New* &lt;!channel&gt; &amp; more" } },
    { text: { text: "<https://a.example/?q=%3C!channel%3E%20%26%20more&n=1|Look>" } },
    { text: { type: "plain_text", text: "<!channel> & more" } },
  ]);
});
