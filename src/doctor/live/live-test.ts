import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { z } from "zod";
import type { Config } from "../../app/config.ts";
import { counted } from "../../shared/counted.ts";
import type { Transport } from "../../slack/proxy.ts";
import { type CheckResult, type Finding, ok, problem, unknown, warning } from "../finding.ts";
import { type BurstFigures, burst, pause, persist } from "./burst.ts";
import { CallLog, type MethodFigures, nameOutcome } from "./call-log.ts";
import { type Link, openLink } from "./link.ts";
import { ANSWERED, askForClick, DIALOG, HOME } from "./messages.ts";
import type { Click } from "./receive-click.ts";
import type { SocketFigures } from "./socket-watch.ts";

/** Pings without which the figures of a socket say little. */
const ENOUGH_PINGS = 3;

export interface LiveOptions {
  readonly config: Config;
  /** Neither waits nor retries. */
  readonly client: WebClient;
  readonly transport: Transport;
  readonly logger: Logger;
  /** Where to post: a channel that the bot is in; `null`: the direct message with `user`. */
  readonly channel: string | null;
  /** Who is asked to click; `null`: all people in the channel. */
  readonly user: string | null;
  /** How long to wait for the click, in milliseconds. */
  readonly clickMs: number;
  /** Posts, and as many edits, in a row. */
  readonly burst: number;
  /** How long to keep the connection after all else, in milliseconds, to see Slack refresh it. */
  readonly watchMs: number;
  readonly pingTimeoutMs: number;
  /** By how many milliseconds this clock is ahead of Slack's. */
  readonly aheadMs: number;
  /** Ends the test early; what it posted is removed all the same. */
  readonly signal: AbortSignal;
  readonly onResult: (result: CheckResult) => void;
}

/** What was measured: numbers and codes alone. */
export interface LiveFigures {
  readonly methods: Readonly<Record<string, MethodFigures>>;
  /** `null`: not reached. */
  readonly posts: BurstFigures | null;
  readonly edits: BurstFigures | null;
  readonly socket: SocketFigures | null;
  /** From the click to its arrival, give or take half a second: clocks are compared by the second. */
  readonly clickArrivedMs: number | null;
  /** From the arrival of the click to the open dialog; its `trigger_id` lives 3 s. */
  readonly dialogOpenMs: number | null;
  readonly notRemoved: number;
}

/** What the client makes of the three calls of an upload. */
const Uploaded = z.object({
  files: z.array(z.object({ files: z.array(z.object({ id: z.string() })) })),
});

/** A message that the test posted. */
interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/**
 * Uses Slack as the bot does and measures it: posts, edits, a click, a dialog, Home, a file, a short
 * burst. Removes what it posted. Never rejects for what Slack refuses.
 */
export async function testLive(
  options: LiveOptions,
): Promise<{ readonly results: readonly CheckResult[]; readonly figures: LiveFigures }> {
  return new LiveTest(options).run();
}

