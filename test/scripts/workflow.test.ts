import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../scripts/workflow/commands/index.ts";
import { helpOf, helpOfAll } from "../../scripts/workflow/help.ts";
import { placeOf } from "../../scripts/workflow/json-places.ts";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { BotProcess } from "../support/bot-process.ts";

const SCRIPT = resolve(import.meta.dirname, "../../scripts/workflow.ts");
const DOCUMENT = resolve(import.meta.dirname, "../../docs/cli.md");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The real command as a process. @param shell - what its output is piped into. */
async function command(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  shell?: string,
): Promise<Ended> {
  const path = { PATH: process.env["PATH"] };
  const child =
    shell === undefined
      ? spawn(process.execPath, [SCRIPT, ...args], { env: { ...path, ...env } })
      : spawn(
          "bash",
          [
            "--norc",
            "-o",
            "pipefail",
            "-c",
            `"$0" "$@" | ${shell}`,
            process.execPath,
            SCRIPT,
            ...args,
          ],
          {
            env: { ...path, ...env },
          },
        );
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += String(chunk);
  });
  const code = await new Promise<number | null>((ended) => child.once("close", ended));
  return { code, out, err };
}

const DOUBLING = {
  id: "doubling",
  name: "Doubling",
  inputs: { amount: { type: "number", required: true } },
  steps: [{ id: "double", type: "transform", config: { expression: "variables.amount * 2" } }],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  return path;
}

describe("without a bot", () => {
  test("a definition that is right is valid", async () => {
    const path = await file("right.json", DOUBLING);
    expect(await command(["validate", path])).toEqual({
      code: 0,
      out: `${path}: valid\n`,
      err: "",
    });
  });

  test("each problem is shown where it stands in the file, with what to do", async () => {
    const wrong = { ...DOUBLING, steps: [{ id: "nap", type: "wait", config: { duration: "x" } }] };
    const path = await file("wrong.json", wrong);
    const { code, err } = await command(["validate", path]);

    const lines = (await readFile(path, "utf8")).split("\n");
    const line = lines.findIndex((text) => text.includes('"duration"')) + 1;
    expect(code).toBe(1);
    expect(err).toContain(`${path}:${line}:21: problem: steps[0].config.duration: `);
    expect(err).toContain('Change "x".');

    const json = await command(["validate", "--json", path]);
    expect(JSON.parse(json.out)).toMatchObject({
      valid: false,
      problems: [{ line, column: 21, path: "steps[0].config.duration" }],
    });
  });

  test("malformed JSON is shown with line and column", async () => {
    const path = await file("malformed.json", '{\n  "id": x\n}');
    const { code, err } = await command(["validate", path]);
    expect(code).toBe(1);
    expect(err).toContain(`${path}:2:9: problem: `);
  });

  test("two files are compared", async () => {
    const first = await file("first.json", DOUBLING);
    const second = await file("second.json", { ...DOUBLING, name: "Twice" });
    expect(await command(["diff", first, first])).toMatchObject({
      code: 0,
      out: "They say the same.\n",
    });
    expect(await command(["diff", first, second])).toMatchObject({
      code: 1,
      out: expect.stringContaining('"Doubling" → "Twice"'),
    });
  });

  test.for([
    { args: [], err: "" },
    { args: ["validte", "x"], err: "Did you mean validate?" },
    { args: ["validate"], err: "validate takes <file…>." },
    { args: ["validate", "--frob", "x"], err: "--frob" },
    { args: ["validate", "/none.json"], err: "/none.json cannot be read" },
    { args: ["runs", "--url", "ftp://x"], err: "ftp://x" },
    { args: ["runs", "--label", "x"], err: "--label must be name=value" },
    { args: ["run", "a", "--data", "[]"], err: "--data must be an object" },
    { args: ["completion", "csh"], err: "csh" },
  ])("is called wrongly: $args", async ({ args, err }) => {
    const ended = await command(args);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain(err);
    expect(ended.err).not.toContain("    at ");
  });

  test("a bot that does not answer is said to be away, without a stack", async () => {
    const ended = await command(["runs"], { HEDDLE_URL: "http://127.0.0.1:9" });
    expect(ended).toMatchObject({ code: 3, out: "" });
    expect(ended.err).toMatch(/^The bot does not answer at http:\/\/127\.0\.0\.1:9\. [^\n]+\n$/);
  });

  test("a reader that has enough ends it quietly", async () => {
    const ended = await command(["--help"], {}, "head -n 1");
    expect(ended).toMatchObject({ code: 0, err: "" });
  });

  test.for(["bash", "zsh"])(
    "the completion of %s is a script that bash can read",
    async (shell) => {
      expect(await command(["completion", shell], {}, "bash -n")).toMatchObject({
        code: 0,
        err: "",
      });
    },
  );

  test("the completion offers commands and their options", async () => {
    const ask = (words: string, index: number) =>
      `{ cat; echo 'COMP_WORDS=(${words}); COMP_CWORD=${index}; _heddle; echo "\${COMPREPLY[@]}"'; } | bash`;
    expect((await command(["completion", "bash"], {}, ask("heddle re", 1))).out).toBe(
      "retry replay\n",
    );
    expect((await command(["completion", "bash"], {}, ask("heddle runs --st", 2))).out).toBe(
      "--status\n",
    );
  });

  test("each command says what it does, and the document says the same", async () => {
    const document = await readFile(DOCUMENT, "utf8");
    expect(document).toContain(helpOfAll(COMMANDS));
    for (const one of COMMANDS) expect(document).toContain(helpOf(one));
    const [first] = COMMANDS;
    expect(await command(["validate", "--help"])).toEqual({
      code: 0,
      out: `${first === undefined ? "" : helpOf(first)}\n`,
      err: "",
    });
  });
});

