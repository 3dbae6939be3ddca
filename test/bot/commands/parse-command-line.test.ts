import { describe, expect, test } from "vitest";
import {
  namesBeforeColons,
  parseCommandLine,
} from "../../../src/bot/commands/parse-command-line.ts";

function values(text: string): Record<string, string> {
  return Object.fromEntries(parseCommandLine(text).values);
}

describe("the text of a slash command", () => {
  test("begins with words and ends with values", () => {
    const line = parseCommandLine("  run expense-approval amount=640   item=stand ");
    expect(line.words).toEqual(["run", "expense-approval"]);
    expect(Object.fromEntries(line.values)).toEqual({ amount: "640", item: "stand" });
  });

  test.for([
    ["bare values with signs in them", "a=1.5e3 b=x=y&z", { a: "1.5e3", b: "x=y&z" }],
    ["double quotes", 'item="Laptop stand"', { item: "Laptop stand" }],
    ["single quotes", "item='Laptop \"pro\" stand'", { item: 'Laptop "pro" stand' }],
    [
      "curly quotes, as phones write them",
      "item=“Laptop stand” by=‘Bob B’",
      { item: "Laptop stand", by: "Bob B" },
    ],
    ["a pair of which one quote became curly", 'item=“Laptop stand"', { item: "Laptop stand" }],
    [
      "spaces around the sign",
      "item= stand amount = 640 note =x who = 'Bob B'",
      { amount: "640", item: "stand", note: "x", who: "Bob B" },
    ],
    [
      "options as other programs have them",
      "--amount=12 --item 'Laptop stand' —note ok",
      { amount: "12", item: "Laptop stand", note: "ok" },
    ],
    [
      "back quotes, as people mark what is to be copied",
      "item=`Laptop stand`",
      { item: "Laptop stand" },
    ],
    ["angle quotes", "item=«Laptop stand»", { item: "Laptop stand" }],
    [
      "the signs of Japanese keyboards",
      "ａｍｏｕｎｔ＝640　item=＂x y＂",
      { amount: "640", item: "x y" },
    ],
    [
      "unseen characters around names and values",
      '\uFEFFamo\u00ADunt\u200B=\u200E640\u200B\u00A0item=\u200B"Laptop stand"\u2060',
      { amount: "640", item: "Laptop stand" },
    ],
    ["joiners within a value", "who=👨‍💻", { who: "👨‍💻" }],
    ["empty text in quotes", 'note=""', { note: "" }],
    ["apostrophes within a word", "note=it's", { note: "it's" }],
    [
      "escapes",
      String.raw`a="say \"hi\"" b=two\ words c="x\ny" d=\\`,
      { a: 'say "hi"', b: "two words", c: "x\ny", d: "\\" },
    ],
    ["values over several lines", 'note="one\ntwo" b=2', { note: "one\ntwo", b: "2" }],
    [
      "people and channels",
      "who=<@U0BOB|bob the builder> where=<#C0GENERAL|general>",
      { who: "U0BOB", where: "C0GENERAL" },
    ],
    ["user groups", "who=<!subteam^S0FINANCE|@finance>", { who: "S0FINANCE" }],
    [
      "mail addresses and links",
      "m=<mailto:a@b.io|a@b.io> u=<https://x.io/?a=1&amp;b=2|x.io>",
      { m: "a@b.io", u: "https://x.io/?a=1&b=2" },
    ],
    [
      "domains that Slack made links of",
      "host=<http://www.example.com|www.example.com> at=<http://a.example/x?b=1&amp;c|a.example/x?b=1&amp;c> to=<http://b.example|b.example>:8080",
      { host: "www.example.com", at: "a.example/x?b=1&c", to: "b.example:8080" },
    ],
    ["escaped characters, once", "a=&lt;b&gt; b=&amp;amp;", { a: "<b>", b: "&amp;" }],
    ["entities in quotes", 'who="<@U0BOB> &amp; co"', { who: "U0BOB & co" }],
    [
      "names of the prototype",
      "__proto__=1 constructor=2",
      Object.fromEntries([
        ["__proto__", "1"],
        ["constructor", "2"],
      ]),
    ],
  ] as const)("takes %s", ([, text, expected]) => {
    expect(values(text)).toEqual(expected);
  });

  test.for([
    ["an open quote", 'item="Laptop stand', /quote is open/],
    ["text after a quote", 'item="Laptop"stand', /a space must follow/],
    [
      "a word among the values",
      "item=Laptop stand",
      /“stand” has no name.*quotes: `item="… stand"`/s,
    ],
    ["a value without text", "amount=", /“amount” has no value.*`amount=…`/],
    ["a name before the next one", "amount= item=x", /“amount” has no value/],
    ["an option without a value", "a=1 --amount", /“amount” has no value/],
    ["a name in other letters", "a=1 größe=5", /“größe” cannot be the name of a value.*a to z/],
    ["a colon after a word that is no known name", "a=1 note: x", /“note:” has no name/],
    ["a key given twice", "a=1 b=2 a=3", /“a” is given twice/],
  ] as const)("refuses %s and says what to do", ([, text, message]) => {
    expect(() => parseCommandLine(text)).toThrow(message);
  });

  test.for([
    ["amount:12 item: stand", { amount: "12", item: "stand" }],
    ["amount : 12 --item:'Laptop stand'", { amount: "12", item: "Laptop stand" }],
    ["amount：12", { amount: "12" }],
  ] as const)("takes a colon after a name that is known: %s", ([text, expected]) => {
    expect(namesBeforeColons(`run x ${text}`)).toContain("amount");
    const line = parseCommandLine(`run x ${text}`, ["amount", "item"]);
    expect(Object.fromEntries(line.values)).toEqual(expected);
    expect(line.words).toEqual(["run", "x"]);
  });

  test("leaves colons in other words alone", () => {
    const text = "label 3f2a note https://x.io/a 12:30 urgent: yes";
    expect(parseCommandLine(text, ["amount"]).words).toEqual(text.split(" "));
  });
});
