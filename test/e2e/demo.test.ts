import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../store/temp-folder.ts";

const DEMO = resolve(import.meta.dirname, "../../scripts/demo.ts");

/** Starts a demo that cannot go far, and waits for its end. */
async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [DEMO, ...args], {
    env: { PATH: process.env["PATH"], SIMULATOR_PORT: "0", SIMULATOR_SMTP_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += String(chunk);
    });
  }
  await once(child, "close");
  return { code: child.exitCode, output };
}

describe("the demo", () => {
  test.for(["many", "0", "70000", "-1"])("refuses PORT=%s by its name", async (port) => {
    await using folder = await tempFolder();
    expect(await run([], { DATA_DIR: folder.path, PORT: port })).toEqual({
      code: 78,
      output: "PORT must be a port from 1 to 65535.\n",
    });
  });

  test("does not empty the state of another demo that runs", async () => {
    await using folder = await tempFolder();
    await mkdir(join(folder.path, "simulator"));
    await writeFile(join(folder.path, "simulator", "simulator.lock"), String(process.pid));
    await writeFile(join(folder.path, "heddle.db"), "");

    const { code, output } = await run(["--reset"], { DATA_DIR: folder.path });

    expect(code).not.toBe(0);
    expect(output).toContain(`in use by the simulator with process id ${process.pid}`);
    await access(join(folder.path, "heddle.db"));
  });
});
