import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { validateDefinition } from "../../../../src/engine/definition/validation/validate.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../src/shared/json.ts";
import { realRegistries } from "../../../support/registries.ts";

const registries = realRegistries();

function problemsOf(definition: Json): readonly string[] {
  const { problems } = validateDefinition(definition, registries);
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

function workflow(type: string, config: JsonObject, rest: JsonObject = {}): JsonObject {
  return { id: "w", name: "W", steps: [{ id: "a", type, config }], ...rest };
}

const MESSAGE: JsonObject = { service: "slack", channel: "#general", message: "Hello" };

/** A definition of each kind of step with every member that takes text. */
const SAMPLES: Readonly<Record<string, JsonObject>> = {
  "a message": workflow("service", {
    ...MESSAGE,
    threadTs: "1.2",
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: "x" }, block_id: "b" },
      { type: "header", text: { type: "plain_text", text: "x" } },
      { type: "markdown", text: "x" },
      { type: "image", image_url: "https://a.example/x.png", alt_text: "x" },
      {
        type: "actions",
        elements: [
          {
            type: "button",
            url: "https://a.example/",
            value: "v",
            action_id: "a",
            text: { type: "plain_text", text: "x" },
          },
        ],
      },
      {
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "x" }] }],
      },
    ],
  }),
  "an e-mail": workflow("service", {
    service: "email",
    to: "a@b.example",
    cc: ["c@b.example"],
    bcc: "d@b.example",
    subject: "x",
    text: "x",
    body: "<p>x</p>",
    attachments: [{ filename: "a.txt", content: "x", contentType: "text/plain" }],
  }),
  "an e-mail of a template": workflow("service", {
    service: "email",
    to: ["a@b.example"],
    template: "welcome",
    values: { name: "x", nested: { deep: ["x"] } },
  }),
  "a query": workflow("service", {
    service: "database",
    query: "SELECT $1",
    values: ["x", { y: "z" }],
    connection: "default",
  }),
  "a request": workflow("service", {
    service: "http",
    url: "https://a.example/x",
    method: "POST",
    headers: { "X-A": "x" },
    query: { a: "x", b: ["x"] },
    body: { a: { b: ["x"] } },
    timeout: "5s",
  }),
  "an approval": workflow(
    "approval",
    {},
    {
      steps: [
        {
          id: "a",
          name: "x",
          type: "approval",
          config: {
            channel: "#a",
            title: "x",
            message: "x",
            approvers: ["U1"],
            notify: ["U2"],
            exclude: ["U3"],
            choices: [
              { id: "yes", label: "Yes" },
              { id: "no", label: "No" },
            ],
            editable: { amount: { type: "text", label: "x", description: "x" } },
            timeout: "3h",
            remindAfter: "10m",
            escalateTo: ["U4"],
            escalateAfter: "1h",
            releases: [{ step: "b", when: "true" }],
          },
          next: { yes: "b", no: "end", expired: "end" },
        },
        { id: "b", type: "service", config: MESSAGE },
      ],
    },
  ),
  "a decision": workflow("ai-decision", {
    prompt: "x",
    model: "gpt-4o",
    fallbackModel: "gpt-4o-mini",
    outputFormat: "json",
    schema: { type: "object", description: "x", properties: { a: { const: "x" } } },
  }),
  "a transform": workflow("transform", { expression: "'x'" }),
  "a transform of several": workflow("transform", { set: { a: "'x'", b: "'y'" } }),
  "a wait": workflow("wait", { duration: "1h" }),
  "a wait for an event": workflow("wait", {
    event: "x",
    match: "true",
    timeout: "1h",
  }),
  "a child": workflow("workflow", { workflowId: "other", variables: { a: "x", b: { c: ["x"] } } }),
  "a loop": workflow("foreach", {
    items: "[1, 2]",
    as: "item",
    steps: [{ id: "b", type: "service", config: { ...MESSAGE, message: "{{variables.item}}" } }],
  }),
  branches: workflow("parallel", {
    branches: [
      { id: "l", steps: [{ id: "b", type: "service", config: MESSAGE }] },
      { id: "r", steps: [{ id: "c", type: "transform", config: { expression: "'x'" } }] },
    ],
  }),
  "a whole definition": workflow("service", MESSAGE, {
    description: "x",
    inputs: {
      amount: { type: "text", label: "x", description: "x", default: "x" },
    },
    output: "'x'",
    concurrency: { key: "x", limit: 1 },
    report: { channel: "#x" },
  }),
};

/** The paths of all texts of a value. */
function textsOf(value: Json, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value === "string") return [[...path]];
  if (Array.isArray(value))
    return value.flatMap((item: Json, index) => textsOf(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => textsOf(item, [...path, key]));
}

function replaced(value: Json, [key, ...rest]: readonly (string | number)[], text: string): Json {
  if (key === undefined) return text;
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === key ? replaced(item, rest, text) : item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === key ? replaced(item, rest, text) : item,
    ]),
  );
}

/** Where secrets may stand: everything else refuses them. */
const TAKE_SECRETS = /config\.(?:url|headers|query|body)\b/;

const ALL = [
  ...Object.entries(SAMPLES),
  ...readdirSync("workflows")
    .filter((name) => name.endsWith(".json"))
    .map((name): [string, JsonObject] => [
      name,
      JSON.parse(readFileSync(`workflows/${name}`, "utf8")) as JsonObject,
    ]),
].map(([name, sample]) => ({ name, sample }));

describe("a secret", () => {
  test.for(Object.entries(SAMPLES))("is missing in %s, which has no problem", ([, sample]) => {
    expect(problemsOf(sample)).toEqual([]);
  });

  test.for(ALL)(
    "is a problem in $name wherever it is no parameter of a request",
    ({ name, sample }) => {
      const wrong: string[] = [];
      for (const path of textsOf(sample)) {
        const isAllowed = TAKE_SECRETS.test(path.join(".")) && /request|lead-enrichment/.test(name);
        for (const text of ["{{secrets.KEY}}", "a {{ secrets.KEY }} b"]) {
          const hasProblem = problemsOf(replaced(sample, path, text)).length > 0;
          if (hasProblem === isAllowed) wrong.push(`${path.join(".")}: ${text}`);
        }
      }

      expect(wrong).toEqual([]);
    },
  );
});

describe("an expression", () => {
  test.for([
    "secrets.KEY",
    "secrets['KEY']",
    "secrets",
    "size(secrets)",
    "string(secrets)",
    "secrets.KEY.substring(0, 1)",
    "base64.encode(secrets.KEY)",
    "[1].map(i, secrets.KEY)",
    "[secrets].map(s, s.KEY)[0]",
    "has(secrets.KEY) ? 'a' : 'b'",
    "secrets.?KEY.orValue('x')",
    "{'a': secrets}.a.KEY",
    "variables.x == secrets.KEY",
    "true || secrets.KEY == 'x'",
    "secrets.KEY.startsWith('a')",
    "[1].exists(secrets, secrets == 1) && secrets.KEY == ''",
  ])("cannot read a secret: %s", (expression) => {
    const inputs = { x: { type: "text" } };
    const definitions = [
      workflow("transform", { expression }, { inputs }),
      workflow("service", MESSAGE, { inputs, output: expression }),
      workflow("wait", { event: "x", match: expression, timeout: "1h" }, { inputs }),
      workflow(
        "foreach",
        {
          items: `[${expression}]`,
          as: "item",
          steps: [{ id: "b", type: "service", config: MESSAGE }],
        },
        { inputs },
      ),
    ];

    for (const definition of definitions) expect(problemsOf(definition).join()).toMatch(/secret/);
  });
});
