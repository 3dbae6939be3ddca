import { copyFile, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { BotProcess, botEnvironment, runUntilExit } from "../support/bot-process.ts";
import { until } from "../support/until.ts";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await openSimulator({ realistic: false });
});

afterAll(() => simulator[Symbol.asyncDispose]());

/** A workflow that keeps what it is given and waits. */
const KEEPER = {
  id: "keeper",
  name: "Keeper",
  output: "size(variables.text)",
  steps: [{ id: "nap", type: "wait", config: { duration: "200ms" } }],
};

function environment(dataDir: string): NodeJS.ProcessEnv {
  return { ...botEnvironment(simulator), DATA_DIR: dataDir, WORKFLOWS_DIR: join(dataDir, "none") };
}

async function post(
  bot: BotProcess,
  path: string,
  body: object,
): Promise<{ readonly status: number; readonly answer: Record<string, unknown> }> {
  const response = await fetch(`${bot.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function statusOf(bot: BotProcess, executionId: string): Promise<unknown> {
  const response = await fetch(`${bot.url}/api/executions/${executionId}`);
  return ((await response.json()) as Record<string, unknown>)["status"];
}

describe("a disk that is full", () => {
  test("refuses what it cannot keep, and keeps what it accepted", async () => {
    await using folder = await tempFolder();
    await using bot = await BotProcess.launch(environment(folder.path), { fileBytes: 2_000_000 });
    await post(bot, "/api/workflows", KEEPER);
    const accepted: string[] = [];
    const refused: Record<string, unknown>[] = [];
    for (let count = 0; count < 200 && refused.length < 5; count += 1) {
      const { status, answer } = await post(bot, "/api/workflows/keeper/execute", {
        text: "x".repeat(50_000),
      });
      if (status === 200) accepted.push(String(answer["executionId"]));
      else refused.push({ status, ...answer });
    }

    expect(accepted.length).toBeGreaterThan(5);
    expect(refused).toHaveLength(5);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 503, code: "store_unavailable" });
      expect(answer["error"]).toContain("Nothing was started: the store does not answer.");
    }
    expect((await fetch(`${bot.url}/healthz`)).status).toBe(200);

    expect(await bot.stop()).toBe(0);
    await bot.start();
    const ended = await until(async () => {
      const statuses = await Promise.all(accepted.map((id) => statusOf(bot, id)));
      return statuses.every((status) => status === "completed") ? statuses : undefined;
    });
    expect(ended).toHaveLength(accepted.length);
    const later = await post(bot, "/api/workflows/keeper/execute", { text: "y" });
    expect(later.status).toBe(200);
  }, 60_000);
});

describe("a state file", () => {
  /** A folder with the state of a bot that has worked. */
  async function worked(): Promise<{ readonly path: string } & AsyncDisposable> {
    const folder = await tempFolder();
    const bot = await BotProcess.launch(environment(folder.path));
    await post(bot, "/api/workflows", KEEPER);
    for (let count = 0; count < 5; count += 1)
      await post(bot, "/api/workflows/keeper/execute", { text: "x".repeat(10_000) });
    expect(await bot.stop()).toBe(0);
    return folder;
  }

  test("that is cut short is refused in a sentence, and left as it is", async () => {
    await using folder = await worked();
    const file = join(folder.path, "heddle.db");
    await truncate(file, Math.floor((await stat(file)).size / 2));
    const before = await readFile(file);

    const { code, output } = await runUntilExit(environment(folder.path));

    expect(code).toBe(78);
    expect(output).toMatch(
      /^Heddle cannot start\. .*heddle\.db is cut short \(\d+ of \d+ bytes\)\. Nothing was changed: restore it from a backup/,
    );
    expect(output).not.toMatch(/\n\s+at /);
    expect((await readFile(file)).equals(before)).toBe(true);
  }, 40_000);

  test("with other bytes in its middle is refused in a sentence", async () => {
    await using folder = await worked();
    const file = join(folder.path, "heddle.db");
    const bytes = await readFile(file);
    bytes.fill(0xff, 4096, Math.floor(bytes.length / 2));
    await writeFile(file, bytes);

    const { code, output } = await runUntilExit(environment(folder.path));

    expect(code).toBe(78);
    expect(output).toMatch(/^Heddle cannot start\. .*heddle\.db is damaged/);
    expect(output).not.toMatch(/\n\s+at /);
  }, 40_000);

  test("of a newer Heddle is refused in a sentence, and left as it is", async () => {
    await using folder = await worked();
    const file = join(folder.path, "heddle.db");
    const database = new DatabaseSync(file);
    database.exec("pragma user_version = 4000");
    database.close();
    await copyFile(file, `${file}.before`);

    const { code, output } = await runUntilExit(environment(folder.path));

    expect(code).toBe(78);
    expect(output).toContain("was written by a newer Heddle (format 4000;");
    expect((await readFile(file)).equals(await readFile(`${file}.before`))).toBe(true);
  }, 40_000);
});
