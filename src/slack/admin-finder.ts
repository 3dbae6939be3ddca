import type { UsersListResponse, WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { type Clock, pause } from "../engine/ports/clock.ts";
import type { KeyValueStore } from "../engine/ports/store.ts";
import { readNumber, readOwn } from "../shared/json.ts";
import { toSlackFailure } from "./errors.ts";

export interface AdminFinderOptions {
  /** User ids of the configuration. */
  readonly configured: readonly string[];
  readonly client: Pick<WebClient, "users">;
  /** Where what was found is remembered; absent: only in this process. */
  readonly kv?: Pick<KeyValueStore, "get" | "set">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whom notices for the operator go to. */
export type FindAdmins = () => Promise<readonly string[]>;

const KEY = "slack-admins";
/** Owners change rarely; a month later they are looked for again. */
const REMEMBERED_MS = 30 * 86_400_000;
/** Slack's advice for `users.list`: https://docs.slack.dev/reference/methods/users.list */
const PAGE = 200;
/** So many people are read at most: 20 pages a minute is what Slack allows. */
const MAX_PAGES = 250;
/** A notice waits so long for a search that began before it. */
const PATIENCE_MS = 10_000;
/** If the primary owner is not found. */
const MOST = 3;

/**
 * Finds the admins of the configuration. If there are none: the workspace's primary owner, whom every workspace has; if that one does not
 * show, up to three of its owners and admins. Slack has no method for that, so the people are read page by page, once a month.
 *
 * Resolves to an empty list while they are still being looked for in a large workspace. Never rejects.
 */
export function createAdminFinder(options: AdminFinderOptions): FindAdmins {
  const { configured, kv, clock, logger } = options;
  let found: Promise<readonly string[]> | null = null;

  async function find(): Promise<readonly string[]> {
    const remembered = readRemembered(await kv?.get(KEY), clock.now());
    if (remembered !== null) return remembered;
    const ids = await searchAdmins(options);
    await kv?.set(KEY, { ids: [...ids], at: clock.now() });
    logger.info({ admins: ids }, "ADMINS is empty: notices go to the workspace's primary owner");
    return ids;
  }

  return async () => {
    if (configured.length > 0) return configured;
    found ??= find().catch((error: unknown) => {
      logger.warn({ err: error }, "could not find the owners of the workspace; set ADMINS");
      found = null;
      return [];
    });
    return Promise.race([found, pause(clock, PATIENCE_MS).then(() => [])]);
  };
}

function readRemembered(value: unknown, now: number): readonly string[] | null {
  const ids = readOwn(value, "ids");
  const at = readNumber(value, "at");
  if (!Array.isArray(ids) || at === null || now - at > REMEMBERED_MS) return null;
  return ids.filter((id) => typeof id === "string");
}

type Member = NonNullable<UsersListResponse["members"]>[number];

/** @throws what the Web API client throws. */
async function searchAdmins(options: AdminFinderOptions): Promise<readonly string[]> {
  const owners: Member[] = [];
  const admins: Member[] = [];
  let cursor = "";
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const answer = await readPage(options, cursor);
    const people = (answer.members ?? []).filter(isActive);
    const primary = people.find((one) => one.is_primary_owner === true)?.id;
    if (primary !== undefined) return [primary];
    owners.push(...people.filter((one) => one.is_owner === true));
    admins.push(...people.filter((one) => one.is_owner !== true && one.is_admin === true));
    cursor = answer.response_metadata?.next_cursor ?? "";
    if (cursor === "") break;
  }
  return [...owners, ...admins].slice(0, MOST).flatMap(({ id }) => id ?? []);
}

/** Waits as long as Slack asks to. */
async function readPage(
  { client, clock }: AdminFinderOptions,
  cursor: string,
): Promise<UsersListResponse> {
  for (;;) {
    try {
      return await client.users.list({ limit: PAGE, ...(cursor !== "" && { cursor }) });
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind !== "limited") throw error;
      await pause(clock, failure.retryAfterMs);
    }
  }
}

function isActive({ deleted, is_bot: isBot, id }: Member): boolean {
  return deleted !== true && isBot !== true && id !== "USLACKBOT";
}
