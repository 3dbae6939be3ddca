import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCron } from "../../src/adapters/node-cron.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { TestBot } from "../support/bot.ts";

const text = await readFile(join(import.meta.dirname, "../../docs/triggers.md"), "utf8");

const examples = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)]
  .map(([, source = ""]): JsonObject => JSON.parse(source))
  .filter((definition) => "steps" in definition);

describe("docs/triggers.md", () => {
  test("has a row for every type of trigger that does not wait for a person or a program", () => {
    const kinds = [...createTriggerTypes({ cron: createCron() }).keys()];
    const rows = [...text.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, kind]) => kind);
    const asked = ["manual", "api", "slash"];
    for (const kind of kinds) if (!asked.includes(kind)) expect(rows).toContain(kind);
  });

  test.for(examples)("the example $id can be deployed", async (definition) => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    const { problems } = bot.engine.workflows.validate(definition);
    expect(problems).toEqual([]);
  });
});
