import { AppError } from "../../shared/errors.ts";
import { type Json, type JsonObject, readOwn } from "../../shared/json.ts";
import { parseRetryAfter } from "../../shared/network-error.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { beginningOf } from "../../shared/shorten.ts";
import { valueAt } from "../answer-path.ts";
import type { ConnectorAction } from "./connector-file.ts";

/** What the other side answered. */
export interface ConnectorAnswer {
  readonly status: number;
  readonly data: Json;
  readonly headers: JsonObject;
}

const MAX_SAID = 200;

/** The statuses from 400 that an action has something to say about. */
export function statusesOf({ done, retry = [], look }: ConnectorAction, isLook: boolean): number[] {
  const named = [
    ...(isLook ? (look?.absent ?? []) : (done?.status ?? [])),
    ...retry.flatMap(({ status = [] }) => status),
  ];
  return [...new Set(named.filter((status) => status >= 400))];
}

/**
 * Lets an answer pass that says that it is done.
 *
 * @param hide - masks secrets in what the service says, before it is cut.
 * @throws {AppError} `service_unavailable` for what may be different later, `service_rejected` for the rest.
 */
export function judgeAnswer(
  answer: ConnectorAnswer,
  { done, failed, retry = [] }: Pick<ConnectorAction, "done" | "failed" | "retry">,
  title: string,
  hide: (text: string) => string,
): void {
  const { status, data } = answer;
  const later = retry.find((one) => isLater(answer, one));
  if (later !== undefined) {
    throw new AppError({
      code: "service_unavailable",
      message: `${title} cannot do it now (status ${status})${detailOf(data, failed, hide)}`,
      retryable: true,
      details: { answered: status < 500 },
      ...omitUndefined({ retryAfterMs: waitOf(answer, later.until) ?? undefined }),
    });
  }
  const isFailed = failed !== undefined && isThere(valueAt(data, failed.path));
  const isDone = done === undefined ? status < 400 : done.status.includes(status);
  if (isDone && !isFailed) return;
  throw new AppError({
    code: "service_rejected",
    message: `${title} refused the request (status ${status})${detailOf(data, failed, hide)}`,
  });
}

function isLater(
  { status, data, headers }: ConnectorAnswer,
  { status: statuses, header, where }: NonNullable<ConnectorAction["retry"]>[number],
): boolean {
  if (statuses !== undefined && !statuses.includes(status)) return false;
  if (header !== undefined) {
    const value = readOwn(headers, header.name.toLowerCase());
    if (value === undefined || (header.equals !== undefined && value !== header.equals))
      return false;
  }
  return where === undefined || valueAt(data, where.path) === where.equals;
}

/** Milliseconds to wait, a day at most; `null`: the service does not say. */
function waitOf({ headers }: ConnectorAnswer, until: string | undefined): number | null {
  const now = Date.now();
  const after = readOwn(headers, "retry-after");
  if (typeof after === "string") return parseRetryAfter(after, now);
  const at = until === undefined ? NaN : Number(readOwn(headers, until.toLowerCase()));
  return parseRetryAfter(String(Math.max(0, at - now / 1000)), now);
}

function isThere(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  return !Array.isArray(value) || value.length > 0;
}

/** What the service says of it, to stand at the end of a message; empty if it says nothing. */
function detailOf(
  data: Json,
  failed: ConnectorAction["failed"],
  hide: (text: string) => string,
): string {
  const said = hide(saidIn(data, failed?.message)).replaceAll(/\s+/g, " ").trim();
  return said === "" ? "" : `: ${beginningOf(said, MAX_SAID)}`;
}

function saidIn(data: Json, path: string | undefined): string {
  const said = path === undefined ? undefined : valueAt(data, path);
  if (typeof said === "string") return said;
  return typeof data === "string" ? data : JSON.stringify(data ?? "");
}
