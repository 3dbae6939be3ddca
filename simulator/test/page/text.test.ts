import { describe, expect, test } from "vitest";

const modules = new URL("../../page/text/", import.meta.url);

type Parse = (source: string) => readonly object[];

/** The page's modules have no type declarations for programs outside the page. */
async function parserOf(file: string, name: string): Promise<Parse> {
  const module: Record<string, Parse> = await import(new URL(file, modules).href);
  const parse = module[name];
  if (parse === undefined) throw new Error(`${file} exports no ${name}.`);
  return parse;
}

/** One line for each block, with marks for what is formatted: short enough to compare by eye. */
function sketch(nodes: readonly object[]): string {
  return nodes.map((node) => sketchNode(node as Record<string, unknown>)).join("");
}

function sketchNode(node: Record<string, unknown>): string {
  const inside = Array.isArray(node["children"]) ? sketch(node["children"]) : "";
  switch (node["type"]) {
    case "text":
      return String(node["text"]);
    case "break":
      return "⏎";
    case "style":
      return `[${String(node["style"])} ${inside}]`;
    case "link":
      return `[link ${String(node["url"])} ${inside}]`;
    case "code":
    case "pre":
      return `[${node["type"]} ${String(node["text"])}]`;
    case "list": {
      const items = node["items"] as readonly { readonly blocks: readonly object[] }[];
      return `[${node["ordered"] === true ? "ol" : "ul"}${items.map((item) => ` (${sketch(item.blocks)})`).join("")}]`;
    }
    case "paragraph":
      return `{${inside}}`;
    default: {
      const { type, children: _children, ...facts } = node;
      const plain = Object.values(facts).filter((fact) => typeof fact !== "object");
      return `[${[String(type), ...plain, inside].filter((part) => part !== "").join(" ")}]`;
    }
  }
}

describe("mrkdwn", () => {
  test.for([
    ["*bold* _it_ ~no~ `code`", "{[bold bold] [italic it] [strike no] [code code]}"],
    ["snake_case_name 2*3*4", "{snake_case_name 2*3*4}"],
    ["*a _b_ c*", "{[bold a [italic b] c]}"],
    ["(*bold*), *bold*.", "{([bold bold]), [bold bold].}"],
    ["* not bold *", "{* not bold *}"],
    ["`*raw*`", "{[code *raw*]}"],
    ["```\na *b*\n```after", "[pre a *b*]{after}"],
    ["``` never closed", "{``` never closed}"],
    ["&gt; quoted\nplain", "[quote {quoted}]{plain}"],
    ["&gt;&gt;&gt; all\nof it", "[quote {all⏎of it}]"],
    ["• one\n• two", "[hanging • one][hanging • two]"],
    ["a\n\nb", "{a⏎⏎b}"],
    ["1 &lt; 2 &amp;&amp; 3 &gt; 2", "{1 < 2 && 3 > 2}"],
    [
      "<@U0BOB> <#C0GENERAL|general> <!subteam^S0FINANCE> <!here>",
      "{[user U0BOB] [channel C0GENERAL general] [group S0FINANCE] [broadcast here]}",
    ],
    [
      "<https://a.example/x?a=1&amp;b=2|the *page*>",
      "{[link https://a.example/x?a=1&b=2 the *page*]}",
    ],
    ["see https://a.example/x.", "{see [link https://a.example/x https://a.example/x].}"],
    ["<javascript:alert(1)|x>", "{<javascript:alert(1)|x>}"],
    [
      "<!date^1700000000^{date_num}^https://a.example|then>",
      "{[date 1700000000 {date_num} then https://a.example]}",
    ],
    [":tada: :no_such_name: 12:30:45", "{[emoji tada] :no_such_name: 12:30:45}"],
  ] as const)("%s", async ([source, expected]) => {
    const parse = await parserOf("mrkdwn.js", "parseMrkdwn");

    expect(sketch(parse(source))).toBe(expected);
  });
});

describe("Markdown", () => {
  test.for([
    ["# Title\ntext", "[heading 1 Title]{text}"],
    [
      "**b** *i* __b__ _i_ ~~s~~ `c`",
      "{[bold b] [italic i] [bold b] [italic i] [strike s] [code c]}",
    ],
    ["snake_case_name", "{snake_case_name}"],
    ["- a\n- b\n  - c\n\n- d", "[ul ({a}) ({b}[ul ({c})]) ({d})]"],
    ["1. a\n2. b\n- c", "[ol ({a}) ({b})][ul ({c})]"],
    ["```js\nx < 1\n```", "[pre x < 1]"],
    ["> q\n> r", "[quote {q⏎r}]"],
    [
      "[a](https://a.example) and https://b.example/x.",
      "{[link https://a.example a] and [link https://b.example/x https://b.example/x].}",
    ],
    ["\\*not\\*", "{*not*}"],
    ["---", "[rule]"],
    ["<@U0BOB> :tada:", "{[user U0BOB] [emoji tada]}"],
  ] as const)("%s", async ([source, expected]) => {
    const parse = await parserOf("markdown.js", "parseMarkdown");

    expect(sketch(parse(source))).toBe(expected);
  });

  test("a table keeps its columns' sides", async () => {
    const parse = await parserOf("markdown.js", "parseMarkdown");

    expect(parse("| a | b |\n|:-:|--:|\n| 1 | 2 |")).toMatchObject([
      { type: "table", align: ["center", "right"], header: true },
    ]);
  });
});
