import parse from "nodemailer/lib/addressparser";
import { describe, expect, test } from "vitest";
import { addressPlace } from "../../../src/shared/places/address-place.ts";
import { fillPlace, fillText } from "../../support/fill-place.ts";

const NAMES = [
  "Doe, Jane",
  'Jane "JD" Doe',
  "Jane <eve@evil.example>",
  "Jane>, eve@evil.example",
  '", eve@evil.example, "',
  '" <eve@evil.example>, "',
  "\\",
  '\\"',
  "eve@evil.example",
  "Team: eve@evil.example;",
  "(comment)",
  "a;b",
  "Zoë Ünal",
  "日本語",
  "Jane\r\nBcc: eve@evil.example",
  "Jane\tDoe",
  "'",
  "=?utf-8?q?x?=",
  "{{secrets.KEY}}",
  "O'Brien & Sons",
];

test.for(NAMES)("the name %j adds no address", (name) => {
  for (const text of ["{{variables.v}} <ann@a.example>", '"{{variables.v}}" <ann@a.example>']) {
    const filled = fillText(addressPlace, text, { v: name });
    const found = parse(filled, { flatten: true });

    expect(found.map(({ address }) => address)).toEqual(["ann@a.example"]);
    expect(found[0]?.name.replaceAll("{{'{{'}}", "{{")).toBe(name.replaceAll(/[\r\n\t]+/g, " "));
  }
});

describe("what fills a place of its own", () => {
  test.for<[string, string]>([
    ["ann@a.example", "ann@a.example"],
    ["  ann@a.example ", "ann@a.example"],
    ["<ann@a.example>", "ann@a.example"],
    ["Ann <ann@a.example>", '"Ann" <ann@a.example>'],
    ["Doe, Jane <jane@a.example>", '"Doe, Jane" <jane@a.example>'],
    ['"Doe, Jane" <jane@a.example>', '"Doe, Jane" <jane@a.example>'],
    [
      String.raw`"Jane \"JD\" Doe" <jane@a.example>`,
      String.raw`"Jane \"JD\" Doe" <jane@a.example>`,
    ],
    ["ann+tag@a.example", "ann+tag@a.example"],
    ["zoë@bücher.example", "zoë@bücher.example"],
    ["", ""],
  ])("is one address: %j", ([given, address]) => {
    expect(fillPlace(addressPlace, "{{variables.v}}", { v: given })).toBe(address);
    expect(fillPlace(addressPlace, "ops@a.example, {{variables.v}}", { v: given })).toBe(
      `ops@a.example, ${address}`,
    );
  });

  test.for([
    "ann@a.example, eve@evil.example",
    "ann@a.example; eve@evil.example",
    "ann@a.example eve@evil.example",
    "ann@a.example\neve@evil.example",
    "ann@a.example,",
    "ann@a.example, Eve <eve@evil.example>",
    "<ann@a.example> <eve@evil.example>",
    "Ann <ann@a.example>, <eve@evil.example>",
    "Ann <ann@a.example,eve@evil.example>",
    "team: ann@a.example, eve@evil.example;",
    "ann@a.example (eve@evil.example)",
    '"ann"@a.example',
    "Ann\r\nBcc: eve <ann@a.example>",
    "ann@a.example>",
  ])("is never two, nor anything else: %j", (given) => {
    for (const text of [
      "{{variables.v}}",
      "ops@a.example, {{variables.v}}",
      "{{variables.v}},ops@a.example",
      "ops@a.example; {{variables.v}}",
    ]) {
      expect(fillPlace(addressPlace, text, { v: given })).toContain(
        "{{variables.v}} gives something other than one e-mail address",
      );
    }
  });

  test("may be a list, of which each item is one", () => {
    const list = (...v: string[]) => fillPlace(addressPlace, "{{variables.v}}", { v });

    expect(list("ann@a.example", "Doe, Bob <bob@a.example>")).toEqual([
      "ann@a.example",
      '"Doe, Bob" <bob@a.example>',
    ]);
    expect(list("ann@a.example, eve@evil.example")).toMatch(/^refused/);
  });
});

test.for(["ann@a.example, eve", "ann> <eve", "ann eve", "a;b", 'a"b', "a\nb", "(a)", "a:b"])(
  "a part of an address holds nothing else: %j",
  (v) => {
    for (const text of [
      "{{variables.v}}@a.example",
      "Ann <{{variables.v}}>",
      "Ann <{{variables.v}}@a.example>",
    ]) {
      expect(fillPlace(addressPlace, text, { v })).toContain("stands in an e-mail address");
    }
  },
);

test("several templates each have their place", () => {
  const variables = { name: "Doe, Jane", mail: "jane@a.example", user: "bob" };
  const text =
    "{{variables.name}} <{{variables.mail}}>, {{variables.user}}@a.example,{{variables.mail}}";

  expect(fillPlace(addressPlace, text, variables)).toBe(
    '"Doe, Jane" <jane@a.example>, bob@a.example,jane@a.example',
  );
});
