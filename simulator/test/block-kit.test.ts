import { describe, expect, test } from "vitest";
import { validateBlocks } from "../block-kit/validate-blocks.ts";
import { validateView } from "../block-kit/validate-view.ts";
import type { JsonObject } from "../json.ts";

const plain = (length: number): JsonObject => ({ type: "plain_text", text: "x".repeat(length) });
const mrkdwn = (length: number): JsonObject => ({ type: "mrkdwn", text: "x".repeat(length) });
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_none, index) => make(index));
const button = (extra: JsonObject = {}): JsonObject => ({
  type: "button",
  text: plain(4),
  ...extra,
});
const actions = (...elements: readonly JsonObject[]): JsonObject => ({ type: "actions", elements });
const option = (value: string, extra: JsonObject = {}): JsonObject => ({
  text: plain(4),
  value,
  ...extra,
});
const asked = { title: plain(1), text: plain(1), confirm: plain(1), deny: plain(1) };
const select = (extra: JsonObject): JsonObject =>
  actions({ type: "static_select", options: [option("a")], ...extra });
const input = (element: JsonObject, extra: JsonObject = {}): JsonObject => ({
  type: "input",
  label: plain(4),
  element,
  ...extra,
});
const section = (extra: JsonObject): JsonObject => ({ type: "section", ...extra });

/** What fits exactly, what is just too much, and where Slack says so. */
const limits: readonly (readonly [string, (size: number) => JsonObject, number, string])[] = [
  ["header text", (n) => ({ type: "header", text: plain(n) }), 150, "/text/text"],
  ["section text", (n) => section({ text: mrkdwn(n) }), 3_000, "/text/text"],
  ["section fields", (n) => section({ fields: many(n, () => mrkdwn(1)) }), 10, "/fields"],
  ["a section field", (n) => section({ fields: [mrkdwn(n)] }), 2_000, "/fields/0/text"],
  [
    "context elements",
    (n) => ({ type: "context", elements: many(n, () => mrkdwn(1)) }),
    10,
    "/elements",
  ],
  ["actions elements", (n) => actions(...many(n, () => button())), 25, "/elements"],
  ["button text", (n) => actions(button({ text: plain(n) })), 75, "/elements/0/text/text"],
  ["button value", (n) => actions(button({ value: "x".repeat(n) })), 2_000, "/elements/0/value"],
  [
    "button url",
    (n) => actions(button({ url: `https://${"x".repeat(n - 8)}` })),
    3_000,
    "/elements/0/url",
  ],
  [
    "accessibility label",
    (n) => actions(button({ accessibility_label: "x".repeat(n) })),
    75,
    "/elements/0/accessibility_label",
  ],
  ["action id", (n) => actions(button({ action_id: "x".repeat(n) })), 255, "/elements/0/action_id"],
  ["block id", (n) => ({ type: "divider", block_id: "x".repeat(n) }), 255, "/block_id"],
  [
    "confirm title",
    (n) =>
      actions(
        button({ confirm: { title: plain(n), text: plain(1), confirm: plain(1), deny: plain(1) } }),
      ),
    100,
    "/elements/0/confirm/title/text",
  ],
  [
    "confirm text",
    (n) => actions(button({ confirm: { ...asked, text: mrkdwn(n) } })),
    300,
    "/elements/0/confirm/text/text",
  ],
  [
    "confirm button",
    (n) => actions(button({ confirm: { ...asked, confirm: plain(n) } })),
    30,
    "/elements/0/confirm/confirm/text",
  ],
  [
    "options",
    (n) => select({ options: many(n, (index) => option(`${index}`)) }),
    100,
    "/elements/0/options",
  ],
  [
    "option text",
    (n) => select({ options: [option("a", { text: plain(n) })] }),
    75,
    "/elements/0/options/0/text/text",
  ],
  [
    "option value",
    (n) => select({ options: [option("x".repeat(n))] }),
    150,
    "/elements/0/options/0/value",
  ],
  [
    "option description",
    (n) => select({ options: [option("a", { description: plain(n) })] }),
    75,
    "/elements/0/options/0/description/text",
  ],
  ["placeholder", (n) => select({ placeholder: plain(n) }), 150, "/elements/0/placeholder/text"],
  [
    "overflow options",
    (n) => actions({ type: "overflow", options: many(n, (index) => option(`${index}`)) }),
    5,
    "/elements/0/options",
  ],
  [
    "radio buttons",
    (n) => actions({ type: "radio_buttons", options: many(n, (index) => option(`${index}`)) }),
    10,
    "/elements/0/options",
  ],
  [
    "input label",
    (n) => input({ type: "plain_text_input" }, { label: plain(n) }),
    2_000,
    "/label/text",
  ],
  [
    "input length",
    (n) => input({ type: "plain_text_input", max_length: n }),
    3_000,
    "/element/max_length",
  ],
  [
    "image alt text",
    (n) => ({ type: "image", image_url: "https://x.y/z", alt_text: "x".repeat(n) }),
    2_000,
    "/alt_text",
  ],
  ["markdown text", (n) => ({ type: "markdown", text: "x".repeat(n) }), 12_000, "/text"],
  [
    "table rows",
    (n) => ({ type: "table", rows: many(n, () => [{ type: "raw_text", text: "" }]) }),
    100,
    "/rows",
  ],
  [
    "table columns",
    (n) => ({ type: "table", rows: [many(n, () => ({ type: "raw_text", text: "x" }))] }),
    20,
    "/rows/0",
  ],
  [
    "data table rows",
    (n) => ({
      type: "data_table",
      caption: "x",
      rows: many(n, () => [{ type: "raw_text", text: "x" }]),
    }),
    101,
    "/rows",
  ],
  [
    "chart segments",
    (n) => ({
      type: "data_visualization",
      title: "x",
      chart: { type: "pie", segments: many(n, (index) => ({ label: `${index}`, value: 1 })) },
    }),
    12,
    "/chart/segments",
  ],
  [
    "chart series",
    (n) => ({
      type: "data_visualization",
      title: "x",
      chart: {
        type: "line",
        series: many(n, (index) => ({ name: `${index}`, data: [{ label: "a", value: 1 }] })),
        axis_config: { categories: ["a"] },
      },
    }),
    12,
    "/chart/series",
  ],
  ["card body", (n) => ({ type: "card", body: mrkdwn(n) }), 200, "/body/text"],
  [
    "carousel cards",
    (n) => ({ type: "carousel", elements: many(n, () => ({ type: "card", title: mrkdwn(1) })) }),
    10,
    "/elements",
  ],
  [
    "context actions",
    (n) => ({
      type: "context_actions",
      elements: many(n, () => ({ type: "icon_button", icon: "trash", text: plain(1) })),
    }),
    5,
    "/elements",
  ],
];

