import { describe, expect, test } from "vitest";
import {
  createKeywordFinder,
  isSearchable,
  readKeywordText,
} from "../../../../src/engine/triggers/types/keywords.ts";
import { cpuTime } from "../../../support/cpu-time.ts";

function finds(keyword: string, text: string): boolean {
  return createKeywordFinder([keyword])(readKeywordText(text));
}

describe("a keyword is found", () => {
  test.for<readonly [string, string, string]>([
    ["in a Japanese sentence", "返金", "返金をお願いします"],
    ["of two Japanese scripts", "サーバー落ち", "またサーバー落ちました"],
    ["in a Chinese sentence", "退款", "我想申请退款谢谢"],
    ["in a Korean sentence, before an ending", "환불", "환불해 주세요"],
    ["in a Thai sentence", "คืนเงิน", "ขอคืนเงินหน่อย"],
    ["of Latin letters beside Japanese", "bug", "Bugを報告します"],
    ["with its signs", "c++", "I like C++, really"],
    ["with its signs, in code", "c++", "`C++`"],
    ["with a sign behind", "c#", "a C# developer"],
    ["with a point before it", ".net", "the .NET team"],
    ["with a number sign", "#1", "we are #1!"],
    ["with a plus", "+1", "+1 from me"],
    ["with a currency", "$5", "only $5 left"],
    ["with a percent sign", "100%", "100% sure"],
    ["in a hashtag", "urgent", "#urgent: help"],
    ["as the hashtag that it is", "#urgent", "this is #URGENT!"],
    ["in italics", "very urgent", "_very urgent_"],
    ["with ß for ss", "straße", "STRASSE"],
    ["with a Turkish capital", "istanbul", "İSTANBUL"],
    ["with a Turkish small letter", "ISTANBUL", "ıstanbul"],
    ["with a Greek final letter", "ΟΔΟΣ", "οδος"],
    ["in full-width letters", "urgent", "ｕｒｇｅｎｔ"],
    ["in half-width letters", "ガス", "ｶﾞｽ"],
    ["in mathematical letters", "urgent", "𝐮𝐫𝐠𝐞𝐧𝐭"],
    ["with a separate accent", "café", "cafe\u0301"],
    ["around a soft hyphen", "outage", "out\u00adage"],
    ["beside a trade mark", "acme", "Acme™"],
    ["as an emoji", "🎉", "done🎉"],
    ["as an emoji in another form", "❤", "❤️"],
    ["as an emoji of any skin tone", "👍", "👍🏽"],
    ["as an emoji of several signs", "👨‍💻", "hi 👨🏽‍💻"],
    ["as a flag", "🇩🇪", "🇫🇷🇩🇪"],
    ["as the name of an emoji", ":tada:", "done :tada: now"],
    ["with a hyphen in it, or without", "e-mail", "my E mail"],
    ["with another apostrophe", "don’t", "don't"],
    ["in an Arabic sentence", "عطل", "هناك عطل في الخادم"],
    ["with the Arabic article", "عطل", "حدث العطل اليوم"],
    ["with the Arabic for and", "عطل", "وعطل كبير"],
    ["where the keyword has the article", "العطل", "هناك عطل"],
    ["with Arabic vowels", "كتاب", "كِتَابٌ"],
    ["stretched in Arabic", "كتاب", "كتـــاب"],
    ["with an Arabic hamza", "احمد", "أحمد"],
    ["with Hebrew vowels", "שלום", "שָׁלוֹם"],
    ["in Greek capitals", "άλφα", "ΑΛΦΑ"],
    ["in Hindi", "मदद", "मुझे मदद चाहिए"],
    ["as an amount", "$5", "only $5, really"],
    ["as an amount with a fraction", "$5.50", "it is $5.50."],
    ["with a currency behind it", "5€", "nur 5€!"],
  ])("%s: %s", ([, keyword, text]) => {
    expect(finds(keyword, text)).toBe(true);
  });
});

describe("a keyword is not found", () => {
  test.for<readonly [string, string, string]>([
    ["within a word", "out", "about routers"],
    ["where signs make it another word", "c", "I like C++ and C#"],
    ["without its signs", "c++", "I like C"],
    ["where its signs go further", "c++", "C++11"],
    ["without its point", ".net", "a net income"],
    ["in another name that ends with it", ".net", "asp.net"],
    ["with a point that makes it another word", "net", "the .NET team"],
    ["as a number with a number sign", "1", "we are #1"],
    ["without its number sign", "#1", "1 of them"],
    ["without the sign of a hashtag", "#urgent", "urgent"],
    ["without its percent sign", "100%", "100 of them"],
    ["as a part of an amount", "$5", "it is $5.50"],
    ["without its currency", "5€", "5 of them"],
    ["as a part of an Arabic word", "عمل", "المعلم"],
    ["as a part of an emoji", "💻", "👨‍💻"],
    ["as a part of two flags", "🇪🇫", "🇩🇪🇫🇷"],
  ])("%s: %s", ([, keyword, text]) => {
    expect(finds(keyword, text)).toBe(false);
  });
});

test("a keyword needs a letter, a digit or an emoji", () => {
  expect(["c++", "1", "返", "🎉", "€", "++", "…"].map(isSearchable)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("hostile texts are read in time in proportion to their length", () => {
  const texts = [
    "+",
    "#",
    "_",
    ".",
    "c+",
    "_a",
    "\u200d",
    "👨‍",
    "\u0301",
    "$1",
    "$1.",
    "ال",
    "ά",
  ].map((part) => `ά${part.repeat(200_000 / part.length)}1`);
  const took = cpuTime(() => {
    for (const text of texts) readKeywordText(text);
  });
  expect(took).toBeLessThan(20_000);
});
