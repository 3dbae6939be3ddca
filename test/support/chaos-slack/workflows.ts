import type { JsonObject } from "../../../src/shared/json.ts";
import { announce, ask, type Outside, PATIENT, post } from "../chaos/steps.ts";

/** Purchases that people decide, in three rooms, and tickets that a message opens. */
export function createWorkflows(outside: Outside): readonly (JsonObject & { id: string })[] {
  return [
    purchase(outside, "buy-approvals", "#approvals"),
    purchase(outside, "buy-engineering", "#engineering"),
    purchase(outside, "buy-leads", "#leads"),
    ticket(outside),
  ];
}

function purchase(outside: Outside, id: string, channel: string): JsonObject & { id: string } {
  return {
    id,
    name: `Purchase ${channel}`,
    steps: [
      ask("ask", { channel }, { approve: "pay", reject: "regret" }),
      post(outside, "pay", "pay", { next: "paid" }),
      announce("paid", "paid", { next: "end" }),
      announce("regret", "rejected", { next: "end" }),
    ],
  };
}

function ticket({ effectsUrl }: Outside): JsonObject & { id: string } {
  return {
    id: "ticket",
    name: "Ticket",
    triggers: [{ type: "message", pattern: "^r\\d{4}$", channels: ["#support"] }],
    steps: [
      {
        id: "open",
        type: "service",
        config: {
          service: "http",
          action: "request",
          method: "POST",
          url: effectsUrl,
          body: { run: "{{variables.text}}", effect: "open" },
        },
        retryPolicy: PATIENT,
        next: "end",
      },
    ],
  };
}
