import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTexts, type Text } from "./read-texts.ts";

/** A text with the source in which it stands, relative to the project's root. */
export interface PlacedText extends Text {
  readonly path: string;
}

/** Who reads the texts of a folder; the first that fits counts. */
const READERS = [
  [
    "What a model reads",
    /^src\/(bot\/conversation\/intents|engine\/(ai\/prompt|drafts\/(generation-prompt|language)))/,
  ],
  ["Slack: cards, dialogs and lists", /^src\/bot\/views\//],
  ["Slack: commands", /^src\/bot\/commands\//],
  ["Slack: what people say to the bot", /^src\/bot\/(conversation|drafts)\//],
  ["Slack: App Home", /^src\/bot\/home\//],
  ["Slack: clicks, forms and events", /^src\/(bot|slack)\//],
  ["HTTP", /^src\/web\//],
  ["Problems of definitions", /^src\/engine\/(definition|steps|triggers\/types|language)\//],
  ["What the engine refuses and reports", /^src\/engine\//],
  ["Services and models", /^src\/(services|adapters)\//],
  ["Values and errors of all", /^src\/shared\//],
] as const;

/** Who reads it, as a heading. */
export type Readers = (typeof READERS)[number][0];

/** All texts of the product by who reads them, in the order of {@link READERS}, paths and lines. */
export function readAllTexts(root: string): ReadonlyMap<Readers, readonly PlacedText[]> {
  const texts = globSync("src/{bot,slack,web,engine,services,shared,adapters/llm}/**/*.ts", {
    cwd: root,
  })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .flatMap((path) =>
      readTexts(path, readFileSync(join(root, path), "utf8")).map((text) => ({ ...text, path })),
    );
  return new Map(
    READERS.map(([readers]) => [readers, texts.filter(({ path }) => readersOf(path) === readers)]),
  );
}

function readersOf(path: string): Readers {
  const found = READERS.find(([, folder]) => folder.test(path));
  if (found === undefined) throw new Error(`no readers are known for the texts of ${path}`);
  return found[0];
}