describe("with a running bot", () => {
  let simulator: Simulator;
  let bot: BotProcess;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    simulator = await openSimulator();
    bot = await BotProcess.start(simulator, { WORKFLOWS_DIR: folder });
    env = { HEDDLE_URL: bot.url };
  }, 60_000);
  afterAll(async () => {
    await bot[Symbol.asyncDispose]();
    await simulator[Symbol.asyncDispose]();
  });

  test("a workflow is deployed, compared, exported, run, watched and listed", async () => {
    const path = await file("mine.json", { ...DOUBLING, id: "mine" });
    expect(await command(["deploy", path], env)).toMatchObject({
      code: 0,
      out: `${path}: mine version 1 deployed\n`,
    });
    expect((await command(["deploy", path], env)).out).toContain("is the active version already");
    expect(await command(["diff", path], env)).toMatchObject({ code: 0 });

    const copy = join(folder, "copy.txt");
    expect(await command(["export", "mine", "--output", copy], env)).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(copy, "utf8"))).toMatchObject({ id: "mine" });

    const ran = await command(["run", "mine", "amount=21", "--watch"], env);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/step completed {2}double#1 {2}42/);
    const [id = ""] = ran.out.split("\n");
    const watched = await command(["watch", id, "--json"], env);
    const events = watched.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ event: "end", state: { status: "completed" } });

    const listed = await command(["runs", "--workflow", "mine", "--json"], env);
    expect(JSON.parse(listed.out)).toMatchObject({ executionId: id, status: "completed" });
    expect((await command(["runs", "--workflow", "mine"], env)).out).toMatch(
      new RegExp(`${id} +completed +mine@1`),
    );
  }, 60_000);

  test("a run that fails ends with 1, says why, and is retried with another value", async () => {
    const failing = {
      id: "dividing",
      name: "Dividing",
      inputs: { by: { type: "number", required: true } },
      steps: [
        { id: "divide", type: "transform", config: { expression: "[1, 2][int(variables.by)]" } },
      ],
    };
    expect(await command(["deploy", await file("dividing.json", failing)], env)).toMatchObject({
      code: 0,
    });
    const ran = await command(["run", "dividing", "by=7", "--watch"], env);
    expect(ran.code).toBe(1);
    expect(ran.err).not.toBe("");
    const [id = ""] = ran.out.split("\n");

    const retried = await command(["retry", id, "--set", "by=1", "--watch"], env);

    expect(retried).toMatchObject({ code: 0, out: expect.stringContaining(`${id}: continued`) });
  }, 60_000);

  test("a run is cancelled", async () => {
    const pausing = {
      id: "pausing",
      name: "Pausing",
      steps: [{ id: "pause", type: "wait", config: { duration: "1h" } }],
    };
    await command(["deploy", await file("pausing.json", pausing)], env);
    const id = (await command(["run", "pausing"], env)).out.trim();

    expect(await command(["cancel", id], env)).toMatchObject({ code: 0 });

    expect(await command(["watch", id], env)).toMatchObject({ code: 1 });
  }, 60_000);

  test("what the bot refuses ends with 4, and says why", async () => {
    const none = await command(["watch", "exec_none"], env);
    expect(none).toMatchObject({ code: 4, err: expect.stringContaining('no run "exec_none"') });
    const unfit = await command(["run", "mine"], env);
    expect(unfit).toMatchObject({ code: 4, err: expect.stringContaining("amount: ") });
    const wrong = await file("wrong2.json", { ...DOUBLING, steps: [] });
    expect(await command(["deploy", wrong], env)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${wrong}:`),
    });
  }, 60_000);
});

test.for([
  { path: "", place: { line: 1, column: 1 } },
  { path: "a", place: { line: 2, column: 8 } },
  { path: "list[1].b", place: { line: 4, column: 12 } },
  { path: "list[1].none", place: { line: 4, column: 5 } },
  { path: 'odd["a b"]', place: { line: 6, column: 19 } },
  { path: "none.at.all", place: { line: 1, column: 1 } },
])("the place of $path in a text", ({ path, place }) => {
  const text =
    '{\n  "a": "],{",\n  "list": [{ "b": 1 },\n    { "b": 2 }\n  ],\n  "odd": { "a b": null }\n}';
  expect(placeOf(text, path)).toEqual(place);
});
