/**
 * What people see who write sixty sentences to the bot in five languages, with a real model: the real bot in front of the simulator, its
 * model the one at `--model`. What the sentences are about (runs, drafts) is made beforehand with the simulator's stand-in.
 *
 *   npm run bench:sentences -- --model http://127.0.0.1:8080/v1 --minutes 40 --seconds 240 --only ask --out results.json
 *
 * Prints one line a sentence, then a table. A sentence of which nothing has come after `--seconds`, or `--writing` seconds after the bot
 * began to write a workflow, gets no further time, and the model is stopped; after `--minutes` no further sentence is tried.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { z } from "zod";
import { isJsonObject, type JsonObject, toObjects } from "../simulator/json.ts";
import { openSimulator, type Simulator } from "../simulator/simulator.ts";
import { BotProcess } from "../test/support/bot-process.ts";
import { pause } from "../test/support/pause.ts";

const Sentence = z.object({
  id: z.string(),
  kind: z.enum(["build", "change", "ask"]),
  language: z.string(),
  /** What should come of it: a name of `OUTCOMES`. */
  wanted: z.string(),
  /** It is written in the thread of a draft of its author. */
  thread: z.literal("draft").optional(),
  /** What is written there before it. */
  before: z.array(z.string()).optional(),
  text: z.string(),
});
type Sentence = z.output<typeof Sentence>;

