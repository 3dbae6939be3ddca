import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { JsonObject } from "../../simulator/json.ts";
import type { TestBot } from "./bot.ts";

/** A file that a person uploads to Slack. @returns its id. */
export async function upload(
  bot: TestBot,
  user: string,
  name: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<string> {
  const url = `${bot.simulator.url}/sim/file?user=${user}&name=${name}`;
  const sent: unknown = await (await fetch(url, { method: "POST", body })).json();
  return String(Object(Object(sent)["file"])["id"]);
}

/** The manifest of an app that may read files, and upload some if it has that scope, too. */
export async function readingManifest(...more: readonly string[]): Promise<JsonObject> {
  const manifest = parse(await readFile("manifest.yml", "utf8")) as JsonObject;
  Object(manifest).oauth_config.scopes.bot.push("files:read", ...more);
  return manifest;
}
