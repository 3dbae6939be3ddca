import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawDiagrams, PICTURES } from "./diagrams/draw-diagrams.ts";

/** `npm run diagrams`: draws the pictures of shipped workflows for the documents anew. */
await mkdir(PICTURES, { recursive: true });
for (const [name, svg] of await drawDiagrams()) await writeFile(join(PICTURES, name), svg);
