import type { JsonObject } from "../../../shared/json.ts";
import contentModeration from "./content-moderation.json" with { type: "json" };
import dataEnrichment from "./data-enrichment.json" with { type: "json" };
import expenseApproval from "./expense-approval.json" with { type: "json" };
import incidentResponse from "./incident-response.json" with { type: "json" };
import ticketTriage from "./ticket-triage.json" with { type: "json" };

/** The built-in templates by id: whole definitions that lack only id and version. No folder setting touches them. */
export const TEMPLATES: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ["content-moderation", contentModeration],
  ["data-enrichment", dataEnrichment],
  ["expense-approval", expenseApproval],
  ["incident-response", incidentResponse],
  ["ticket-triage", ticketTriage],
]);
