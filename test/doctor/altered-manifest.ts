import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

/** The manifest of this project with other bot scopes. */
export async function manifestWith(
  change: (scopes: readonly string[]) => readonly string[],
): Promise<object> {
  const text = await readFile(join(import.meta.dirname, "../../manifest.yml"), "utf8");
  const manifest = parse(text) as { oauth_config: { scopes: { bot: string[] } } };
  const { scopes } = manifest.oauth_config;
  return { ...manifest, oauth_config: { scopes: { ...scopes, bot: change(scopes.bot) } } };
}