class LiveTest {
  readonly #options: LiveOptions;
  readonly #log = new CallLog();
  readonly #results: CheckResult[] = [];
  readonly #posted: Posted[] = [];
  #posts: BurstFigures | null = null;
  #edits: BurstFigures | null = null;
  #clickArrivedMs: number | null = null;
  #dialogOpenMs: number | null = null;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  async run() {
    await using link = await this.#open();
    const channel = await this.#findChannel();
    if (channel !== null) await this.#inChannel(channel, link);
    const { watchMs, signal } = this.#options;
    if (watchMs > 0) await pause(watchMs, signal);
    const socket = link?.figures() ?? null;
    if (socket !== null) this.#report("live.socket", "Socket", describeSocket(socket));
    return {
      results: this.#results,
      figures: {
        methods: this.#log.figures(),
        posts: this.#posts,
        edits: this.#edits,
        socket,
        clickArrivedMs: this.#clickArrivedMs,
        dialogOpenMs: this.#dialogOpenMs,
        notRemoved: this.#posted.length,
      },
    };
  }

  async #open(): Promise<Link | null> {
    const outcome = await this.#log.time("connect", () => openLink(this.#options));
    if (outcome.kind !== "ok") {
      const what = `No connection to Slack (${nameOutcome(outcome)}).`;
      this.#report("live.link", "Connection", [problem(what, "See the lines about tokens above.")]);
      return null;
    }
    const { obstacle } = outcome.answer;
    const found =
      obstacle === null
        ? ok("open: what Slack sends arrives here")
        : warning(obstacle.what, obstacle.fix);
    this.#report("live.link", "Connection", [found]);
    return outcome.answer;
  }

  async #findChannel(): Promise<string | null> {
    const { channel, user, client } = this.#options;
    if (channel !== null || user === null) return channel;
    const outcome = await this.#log.time("conversations.open", () =>
      client.conversations.open({ users: user }),
    );
    if (outcome.kind === "ok" && outcome.answer.channel?.id) return outcome.answer.channel.id;
    const what = `Slack gives no direct message with that person (${nameOutcome(outcome)}).`;
    this.#report("live.post", "Post", [problem(what, "Check --user, or give --channel.")]);
    return null;
  }

  async #inChannel(channel: string, link: Link | null): Promise<void> {
    try {
      const message = await this.#postAndEdit(channel);
      if (message === null) return;
      const steps = [
        () => this.#click(message, link),
        () => this.#home(),
        () => this.#upload(channel),
        () => this.#burst(channel, message),
        () => waitForPings(link, this.#options),
      ];
      for (const step of steps) if (!this.#options.signal.aborted) await step();
    } finally {
      await this.#tidyUp();
    }
  }

  async #postAndEdit(channel: string): Promise<Posted | null> {
    const { client, user, clickMs } = this.#options;
    const text = "Heddle's doctor tests this connection. It removes this message again.";
    const posted = await this.#log.time("chat.postMessage", () =>
      client.chat.postMessage({ channel, text }),
    );
    if (posted.kind !== "ok") {
      const fix =
        "Give --channel a channel that the bot is in (type /invite and its name there), or only --user.";
      const what = `Slack takes no message there (${nameOutcome(posted)}).`;
      this.#report("live.post", "Post", [problem(what, fix)]);
      return null;
    }
    const message = { channel: posted.answer.channel ?? channel, ts: posted.answer.ts ?? "" };
    this.#posted.push(message);
    const edited = await this.#log.time("chat.update", () =>
      client.chat.update({ ...message, ...askForClick(user, clickMs) }),
    );
    const result =
      edited.kind === "ok"
        ? ok("posted and edited")
        : problem(`Posted, but not edited (${nameOutcome(edited)}).`, "Tell the maintainers.");
    this.#report("live.post", "Post", [result]);
    return message;
  }

  async #click(message: Posted, link: Link | null): Promise<void> {
    const { client, clickMs, aheadMs, signal } = this.#options;
    if (link === null || link.obstacle !== null) {
      this.#report("live.click", "Click", [
        unknown(
          "No one was asked to click: the click would not come here.",
          "See Connection above.",
        ),
      ]);
      return;
    }
    const click = await Promise.race([link.click, pause(clickMs, signal).then(() => null)]);
    if (signal.aborted) return;
    if (click === null) {
      this.#report("live.click", "Click", [noClick(clickMs)]);
      return;
    }
    this.#clickArrivedMs = Math.round(click.arrivedAt - aheadMs - click.sentAt);
    const opened = await this.#openDialog(click);
    await this.#log.time("chat.update", () => client.chat.update({ ...message, ...ANSWERED }));
    this.#report("live.click", "Click", [ok("arrived"), opened]);
  }

  async #openDialog({ triggerId, arrivedAt }: Click): Promise<Finding> {
    const outcome = await this.#log.time("views.open", () =>
      this.#options.client.views.open({ trigger_id: triggerId, view: DIALOG }),
    );
    this.#dialogOpenMs = Date.now() - arrivedAt;
    if (outcome.kind === "ok") return ok(`a dialog opened ${this.#dialogOpenMs} ms later`);
    return problem(
      `The dialog did not open (${nameOutcome(outcome)}).`,
      "A trigger_id lives 3 s: with expired_trigger_id the way to Slack is too slow.",
    );
  }

  async #home(): Promise<void> {
    const { client, user } = this.#options;
    if (user === null) return;
    const outcome = await this.#log.time("views.publish", () =>
      client.views.publish({ user_id: user, view: HOME }),
    );
    const result =
      outcome.kind === "ok"
        ? ok("published; the bot writes it anew when it is opened next")
        : problem(
            `App Home was not published (${nameOutcome(outcome)}).`,
            "Switch on the Home Tab in the app's settings (App Home).",
          );
    this.#report("live.home", "App Home", [result]);
  }

  async #upload(channel: string): Promise<void> {
    const { client } = this.#options;
    const outcome = await this.#log.time("files.uploadV2", () =>
      client.files.uploadV2({
        channel_id: channel,
        filename: "heddle-doctor.txt",
        content: "A test of Heddle's doctor. It removes this file again.",
      }),
    );
    if (outcome.kind === "failed" && outcome.code === "missing_scope") {
      const what = "The app may not upload files (files:write): slack.uploadFile does not work.";
      this.#report("live.file", "File", [ok(what)]);
      return;
    }
    if (outcome.kind !== "ok") {
      const what = `The file was not uploaded (${nameOutcome(outcome)}).`;
      this.#report("live.file", "File", [warning(what, "Only slack.uploadFile needs it.")]);
      return;
    }
    const uploads = Uploaded.safeParse(outcome.answer).data?.files ?? [];
    for (const { id: file } of uploads.flatMap(({ files }) => files))
      await persist("files.delete", this.#log, () => client.files.delete({ file }));
    this.#report("live.file", "File", [ok("uploaded and deleted")]);
  }

  async #burst(channel: string, message: Posted): Promise<void> {
    const { client, burst: count, signal } = this.#options;
    if (count === 0) return;
    const posts = await burst(count, "chat.postMessage", this.#log, signal, (index) =>
      client.chat.postMessage({ channel, text: `Heddle's doctor, message ${index + 1}` }),
    );
    const { answers } = posts;
    this.#posted.push(...answers.map(({ ts = "" }) => ({ channel: message.channel, ts })));
    const edits = await burst(count, "chat.update", this.#log, signal, (index) =>
      client.chat.update({ ...message, text: `Heddle's doctor, edit ${index + 1}`, blocks: [] }),
    );
    this.#posts = posts.figures;
    this.#edits = edits.figures;
    this.#report("live.limits", "Limits", [
      ok(describeBurst("posts", posts.figures)),
      ok(describeBurst("edits", edits.figures)),
    ]);
  }

  async #tidyUp(): Promise<void> {
    const { client } = this.#options;
    for (const message of [...this.#posted]) {
      const outcome = await persist("chat.delete", this.#log, () => client.chat.delete(message));
      if (outcome.kind === "ok") this.#posted.splice(this.#posted.indexOf(message), 1);
    }
    const left = this.#posted.length;
    const result =
      left === 0
        ? ok("everything that was posted is removed")
        : warning(`${counted(left, "message")} could not be removed.`, "Delete them by hand.");
    this.#report("live.tidy", "Removed", [result]);
  }

  #report(id: string, title: string, findings: readonly Finding[]): void {
    const result = { id, title, ms: 0, findings };
    this.#results.push(result);
    this.#options.onResult(result);
  }
}

