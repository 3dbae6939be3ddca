import fc from "fast-check";
import { expect, test } from "vitest";
import { assertDeclaredRaw } from "../support/declared-answers.ts";
import { apiRequest } from "../support/fuzz/api-requests.ts";
import { type OddRequest, sendRequest } from "../support/fuzz/http-requests.ts";
import { API_TOKEN } from "../support/fuzz/stage.ts";
import { doubling, startWeb, waiting } from "./start-web.ts";

/** Longer, and with other ones each time: `npm run fuzz -- --only http`. */
const REQUESTS = { seed: 20_261_130, numRuns: 1500 };

test("requests made from the OpenAPI document get answers that it has, and none that is the server's fault", async () => {
  await using web = await startWeb({ apiToken: API_TOKEN });
  for (const id of ["ask", "echo", "judge"])
    await web.engine.workflows.deploy(
      { ...doubling, id, trigger: { type: "webhook", path: `/webhooks/${id}`, public: true } },
      { by: "test" },
    );
  await web.engine.workflows.deploy({ ...waiting, id: "patience" }, { by: "test" });
  await web.engine.prompts.add({ name: "tone", text: "Is it kind?", by: "test" });
  const run = { workflowId: "patience", variables: {}, variableForm: "json" } as const;
  const { executionId } = await web.engine.executions.start({ ...run, trigger: { type: "api" } });

  const statuses = new Map<string, number>();
  // There is no model here.
  const asksModel = ({ head }: OddRequest): boolean => head.includes("/workflows/generate ");
  for (const request of fc.sample(apiRequest, REQUESTS)) {
    if (asksModel(request)) continue;
    const head = request.head.replaceAll(/\bRUN\b/g, executionId);
    const answer = await sendRequest(web.port, { ...request, head });
    assertDeclaredRaw(head, answer);
    const status = answer.slice(9, 12);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status.startsWith("5")) throw new Error(`${head}${answer}`);
  }

  // As many as are right, and as many as are refused: else nothing was tried.
  expect(statuses.get("200")).toBeGreaterThan(REQUESTS.numRuns / 5);
  expect(statuses.get("400")).toBeGreaterThan(REQUESTS.numRuns / 10);
});
