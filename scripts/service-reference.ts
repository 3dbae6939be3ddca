import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { offeredServices } from "./service-reference/offered-services.ts";
import { withServices } from "./service-reference/reference.ts";

/** `npm run service-reference`: writes the reference of `docs/services.md` anew from the services' schemas. */
const file = join(import.meta.dirname, "../docs/services.md");
await writeFile(file, withServices(await readFile(file, "utf8"), offeredServices()));