async function waitForPings(
  link: Link | null,
  { pingTimeoutMs, signal }: LiveOptions,
): Promise<void> {
  const until = performance.now() + 1.25 * pingTimeoutMs;
  for (;;) {
    const pings = link?.pings() ?? null;
    if (pings === null || pings >= ENOUGH_PINGS || performance.now() > until) return;
    if (signal.aborted) return;
    await pause(pingTimeoutMs / 10, signal);
  }
}

function noClick(clickMs: number): Finding {
  return warning(
    `No click arrived within ${clickMs / 1000} s.`,
    "If the button was clicked: Interactivity must be switched on in the app's settings, with Socket Mode or the right Request URL. If not: try again, with --wait for more time.",
  );
}

function describeBurst(what: string, figures: BurstFigures): string {
  const { calls, accepted, acceptedAtOnce, retryAfterMs, ms } = figures;
  const taken = `${accepted} of ${calls} ${what} taken in ${ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`}`;
  if (acceptedAtOnce === null) return `${taken}, none limited`;
  const waits = retryAfterMs.map((wait) => `${wait / 1000} s`).join(", ");
  return `${taken}; limited after ${acceptedAtOnce}, Retry-After ${waits}`;
}

function describeSocket({ pings, gapsMs, opened, connections }: SocketFigures): readonly Finding[] {
  const pong =
    pings.count === 0
      ? "no ping was answered yet"
      : `${pings.count} pings answered in ${pings.medianMs} ms (slowest ${pings.slowestMs} ms)`;
  const gaps =
    gapsMs.length === 0
      ? "no gap"
      : `without a connection for ${gapsMs.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(", ")}`;
  const renewed = opened.length > 1 ? `; opened anew: ${opened.slice(1).join(", ")}` : "";
  const counted = connections.length === 0 ? "" : `; Slack counts ${connections.at(-1)} of the app`;
  return [ok(`${pong}; ${gaps}${renewed}${counted}`)];
}