/** What came of a sentence, by what its author sees; the first that fits. */
const OUTCOMES: readonly (readonly [string, RegExp])[] = [
  ["not understood", /I am not sure what you would like/],
  ["question back", /The AI asks this before it writes/],
  ["asked whether it is a change", /change_recent_draft/],
  ["error", /Reference for the operator/],
  ["no valid workflow", /wrote no valid workflow/],
  ["refused", /^:warning:/],
  ["undone", /Draft: [\s\S]*round 3/],
  ["drafted", /Draft: [\s\S]*deploy_draft/],
  ["explained", /as it stands in round/],
  ["discard", /Shall the draft .* be discarded/],
  ["deploy", /Shall round .* be deployed/],
  ["run", /Shall I run/],
  ["cancel", /be cancelled\?|is over already/],
  ["pending", /Waiting for your decision|nothing waits|Nothing waits/],
  ["costs", /last \d+ days/],
  ["show", /Start it/],
  ["list", /Details: `/],
  ["state of a run", /Run `|started no runs/],
  ["thanks or greeting", /You're welcome|Tell me in your own words/],
];

const DRAFT = "build me a workflow that asks @finance to approve purchases over $500 in #approvals";
/** Each person may have twenty drafts written in an hour. */
const PEOPLE = ["ALICE", "BOB", "CAROL"] as const;

interface Result extends Sentence {
  readonly outcome: string;
  readonly seconds: number;
  readonly calls: number;
  /** What its author reads, whole. */
  readonly answer: string;
}

/** In front of both models: says which one answers, counts, and can stop what is under way. */
async function openModelGate(standIn: string, real: string) {
  let target = standIn;
  let calls = 0;
  let stopping = new AbortController();
  const server = createServer((request, response) => {
    const { signal } = stopping;
    calls += 1;
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
      const address = `${target}${(request.url ?? "").replace(/^\/v1/, "")}`;
      const headers = { "content-type": "application/json", authorization: "Bearer none" };
      const answer = await fetch(address, {
        ...{ method: "POST", headers, body: Buffer.concat(chunks), signal },
      });
      response.writeHead(answer.status, {
        "content-type": answer.headers.get("content-type") ?? "application/json",
      });
      if (answer.body === null) response.end();
      else
        Readable.fromWeb(answer.body)
          .on("error", () => response.destroy())
          .pipe(response);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    use: (which: "stand-in" | "real") => {
      target = which === "real" ? real : standIn;
      calls = 0;
    },
    calls: () => calls,
    /** Until the next `use` nothing is answered. */
    stop: () => {
      stopping.abort();
      target = "http://127.0.0.1:9";
      stopping = new AbortController();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function textOf(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === "string" ? value : "";
}

/** How long a sentence is waited for: in all, and after the bot has begun to write. */
interface Limits {
  readonly seconds: number;
  readonly writingSeconds: number;
}

const WRITING = "writing began";

class Workspace {
  readonly #simulator: Simulator;

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  async act(action: string, body: JsonObject): Promise<JsonObject> {
    const response = await fetch(`${this.#simulator.url}/sim/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    return isJsonObject(answer) ? answer : {};
  }

  async say(person: string, text: string, threadTs?: string): Promise<string> {
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    const message = { user: `U0${person}`, channel: `D0${person}`, text, ...thread };
    return textOf(await this.act("message", message), "ts");
  }

  /** What the bot has written in a thread after a message. */
  async after(person: string, threadTs: string, ts: string): Promise<readonly string[]> {
    const query = new URLSearchParams({ channel: `D0${person}`, thread_ts: threadTs });
    const response = await fetch(`${this.#simulator.url}/sim/messages?${query.toString()}`);
    const answer: unknown = await response.json();
    const messages = toObjects(isJsonObject(answer) ? answer["messages"] : undefined);
    return messages
      .filter((one) => textOf(one, "ts") > ts && one["user"] !== `U0${person}`)
      .map((one) => `${textOf(one, "text")}\n${JSON.stringify(one["blocks"] ?? [])}`);
  }

  /** Has the bot said by its status in a thread that it does this? */
  async shows(threadTs: string, status: string): Promise<boolean> {
    const response = await fetch(
      `${this.#simulator.url}/sim/calls?method=assistant.threads.setStatus`,
    );
    const answer: unknown = await response.json();
    const calls = toObjects(isJsonObject(answer) ? answer["calls"] : undefined);
    const own = calls.map((call) => JSON.stringify(call)).filter((call) => call.includes(threadTs));
    return own.at(-1)?.includes(status) === true;
  }

  /** What the bot answers, or, when nothing came in time, whether it was writing then. */
  async answer(
    person: string,
    threadTs: string,
    ts: string,
    { seconds, writingSeconds }: Limits,
  ): Promise<{ readonly answers: readonly string[]; readonly isWriting: boolean }> {
    let writingSince = Number.POSITIVE_INFINITY;
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      const said = await this.after(person, threadTs, ts);
      const answers = said.filter((text) => !/^:paperclip:|^:hourglass_flowing_sand:/.test(text));
      if (answers.length > 0) return { answers, isWriting: false };
      if (!Number.isFinite(writingSince) && (await this.shows(threadTs, "is writing")))
        writingSince = performance.now();
      if (performance.now() - writingSince > writingSeconds * 1000) break;
      await pause(250);
    }
    return { answers: [], isWriting: Number.isFinite(writingSince) };
  }
}

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "http://127.0.0.1:8080/v1" },
    minutes: { type: "string", default: "40" },
    seconds: { type: "string", default: "240" },
    writing: { type: "string", default: "240" },
    only: { type: "string", default: "" },
    out: { type: "string", default: "" },
  },
});
const real = values.model;
const limits: Limits = {
  seconds: Number(values.seconds),
  writingSeconds: Number(values.writing),
};
const all = z
  .array(Sentence)
  .parse(JSON.parse(await readFile(join(import.meta.dirname, "sentences.json"), "utf8")));
const sentences = all.filter(({ id, kind }) =>
  values.only === "" ? true : values.only.split(",").some((one) => one === kind || one === id),
);

await using stack = new AsyncDisposableStack();
const simulator = stack.use(await openSimulator({ realistic: false }));
const gate = stack.use(await openModelGate(simulator.modelUrl, real));
stack.use(
  await BotProcess.start(simulator, { OPENAI_BASE_URL: gate.url, LLM_TIMEOUT_MS: "600000" }),
);
const workspace = new Workspace(simulator);
await workspace.act("slash", {
  ...{ user: "U0ALICE", channel: "C0GENERAL", command: "/workflow" },
  text: 'run expense-approval amount=640 item="Laptop stand" category=equipment description="For the desk"',
});
await pause(3000);

const results: Result[] = [];
const begun = performance.now();
for (const [index, sentence] of sentences.entries()) {
  if (performance.now() - begun > Number(values.minutes) * 60_000) break;
  const result = await tryOne(sentence, PEOPLE[index % PEOPLE.length] ?? "ALICE");
  results.push(result);
  console.log(
    `${result.id} ${result.language} ${result.outcome === result.wanted ? "ok " : "-- "} ${result.outcome} (wanted ${result.wanted}), ${result.seconds} s, ${result.calls} calls: ${result.text}`,
  );
  if (values.out !== "") await writeFile(values.out, JSON.stringify(results, null, 1));
}
console.log(toTable(results));

async function tryOne(sentence: Sentence, author: string): Promise<Result> {
  const person = sentence.kind === "ask" ? "ALICE" : author;
  const thread = sentence.thread === "draft" ? await prepareDraft(sentence, person) : undefined;
  gate.use("real");
  const start = performance.now();
  const ts = await workspace.say(person, sentence.text, thread);
  const { answers, isWriting } = await workspace.answer(person, thread ?? ts, ts, limits);
  const took = Math.round((performance.now() - start) / 1000);
  const calls = gate.calls();
  if (answers.length === 0) {
    gate.stop();
    // The bot says that the model is gone; that is no answer to the sentence.
    await workspace.answer(person, thread ?? ts, ts, { seconds: 20, writingSeconds: 20 });
  }
  const answer = answers.join("\n");
  const found = OUTCOMES.find(([, pattern]) => pattern.test(answer))?.[0];
  const late = isWriting ? WRITING : `nothing within ${limits.seconds} s`;
  const outcome = answer === "" ? late : (found ?? "answered otherwise");
  return { ...sentence, outcome, seconds: took, calls, answer };
}

/** A draft of the stand-in's, in whose thread a sentence is written. @returns the thread. */
async function prepareDraft(sentence: Sentence, person: string): Promise<string> {
  const standIn = { seconds: 20, writingSeconds: 20 };
  gate.use("stand-in");
  const thread = await workspace.say(person, DRAFT);
  await workspace.answer(person, thread, thread, standIn);
  for (const before of sentence.before ?? []) {
    const ts = await workspace.say(person, before, thread);
    await workspace.answer(person, thread, ts, standIn);
  }
  return thread;
}

function toTable(all: readonly Result[]): string {
  const rows = all.map(
    ({ text, language, wanted, outcome, seconds: took, calls }) =>
      `| ${language} | ${text.replaceAll("|", "\\|")} | ${wanted} | ${outcome} | ${took} | ${calls} |`,
  );
  return [
    "| language | sentence | wanted | what came of it | seconds | calls |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
