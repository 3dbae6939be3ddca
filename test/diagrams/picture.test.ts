import { SaxesParser } from "saxes";
import { describe, expect, test } from "vitest";
import { type Diagram, toDiagram } from "../../src/diagrams/diagram.ts";
import { widthOf } from "../../src/diagrams/measure.ts";
import { toMermaid } from "../../src/diagrams/mermaid.ts";
import { toPng } from "../../src/diagrams/png.ts";
import { isDrawable, toSvg } from "../../src/diagrams/svg.ts";
import { Definition } from "../../src/engine/definition/schema.ts";
import { cpuTime } from "../support/cpu-time.ts";

// cspell:ignore العميل طلب (Arabic)
const HOSTILE = [
  '<script>alert("1")</script> & co',
  "طلب العميل الجديد",
  "👩‍👩‍👧‍👦 🇩🇪 deploy 🚀",
  "a".repeat(80),
  "日本語のとても長い名前のステップですよね、これは本当に長い",
  "]]> --> \u202E\u0000 #quot; `x`",
];

function diagramOf(steps: readonly object[]): Diagram {
  return toDiagram(Definition.parse({ id: "w", name: HOSTILE[0], steps }));
}

function hostileDiagram(): Diagram {
  return diagramOf(
    HOSTILE.map((name, index) => ({
      ...{ id: `s${index}`, type: "transform", name, config: { expression: "1" } },
      next: { [HOSTILE[index] ?? ""]: `s${(index + 1) % HOSTILE.length}`, default: "end" },
    })),
  );
}

/** Elements of a picture with their attributes; throws for what is no XML. */
function readSvg(svg: string) {
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) =>
    elements.push({ name, attributes: { ...attributes }, text: "" }),
  );
  parser.on("text", (text) => {
    const last = elements.at(-1);
    if (last) last.text += text;
  });
  parser.write(svg).close();
  return elements;
}

describe("a picture", () => {
  test("is well-formed whatever names hold, and nothing of them becomes markup", () => {
    const elements = readSvg(toSvg(hostileDiagram()));

    expect(new Set(elements.map(({ name }) => name))).toEqual(
      new Set(["svg", "title", "desc", "rect", "path", "text", "g", "circle"]),
    );
    expect(elements.some(({ text }) => text.includes("طلب العميل"))).toBe(true);
  });

  test("has a name and says all steps in words, for those who do not see it", () => {
    const [svg, title, description] = readSvg(toSvg(hostileDiagram()));

    expect(svg?.attributes).toMatchObject({
      role: "img",
      "aria-labelledby": "diagram-title diagram-desc",
    });
    expect(title?.text).toContain("Diagram of <script>");
    for (const name of ["طلب", "🚀", "日本語"]) expect(description?.text).toContain(name);
  });

  test("has no style, script or reference to anything outside", () => {
    expect(toSvg(hostileDiagram())).not.toMatch(/<style|<script|href=|style=|url\(|on\w+="/);
  });

  test("keeps every text within its width, however long a name is", () => {
    const elements = readSvg(toSvg(hostileDiagram()));
    const width = Number(elements[0]?.attributes["width"]);

    for (const { name, attributes, text } of elements) {
      if (name !== "text") continue;
      const size = widthOf(text, Number(attributes["font-size"]));
      const from =
        Number(attributes["x"]) - (attributes["text-anchor"] === "middle" ? size / 2 : 0);
      expect(from).toBeGreaterThanOrEqual(-16);
      expect(from + (attributes["text-anchor"] === "end" ? 0 : size)).toBeLessThanOrEqual(width);
    }
  });

  test("is the same for the same diagram, in light and dark with the same parts", () => {
    const diagram = hostileDiagram();
    const shape = (svg: string) =>
      readSvg(svg).map(({ name, attributes }) => [name, attributes["d"], attributes["x"]]);

    expect(toSvg(diagram)).toBe(toSvg(diagram));
    expect(shape(toSvg(diagram, { theme: "dark" }))).toEqual(shape(toSvg(diagram)));
  });
});

describe("a workflow of many steps", () => {
  /** Every step has ways to the next, far back, far on, and to the end. */
  const tangled = (count: number) =>
    diagramOf(
      Array.from({ length: count }, (_, index) => ({
        ...{ id: `s${index}`, type: "transform", config: { expression: "1" } },
        next: {
          on: index + 1 < count ? `s${index + 1}` : "end",
          back: `s${Math.max(0, index - 20)}`,
          far: `s${(index * 7) % count}`,
          default: "end",
        },
      })),
    );

  test("is drawn in bounded time with a head of any length", () => {
    const items = `{{variables.${"rows ".repeat(10_000)}}}`;
    const steps = [{ id: "x", type: "transform", config: { expression: "1" } }];
    const diagram = diagramOf([{ id: "each", type: "foreach", config: { items, steps } }]);
    let svg = "";

    expect(cpuTime(() => (svg = toSvg(diagram)))).toBeLessThan(1000);
    expect(svg).toMatch(/>for each of {{variables.rows[^<]*…</);
  });

  test.for([60, 61, 500])("is drawn in bounded time and size with %d of them", (count) => {
    let svg = "";
    const tookMs = cpuTime(() => {
      svg = toSvg(tangled(count));
    });

    expect(tookMs).toBeLessThan(5000);
    expect(svg.length).toBeLessThan(3_000_000);
    expect(svg.match(/data-place=/g)).toHaveLength(count);
  });

  test("is not drawn beyond 500, where its text has all of it", () => {
    const diagram = tangled(501);

    expect(isDrawable(diagram)).toBe(false);
    expect(() => toSvg(diagram)).toThrow("501 steps");
    expect(toMermaid(diagram).match(/^ {2}s\d+\[/gm)).toHaveLength(501);
  });
});

describe("a PNG", () => {
  test("is drawn with text in it, also on a machine without fonts", async () => {
    const png = await toPng(
      toSvg(diagramOf([{ id: "pay", type: "transform", config: { expression: "1" } }])),
    );
    const blank = await toPng(
      toSvg(diagramOf([{ id: "pay", type: "transform", config: { expression: "1" } }])).replaceAll(
        /<text.*<\/text>/g,
        "",
      ),
    );

    expect(png?.subarray(1, 4).toString()).toBe("PNG");
    expect(png?.length).toBeGreaterThan((blank?.length ?? 0) * 1.5);
  });

  test("is refused when nothing could be read in it", async () => {
    const svg = toSvg(hostileDiagram()).replace(
      /width="\d+" height="\d+"/,
      'width="60000" height="900"',
    );

    expect(await toPng(svg)).toBeNull();
  });
});

test("Mermaid gets names as text: nothing in them is its syntax", () => {
  const mermaid = toMermaid(hostileDiagram());

  expect(mermaid).toMatch(/^flowchart TD\n/);
  for (const line of mermaid.split("\n").slice(1)) {
    const quoted = [...line.matchAll(/"([^"]*)"/g)].map(([, text = ""]) =>
      text.replaceAll("<br/>", ""),
    );
    for (const text of quoted) expect(text).not.toMatch(/[<>`[\]{}|\\]|#(?!\d+;)/);
    expect(line.match(/"/g)?.length ?? 0).toBeLessThanOrEqual(2);
  }
});
