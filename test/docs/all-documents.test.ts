import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const INDEX = "docs/README.md";
const files = [
  ...globSync("*.md", { cwd: ROOT }),
  ...globSync("{docs,examples}/**/*.md", { cwd: ROOT }),
].sort();

/** The lines that no example takes up. */
function proseOf(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "");
}

function blocksOf(text: string, language: string): readonly string[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"));
  return [...blocks].map(([, source = ""]) => source);
}

/** The ids that GitHub gives headings: lower case, without signs, blanks as hyphens, `-1` for the second of a name. */
function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ""] of proseOf(text).matchAll(/^#{1,6} +(.+)$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return anchors;
}

function linksOf(text: string): readonly string[] {
  const bare = proseOf(text).replaceAll(/`[^`\n]*`/g, "");
  return [...bare.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

describe.each(files)("%s", (file) => {
  const text = readFileSync(join(ROOT, file), "utf8");

  test("links to what there is", () => {
    for (const target of linksOf(text).filter((one) => !/^[a-z]+:/.test(one))) {
      const [path = "", anchor] = target.split("#");
      const there = path === "" ? join(ROOT, file) : join(ROOT, dirname(file), path);
      expect(existsSync(there), `${target} is not there`).toBe(true);
      if (anchor === undefined || !there.endsWith(".md")) continue;
      const anchors = anchorsOf(readFileSync(there, "utf8"));
      expect(anchors.has(anchor), `${target} has no such heading`).toBe(true);
    }
  });

  test("has examples in JSON that can be read, alone or as members of an object", () => {
    for (const source of blocksOf(text, "json"))
      expect(() => JSON.parse(/^\s*"/.test(source) ? `{${source}}` : source), source).not.toThrow();
  });

  test("names commands that package.json has", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const own = ["test", "start"];
    for (const [, name = ""] of text.matchAll(/\bnpm run ([a-z][a-z0-9:-]*[a-z0-9])/g))
      expect([...Object.keys(scripts), ...own], `npm run ${name}`).toContain(name);
  });

  test("names files of ours that are where it says", () => {
    for (const [path = ""] of proseOf(text).matchAll(
      /(?<=`)(?:src|test|scripts|bench|simulator|deploy)\/[\w./-]+\.(?:ts|cjs|json|md|yml)(?=`)/g,
    ))
      expect(existsSync(join(ROOT, path)), `${path} is not there`).toBe(true);
  });
});

test("the index of the documents names each of them", () => {
  const named = linksOf(readFileSync(join(ROOT, INDEX), "utf8")).map((target) =>
    join("docs", target.split("#")[0] ?? ""),
  );
  const left = files.filter(
    (file) => relative("docs", dirname(file)) === "" && file !== INDEX && !named.includes(file),
  );
  expect(left).toEqual([]);
});
