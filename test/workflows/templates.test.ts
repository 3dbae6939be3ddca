import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TEMPLATES } from "../../src/engine/workflows/templates.ts";
import type { JsonObject } from "../../src/shared/json.ts";

const FOLDER = join(import.meta.dirname, "../../workflows");

/** Which shipped workflow each template is. */
const WORKFLOW_OF: Readonly<Record<string, string>> = {
  "content-moderation": "content-moderation",
  "data-enrichment": "lead-enrichment",
  "expense-approval": "expense-approval",
  "incident-response": "incident-response",
  "ticket-triage": "ticket-triage",
};

test("every template is a shipped workflow without id and webhook, so that the tests of one hold for the other", async () => {
  expect([...TEMPLATES.keys()]).toEqual(Object.keys(WORKFLOW_OF));
  for (const [id, template] of TEMPLATES) {
    const workflow = WORKFLOW_OF[id] ?? "";
    const text = await readFile(join(FOLDER, `${workflow}.json`), "utf8");
    const shipped = JSON.parse(text) as { readonly triggers: readonly JsonObject[] };
    // A path belongs to one workflow: a template that had one could not be deployed beside the workflow.
    const triggers = shipped.triggers.filter((trigger) => trigger["type"] !== "webhook");
    const what = `the template ${id} is not workflows/${workflow}.json without id and webhook`;
    expect({ id: workflow, ...template }, what).toEqual({ ...shipped, triggers });
  }
});
