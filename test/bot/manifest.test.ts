import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import ajvFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  CALLBACK_IDS,
  COMMANDS,
  EVENT_SCOPES,
  EVENTS,
  METHOD_SCOPES,
  OPTIONAL_SCOPES,
} from "../../src/bot/ids.ts";

interface Manifest {
  readonly features: {
    readonly slash_commands: readonly { readonly command: string }[];
    readonly shortcuts: readonly { readonly callback_id: string; readonly name: string }[];
  };
  readonly oauth_config: {
    readonly scopes: { readonly bot: readonly string[]; readonly bot_optional: readonly string[] };
  };
  readonly settings: { readonly event_subscriptions: { readonly bot_events: readonly string[] } };
}

const ROOT = join(import.meta.dirname, "../..");
const manifest = parse(await readFile(join(ROOT, "manifest.yml"), "utf8")) as Manifest;

/** Text of every source file that calls the Web API. */
async function readCallers(): Promise<string> {
  const folders = ["src/bot", "src/slack", "src/services/slack"];
  const texts = folders.map(async (folder) => {
    const names = await readdir(join(ROOT, folder), { recursive: true }).catch(() => []);
    const files = names.filter((name) => name.endsWith(".ts") && name !== "ids.ts");
    return Promise.all(files.map((name) => readFile(join(ROOT, folder, name), "utf8")));
  });
  return (await Promise.all(texts)).flat().join("\n");
}

/** `client.chat.postMessage(` and the like, also over several lines. */
function calledMethods(source: string): string[] {
  const calls = source.matchAll(/\b[cC]lient\s*(?:\.\s*client\s*)?((?:\.\s*[a-z]\w*\s*)+)\(/g);
  const names = [...calls].map((call) => (call[1] ?? "").replaceAll(/\s/g, "").slice(1));
  return [...new Set(names)].filter((name) => name.includes(".")).sort();
}

describe("manifest.yml", () => {
  test("is valid against Slack's schema", async () => {
    const path = join(
      ROOT,
      "simulator/test/fixtures/vendor/manifest-schema/manifest.schema.2.0.0.json",
    );
    const ajv = new Ajv({ strict: false, allErrors: true });
    ajvFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(await readFile(path, "utf8")) as object);
    validate(manifest);
    expect(validate.errors ?? []).toEqual([]);
    // The schema really is at work.
    expect(validate({ ...manifest, features: { slash_commands: [{ command: "workflow" }] } })).toBe(
      false,
    );
  });

  test("declares the commands and events that have a listener, and no others", async () => {
    const source = await readCallers();
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual([...COMMANDS]);
    const { chooseWorkflow: _dialog, ...shortcuts } = CALLBACK_IDS;
    expect(manifest.features.shortcuts.map((one) => one.callback_id)).toEqual(
      Object.values(shortcuts),
    );
    expect([...manifest.settings.event_subscriptions.bot_events].sort()).toEqual(
      [...EVENTS].sort(),
    );
    const listened = [...source.matchAll(/app\.event\("([\w.]+)"/g)].map((match) => match[1]);
    expect(new Set(listened)).toEqual(new Set(EVENTS.map((event) => event.split(".")[0])));
  });

  test("names its shortcuts so that people can tell them apart", () => {
    const names = manifest.features.shortcuts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    // https://docs.slack.dev/reference/app-manifest: 24 characters.
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(24);
  });

  test("asks for the scopes of the methods that the code calls, and no others", async () => {
    const methods = calledMethods(await readCallers());
    expect(methods).toEqual(Object.keys(METHOD_SCOPES).sort());
    const all = new Set<string>([...Object.values(METHOD_SCOPES).flat(), ...EVENT_SCOPES]);
    const optional = new Set<string>(OPTIONAL_SCOPES);
    expect([...manifest.oauth_config.scopes.bot].sort()).toEqual(
      [...all.difference(optional)].sort(),
    );
    expect(optional.isSubsetOf(all)).toBe(true);
    expect(manifest.oauth_config.scopes.bot_optional).toEqual([...OPTIONAL_SCOPES]);
  });
});
