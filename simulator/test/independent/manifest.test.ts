import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import ajvFormats from "ajv-formats";
import { expect, test } from "vitest";
import { parseManifest } from "../../manifest.ts";
import { formProblems, ManifestError, readManifest, scopeProblems } from "../../read-manifest.ts";
import { sampleManifest } from "../support/sample-manifest.ts";

const SCHEMA = join(
  import.meta.dirname,
  "../fixtures/vendor/manifest-schema/manifest.schema.2.0.0.json",
);
const ajv = new Ajv({ strict: false });
ajvFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, "utf8")) as object);

const text = (size: number): string => "x".repeat(size);
const many = (count: number): string[] =>
  Array.from({ length: count }, (_none, index) => `x${index}`);
const command = { command: "/x", description: "x" };
const shortcut = { name: "x", type: "global", callback_id: "x", description: "x" };
const named = { display_information: { name: "x" } };
const about = (members: object) => ({ display_information: { name: "x", ...members } });
const featuring = (features: object) => ({ ...named, features });
const set = (settings: object) => ({ ...named, settings });
const subscribed = (members: object) => set({ event_subscriptions: members });
const scoped = (scopes: object) => ({ ...named, oauth_config: { scopes } });

/** What fits and what is just too much, by the member that it is about. */
const manifests: readonly (readonly [string, object])[] = [
  ["the sample", sampleManifest],
  ["nothing but a name", named],
  ["no name", {}],
  ["an unknown member", { ...named, unheard_of: 1 }],
  ["a name of 35", { display_information: { name: text(35) } }],
  ["a name of 36", { display_information: { name: text(36) } }],
  ["a description of 140", about({ description: text(140) })],
  ["a description of 141", about({ description: text(141) })],
  ["a long description of 174", about({ long_description: text(174) })],
  ["a long description of 175", about({ long_description: text(175) })],
  ["a long description of 4001", about({ long_description: text(4_001) })],
  ["a color of three letters", about({ background_color: "#ab" })],
  ["a command without a slash", featuring({ slash_commands: [{ ...command, command: "x" }] })],
  ["a command of 32", featuring({ slash_commands: [{ ...command, command: `/${text(31)}` }] })],
  ["a command of 33", featuring({ slash_commands: [{ ...command, command: `/${text(32)}` }] })],
  ["a command without a description", featuring({ slash_commands: [{ command: "/x" }] })],
  ["an empty list of commands", featuring({ slash_commands: [] })],
  ["50 commands", featuring({ slash_commands: many(50).map(() => command) })],
  ["51 commands", featuring({ slash_commands: many(51).map(() => command) })],
  ["an empty usage hint", featuring({ slash_commands: [{ ...command, usage_hint: "" }] })],
  ["a shortcut", featuring({ shortcuts: [shortcut] })],
  ["a shortcut's name of 25", featuring({ shortcuts: [{ ...shortcut, name: text(25) }] })],
  ["a shortcut of another type", featuring({ shortcuts: [{ ...shortcut, type: "channel" }] })],
  ["11 shortcuts", featuring({ shortcuts: many(11).map(() => shortcut) })],
  ["a bot without a name", featuring({ bot_user: {} })],
  ["a bot's name of 81", featuring({ bot_user: { display_name: text(81) } })],
  ["an agent's description of 301", featuring({ agent_view: { agent_description: text(301) } })],
  [
    "five prompts",
    featuring({
      agent_view: { suggested_prompts: many(5).map(() => ({ title: "x", message: "x" })) },
    }),
  ],
  ["an unknown feature", featuring({ sidebar: {} })],
  ["an unknown tab", featuring({ app_home: { about_tab_enabled: true } })],
  ["255 scopes", scoped({ bot: many(255) })],
  ["256 scopes", scoped({ bot: many(256) })],
  ["scopes of nobody", scoped({ team: [] })],
  ["100 events", subscribed({ bot_events: many(100) })],
  ["101 events", subscribed({ bot_events: many(101) })],
  ["an event named twice", subscribed({ bot_events: ["a", "a"] })],
  ["an event of 51", subscribed({ bot_events: [text(51)] })],
  [
    "21 kinds of metadata",
    subscribed({ metadata_subscriptions: many(21).map(() => ({ app_id: "A", event_type: "x" })) }),
  ],
  ["interactivity that says nothing", set({ interactivity: {} })],
  ["an address that is none", set({ interactivity: { is_enabled: true, request_url: "x" } })],
  ["flags as texts", set({ socket_mode_enabled: "true" })],
];

test.for(manifests)("Slack's schema and the simulator agree about %s", ([, manifest]) => {
  expect(formProblems(manifest).length === 0).toBe(validate(manifest));
});

test("a feature that is newer than the published schema is taken", () => {
  const manifest = featuring({ code_channels: { enabled: true } });

  expect(validate(manifest)).toBe(false);
  expect(formProblems(manifest)).toEqual([]);
});

test("a command of Slack's own is refused, although the schema does not say so", () => {
  for (const name of ["/status", "/me", "/join"]) {
    const manifest = featuring({ slash_commands: [{ ...command, command: name }] });
    expect(formProblems(manifest)).toEqual([
      "features.slash_commands.0.command: is a command of Slack's own",
    ]);
  }
});

test("an event and a command need their scopes", () => {
  const manifest = parseManifest({
    ...featuring({ slash_commands: [command] }),
    ...subscribed({ bot_events: ["message.im", "app_home_opened", "app_mention"] }),
    oauth_config: { scopes: { bot: ["app_mentions:read"] } },
  });

  expect(scopeProblems(manifest)).toEqual([
    "settings.event_subscriptions.bot_events: message.im needs the scope im:history",
    "features.slash_commands: needs the scope commands",
  ]);
});

test("a file that Slack would not take is refused with everything that is wrong", async () => {
  using dir = mkdtempDisposableSync(join(tmpdir(), "heddle-manifest-"));
  const path = join(dir.path, "manifest.yml");
  writeFileSync(path, "display_information: {}\nsettings: {socket_mode_enabled: maybe}\n");

  const reading = readManifest(path);

  await expect(reading).rejects.toBeInstanceOf(ManifestError);
  await expect(reading).rejects.toThrow(
    /display_information\.name.*settings\.socket_mode_enabled/s,
  );
});
