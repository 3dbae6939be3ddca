import { expect, test } from "vitest";
import { findExternalNames } from "../../../src/engine/definition/find-external-names.ts";
import { validateDefinition } from "../../../src/engine/definition/validation/validate.ts";
import { realRegistries } from "../../support/registries.ts";

const registries = realRegistries();

test("a definition's names outside are found wherever they stand in full", () => {
  const post = (id: string, channel: string) => ({
    id,
    type: "service",
    config: { service: "slack", channel, message: "Hello" },
  });
  const { definition, problems } = validateDefinition(
    {
      id: "w",
      name: "W",
      report: { channel: "#reports" },
      permissions: { run: ["@finance"], view: ["#general"] },
      triggers: [
        { type: "message", keywords: ["x"], channels: ["#help", "C0GENERAL"] },
        { type: "database-change", query: "select 1" },
      ],
      steps: [
        {
          id: "ask",
          type: "approval",
          config: { title: "?", channel: "#ask", approvers: ["@finance", "{{variables.boss}}"] },
          next: { approve: "all", reject: "end" },
        },
        {
          id: "all",
          type: "parallel",
          config: {
            branches: [
              { id: "a", steps: [post("p", "#branch"), post("q", "{{variables.room}}")] },
              {
                id: "b",
                steps: [
                  {
                    id: "each",
                    type: "foreach",
                    config: { items: "[1]", steps: [post("r", "U0BOB")] },
                  },
                ],
              },
            ],
          },
          next: "read",
        },
        {
          id: "read",
          type: "service",
          config: { service: "database", query: "select 1", connection: "crm" },
        },
      ],
    },
    registries,
  );
  expect(problems).toEqual([]);
  if (definition === null) return;

  const found = findExternalNames(definition, registries);

  expect(found.map(({ kind, name, path }) => `${path}: ${kind} ${name}`)).toEqual([
    "report.channel: channel #reports",
    "permissions.run[0]: permission @finance",
    "permissions.view[0]: permission #general",
    "triggers[0].channels[0]: channel #help",
    "triggers[0].channels[1]: channel C0GENERAL",
    "triggers[1].connection: connection default",
    "steps[0].config.channel: channel #ask",
    "steps[0].config.approvers[0]: approver @finance",
    "steps[1].config.branches[0].steps[0].config.channel: channel #branch",
    "steps[1].config.branches[1].steps[0].config.steps[0].config.channel: channel U0BOB",
    "steps[2].config.connection: connection crm",
  ]);
});

test.for([
  { type: "message", keywords: ["x"] },
  { type: "mention" },
  { type: "reaction", emoji: "eyes" },
  { type: "file-shared" },
  { type: "member-joined" },
])(
  "a trigger of type $type names its channels and people, to be checked at deployment",
  (trigger) => {
    const { definition } = validateDefinition(
      {
        ...{ id: "w", name: "W" },
        trigger: { ...trigger, channels: ["#help"], users: ["@finance"] },
        steps: [{ id: "one", type: "transform", config: { expression: "1" } }],
      },
      registries,
    );

    expect(definition && findExternalNames(definition, registries)).toEqual([
      { kind: "channel", name: "#help", path: "trigger.channels[0]" },
      { kind: "permission", name: "@finance", path: "trigger.users[0]" },
    ]);
  },
);
