import { expect, test } from "vitest";
import { toText } from "../../simulator/json.ts";
import { assertDeclaredRaw } from "../support/declared-answers.ts";
import { apiRequest } from "../support/fuzz/api-requests.ts";
import { assertForPeople } from "../support/fuzz/for-people.ts";
import { FUZZ_TIMEOUT_MS, fuzz } from "../support/fuzz/fuzz.ts";
import { type OddRequest, oddRequest, sendRequest } from "../support/fuzz/http-requests.ts";
import { Stage } from "../support/fuzz/stage.ts";
import { STAGE_WORKFLOWS } from "../support/fuzz/stage-workflows.ts";

/** Codes with which a status of 500 or more is documented: the operator or another system is at fault. */
const OTHERS_FAULT =
  /"code":"(?:model_\w+|budget_exhausted|generation_failed|service_\w+|slack_\w+|store_\w+)"/;

function assertAnswer(head: string, answer: string): void {
  const [, status = ""] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? [];
  if (Number(status) >= 500 && !OTHERS_FAULT.test(answer))
    throw new Error(`The server is at fault: ${answer.slice(0, 3000)}`);
  assertForPeople(answer);
  assertDeclaredRaw(head, answer);
}

test("no request makes the server fail, or give an answer that its document does not have", {
  timeout: FUZZ_TIMEOUT_MS,
}, async () => {
  await using stage = await Stage.open({ mode: "socket", definitions: STAGE_WORKFLOWS });
  const port = Number(new URL(stage.url).port);
  const started = await stage.call("POST", "/api/workflows/ask/execute", {});
  const run = toText(started["executionId"]) ?? "";
  expect(run).toMatch(/^exec_/);
  const attempt = async (request: OddRequest): Promise<void> => {
    const head = request.head.replaceAll(/\bRUN\b/g, run);
    assertAnswer(head, await sendRequest(port, { ...request, head }));
    stage.assertSound();
  };

  await fuzz("http by the document", apiRequest, attempt, { share: 0.5 });
  await fuzz("http", oddRequest, attempt, { share: 0.5 });

  await stage.call("POST", "/api/resume", {});
  await stage.finish();
});
