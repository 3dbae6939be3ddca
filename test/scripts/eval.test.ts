import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArguments } from "../../scripts/eval/arguments.ts";
import { tempFolder } from "../store/temp-folder.ts";

const SCRIPT = join(import.meta.dirname, "../../scripts/eval.ts");
const PROCESS_MS = 60_000;

/** Runs `npm run eval -- …` with nothing of the shell's environment but the path. */
async function evaluate(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
  }
  const [code] = await once(child, "close");
  return { code, text };
}

describe("npm run eval", { timeout: PROCESS_MS }, () => {
  test("asks the stand-in without any setting, and compares with another prompt; its answers can be kept", async () => {
    const folder = await tempFolder();
    const prompt = join(folder.path, "other.md");
    const answers = join(folder.path, "answers.jsonl");
    await writeFile(
      prompt,
      "Which of billing, technical, feature-request, urgent-outage? {{variables.ticketText}}\n",
    );
    const args = ["ticket-triage", "--step", "classify", "--limit", "4", "--against", prompt];

    const live = await evaluate([...args, "--record", answers]);
    const recorded = await evaluate([...args, "--recorded", answers]);

    expect(live.code).toBe(0);
    expect(live.text).toMatch(/the stand-in model, which answers by rules/);
    expect(live.text).toMatch(/ticket-triage \/ classify · 4 samples/);
    expect(live.text).toMatch(/right \d of 4 \(\d+ %, with 95 % confidence \d+–\d+ %\)/);
    expect(live.text).toMatch(/expected \\ answered +billing/);
    expect(live.text).toMatch(/first against second\n +accuracy .* points.*could be chance/);
    expect((await readFile(answers, "utf8")).trim().split("\n")).toHaveLength(8);
    const figures = (text: string) => text.match(/right .*/g);
    expect(figures(recorded.text)).toEqual(figures(live.text));
    await folder.remove();
  });

  test("asks no endpoint beyond this machine without a limit of what it may cost", async () => {
    const env = { OPENAI_BASE_URL: "https://models.example.com/v1", OPENAI_API_KEY: "sk-test" };

    const { code, text } = await evaluate(["ticket-triage"], env);

    expect(code).toBe(64);
    expect(text).toMatch(/may cost money. Set EVAL_MAX_COST_USD/);
  });

  test("names a workflow and a step that do not exist", async () => {
    expect(await evaluate(["ticket-triag", "--stand-in"])).toMatchObject({
      code: 1,
      text: expect.stringMatching(/no workflow "ticket-triag".*ticket-triage/),
    });
  });
});

test("arguments that make no sense are refused in a sentence", () => {
  expect(() => readArguments(["--limit", "many"])).toThrow(/--limit must be a whole number/);
  expect(() => readArguments(["--unknown"])).toThrow(/--unknown/);
  expect(readArguments(["a", "b", "--against-model", "gpt-4o"])).toMatchObject({
    workflowIds: ["a", "b"],
    against: { model: "gpt-4o" },
    concurrency: 4,
  });
});
