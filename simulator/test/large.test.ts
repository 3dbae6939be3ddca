import { expect, test } from "vitest";
import { toObjects } from "../json.ts";
import { Person } from "./support/person.ts";
import { sampleManifest } from "./support/sample-manifest.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const { bot } = sampleManifest.oauth_config.scopes;
const manifest = {
  ...sampleManifest,
  oauth_config: { scopes: { bot: [...bot, "groups:read"] } },
};
const openLarge = () => openSample({ size: "large", realistic: false, manifest });
const everywhere = "public_channel,private_channel";

type Client = ReturnType<typeof clientOf>;

/** All pages of a list of conversations. */
async function pages(client: Client, method: "list" | "users", limit: number, more: object = {}) {
  const all: {
    name?: string;
    is_archived?: boolean;
    is_private?: boolean;
    is_ext_shared?: boolean;
  }[][] = [];
  let cursor = "";
  do {
    const args = { types: everywhere, limit, cursor, ...more };
    const answer =
      method === "list"
        ? await client.conversations.list(args)
        : await client.users.conversations(args);
    all.push(answer.channels ?? []);
    cursor = answer.response_metadata?.next_cursor ?? "";
  } while (cursor !== "");
  return all;
}

test("a large workspace has thousands of channels and people, and is the same every time", async () => {
  await using one = await openLarge();
  await using other = await openLarge();
  const { directory } = one.workspace.state;

  const channels = directory.channels().filter((channel) => !channel.isIm);
  const people = directory.users().filter((user) => !user.isBot);
  expect(channels).toHaveLength(5_000);
  expect(new Set(channels.map((channel) => channel.name)).size).toBe(5_000);
  expect(people).toHaveLength(2_000);
  expect(new Set(people.map((user) => user.name)).size).toBe(2_000);
  expect(directory.usergroups()).toHaveLength(200);
  for (const kind of ["isGuest", "isDeleted", "isStranger", "isAdmin"] as const) {
    expect(people.filter((user) => user[kind] === true).length).toBeGreaterThan(5);
  }
  expect(other.workspace.state.directory.toData()).toEqual(directory.toData());
});

test("the app is in some dozens of channels of all kinds, also on the last page", async () => {
  await using simulator = await openLarge();
  const client = clientOf(simulator);

  const listed = await pages(client, "list", 200);
  const own = (await pages(client, "users", 999)).flat();

  expect(listed.length).toBeGreaterThan(20);
  expect(listed.at(-1)?.map((channel) => channel.name)).toContain("zzz-approvals");
  expect(own.map((channel) => channel.name)).toContain("zzz-approvals");
  expect(own.length).toBeGreaterThan(36);
  expect(own.length).toBeLessThan(100);
  for (const kind of ["is_archived", "is_private", "is_ext_shared"] as const) {
    expect(own.filter((channel) => channel[kind] === true).length).toBeGreaterThan(0);
  }
  expect(own[0]).not.toHaveProperty("is_member");
});

test("a page without archived channels is short, and a cursor follows", async () => {
  await using simulator = await openLarge();
  const client = clientOf(simulator);

  const [first = [], ...others] = await pages(client, "list", 200, { exclude_archived: true });

  expect(first.length).toBeLessThan(200);
  expect(others.length).toBeGreaterThan(20);
  expect([first, ...others].flat().some((channel) => channel.is_archived === true)).toBe(false);
  expect(await refusal(client.conversations.list({ limit: 1_001 }))).toMatchObject({
    error: "invalid_limit",
  });
  expect(await refusal(client.conversations.list({ types: "rooms" }))).toMatchObject({
    error: "invalid_types",
  });
});

test("a person's conversations are listed as far as the app may know of them", async () => {
  await using simulator = await openSample({ manifest, realistic: false });
  const client = clientOf(simulator);
  await new Person(simulator.url, "U0ALICE").act("channel", {
    name: "secret",
    members: ["U0BOB"],
    is_private: true,
  });

  const names = (await pages(client, "users", 100, { user: "U0BOB" }))
    .flat()
    .map((channel) => channel.name);

  expect(names).toEqual(expect.arrayContaining(["general", "random", "leads"]));
  expect(names).not.toContain("secret");
  expect(names).not.toContain("partner");
});

test("the simulator's own lists come in parts, and can be searched", async () => {
  await using simulator = await openLarge();
  const alice = new Person(simulator.url, "U0ALICE");

  const first = await alice.see("channels");
  const second = await alice.see("channels", { offset: "1000" });
  const found = await alice.see("channels", { search: "zzz-approvals" });

  expect(toObjects(first["channels"])).toHaveLength(1_000);
  expect(toObjects(second["channels"])[0]).not.toEqual(toObjects(first["channels"])[0]);
  expect(found).toMatchObject({ channels: [{ name: "zzz-approvals" }] });
  expect(found).not.toHaveProperty("next_offset");
});
