import type { JsonObject } from "../../src/shared/json.ts";

/** A workflow that waits for Bob, and whose runs are found by the customer they are for. */
export const ASKING: JsonObject = {
  id: "asking",
  name: "Asking",
  inputs: { customer: { type: "string", default: "none" } },
  labels: { customer: "{{variables.customer}}" },
  steps: [
    {
      id: "ask",
      type: "approval",
      config: { title: "Shall we?", approvers: ["U0BOB"] },
      next: { approve: "end", reject: "end" },
    },
  ],
};