describe("the limit of", () => {
  test.for(limits)("%s", ([, make, max, pointer]) => {
    expect(validateBlocks([make(max)], "message", "/blocks")).toEqual([]);
    expect(
      validateBlocks([make(max + 1)], "message", "/blocks").map((problem) => problem.pointer),
    ).toContain(`/blocks/0${pointer}`);
  });

  test("blocks in a message and in a view", () => {
    const dividers = (count: number) => many(count, () => ({ type: "divider" }));

    expect(validateBlocks(dividers(50), "message", "/blocks")).toEqual([]);
    expect(validateBlocks(dividers(51), "message", "/blocks")).toMatchObject([
      { message: "no more than 50 items allowed", pointer: "/blocks" },
    ]);
    expect(validateBlocks(dividers(100), "home", "/blocks")).toEqual([]);
    expect(validateBlocks(dividers(101), "home", "/blocks")).toHaveLength(1);
  });
});

const refused: readonly (readonly [string, unknown])[] = [
  ["an unknown block", { type: "banner" }],
  ["a block without a type", { text: plain(1) }],
  ["an unknown element", actions({ type: "slider" })],
  ["an element in the wrong block", actions({ type: "plain_text_input" })],
  ["an empty text", section({ text: plain(0) })],
  ["a section without text and fields", section({})],
  ["mrkdwn in a header", { type: "header", text: mrkdwn(4) }],
  ["mrkdwn in a button", actions(button({ text: mrkdwn(4) }))],
  ["an unknown style", actions(button({ style: "warning" }))],
  ["a member that does not exist", actions(button({ tint: "red" }))],
  ["actions without elements", actions()],
  [
    "a menu with options and groups",
    select({ option_groups: [{ label: plain(1), options: [option("a")] }] }),
  ],
  ["an initial option that is not offered", select({ initial_option: option("b") })],
  [
    "the same action id twice in a block",
    actions(button({ action_id: "a" }), button({ action_id: "a" })),
  ],
  [
    "an image with two sources",
    { type: "image", alt_text: "x", image_url: "https://x.y/z", slack_file: { id: "F1" } },
  ],
  [
    "a file reference by id and url",
    { type: "image", alt_text: "x", slack_file: { id: "F1", url: "https://x.y/z" } },
  ],
  ["an address that is none", actions(button({ url: "example" }))],
  ["a file input in a message", input({ type: "file_input" })],
  ["an alert in a message", { type: "alert", text: plain(4) }],
];

