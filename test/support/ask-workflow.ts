import type { JsonObject } from "../../src/shared/json.ts";

export const APPROVALS = "C0APPROVALS";

/** Choices of which the second asks for a comment, if the person likes. */
export const EXPLAINED = [
  { id: "approve", label: "Approve", style: "primary" },
  { id: "reject", label: "Reject", style: "danger", comment: "optional" },
];

/** A workflow `ask` that only asks @finance in #approvals. @param config - changes to the approval. */
export function askWorkflow(config: JsonObject = {}, parts: JsonObject = {}): JsonObject {
  return {
    id: "ask",
    name: "Ask",
    steps: [
      {
        id: "approve",
        type: "approval",
        config: { channel: "#approvals", title: "Shall we?", approvers: ["@finance"], ...config },
        next: { approve: "done", reject: "done" },
      },
      {
        id: "done",
        type: "transform",
        config: { expression: "stepResults.approve.output.decision" },
        next: "end",
      },
    ],
    ...parts,
  };
}
