import { resolve } from "node:path";
import { readAllTexts } from "./texts/read-all-texts.ts";

/**
 * `npm run texts`: all that the bot says, in one place: every text by who reads it, with the source in which it stands. To go
 * over the tone, to look for a word, to translate. What is filled in stands in braces.
 */
const groups = readAllTexts(resolve(import.meta.dirname, ".."));
for (const [readers, texts] of groups) {
  if (texts.length === 0) continue;
  console.log(`\n## ${readers} (${texts.length})\n`);
  for (const { path, line, text } of texts)
    console.log(`- ${path}:${line}  ${text.replaceAll(/\s*\n\s*/g, " ⏎ ")}`);
}
