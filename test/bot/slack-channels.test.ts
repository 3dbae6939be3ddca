import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { JsonObject } from "../../src/shared/json.ts";
import { TestBot } from "../support/bot.ts";

const Manifest = z.looseObject({
  oauth_config: z.looseObject({
    scopes: z.looseObject({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }),
  }),
});

/** The app with every scope that may be left out. */
async function wholeManifest(): Promise<JsonObject> {
  const text = await readFile(join(import.meta.dirname, "../../manifest.yml"), "utf8");
  const manifest = Manifest.parse(parse(text));
  const { scopes } = manifest.oauth_config;
  scopes.bot = [...scopes.bot, ...scopes.bot_optional];
  return z.record(z.string(), z.json()).parse(manifest);
}

function slackStep(id: string, action: string, config: JsonObject, next = "end"): JsonObject {
  return { id, type: "service", config: { service: "slack", action, ...config }, next };
}

/** Makes a private channel, and writes the topic of the one that was made. */
const incident = {
  id: "incident",
  name: "Incident",
  steps: [
    slackStep("make", "createChannel", { name: "inc-42", private: true }, "topic"),
    slackStep("topic", "setTopic", {
      channel: "{{stepResults.make.output.channel}}",
      topic: "Database down",
    }),
  ],
  output: "stepResults.make.output.channel",
};

/** Writes the topic of a channel that the person names, and one of a channel that the definition names. */
const retitle = {
  id: "retitle",
  name: "Retitle",
  inputs: { channel: { type: "channel", required: true } },
  steps: [slackStep("topic", "setTopic", { channel: "{{variables.channel}}", topic: "mine" })],
};
const written = {
  id: "written",
  name: "Written",
  steps: [slackStep("topic", "setTopic", { channel: "#general", topic: "ours" })],
};

test("a run changes the channel that it made and those of its definition; one that a person chose only if they are in it", async () => {
  await using bot = await TestBot.start({
    definitions: [incident, retitle, written],
    manifest: await wholeManifest(),
    connected: true,
  });
  const run = async (workflowId: string, userId: string, variables: JsonObject = {}) => {
    const { executionId } = await bot.engine.executions.start({
      workflowId,
      variables,
      variableForm: "json",
      trigger: { type: "slash", userId },
    });
    return bot.until(async () => {
      const view = await bot.engine.executions.get(executionId, userId);
      return view.completedAt === null ? undefined : view;
    });
  };
  const topicOf = (id: string) => bot.simulator.workspace.state.directory.channel(id)?.topic;

  const made = await run("incident", "U0BOB");
  expect(made.status).toBe("completed");
  const channel = z.string().parse(made.output);
  expect(topicOf(channel)).toBe("Database down");

  // Bob had it made, and is not in it.
  const refused = await run("retitle", "U0BOB", { channel });
  expect(refused.status).toBe("failed");
  expect(refused.errors[0]?.message).toContain("who started the run is not in it");
  expect(topicOf(channel)).toBe("Database down");

  expect((await run("retitle", "U0BOB", { channel: "C0GENERAL" })).status).toBe("completed");
  expect(topicOf("C0GENERAL")).toBe("mine");
  expect((await run("written", "U0CAROL")).status).toBe("completed");
  expect(topicOf("C0GENERAL")).toBe("ours");
});
