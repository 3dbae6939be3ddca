import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type PlacedText, readAllTexts } from "../../scripts/texts/read-all-texts.ts";
import { readTexts } from "../../scripts/texts/read-texts.ts";

const ALL = readAllTexts(resolve(import.meta.dirname, "../.."));
const FOR_PEOPLE = [...ALL]
  .filter(([readers]) => readers !== "What a model reads")
  .flatMap(([, texts]) => texts);

/** What a helpful colleague does not say, with what to write instead. */
const TONE = [
  [/\boops\b|\buh-oh\b|\bsorry\b/i, "what happened and what to do next"],
  [/\b(successfully|unfortunately|obviously|simply)\b/i, "leave it out"],
  [/\b(unable to|failed to)\b/i, "cannot, could not"],
  [/\binvalid (input|value|request|argument|parameter)/i, "which value, and what is wrong with it"],
  [/\ban? (unexpected|unknown|internal) error\b/i, "what could not be done, and what to do"],
  [/\bis no key=value\b/i, "how the value is written"],
  [/\((?:e?s)\)(?=\s|$|[.,])/, "counted() of src/shared/counted.ts"],
  [/(?<=\p{L})!(?:\s|$)/u, "a full stop"],
  [/\b(click here|press here)\b/i, "what the link or button does"],
] as const;

/** One line for each text that is out of tone. */
function outOfTone(texts: readonly PlacedText[]): readonly string[] {
  return texts.flatMap(({ path, line, text }) =>
    TONE.flatMap(([words, instead]) => {
      const [found] = words.exec(text) ?? [];
      return found === undefined ? [] : [`${path}:${line}: “${found.trim()}” → ${instead}`];
    }),
  );
}

/** One line for each sentence that several sources of the bot have. */
function twice(texts: readonly PlacedText[]): readonly string[] {
  const places = Map.groupBy(
    texts.filter(({ text }) => /[.:?]$/.test(text.trim())),
    ({ text }) => text.trim(),
  );
  return [...places]
    .filter(([, found]) => new Set(found.map(({ path }) => path)).size > 1)
    .map(
      ([text, found]) =>
        `“${text}” in ${found.map(({ path, line }) => `${path}:${line}`).join(", ")}`,
    );
}

test("all texts for people have the tone of a helpful colleague", () => {
  expect(outOfTone(FOR_PEOPLE)).toEqual([]);
});

test("a sentence of the bot stands in one place", () => {
  expect(twice(FOR_PEOPLE.filter(({ path }) => path.startsWith("src/bot/")))).toEqual([]);
});

test("the texts of all surfaces are found", () => {
  const sizes = [...ALL].map(([readers, { length }]) => ({ readers, isThere: length > 0 }));
  expect(sizes.filter(({ isThere }) => !isThere)).toEqual([]);
});

describe("what is a text", () => {
  const read = (...lines: readonly string[]) =>
    readTexts("planted.ts", lines.join("\n")).map(({ line, text }) => `${line}: ${text}`);

  test("strings and templates, with what is filled in between braces", () => {
    expect(
      read(
        "const a = 'Nothing was started.';",
        "const b: string = `Run ${shown(run)} of *${name}* continues.`;",
        "const c = 'id', d = 'run-card', e = `${one}${two}`;",
      ),
    ).toEqual(["1: Nothing was started.", "2: Run {shown(run)} of *{name}* continues."]);
  });

  test("not what a logger takes, what programmers read, or a comment", () => {
    expect(
      read(
        "// a comment is no text",
        "logger.info({ id }, 'a card was posted again');",
        "this.#options.logger.child({ a }).warn('a card was lost');",
        "context.logger.error(`a card ${id} was lost`);",
        "throw new Error('this cannot be reached');",
        "throw new AppError({ message: 'This card is gone.' });",
      ),
    ).toEqual(["6: This card is gone."]);
  });
});

describe("what the check of tone finds", () => {
  const planted = (text: string) => outOfTone([{ path: "src/bot/planted.ts", line: 3, text }]);

  test.for([
    ["Oops, that did not work.", "“Oops” → what happened and what to do next"],
    ["Unable to start the workflow.", "“Unable to” → cannot, could not"],
    ["2 run(s) wait for you.", "“(s)” → counted() of src/shared/counted.ts"],
    ["Workflow deployed successfully!", "“successfully” → leave it out"],
    ["The run is over!", "“!” → a full stop"],
    [
      "An unexpected error happened.",
      "“An unexpected error” → what could not be done, and what to do",
    ],
  ] as const)("%s", ([text, found]) => {
    expect(planted(text)).toContain(`src/bot/planted.ts:3: ${found}`);
  });

  test("a sentence in two sources", () => {
    const text = "Nothing was started.";
    expect(
      twice([
        { path: "src/bot/one.ts", line: 1, text },
        { path: "src/bot/two.ts", line: 2, text },
        { path: "src/bot/two.ts", line: 9, text: "nothing else" },
      ]),
    ).toEqual(["“Nothing was started.” in src/bot/one.ts:1, src/bot/two.ts:2"]);
  });
});