test.for(refused)("a message refuses %s", ([, block]) => {
  expect(validateBlocks([block], "message", "/blocks")).not.toEqual([]);
});

test("a message refuses the same block id twice, two tables and too much markdown in all", () => {
  const table = { type: "table", rows: [[{ type: "raw_text", text: "x" }]] };
  const markdown = { type: "markdown", text: "x".repeat(7_000) };
  const twice = [
    [
      { type: "divider", block_id: "a" },
      { type: "divider", block_id: "a" },
    ],
    [table, table],
    [markdown, markdown],
    [{ type: "table", rows: many(6, () => [{ type: "raw_text", text: "x".repeat(2_000) }]) }],
  ];

  for (const blocks of twice) expect(validateBlocks(blocks, "message", "/blocks")).toHaveLength(1);
});

test("Home takes a data table, and neither view a card or chart that it would not show", () => {
  const table = {
    type: "data_table",
    caption: "x",
    rows: many(2, () => [{ type: "raw_text", text: "x" }]),
  };
  const surfaces = (block: JsonObject) =>
    (["message", "home", "modal"] as const).filter(
      (surface) => validateBlocks([block], surface, "/blocks").length === 0,
    );

  expect(surfaces(table)).toEqual(["message", "home"]);
  expect(surfaces({ type: "card", title: mrkdwn(1) })).toEqual(["message", "home"]);
  expect(
    surfaces({
      type: "container",
      title: plain(1),
      child_blocks: [{ type: "divider" }],
    }),
  ).toEqual(["message"]);
});

test.for(["markdown", "table", "context_actions", "plan"])("no view takes a %s block", (type) => {
  for (const surface of ["home", "modal"] as const) {
    expect(validateBlocks([{ type }], surface, "/view/blocks").map((one) => one.message)).toContain(
      `unsupported type: ${type}`,
    );
  }
});

describe("a modal", () => {
  const modal = (extra: JsonObject = {}): JsonObject => ({
    type: "modal",
    title: plain(4),
    submit: plain(4),
    blocks: [input({ type: "plain_text_input" })],
    ...extra,
  });

  test("with everything it needs is accepted", () => {
    expect(validateView(modal(), "modal")).toEqual([]);
  });

  test.for([
    ["title", modal({ title: plain(25) }), "/view/title/text"],
    ["submit", modal({ submit: plain(25) }), "/view/submit/text"],
    ["close", modal({ close: plain(25) }), "/view/close/text"],
    ["private_metadata", modal({ private_metadata: "x".repeat(3_001) }), "/view/private_metadata"],
    ["callback_id", modal({ callback_id: "x".repeat(256) }), "/view/callback_id"],
    ["inputs without submit", modal({ submit: undefined }), "/view/submit"],
    ["another type", modal({ type: "home" }), "/view/type"],
  ] as const)("is refused for its %s", ([, view, pointer]) => {
    const given: unknown = JSON.parse(JSON.stringify(view));

    expect(validateView(given as JsonObject, "modal").map((problem) => problem.pointer)).toContain(
      pointer,
    );
  });
});
