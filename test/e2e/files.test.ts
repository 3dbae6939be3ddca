import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isJsonObject, toObjects } from "../../simulator/json.ts";
import { openSimulator } from "../../simulator/simulator.ts";
import { contentOf } from "../support/bot.ts";
import { BotProcess } from "../support/bot-process.ts";

const numbers = (value: number) => ({
  id: "numbers",
  name: "Numbers",
  steps: [{ id: "compute", type: "transform", config: { expression: String(value) } }],
});

test("admins are told once of a bad file, and of a file that a newer version overrules", async () => {
  await using simulator = await openSimulator({ realistic: false });
  const folder = await mkdtemp(join(tmpdir(), "heddle-files-"));
  const write = (name: string, content: string) => writeFile(join(folder, name), content);
  await write("broken.json", "{ no json");
  await write("numbers.json", JSON.stringify(numbers(1)));
  await using bot = await BotProcess.start(simulator, {
    WORKFLOWS_DIR: folder,
    ADMINS: "U0ALICE",
  });
  const told = async (): Promise<readonly string[]> => {
    const response = await fetch(`${simulator.url}/sim/messages?channel=D0ALICE`);
    const answer: unknown = await response.json();
    return toObjects(isJsonObject(answer) ? answer["messages"] : undefined).map(contentOf);
  };
  expect(await told()).toEqual([
    expect.stringMatching(/broken\.json was not deployed.*at line 1, column 3/),
  ]);
  await fetch(`${bot.url}/api/workflows`, {
    method: "POST",
    body: JSON.stringify(numbers(2)),
  });

  await bot.kill();
  await write("numbers.json", JSON.stringify(numbers(3)));
  await bot.start();
  await bot.kill();
  await bot.start();

  const active: unknown = await (await fetch(`${bot.url}/api/workflows/numbers`)).json();
  expect(active).toMatchObject({ version: 2, steps: [{ config: { expression: "2" } }] });
  const news = (await told()).slice(1);
  expect(news).toHaveLength(1);
  expect(news[0]).toMatch(/numbers\.json says something else than version 2.*stored as version 3/);
  await rm(folder, { recursive: true });
}, 60_000);
