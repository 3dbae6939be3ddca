import { describe, expect, test } from "vitest";
import { z } from "zod";
import { answerContent } from "../../simulator/model/answer.ts";
import { validateDefinition } from "../../src/engine/definition/validation/validate.ts";
import {
  firstMessages,
  repairDefinitionMessages,
} from "../../src/engine/drafts/generation-prompt.ts";
import { realRegistries } from "../support/registries.ts";

const DESCRIPTIONS = [
  "a workflow that asks @finance to approve purchases over $500 in #approvals",
  "workflow that needs two approvers from @finance for expenses above $5,000 in #approvals, within 3 days",
  "a workflow for time off requests: U0BOB approves, the result goes to #general",
  "a workflow where deploys need sign-off by U0ALICE and U0BOB in #oncall-alerts",
  "a workflow that sorts support tickets into billing, technical and other and posts them to #general",
  "workflow that classifies bug reports as low, medium, high or critical and posts them in #oncall-alerts",
  "a workflow that triages tickets: billing tickets go to #approvals, technical ones go to #oncall-alerts",
  'a workflow that posts "Stand-up in five minutes" to #general every weekday at 9:55',
  "a workflow that posts the lunch menu to #general every Friday at 11am",
  "a workflow that summarizes a long text and posts it to #general",
  'a workflow that, when a message in #general mentions "outage", posts a warning to #oncall-alerts',
  "a workflow that, when a webhook arrives at /webhooks/alerts, posts a note to #oncall-alerts",
  "a workflow that reminds everybody every 30 minutes in #general to drink water",
  "workflow",
  "a workflow that summarizes what a webhook sends and posts it in #general",
  "ein Workflow für Ünïcode → 💸 in #général",
];

/** The stand-in's answer to what the bot asks. */
function answer(messages: readonly { readonly role: string; readonly content: string }[]): unknown {
  return JSON.parse(
    answerContent({
      model: "gpt-4o-mini",
      messages: messages.map(({ role, content }) => ({ role, text: content })),
      maxTokens: undefined,
      format: { kind: "json_object" },
    }),
  );
}

/** @param answered - a definition, beside which the model may have notes to the person. */
function problemsOf(answered: unknown): readonly unknown[] {
  const { notes: _notes, ...definition } = z.looseObject({}).parse(answered);
  return validateDefinition(definition, realRegistries()).problems;
}

describe("the stand-in's workflow definitions", () => {
  test.for(DESCRIPTIONS)("are valid for: %s", (description) => {
    const definition = answer(firstMessages("workflow definition language", { description }));
    expect(problemsOf(definition)).toEqual([]);
  });

  test("take channels, groups, amounts and quorum from the description", () => {
    const definition = answer(firstMessages("", { description: DESCRIPTIONS[1] ?? "" }));
    const text = JSON.stringify(definition);
    expect(text).toContain('"approvers":["@finance"],"required":2,"timeout":"3d"');
    expect(text).toContain("variables.amount >= 5000");
    expect(text).toContain('"channel":"#approvals"');
  });

  test.for([
    ["when a message in #general mentions an outage, post a note to #oncall-alerts", '["outage"]'],
    ["when a message in #general says that the build is red, post it", '"pattern":"."'],
    ["summarize what is new and post it to #approvals every morning", '"id":"summarize"'],
    ["ask @finance for a decision about a purchase", '"type":"approval"'],
    [
      "rate feedback as positive or negative and post it",
      '"allowedValues":["positive","negative"]',
    ],
  ] as const)('take from "%s" what is meant', ([description, part]) => {
    expect(JSON.stringify(answer(firstMessages("", { description })))).toContain(part);
  });

  test.for([
    ["make it two approvers", '"required":2'],
    ["post to #oncall-alerts instead", '"channel":"#oncall-alerts"'],
    ["let U0BOB and U0CAROL decide", '"approvers":["U0BOB","U0CAROL"]'],
    ["call it big-purchases", '"id":"big-purchases"'],
    ["start it every Monday at 8:30", '"cron":"30 8 * * 1"'],
    ["only above $2k", "variables.amount >= 2000"],
  ])("follow a change: %s", ([wanted = "", part = ""]) => {
    const description = DESCRIPTIONS[0] ?? "";
    const earlier = answer(firstMessages("", { description })) as Record<string, string>;
    const definition = answer(firstMessages("", { description, change: { earlier, wanted } }));
    expect(JSON.stringify(definition)).toContain(part);
    expect(problemsOf(definition)).toEqual([]);
  });

  test("are whole and valid again after problems were fed back, with earlier changes kept", () => {
    const description = `${DESCRIPTIONS[0]}\nChange: make it two approvers`;
    const problems = [{ path: "steps", message: "is missing", fix: "Add steps." }];
    const definition = answer([
      ...firstMessages("", { description }),
      ...repairDefinitionMessages("{}", problems),
    ]);
    expect(problemsOf(definition)).toEqual([]);
    expect(JSON.stringify(definition)).toContain('"required":2');
  });
});
