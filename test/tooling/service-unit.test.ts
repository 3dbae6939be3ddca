import { execFile } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { VARIABLE_NAMES } from "../../src/app/config.ts";
import { tempFolder } from "../store/temp-folder.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ANALYZE = "/usr/bin/systemd-analyze";
const read = (name: string) => readFile(join(ROOT, name), "utf8");

/** The settings of the unit, by name. */
async function settings(): Promise<ReadonlyMap<string, string>> {
  const lines = (await read("heddle.service")).split("\n");
  const pairs = lines.flatMap((line): [string, string][] => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return new Map(pairs);
}

/** A path of the unit, as it is in this folder. */
function here(text = ""): string {
  return text.replaceAll("/opt/heddle", ROOT);
}

test("the unit starts the bot by the project's own Node, with no npm in between", async () => {
  const unit = await settings();
  const [node = "", entry = ""] = here(unit.get("ExecStart")).split(" ");
  accessSync(node, constants.X_OK);
  expect(node).toMatch(/\/node$/);
  expect(existsSync(join(here(unit.get("WorkingDirectory")), entry))).toBe(true);
});

test("the unit waits longer than the bot takes to stop, and does not start again what cannot start", async () => {
  const unit = await settings();
  const main = await read("src/main.ts");
  const stopMs = Number(/const STOP_MS = (\d+);/.exec(main)?.[1]);
  const config = /const EX_CONFIG = (\d+);/.exec(main)?.[1];
  const [, seconds] = /^(\d+)s$/.exec(unit.get("TimeoutStopSec") ?? "") ?? [];
  expect(Number(seconds) * 1000).toBeGreaterThan(stopMs);
  expect(unit.get("RestartPreventExitStatus")).toBe(config);
});

test("the unit gives the bot its folder, under names that it knows", async () => {
  const unit = await settings();
  const given = (unit.get("Environment") ?? "").split(" ").map((pair) => pair.split("="));
  const names = given.map(([name = ""]) => name).filter((name) => name !== "NODE_ENV");
  expect(names.filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([]);
  expect(Object.fromEntries(given)).toMatchObject({
    DATA_DIR: `/var/lib/${unit.get("StateDirectory")}`,
  });
  expect([unit.get("StateDirectoryMode"), unit.get("UMask")]).toEqual(["0700", "0077"]);
});

test.skipIf(!existsSync(ANALYZE))(
  "systemd takes the unit (skipped where systemd is not installed: apt install systemd)",
  async () => {
    await using folder = await tempFolder();
    const unit = join(folder.path, "heddle.service");
    await writeFile(unit, here(await read("heddle.service")));
    const run = promisify(execFile);
    const { stderr } = await run(ANALYZE, ["verify", unit]);
    expect(stderr.split("\n").filter((line) => line.includes("heddle.service"))).toEqual([]);
    // What of the machine the bot could reach if it were taken over, from 0 (nothing) to 10.
    const { stdout } = await run(ANALYZE, ["security", "--offline=yes", unit]);
    const exposure = Number(/exposure level for heddle\.service: ([\d.]+)/.exec(stdout)?.[1]);
    expect(exposure).toBeLessThan(2.5);
  },
);
