import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Route, RouteResponse } from "../http/route.ts";
import { parseInput, queryObject, type WebRequest } from "../http/web-request.ts";

/** Records that are read at a time. */
const PAGE = 500;

const TIME = "must be a time such as 2026-01-31T09:00:00Z, or milliseconds since 1970";
const Time = z
  .string()
  .transform((text) => (/^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)))
  .refine((at) => Number.isFinite(at), TIME);

const Query = z.object({
  since: Time.optional(),
  until: Time.optional(),
  workflowId: z.string().optional(),
  executionId: z.string().optional(),
  actor: z.string().optional(),
});

const DAYS = "must be a whole number from 1 to 3660";
const FiguresQuery = z.object({
  days: z.coerce.number(DAYS).pipe(z.int(DAYS).min(1, DAYS).max(3660, DAYS)).default(30),
});

/** The record of who did what, as one JSON object a line, and how approvals were decided. For admins and the operator. */
export function auditRoutes(engine: Engine): readonly Route[] {
  return [
    { method: "GET", path: "/api/audit", handle: (request) => exportAudit(engine, request) },
    {
      method: "GET",
      path: "/api/approvals/figures",
      handle: async ({ query }) => {
        const { days } = parseInput(FiguresQuery, queryObject(query), "query");
        return { body: await engine.audit.figures(days, OPERATOR) };
      },
    },
  ];
}

async function exportAudit(engine: Engine, { query }: WebRequest): Promise<RouteResponse> {
  const filter = omitUndefined(parseInput(Query, queryObject(query), "query"));
  const read = (after?: string) =>
    engine.audit.list({ ...filter, limit: PAGE, ...omitUndefined({ after }) }, OPERATOR);
  // The first page is read before anything is sent: a refusal is an answer of its own.
  const first = await read();
  async function* pages(): AsyncGenerator<string> {
    let page = first;
    for (;;) {
      yield page.records
        .map(({ at, ...record }) => `${JSON.stringify({ ...record, at: iso(at) })}\n`)
        .join("");
      if (page.next === null) return;
      page = await read(page.next);
    }
  }
  return { parts: pages(), contentType: "application/x-ndjson; charset=utf-8" };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
