import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { validateAnswer } from "../../../src/engine/ai/validate-answer.ts";
import { HOSTILE_ANSWERS, type HostileAnswer } from "../../fixtures/hostile-answers.ts";

/** What becomes of an answer. */
function judge({ text, format, declined }: HostileAnswer) {
  const reply = {
    text,
    finishReason: declined === "content_filter" ? declined : "stop",
    ...(declined === "refusal" && { refusal: text }),
  };
  return validateAnswer(reply, { model: "m", format, maxTokens: 100 });
}

const results = HOSTILE_ANSWERS.map((answer) => ({ answer, check: judge(answer) }));

describe("of some hundred answers, well meant and hostile,", () => {
  test("none is decided in another way than a careful reader would", () => {
    const wrong = results.filter(
      ({ answer, check }) => check.kind === "answer" && check.value !== answer.meant,
    );

    expect(wrong.map(({ answer, check }) => [answer.text, check])).toEqual([]);
  });

  test("none that says its value plainly is asked for again", () => {
    const missed = results.filter(
      ({ answer, check }) => check.kind !== "answer" && answer.meant !== null,
    );

    expect(missed.map(({ answer, check }) => [answer.text, check])).toEqual([]);
  });

  test("those that are asked for again are told what is wanted", () => {
    for (const { check } of results) {
      if (check.kind === "invalid") expect(check.complaint).toMatch(/\. (?:Answer with|Give) /);
    }
  });

  test("so many are decided, repaired and refused as docs/ai.md says", async () => {
    const document = await readFile(join(import.meta.dirname, "../../../docs/ai.md"), "utf8");
    const rows = ["enum", "number", "boolean"].map((kind) => {
      const own = results.filter(({ answer }) => answer.format.kind === kind);
      const count = (wanted: string): number =>
        own.filter(({ check }) => check.kind === wanted).length;
      const figures = [own.length, count("answer"), count("invalid"), count("failed"), 0];
      return `| \`${kind}\` | ${figures.join(" | ")} |`;
    });

    expect(document.replace(/ +/g, " ")).toContain(rows.join("\n"));
  });
});
