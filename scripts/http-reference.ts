import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withReference } from "./http-reference/reference.ts";

/** `npm run http-reference`: writes the reference of `docs/http.md` anew from the endpoints. */
const file = join(import.meta.dirname, "../docs/http.md");
await writeFile(file, withReference(await readFile(file, "utf8")));
