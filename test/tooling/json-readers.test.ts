import { glob, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

/** Files that parse JSON on their own: none of it comes from outside, or none of its values reach a run. */
const OWN: ReadonlyMap<string, string> = new Map([
  ["src/shared/read-json.ts", "the reader itself"],
  ["src/shared/json.ts", "what JSON.stringify wrote"],
  ["src/shared/places/json-place.ts", "looks whether text is JSON"],
  ["src/services/http/request-body.ts", "looks whether text is JSON"],
  ["src/services/database/sqlite/sqlite-process.ts", "what its parent wrote"],
  ["src/engine/language/marks.ts", "what JSON.stringify wrote"],
  ["src/store/executions.ts", "what the store wrote"],
  ["src/store/encryption/record-seals.ts", "what the store wrote"],
  ["src/store/sqlite/row.ts", "what the store wrote"],
  ["src/store/sqlite/lock.ts", "what the store wrote"],
  ["src/store/mongodb/values.ts", "what the store wrote"],
  ["src/bot/action-values.ts", "what the bot wrote into a button"],
  ["src/bot/forms/carried.ts", "what the bot wrote into a button or a dialog"],
  ["src/bot/receiver/payload.ts", "Slack sends ids and values as text"],
  ["src/bot/views/several-dialog.ts", "what the bot wrote into a dialog"],
  ["src/bot/views/view-as-of.ts", "what the engine wrote of an edit"],
  ["src/slack/socket/frames.ts", "Slack sends ids and values as text"],
  ["src/slack/counted-fetch.ts", "Slack sends ids and values as text"],
  [
    "src/slack/sign-in.ts",
    "answers of Slack about who signs in, of which texts and times are read",
  ],
  ["src/adapters/llm/openai-model-client.ts", "the answer is text in it; its numbers count tokens"],
  ["src/doctor/checks/ports.ts", "the status of another process"],
  ["src/doctor/live/run-live.ts", "package.json"],
]);

test("JSON from outside is read by the one reader that alters nothing", async () => {
  const found: string[] = [];
  for await (const file of glob("src/**/*.ts", { cwd: ROOT })) {
    const code = (await readFile(join(ROOT, file), "utf8")).replaceAll(
      /^\s*(?:\/\/|\/?\*).*$/gm,
      "",
    );
    if (/\bJSON\.parse\(|\bresponse\.json\(\)/.test(code)) found.push(file);
  }

  expect(found.sort()).toEqual([...OWN.keys()].sort());
});
