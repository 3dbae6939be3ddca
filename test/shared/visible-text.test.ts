import { describe, expect, test } from "vitest";
import { showHidden, showHiddenInLine } from "../../src/shared/visible-text.ts";
import { cpuTime } from "../support/cpu-time.ts";

describe("text that people decide on", () => {
  test.for([
    ["a text as it is", "Pay 640 € für Büro, naïve café", "Pay 640 € für Büro, naïve café"],
    ["another alphabet", "Привет, мир 你好 こんにちは", "Привет, мир 你好 こんにちは"],
    ["emoji, joined ones too", "👩‍💻 ❤️ 1️⃣ 🇩🇪", "👩‍💻 ❤️ 1️⃣ 🇩🇪"],
    ["few line breaks and an indent", "a\n\n    b", "a\n\n    b"],
  ] as const)("stays: %s", ([, text, shown]) => {
    expect(showHidden(text)).toBe(shown);
  });

  test.for([
    ["a bidirectional override", "gpj\u202Eexe.", "gpj⟨U+202E⟩exe."],
    ["an isolate", "\u2066a\u2069", "⟨U+2066⟩a⟨U+2069⟩"],
    ["a space without width", "pay\u200Bpal", "pay⟨U+200B⟩pal"],
    ["a joiner within a word", "pay\u200Dpal", "pay⟨U+200D⟩pal"],
    ["a filler that shows nothing", "a\u3164b\u2800c", "a⟨U+3164⟩b⟨U+2800⟩c"],
    ["tags", "a\u{E0041}", "a⟨U+E0041⟩"],
    ["a line separator", "a\u2028*Who decides*", "a⟨U+2028⟩*Who decides*"],
    ["a carriage return", "a\rb", "a⟨U+000D⟩b"],
    ["a no-break space", "a\u00A0b", "a⟨U+00A0⟩b"],
    ["half a character", "a\uD83Db", "a⟨U+D83D⟩b"],
    ["a mark that is none of ours", "⟨U+202E⟩", "⟨U+27E8⟩U+202E⟨U+27E9⟩"],
    ["a wall of spaces", `a${" ".repeat(400)}b`, "a⟨400 spaces⟩b"],
    ["a wall of line breaks", `a${"\n".repeat(30)}b`, "a\n⟨30 line breaks⟩\nb"],
    ["a letter of another alphabet within a word", "p\u0430ypal", "p\u0430⟨U+0430⟩ypal"],
    ["a word of look-alikes alone", "\u0441\u0435\u043E", "с⟨U+0441⟩е⟨U+0435⟩о⟨U+043E⟩"],
    ["letters of full width", "ｐay", "ｐ⟨U+FF50⟩ay"],
    [
      "accents without end",
      `a${"\u0301".repeat(6)}`,
      `a${"\u0301".repeat(3)}⟨U+0301⟩⟨U+0301⟩⟨U+0301⟩`,
    ],
    [
      "a domain with other letters",
      "https://b\u00E4nk.example/x",
      "https://bänk.example⟨xn--bnk-qla.example⟩/x",
    ],
    [
      "an e-mail address with a look-alike",
      "boss@p\u0430ypal.example",
      "boss@pа⟨U+0430⟩ypal.example⟨xn--pypal-4ve.example⟩",
    ],
    [
      "a domain of look-alikes alone",
      "https://\u0430\u0440\u0440\u04CF\u0435.com",
      /⟨xn--80ak6aa92e\.com⟩/,
    ],
  ] as const)("shows %s", ([, text, shown]) => {
    if (typeof shown === "string") expect(showHidden(text)).toBe(shown);
    else expect(showHidden(text)).toMatch(shown);
  });

  test("begins no line of its own where it stands in a line", () => {
    expect(showHiddenInLine("a\r\n\n*Who decides*\n• nobody")).toBe(
      "a ⟨line break⟩ *Who decides* ⟨line break⟩ • nobody",
    );
  });

  test("takes time in proportion to its length", () => {
    const spent = cpuTime(() => {
      for (const part of [" ", "\n", "а", "\u202E", "a@", "://а", "\u0301"])
        showHiddenInLine(part.repeat(100_000));
    });
    expect(spent).toBeLessThan(5000);
  });
});
