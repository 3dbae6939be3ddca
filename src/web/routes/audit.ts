import type { Engine } from "../../engine/api/engine.ts";
import type { AuditPage } from "../../engine/ports/audit.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { auditEndpoints } from "../endpoints/records.ts";
import { type Route, route } from "../http/route.ts";

/** Records that are read at a time. */
const PAGE = 500;

/** The record of who did what, as one JSON object a line, and how approvals were decided. For admins and the operator. */
export function auditRoutes(engine: Engine): readonly Route[] {
  return [
    route(auditEndpoints.exportAudit)(async ({ query }, { by }) => {
      const filter = omitUndefined(query);
      const read = (after?: string) =>
        engine.audit.list({ ...filter, limit: PAGE, ...omitUndefined({ after }) }, by);
      // The first page is read before anything is sent: a refusal is an answer of its own.
      const parts = pagesFrom(await read(), read);
      return { parts, contentType: "application/x-ndjson; charset=utf-8" };
    }),
    route(auditEndpoints.approvalFigures)(async ({ query: { days } }, { by }) => ({
      body: await engine.audit.figures(days, by),
    })),
  ];
}

async function* pagesFrom(
  first: AuditPage,
  read: (after: string) => Promise<AuditPage>,
): AsyncGenerator<string> {
  let page = first;
  for (;;) {
    yield page.records
      .map(({ at, ...record }) => `${JSON.stringify({ ...record, at: iso(at) })}\n`)
      .join("");
    if (page.next === null) return;
    page = await read(page.next);
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
