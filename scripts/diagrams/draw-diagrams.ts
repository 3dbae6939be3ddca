import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toDiagram } from "../../src/diagrams/diagram.ts";
import { toSvg } from "../../src/diagrams/svg.ts";
import { Definition } from "../../src/engine/definition/schema.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Where the pictures of the documents are. */
export const PICTURES = join(ROOT, "docs/images/diagrams");

/** The pictures that `docs/diagrams.md` shows, by the names of their files: of the shipped workflows with the same names. */
export async function drawDiagrams(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(ROOT, "docs/diagrams.md"), "utf8");
  const names = [...text.matchAll(/images\/diagrams\/([\w-]+)\.svg/g)].map(([, name = ""]) => name);
  const pictures = await Promise.all(
    names.map(async (name) => {
      const source: unknown = JSON.parse(
        await readFile(join(ROOT, `workflows/${name}.json`), "utf8"),
      );
      return [`${name}.svg`, `${toSvg(toDiagram(Definition.parse(source)))}\n`] as const;
    }),
  );
  return new Map(pictures);
}
