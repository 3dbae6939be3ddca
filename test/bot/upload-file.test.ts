import { expect, test } from "vitest";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import { startConnectProxy } from "../support/connect-proxy.ts";
import { silentSlack } from "../support/silent-slack.ts";
import { readingManifest, upload } from "../support/slack-files.ts";

const BYTES = new Uint8Array([137, 80, 78, 71, 0, 255, 254]);

/** Uploads to #approvals what a message asks for. */
const archiving = (params: JsonObject): JsonObject => ({
  id: "archive",
  name: "Archive",
  output: "stepResults.share.output",
  triggers: [{ type: "message", keywords: ["archive"] }],
  steps: [
    {
      id: "share",
      type: "service",
      config: {
        ...{ service: "slack", action: "uploadFile", channel: "#approvals" },
        ...params,
      },
    },
  ],
});

/** The run of the workflow, once it is over. */
async function over(bot: TestBot) {
  const { executionId } = await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ workflowId: "archive" });
    return executions.find(({ status }) => status === "completed" || status === "failed");
  });
  return bot.engine.executions.get(executionId, "U0ALICE");
}

test.for([
  ["directly", false],
  ["through a proxy", true],
] as const)("a file of a message is shared in another channel, %s", async ([, isThrough]) => {
  await using proxy = await startConnectProxy();
  const params = {
    file: "{{variables.files[0]}}",
    title: "A graph",
    message: "From {{variables.user}}",
  };
  await using bot = await TestBot.start({
    definitions: [archiving(params)],
    connected: true,
    manifest: await readingManifest("files:write"),
    ...(isThrough && { proxy: { http: proxy.url, https: null, except: null } }),
  });
  const id = await upload(bot, "U0ALICE", "graph.png", BYTES);
  const text = "archive";
  await bot.act("message", { user: "U0ALICE", channel: "C0GENERAL", text, files: [id] });

  const run = await over(bot);
  expect(run.error).toBeNull();
  expect(proxy.asked.length > 0).toBe(isThrough);
  const message = await bot.message("C0APPROVALS", /From/);
  const [file] = toObjects(message["files"]);
  expect(file).toMatchObject({ name: "graph.png", title: "A graph", size: BYTES.length });
  expect(run.output).toMatchObject({
    fileId: file?.["id"],
    channel: "C0APPROVALS",
    permalink: expect.stringContaining("graph.png"),
  });
  const query = new URLSearchParams({ user: "U0ALICE", id: String(Object(file)["id"]) });
  const sent = await fetch(`${bot.simulator.url}/sim/file?${query.toString()}`);
  expect([...(await sent.bytes())]).toEqual([...BYTES]);
});

test("a text becomes a file", async () => {
  const params = { content: "a,b\n1,{{variables.text}}", name: "../report.csv" };
  await using bot = await TestBot.start({
    definitions: [archiving(params)],
    connected: true,
    manifest: await readingManifest("files:write"),
  });
  await bot.act("message", { user: "U0ALICE", channel: "C0GENERAL", text: "archive" });

  expect((await over(bot)).error).toBeNull();
  const [message] = await bot.messages("C0APPROVALS");
  const [file] = toObjects(message?.["files"]);
  expect(file).toMatchObject({ name: "report.csv", size: 13 });
});

test("the missing right is named", async () => {
  await using bot = await TestBot.start({
    definitions: [archiving({ content: "x", name: "x.txt" })],
    connected: true,
  });
  await bot.act("message", { user: "U0ALICE", channel: "C0GENERAL", text: "archive" });

  const run = await over(bot);
  expect(run.error?.message).toContain("files:write");
  expect((await bot.messages("C0APPROVALS")).map(contentOf)).toEqual([]);
});

test("those who approve an upload read what is uploaded and where", () => {
  const action = createSlackService(silentSlack()).actions["uploadFile"];
  const params = { channel: "<#C0APPROVALS|approvals>", file: "{{variables.file}}", message: "Hi" };
  expect(action?.sideEffect).toBe(true);
  expect(action?.describe?.(params)).toBe(
    'Uploads {{variables.file}} to #approvals, with the words "Hi"',
  );
});

test("what is sensitive is not uploaded where other organizations read", async () => {
  const sensitive = archiving({ content: "Paid to {{variables.iban}}", name: "receipt.txt" });
  const inputs = { iban: { type: "string", required: true, sensitive: true } };
  const [step] = toObjects(sensitive["steps"]);
  const shared = { ...Object(step), config: { ...Object(step)["config"], channel: "#partner" } };
  await using bot = await TestBot.start({
    definitions: [{ ...sensitive, inputs, triggers: [], steps: [shared] }],
    connected: true,
    manifest: await readingManifest("files:write"),
  });

  await bot.slash("U0ALICE", "run archive iban=DE021203");

  expect((await over(bot)).error?.message).toContain("people of other organizations read #partner");
  expect(await bot.messages("C0PARTNER")).toEqual([]);
  expect(await bot.calls("files.getUploadURLExternal")).toEqual([]);
});
