import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSimulator } from "../simulator.ts";
import { readSimulatorEnvironment } from "../simulator-environment.ts";
import { Person } from "./support/person.ts";
import { startSample } from "./support/sample-app.ts";
import { requestModal } from "./support/sample-listeners.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "simulator-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("a workspace outlives its simulator", async () => {
  await using folder = await temporaryFolder();
  const options = { dataDir: folder.path };
  let ts = "";
  let secret = "";
  {
    await using simulator = await openSample(options);
    const { chat, views } = clientOf(simulator);
    ts = (await chat.postMessage({ channel: "C0GENERAL", text: "Kept" })).ts ?? "";
    await chat.postMessage({ channel: "C0GENERAL", thread_ts: ts, text: "Reply" });
    await chat.postEphemeral({ channel: "C0GENERAL", user: "U0BOB", text: "Secret" });
    await views.publish({ user_id: "U0BOB", view: { type: "home", blocks: [] } });
    const trigger = simulator.workspace.triggers.create("U0BOB");
    await views.open({ trigger_id: trigger, view: requestModal });
    secret = simulator.workspace.state.responseUrls.create({ user: "U0BOB", channel: "C0GENERAL" });
  }

  await using again = await openSample(options);
  const bob = new Person(again.url, "U0BOB");

  expect(await bob.messages("C0GENERAL")).toMatchObject([
    { text: "Kept", ts, reply_count: 1 },
    { text: "Secret", ephemeral: true },
  ]);
  expect(await bob.see("home")).toMatchObject({ type: "home" });
  expect(await bob.views()).toMatchObject([{ callback_id: "request" }]);
  expect(again.workspace.state.responseUrls.use(secret)).toMatchObject({ user: "U0BOB" });
  const next = await clientOf(again).chat.postMessage({ channel: "C0GENERAL", text: "Next" });
  expect(Number(next.ts)).toBeGreaterThan(Number(ts));
});

test("a folder that another process uses is refused, one left by a dead process is not", async () => {
  await using folder = await temporaryFolder();
  const lock = join(folder.path, "simulator.lock");

  await writeFile(lock, String(process.ppid));
  await expect(openSample({ dataDir: folder.path })).rejects.toThrow(
    `is in use by the simulator with process id ${process.ppid}`,
  );
  const dead = spawn(process.execPath, ["--version"]);
  await once(dead, "exit");
  await writeFile(lock, String(dead.pid));
  await using simulator = await openSample({ dataDir: folder.path });

  expect(await readFile(lock, "utf8")).toBe(String(process.pid));
  expect(simulator.port).toBeGreaterThan(0);
});

test("two simulators side by side know nothing of each other", async () => {
  await using first = await startSample("socket");
  await using second = await startSample("socket");

  await first.app.client.chat.postMessage({ channel: "C0GENERAL", text: "Here" });

  const bob = new Person(second.simulator.url, "U0BOB");
  expect(await bob.messages("C0GENERAL")).toEqual([]);
  expect(await bob.act("message", { channel: "D0BOB", text: "x" })).toMatchObject({ acked: true });
  const { triggers } = first.simulator.workspace;
  const { views } = second.app.client;
  expect(
    await refusal(views.open({ trigger_id: triggers.create("U0BOB"), view: requestModal })),
  ).toMatchObject({ error: "invalid_trigger_id" });
});

test("a port that is taken is an error with the system's code", async () => {
  await using first = await openSample();

  await expect(openSample({ port: first.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("a manifest that is not there is named", async () => {
  await expect(openSimulator({ manifest: "/nowhere/manifest.yml" })).rejects.toThrow(
    "The app manifest /nowhere/manifest.yml cannot be read",
  );
});

test("what kind of workspace a new one is can be said in the environment or on the command line", () => {
  expect(readSimulatorEnvironment({})).toMatchObject({ size: "small", plan: "paid", grid: false });
  const environment = { SIMULATOR_SIZE: "large", SIMULATOR_PLAN: "free", SIMULATOR_GRID: "1" };
  expect(readSimulatorEnvironment(environment)).toMatchObject({
    size: "large",
    plan: "free",
    grid: true,
  });
  expect(readSimulatorEnvironment(environment, ["--size", "small"])).toMatchObject({
    size: "small",
    plan: "free",
  });
  for (const args of [["--size", "huge"], ["--sized"]]) {
    expect(readSimulatorEnvironment({}, args)).toMatchObject({ problems: [expect.any(String)] });
  }
});

test("a workspace that is kept stays what it was made as", async () => {
  await using folder = await temporaryFolder();
  {
    await using _large = await openSample({ dataDir: folder.path, size: "large", plan: "free" });
  }

  await using again = await openSample({ dataDir: folder.path });

  expect(again.workspace.state.directory).toMatchObject({ size: "large", plan: "free" });
  expect(again.workspace.state.directory.channels().length).toBeGreaterThan(5_000);
});

test("the environment is read with every complaint at once", () => {
  expect(readSimulatorEnvironment({})).toMatchObject({
    port: { value: 4_000, explicit: false },
    smtpPort: { value: 4_025, explicit: false },
    dataDir: "./data",
    realistic: true,
  });
  expect(readSimulatorEnvironment({ SIMULATOR_PORT: "0" })).toMatchObject({
    port: { value: 0, explicit: true },
  });
  const wrong = readSimulatorEnvironment({
    SIMULATOR_PORT: "many",
    SIMULATOR_EVENTS_URL: "localhost:3000",
  });
  expect("problems" in wrong && wrong.problems).toHaveLength(2);
});
