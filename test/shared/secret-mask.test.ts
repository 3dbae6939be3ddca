import { describe, expect, test } from "vitest";
import type { Json } from "../../src/shared/json.ts";
import { createSecretMask } from "../../src/shared/secret-mask.ts";
import { cpuTime } from "../support/cpu-time.ts";

const PLAIN = "sk-live-4f9a81c2d7";
/** With everything in it that any syntax escapes. */
const ODD = 'pa/ss+w&rd "q" ä€😀%41\\x <b>';
const mask = createSecretMask([PLAIN, ODD]);

const toHex = (text: string): string => Buffer.from(text).toString("hex");
const toBase64 = (text: string): string => Buffer.from(text).toString("base64");
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const escaped = (text: string, write: (code: string) => string): string =>
  text.replaceAll(/[^]/g, (one) => write(one.charCodeAt(0).toString(16).padStart(4, "0")));

const WRITTEN: readonly (readonly [string, (secret: string) => string])[] = [
  ["as it is", (secret) => secret],
  ["in capitals", (secret) => secret.toUpperCase()],
  ["in JSON", inJson],
  ["in JSON within JSON within JSON", (secret) => inJson(inJson(inJson(secret)))],
  ["in JSON with every character escaped", (secret) => escaped(secret, (hex) => `\\u${hex}`)],
  ["in JSON with escaped slashes", (secret) => inJson(secret).replaceAll("/", "\\/")],
  ["in a URL", encodeURIComponent],
  [
    "in a URL with small digits",
    (secret) => encodeURIComponent(secret).replaceAll(/%../g, (one) => one.toLowerCase()),
  ],
  ["in a form", (secret) => new URLSearchParams({ a: secret }).toString().slice(2)],
  [
    "in a URL with every byte encoded",
    (secret) => toHex(secret).replaceAll(/../g, (one) => `%${one}`),
  ],
  ["in a URL within a URL", (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ["in a URL within JSON", (secret) => inJson(encodeURIComponent(secret))],
  ["in JSON within a URL", (secret) => encodeURIComponent(inJson(secret))],
  [
    "in HTML",
    (secret) =>
      secret
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;"),
  ],
  [
    "in HTML by numbers",
    (secret) => secret.replaceAll(/[^a-z]/gu, (one) => `&#${one.codePointAt(0)};`),
  ],
  [
    "in HTML by hexadecimal numbers",
    (secret) =>
      Array.from(secret)
        .map((one) => `&#x${one.codePointAt(0)?.toString(16)};`)
        .join(""),
  ],
  ["in hexadecimal", toHex],
  ["in hexadecimal capitals", (secret) => toHex(secret).toUpperCase()],
  ["in hexadecimal with colons", (secret) => toHex(secret).replaceAll(/..(?=.)/g, "$&:")],
  ["in hexadecimal with blanks", (secret) => toHex(secret).replaceAll(/..(?=.)/g, "$& ")],
  ["in base64", toBase64],
  ["in base64 after one byte", (secret) => toBase64(`u${secret}`)],
  ["in base64 after two bytes", (secret) => toBase64(`u:${secret}`)],
  ["in base64 within a longer text", (secret) => toBase64(`{"user":"a","key":"${secret}","b":1}`)],
  ["in base64url", (secret) => Buffer.from(`u:${secret}`).toString("base64url")],
  ["in base64 within a URL", (secret) => encodeURIComponent(toBase64(`??>${secret}`))],
  ["in base64 of many lines", (secret) => toBase64(secret).replaceAll(/.{10}/g, "$&\r\n")],
  ["over several lines", (secret) => `${secret.slice(0, 5)}\n  ${secret.slice(5)}`],
];

describe.for(WRITTEN)("a secret that is written %s", ([, write]) => {
  test.for([PLAIN, ODD])("is hidden in a text, and what is around it stays: %s", (secret) => {
    const text = mask.text(`[before] ${write(secret)} [after]`);

    expect(text).toMatch(/^\[before\] /);
    expect(text).toContain("[secret]");
    expect(text).toMatch(/ \[after\]$/);
    expect(text.length).toBeLessThan(80);
    expect(mask.json({ a: [{ b: write(secret) }] })).not.toEqual({ a: [{ b: write(secret) }] });
  });
});

describe("a secret that is split", () => {
  const [a, b, c] = [PLAIN.slice(0, 5), PLAIN.slice(5, 11), PLAIN.slice(11)] as [
    string,
    string,
    string,
  ];
  const S = "[secret]";
  test.for<[string, Json, Json]>([
    ["over texts of a list", [a, b, c, "x"], [S, S, S, "x"]],
    ["over its characters", Array.from(PLAIN), Array.from(PLAIN).map(() => S)],
    ["over members that follow", { x: 1, p: a, q: b, r: c }, { x: 1, p: S, q: S, r: S }],
    ["over nested members", [{ p: { q: a } }, [b], c], [{ p: { q: S } }, [S], S]],
    [
      "over one member of many objects",
      [a, b, c].map((part, index) => ({ index, part })),
      [0, 1, 2].map((index) => ({ index, part: S })),
    ],
    ["over a name and its text", { [a + b]: c }, { [S]: S }],
    ["over names", { [a]: true, [b]: null, [c]: false }, { [S]: false }],
    ["within longer texts", ["to " + a, b, c + ", ok"], ["to [secret]", S, "[secret], ok"]],
    ["in base64", [toBase64(PLAIN).slice(0, 9), toBase64(PLAIN).slice(9)], [S, S]],
  ])("%s is hidden", ([, value, shown]) => {
    expect(mask.json(value)).toEqual(shown);
  });

  test("over numbers is hidden, and so is a number that is one", () => {
    const digits = createSecretMask(["4929876543"]);

    expect(digits.json({ a: 4929876543, b: [49298, 76543], c: 49298 })).toEqual({
      a: "[secret]",
      b: ["[secret]", "[secret]"],
      c: 49298,
    });
  });
});

test("a part of a secret is none: who sends texts could otherwise find out sign by sign what it is", () => {
  const parts = Array.from(
    PLAIN,
    (_, index) => `${PLAIN.slice(0, index)}… ${PLAIN.slice(index + 1)}`,
  );

  expect(parts.map((part) => mask.text(part))).toEqual(parts);
});

test("what holds no secret is the same value", () => {
  const value = { a: ["%41", "\\u0041 &amp;", 1, null, true], b: { c: "sk-live-4f9a" } };

  expect(mask.json(value)).toBe(value);
  expect(createSecretMask(["short", ""]).json(["short"])).toEqual(["short"]);
});

test("no letter whose small form depends on its neighbors leads past the mask", () => {
  const greek = createSecretMask(["ΚΩΔΙΚΟΣΣ-ΜΥΣΤΙΚΟΣ"]);

  expect(greek.text("x ΚΩΔΙΚΟΣΣ-ΜΥΣΤΙΚΟΣ y")).toBe("x [secret] y");
  expect(greek.text("x κωδικοςς-μυστικος y")).toBe("x [secret] y");
  expect(createSecretMask(["𐐀𐐁𐐂𐐃İstanbul"]).text("a 𐐨𐐩𐐪𐐫İSTANBUL b")).toBe("a [secret] b");
});

test("names like those of the prototype stay data", () => {
  const value: Json = JSON.parse(`{"__proto__": "${PLAIN}", "constructor": 1}`);

  expect(JSON.stringify(mask.json(value))).toBe('{"__proto__":"[secret]","constructor":1}');
});

test.for<[string, Json]>([
  [
    "of rows",
    Array.from({ length: 8000 }, (_, id) => ({ id, name: `Ann ${id}`, t: "x".repeat(80) })),
  ],
  ["of base64", "QUJD".repeat(250_000)],
  ["of encoded characters", "%20%41".repeat(160_000)],
  ["of characters encoded over and over", "%2525252541".repeat(90_000)],
  ["of entities", "<p>a &amp; b</p>".repeat(60_000)],
  ["of small texts", Array.from({ length: 100_000 }, (_, index) => `x${index}`)],
  ["that is almost a secret", `${PLAIN.slice(0, -1)} `.repeat(55_000)],
  ["with one secret", `${"a".repeat(500_000)}${encodeURIComponent(ODD)}${"b".repeat(500_000)}`],
])("a megabyte %s is read in a moment for 20 secrets", ([, value]) => {
  const many = Array.from({ length: 19 }, (_, index) => toBase64(`secret number ${index} of many`));
  const large = createSecretMask([...many, PLAIN, ODD]);

  expect(cpuTime(() => void large.json(value))).toBeLessThan(1000);
});

test.for([
  ["sk-1234567890", 'key sk-1234567890, "sk-1234567890"', 'key [secret], "[secret]"'],
  [
    'with "quotes" and \\',
    'JSON: {"key":"with \\"quotes\\" and \\\\"}',
    'JSON: {"key":"[secret]"}',
  ],
  ["a.b*c+d(e)", "a.b*c+d(e) and aXbbbc", "[secret] and aXbbbc"],
])("the secret %s is blotted out", ([secret, text, shown]) => {
  expect(createSecretMask([secret ?? ""]).text(text ?? "")).toBe(shown);
});

test("of two secrets the longer one goes first, so that no rest of it stays", () => {
  expect(createSecretMask(["12345678", "1234567890ab"]).text("1234567890ab")).toBe("[secret]");
});

test("short values are words of everyday text and stay", () => {
  expect(createSecretMask(["admin", ""]).text("admin")).toBe("admin");
});

describe("a secret that programs write in further ways is found:", () => {
  const SECRET = 's3cr&t"/<p+wd=ü1';
  const bytes = Buffer.from(SECRET);
  const mask = createSecretMask([SECRET]);
  const base64 = (text: string, encoding: BufferEncoding = "utf8"): string =>
    Buffer.from(text, encoding).toString("base64");
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));

  test.for([
    ["base64 of base64", base64(base64(SECRET))],
    ["base64 of base64 of a longer text", base64(`Basic ${base64(`user:${SECRET}`)}!`)],
    ["base64 of UTF-16", base64(SECRET, "utf16le")],
    ["base64 of Latin-1", base64(SECRET, "latin1")],
    ["UTF-8 that was read as Latin-1", bytes.toString("latin1")],
    ["decomposed accents", SECRET.normalize("NFD")],
    ["letters with unseen characters between", Array.from(SECRET).join("\u200b")],
    ["letters with soft hyphens between", Array.from(SECRET).join("\u00ad")],
    ["bytes as a program escapes them", pairs.map((pair) => `\\x${pair}`).join("")],
    ["hexadecimal with hyphens", pairs.join("-").toUpperCase()],
    ["quoted-printable", 's3cr&t"/<p+wd=3D=C3=\r\n=BC1'.replace("=\r\n=BC", "=BC")],
    ["a list of bytes", JSON.stringify([...bytes])],
    [
      "URL within a URL within a URL",
      encodeURIComponent(encodeURIComponent(encodeURIComponent(SECRET))),
    ],
  ] as const)("%s", ([, written]) => {
    expect(mask.text(`before ${written} after`)).not.toContain(written.slice(4, -4));
    expect(mask.text(`before ${written} after`)).toContain("[secret]");
  });

  test("bytes that are the numbers of a list", () => {
    expect(JSON.stringify(mask.json({ data: [...bytes] }))).not.toContain("114,38,116");
  });
});
