import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { freePort } from "../../scripts/free-port.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { until } from "../support/until.ts";

const DEMO = resolve(import.meta.dirname, "../../scripts/demo.ts");

/** Two whole starts, on a machine that has other things to do. */
const START_MS = 90_000;

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

/** Starts a demo and waits until it has said where everything is. */
async function untilIntroduced(
  env: NodeJS.ProcessEnv,
): Promise<{ output: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [DEMO], {
    env: { PATH: process.env["PATH"], SIMULATOR_PORT: "0", SIMULATOR_SMTP_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk);
    if (output.includes("End with Ctrl-C")) break;
  }
  child.stdout.resume();
  return {
    output,
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** Where the simulator's page is. */
function pageOf(output: string): string {
  return /Slack \(simulated\)\s+(http:\S+)/.exec(output)?.[1] ?? "";
}

describe("the demo", () => {
  test.for(["many", "0", "70000", "-1"])("refuses PORT=%s by its name", async (port) => {
    await using folder = await tempFolder();
    expect(await run([], { DATA_DIR: folder.path, PORT: port })).toEqual({
      code: 78,
      output: "PORT must be a port from 1 to 65535.\n",
    });
  });

  test("says where everything is, fills a new folder with samples, and leaves an old one alone", {
    timeout: START_MS,
  }, async () => {
    await using folder = await tempFolder();
    const env = { DATA_DIR: folder.path, PORT: String(await freePort()) };
    const first = await untilIntroduced(env);
    expect(await (await fetch(pageOf(first.output))).text()).toContain("Slack simulator");
    expect(first.output).toMatch(/Samples\s+\d{3} sample runs/);
    const dashboard = await fetch(`http://127.0.0.1:${env.PORT}/dashboard`, {
      headers: { accept: "application/json" },
    });
    expect(JSON.stringify(await dashboard.json())).toContain("Expense approval (sample)");
    await first.stop();

    const second = await untilIntroduced(env);
    expect(second.output).not.toContain("Samples");
    await second.stop();
  });

  test("works behind a proxy that the shell names", { timeout: START_MS }, async () => {
    await using folder = await tempFolder();
    // Nothing answers there.
    const proxy = { HTTP_PROXY: "http://127.0.0.1:9", no_proxy: "intranet.example" };
    const env = { DATA_DIR: folder.path, PORT: String(await freePort()), ...proxy };

    const demo = await untilIntroduced(env);
    const command = { user: "U0ALICE", channel: "C0GENERAL", command: "/workflow", text: "list" };
    const answered = until(async () => {
      const answer = await fetch(`${pageOf(demo.output)}sim/slash`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(command),
      });
      const { acked } = (await answer.json()) as { acked: boolean };
      return acked || undefined;
    });
    const [acked] = await Promise.allSettled([answered]);
    await demo.stop();

    expect(acked).toMatchObject({ value: true });
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
