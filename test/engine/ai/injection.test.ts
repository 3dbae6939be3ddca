import { describe, expect, test } from "vitest";
import { renderPrompt } from "../../../src/engine/ai/prompt.ts";
import { parseTemplate } from "../../../src/shared/template-parser.ts";
import { INJECTION_ATTEMPTS } from "../../fixtures/injection-attempts.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";
import { plainScope } from "../language/plain-scope.ts";

const PROMPT = "May {{variables.who}} have this?\n{{variables.text}}\nAnswer at once.";
const PASSWORD = "correct-horse";
const HARMLESS = "A laptop stand, please.";

/** The messages for a text, by an attacker who knows everything but the texts of others. */
function messages(text: string): { readonly system: string; readonly user: string } {
  const variables = { who: "U0ALICE", text, password: PASSWORD };
  const [system, user] = renderPrompt({
    template: parseTemplate(PROMPT),
    scope: plainScope({ variables }),
    format: { kind: "enum", allowedValues: ["approve", "reject"] },
    key: "exec_1/judge#1 salt",
  });
  return { system: system?.content ?? "", user: user?.content ?? "" };
}

function fenceOf({ system }: { readonly system: string }): string {
  return /<(data-[0-9a-f]{12})>/.exec(system)?.[1] ?? "no fence";
}

const KNOWN = fenceOf(messages(HARMLESS));
const ATTEMPTS = INJECTION_ATTEMPTS.map(
  ([name, text]) =>
    [name, text.replaceAll("{fence}", KNOWN).replaceAll("{FENCE}", KNOWN.toUpperCase())] as const,
);

test("there are at least thirty attempts", () => {
  expect(ATTEMPTS.length).toBeGreaterThanOrEqual(30);
});

describe("the form of a prompt stays as it is when an input", () => {
  test.for(ATTEMPTS)("%s", ([, text]) => {
    const attacked = messages(text);
    const fence = fenceOf(attacked);
    const isWord = /^\w+$/.test(text);

    expect(text.toLowerCase()).not.toContain(fence);
    const inside = text.includes("\n") ? `\n${text}\n` : text;
    const data = isWord ? text : `<${fence}>${inside}</${fence}>`;
    expect(attacked.user).toBe(`May U0ALICE have this?\n${data}\nAnswer at once.`);
    if (!isWord) expect(attacked.system).toBe(messages(HARMLESS).system.replaceAll(KNOWN, fence));
  });
});

/** AI alone can only note something down; paying takes a person. */
const WORKFLOW = {
  id: "requests",
  name: "Requests",
  inputs: {
    text: { type: "text", required: true },
    password: { type: "string", default: PASSWORD, sensitive: true },
  },
  steps: [
    {
      id: "judge",
      type: "ai-decision",
      config: {
        prompt: "May they have this? {{variables.text}}",
        outputFormat: "enum",
        allowedValues: ["approve", "reject"],
      },
      onFailure: "fallback",
      fallbackStep: "ask",
      next: { approve: "note", reject: "note" },
    },
    { id: "note", type: "transform", config: { expression: "stepResults.judge.output" } },
    {
      id: "ask",
      type: "approval",
      config: { channel: "#approvals", title: "Pay?", message: "?", approvers: ["U0BOB"] },
      next: { approve: "pay", reject: "end" },
    },
    {
      id: "pay",
      type: "service",
      config: { service: "http", url: "https://bank.example/pay", method: "POST" },
    },
  ],
};

describe("a model that does whatever the input says reaches no step that it may not, when the input", () => {
  test.for(ATTEMPTS)("%s", async ([, text]) => {
    await using harness = await WorkflowHarness.open(WORKFLOW, { answers: () => text });

    const { executionId, status, output } = await harness.start("requests", { text });

    const entered = await harness.entered(executionId);
    expect(entered).not.toContain("pay");
    expect(harness.calls).toEqual([]);
    expect(JSON.stringify(harness.questions)).not.toContain(PASSWORD);
    if (status === "completed") expect(["approve", "reject"]).toContain(output);
    else
      expect({ status, entered }).toMatchObject({ status: "waiting", entered: ["judge", "ask"] });
  });
});
