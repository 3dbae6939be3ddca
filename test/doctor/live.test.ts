import { describe, expect, test } from "vitest";
import { freePort } from "../../scripts/free-port.ts";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { examine } from "../../src/doctor/examine.ts";
import { showLiveReport } from "../../src/doctor/live/report.ts";
import { type RunLiveOptions, runLive } from "../../src/doctor/live/run-live.ts";
import { BotProcess } from "../support/bot-process.ts";
import { until } from "../support/until.ts";
import { manifestWith } from "./altered-manifest.ts";
import { Examination, Results } from "./examination.ts";

const PLACE = { channel: "C0GENERAL", user: "U0BOB" } as const;

/** Runs the live test with short times. */
async function run(
  doctor: Examination,
  options: Partial<RunLiveOptions> & { readonly variables?: Readonly<Record<string, string>> } = {},
) {
  const { variables, ...rest } = options;
  const env = doctor.environment(variables);
  const { results, report } = await runLive({
    ...{ env, results: [], onResult: () => undefined, signal: new AbortController().signal },
    ...{ ...PLACE, clickMs: 20_000, burst: 2, watchMs: 0, pingTimeoutMs: 600 },
    ...rest,
  });
  return { results: new Results(results), report };
}

async function messages({ simulator }: Examination, channel: string): Promise<JsonObject[]> {
  const answer: unknown = await (
    await fetch(`${simulator.url}/sim/messages?channel=${channel}`)
  ).json();
  return [...toObjects((answer as JsonObject)["messages"])];
}

/** Bob clicks the button as soon as it is there. */
async function click(doctor: Examination, channel: string): Promise<void> {
  const ts = await until(async () => {
    const found = (await messages(doctor, channel)).find((message) =>
      JSON.stringify(message["blocks"] ?? []).includes("doctor_click"),
    );
    return found?.["ts"];
  });
  const body = { user: "U0BOB", channel, ts, action_id: "doctor_click" };
  expect(await act(doctor, "action", body)).toMatchObject({ acked: true });
}

/** What the app has open. */
function connections({ simulator }: Examination): number {
  return simulator.workspace.sockets.connections;
}

