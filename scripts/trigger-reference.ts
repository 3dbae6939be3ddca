import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readExamples } from "./trigger-reference/examples.ts";
import { offeredTriggers, withTriggers } from "./trigger-reference/reference.ts";

/** `npm run trigger-reference`: writes the reference of `docs/trigger-reference.md` anew from the triggers' schemas. */
const root = join(import.meta.dirname, "..");
const file = join(root, "docs/trigger-reference.md");
const examples = await readExamples(join(root, "examples"));
await writeFile(file, withTriggers(await readFile(file, "utf8"), offeredTriggers(), examples));