async function act(doctor: Examination, action: string, body: JsonObject): Promise<unknown> {
  const response = await fetch(`${doctor.simulator.url}/sim/${action}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
}

interface Entry {
  readonly type: string;
  readonly event?: string;
  readonly method?: string;
}

/** The traffic with the app, the oldest first. */
async function traffic({ simulator }: Examination): Promise<readonly Entry[]> {
  const { entries } = (await (await fetch(`${simulator.url}/sim/inspector`)).json()) as {
    entries: readonly Entry[];
  };
  return entries;
}

const GOOD = [
  "live.link",
  "live.post",
  "live.click",
  "live.home",
  "live.file",
  "live.limits",
  "live.tidy",
];

describe("a live test", () => {
  test("in Socket Mode: all steps work, and nothing of it stays in the channel", async () => {
    await using doctor = await Examination.open();
    const before = (await messages(doctor, PLACE.channel)).length;

    const [{ results, report }] = await Promise.all([run(doctor), click(doctor, PLACE.channel)]);

    expect(results.with("problem")).toEqual([]);
    expect(results.with("warning")).toEqual([]);
    expect(results.with("ok")).toEqual([...GOOD, "live.socket"]);
    expect(results.text("live.click")).toMatch(/arrived[^]*a dialog opened \d+ ms later/);
    // The app of the manifest may not upload files.
    expect(results.text("live.file")).toContain("files:write");
    expect((await messages(doctor, PLACE.channel)).length).toBe(before);
    const figures = report?.figures;
    expect(figures?.socket?.connections).toEqual([1]);
    expect(figures?.socket?.pings.count).toBeGreaterThan(0);
    expect(figures?.methods["chat.postMessage"]).toMatchObject({ calls: 3, failures: {} });
    expect(figures?.clickArrivedMs).toBeLessThan(2000);
    expect(figures?.notRemoved).toBe(0);
    await until(async () => (connections(doctor) === 0 ? true : undefined));
  }, 40_000);

  test("in HTTP mode, while no bot has the port", async () => {
    const port = String(await freePort());
    await using doctor = await Examination.open({
      eventsUrl: `http://127.0.0.1:${port}/slack/events`,
    });
    const variables = { SLACK_APP_TOKEN: "", SLACK_SIGNING_SECRET: "simulator", PORT: port };

    const [{ results, report }] = await Promise.all([
      run(doctor, { variables }),
      click(doctor, PLACE.channel),
    ]);

    expect(results.with("problem")).toEqual([]);
    expect(results.with("ok")).toEqual(GOOD);
    expect(report).toMatchObject({ mode: "HTTP mode", figures: { socket: null } });
  }, 40_000);

  test("in the direct message with a person, with a file, if the app may upload", async () => {
    const manifest = await manifestWith((scopes) => [...scopes, "files:write"]);
    await using doctor = await Examination.open({ manifest });
    const dm = await directMessage(doctor);

    const [{ results, report }] = await Promise.all([
      run(doctor, { channel: null, burst: 0 }),
      click(doctor, dm),
    ]);

    expect(results.with("problem")).toEqual([]);
    expect(results.text("live.file")).toContain("uploaded and deleted");
    expect(report?.figures.methods["files.delete"]).toMatchObject({ calls: 1, failures: {} });
    // Slack leaves the message of a deleted file; there is none but that.
    expect(await messages(doctor, dm)).toMatchObject([{ text: "", files: [{}] }]);
  }, 40_000);

  test("without a click says what may be the reason, and tests the rest", async () => {
    await using doctor = await Examination.open();

    const { results } = await run(doctor, { clickMs: 100 });

    expect(results.text("live.click")).toContain("warning: No click arrived within 0.1 s.");
    expect(results.text("live.click")).toContain("Interactivity");
    expect(results.with("ok")).toContain("live.limits");
  }, 40_000);

  test("meets Slack's limit, keeps the pause that it demands, and stops after three", async () => {
    await using doctor = await Examination.open();

    const { results, report } = await run(doctor, { clickMs: 1, burst: 30 });

    const posts = report?.figures.posts;
    expect(posts?.retryAfterMs).toHaveLength(3);
    expect(posts?.acceptedAtOnce).toBeGreaterThan(0);
    expect(posts?.calls).toBe((posts?.accepted ?? 0) + 3);
    expect(results.text("live.limits")).toMatch(/posts taken in .* limited after \d+, Retry-After/);
    expect(results.text("live.tidy")).toContain("everything that was posted is removed");
  }, 60_000);

  test("keeps a connection while Slack renews it, and answers a command meanwhile", async () => {
    await using doctor = await Examination.open();
    const meddle = async () => {
      await until(async () => (connections(doctor) > 0 ? true : undefined));
      const place = { user: "U0ALICE", channel: PLACE.channel };
      await act(doctor, "slash", { ...place, command: "/workflow", text: "help" });
      await act(doctor, "disconnect", { kind: "refresh_requested" });
      const entry = await until(async () => {
        const opened = (await traffic(doctor)).filter(
          ({ type, event }) => type === "connection" && event === "opened",
        );
        return opened.length > 1 ? opened : undefined;
      });
      expect(entry).toHaveLength(2);
      await click(doctor, PLACE.channel);
      const query = new URLSearchParams({ channel: PLACE.channel, user: "U0ALICE" });
      return (await fetch(`${doctor.simulator.url}/sim/messages?${query.toString()}`)).text();
    };

    const [{ results, report }, seen] = await Promise.all([run(doctor), meddle()]);

    expect(report?.figures.socket).toMatchObject({
      opened: ["start", "refresh"],
      gapsMs: [],
    });
    expect(results.text("live.socket")).toContain("no gap; opened anew: refresh");
    expect(results.text("live.click")).toContain("arrived");
    expect(seen).toContain("testing its connection");
  }, 40_000);

  test("leaves its payloads to a bot that runs, and says so", async () => {
    await using doctor = await Examination.open();
    await using _bot = await BotProcess.start(doctor.simulator);

    const { results, report } = await run(doctor);

    expect(results.text("live.link")).toMatch(
      /warning: The app has \d other connections?: a bot runs/,
    );
    expect(results.text("live.link")).toContain("stop the bot");
    expect(results.text("live.click")).toContain("unknown: No one was asked to click");
    expect(results.with("ok")).toContain("live.post");
    expect(report?.figures.socket?.connections[0]).toBeGreaterThan(1);
    const entries = await traffic(doctor);
    const closed = entries.findIndex(({ event }) => event === "closed");
    const posted = entries.findIndex(({ method }) => method === "chat.postMessage");
    expect(closed).toBeGreaterThan(0);
    expect(closed).toBeLessThan(posted);
  }, 40_000);

  test("that is ended early removes what it posted", async () => {
    await using doctor = await Examination.open();
    const end = new AbortController();
    const before = (await messages(doctor, PLACE.channel)).length;
    const running = run(doctor, { signal: end.signal });
    await until(async () =>
      (await messages(doctor, PLACE.channel)).length > before ? true : undefined,
    );

    end.abort();
    const { results, report } = await running;

    expect(results.text("live.tidy")).toContain("everything that was posted is removed");
    expect(results.of("live.limits")).toEqual([]);
    expect(report?.figures.posts).toBeNull();
    expect((await messages(doctor, PLACE.channel)).length).toBe(before);
  });

  test("in a channel where the bot is not: says what to do, and ends", async () => {
    await using doctor = await Examination.open();

    const { results } = await run(doctor, { channel: "C0RANDOM" });

    expect(results.text("live.post")).toContain(
      "problem: Slack takes no message there (not_in_channel).",
    );
    expect(results.text("live.post")).toContain("/invite");
    expect(results.with("ok")).not.toContain("live.limits");
  });

  test("is not run with a token that Slack refuses", async () => {
    await using doctor = await Examination.open();
    await doctor.fault({ target: "slack", method: "auth.test", error: "token_revoked" });
    const checked = await examine({ env: doctor.environment() });

    const { results, report } = await run(doctor, { results: checked });

    expect(results.text("live")).toContain("problem: Not run.");
    expect(report).toBeNull();
  });

  test("gives a report without names, ids, texts, addresses or tokens", async () => {
    await using doctor = await Examination.open();
    const checked = await examine({ env: doctor.environment() });

    const { report } = await run(doctor, { results: checked, clickMs: 1, channel: "C0RANDOM" });

    if (report === null) throw new Error("There is no report.");
    expect(report.checks).toMatchObject({ "slack.token": "ok", "live.post": "problem" });
    expect(report.figures.methods["chat.postMessage"]?.failures).toEqual({ not_in_channel: 1 });
    const said = `${JSON.stringify(report)}\n${showLiveReport(report)}`;
    expect(said).toContain("It holds no names, ids, texts, addresses or tokens.");
    expect(said).not.toMatch(
      /\b[A-Z]0[A-Z]{2,}|xoxb|xapp|127\.0\.0\.1|random|general|Bob|heddle-store/,
    );
  });
});

async function directMessage({ simulator }: Examination): Promise<string> {
  const response = await fetch(`${simulator.apiUrl}conversations.open`, {
    method: "POST",
    headers: { authorization: "Bearer xoxb-simulator", "content-type": "application/json" },
    body: JSON.stringify({ users: "U0BOB" }),
  });
  const { channel } = (await response.json()) as { channel: { id: string } };
  return channel.id;
}
