import { describe, expect, test } from "vitest";
import { validateDefinition } from "../../../../src/engine/definition/validation/validate.ts";
import { realRegistries } from "../../../support/registries.ts";

const registries = realRegistries();

/** What an author reads, one line for each problem: `path: message. fix`. */
function read(definition: object): readonly string[] {
  const { problems } = validateDefinition(definition, registries);
  return problems.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`);
}

const message = { service: "slack", channel: "#general", message: "Hello" };

/** A workflow of one step. */
function step(type: string, config: object, rest: object = {}): object {
  return { id: "w", name: "W", steps: [{ id: "a", type, config, ...rest }] };
}

/** A workflow that posts, started by a trigger. */
function started(trigger: object): object {
  return { ...step("service", message), trigger };
}

/** A title, a definition, and everything that is said about it. */
type Row = readonly [string, object, ...string[]];

const check = ([, definition, ...lines]: Row): void => expect(read(definition)).toEqual(lines);

describe("calls of services", () => {
  test.for<Row>([
    [
      "an address that cannot be read, beside a secret",
      step("service", {
        ...{ service: "http", url: "{{", headers: { Authorization: "Bearer {{secrets.KEY}}" } },
      }),
      "steps[0].config.url: A {{ is not closed by }} in \"{{\" (character 3). A template holds a path alone, such as {{variables.amount}} or {{stepResults.check.output}}; calculate in a transform step, and write {{'{{'}} for two braces. Correct the template.",
    ],
    [
      "an unknown service",
      step("service", { service: "slak" }),
      'steps[0].config.service: there is no service "slak". Known services: slack, http, email, database, event. Did you mean "slack"?',
    ],
    [
      "an unknown action",
      step("service", { ...message, action: "sendMesage" }),
      'steps[0].config.action: the service slack has no action "sendMesage". Its actions: sendMessage, updateMessage, deleteMessage, addReaction, uploadFile, createChannel, inviteToChannel, archiveChannel, setTopic, getUser, lookupByEmail, listGroupMembers, readThread. Did you mean "sendMessage"?',
    ],
    [
      "a missing and an unknown parameter",
      step("service", { service: "slack", channel: "#general", text: "Hello" }),
      'steps[0].config.text: "text" is not a parameter of this action. Remove it. Known parameters: channel, message, markdown, blocks, threadTs, broadcast, visibleTo, sendAt.',
      'steps[0].config.message: "message" is missing. Add "message", or "markdown". With "blocks" it is what notifications show.',
    ],
    [
      "an unknown method, a status that is none, a URL that is none",
      step("service", { service: "http", method: "FETCH", url: "ftp://x", expectStatus: "ok" }),
      'steps[0].config.url: "url" is not right: a URL that begins with http:// or https://. Correct "url".',
      'steps[0].config.method: "method" is not right: one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS. Correct "method".',
      'steps[0].config.expectStatus: "expectStatus" is not right: a status such as 404, or a list of them. Correct "expectStatus".',
    ],
    [
      "an address that is none",
      step("service", { service: "email", to: "nobody" }),
      'steps[0].config.to: "to" is not right: an e-mail address such as ann@example.com, or a list of them. Correct "to".',
    ],
    [
      "a template in the text of a query",
      step("service", {
        service: "database",
        query: "select * from t where id = {{variables.id}}",
      }),
      'steps[0].config.query: "query" may not hold {{…}}. Write $1, $2 … in the query and the templates into "values", in order.',
    ],
    [
      "a secret in a message",
      step("service", { ...message, message: "{{secrets.KEY}}" }),
      'steps[0].config.message: "message" may not hold a secret. Remove {{secrets.…}}.',
    ],
  ])("%s", check);
});

describe("time and attempts", () => {
  test.for<Row>([
    [
      "no time at all",
      step("service", message, { timeoutMs: 0 }),
      'steps[0].timeoutMs: "timeoutMs" must be longer than 0. Change 0.',
    ],
    [
      "a time that nobody knows",
      step("service", message, { timeoutMs: "5 parsecs" }),
      'steps[0].timeoutMs: "timeoutMs" must be a number of milliseconds, or a number with a unit: 300ms, 5s, 10m, 2h, 30d (at most 3650d). Change "5 parsecs".',
    ],
    [
      "no attempt at all",
      step("service", message, { retryPolicy: { maxRetries: 0 } }),
      'steps[0].retryPolicy.maxRetries: "maxRetries" has to be at least 1. Give at least 1.',
    ],
    [
      "attempts of what is attempted once",
      step("wait", { duration: "1s" }, { retryPolicy: {}, onUnknown: "look" }),
      'steps[0].retryPolicy: "retryPolicy" means nothing for a step of type wait. Remove it. Only these are attempted again: ai-decision, service.',
      'steps[0].onUnknown: "onUnknown" means nothing for a step of type wait. Remove it. Only these are attempted again: ai-decision, service.',
    ],
    [
      "limits that nothing can keep",
      { ...step("service", message), limits: { maxCostUsd: -1, maxSteps: 0, timeout: "0s" } },
      'limits.maxCostUsd: "maxCostUsd" has to be at least 0. Give at least 0.',
      'limits.maxSteps: "maxSteps" has to be at least 1. Give at least 1.',
      'limits.timeout: "timeout" must be longer than 0. Change "0s".',
    ],
    [
      "durations that are none, and a template that reads what is not there",
      {
        id: "w",
        name: "W",
        steps: [
          { id: "a", type: "wait", config: { duration: "soon" }, next: "b" },
          { id: "b", type: "wait", config: { duration: "{{stepResults.c.output}}" } },
        ],
      },
      'steps[0].config.duration: "duration" must be a number of milliseconds, or a number with a unit: 300ms, 5s, 10m, 2h, 30d (at most 3650d). Change "soon".',
      'steps[1].config.duration: stepResults.c.output: there is no step "c". Steps are a, b. Did you mean "a"?',
    ],
    [
      "a wait without a time, and one with two",
      {
        id: "w",
        name: "W",
        steps: [
          { id: "a", type: "wait", config: {}, next: "b" },
          { id: "b", type: "wait", config: { until: "tomorrow" } },
        ],
      },
      'steps[0].config: nothing says how long to wait. Give "duration" (such as 2h), "until" (such as 2026-01-31T09:00:00Z) or "event", one of them.',
      'steps[1].config.until: "tomorrow" is no time with a zone. Write it as 2026-01-31T09:00:00Z or 2026-01-31T09:00:00+01:00, or use a template that gives such a time.',
    ],
  ])("%s", check);
});

describe("decisions of a model", () => {
  test.for<Row>([
    [
      "values to choose from that are missing, and a secret that a model would see",
      step("ai-decision", { prompt: "Use {{secrets.KEY}}", outputFormat: "enum" }),
      'steps[0].config.allowedValues: "allowedValues" is missing. List the values to choose from.',
      "steps[0].config.prompt: the secret KEY must not stand here: it would be stored, shown or sent to a model. Use {{secrets.NAME}} in the parameters of a service step alone.",
    ],
    [
      "an unknown format, and numbers out of bounds",
      step("ai-decision", { prompt: "x", outputFormat: "enm", temperature: 9, maxTokens: 0 }),
      'steps[0].config.outputFormat: "enm" is not possible for "outputFormat". Use one of enum, number, json, text, boolean. Did you mean "enum"?',
      'steps[0].config.temperature: "temperature" has to be at most 2. Give at most 2.',
      'steps[0].config.maxTokens: "maxTokens" has to be at least 1. Give at least 1.',
    ],
    [
      "a value without a route",
      step(
        "ai-decision",
        { prompt: "x", outputFormat: "enum", allowedValues: ["yes", "no"] },
        { next: { yes: "end" } },
      ),
      'steps[0].next.no: "no" has no route. Add "no" or "default" to "next".',
    ],
    [
      "doubt without a step for it",
      step("ai-decision", { prompt: "x", outputFormat: "boolean", minConfidence: 0.7 }),
      'steps[0].config.onLowConfidence: "onLowConfidence" is missing. Name the step for answers below "minConfidence".',
    ],
  ])("%s", check);
});

describe("approvals", () => {
  const routes = { approve: "end", reject: "end" };
  const asked = { title: "Pay?", approvers: ["@finance"] };

  test.for<Row>([
    [
      "a rejection and an expiry that are left to the default",
      step("approval", { ...asked, timeout: "1d" }, { next: { approve: "end", default: "end" } }),
      'steps[0].next.reject: "reject" has no route. Add "reject" to "next": the default does not serve it.',
      'steps[0].next.expired: "expired" has no route. Add "expired" to "next": the default does not serve it.',
    ],
    [
      "more decisions than people",
      step("approval", { ...asked, approvers: ["U0BOB"], required: 2 }, { next: routes }),
      "steps[0].config.required: 2 decisions are required of 1 approver. Lower required or name more approvers.",
    ],
    [
      "a choice that means something else",
      step(
        "approval",
        {
          ...asked,
          choices: [
            { id: "expired", label: "Too old" },
            { id: "ok", label: "Fine" },
          ],
        },
        { next: { ok: "end" } },
      ),
      'steps[0].config.choices[0].id: "expired" is reserved. Give each choice an id of its own; expired, default and end are taken.',
    ],
    [
      "nobody to ask, and no time",
      step("approval", { title: "Pay?", approvers: [], timeout: 0 }, { next: routes }),
      'steps[0].config.approvers: "approvers" has to have at least 1 element. Use at least 1 element.',
      'steps[0].config.timeout: "timeout" must be longer than 0. Change 0.',
    ],
    [
      "reminders and more people that come when the time is over",
      step(
        "approval",
        { ...asked, timeout: "1h", remindAfter: "1h", escalateTo: ["@board"] },
        { next: { ...routes, expired: "end" } },
      ),
      "steps[0].config.remindAfter: no one would be reminded: the request ends after 1 h. Make it shorter than timeout.",
      'steps[0].config.escalateAfter: no one else would be asked: the request ends after 1 h. Give an "escalateAfter" that is shorter than timeout.',
    ],
    [
      "more people without a time for it",
      step("approval", { ...asked, escalateTo: ["@board"] }, { next: routes }),
      'steps[0].config.escalateAfter: it is not known when more people are asked. Add "escalateAfter", such as "2d".',
    ],
    [
      "a time for more people without people",
      step("approval", { ...asked, escalateAfter: "2d" }, { next: routes }),
      'steps[0].config.escalateTo: "escalateTo" is missing. Name who may decide then, too.',
    ],
    [
      "a comment that is neither optional nor required",
      step(
        "approval",
        {
          ...asked,
          choices: [
            { id: "ok", label: "Fine" },
            { id: "no", label: "No", comment: "please" },
          ],
        },
        { next: { ok: "end", no: "end" } },
      ),
      'steps[0].config.choices[1].comment: "please" is not possible for "comment". Use one of optional, required.',
    ],
    [
      "fields to edit that nothing fills, and that nobody could fill in",
      {
        id: "w",
        name: "W",
        inputs: { amount: { type: "number" } },
        steps: [
          {
            id: "a",
            type: "approval",
            config: {
              ...asked,
              editable: { amuont: { type: "number" }, amount: { type: "select" } },
            },
            next: routes,
          },
        ],
      },
      'steps[0].config.editable.amount.options: "options" is missing. List what can be chosen: an input of type select needs it.',
      'steps[0].config.editable.amuont: variables.amuont: there is no such variable. Declare it in "inputs", or let a step write it with "outputVariable". Known: amount. Did you mean "amount"?',
    ],
    [
      "a limit of rounds where nothing comes back",
      step("approval", { ...asked, maxRounds: 3 }, { next: routes }),
      'steps[0].config.maxRounds: it limits nothing: no choice leads back to this step whatever happens. Route a choice to a step whose "next" leads to "a" again, or remove maxRounds.',
    ],
  ])("%s", check);
});

describe("expressions and templates", () => {
  const hyphen = (expression: string): object => ({
    id: "w",
    name: "W",
    steps: [
      { id: "check-it", type: "service", config: message, next: "a" },
      { id: "a", type: "transform", config: { expression }, next: { default: "end" } },
    ],
  });

  test.for<Row>([
    [
      "a hyphen that is read as a minus",
      hyphen("stepResults.check-it.output"),
      "steps[1].config.expression: stepResults.check-it is read as a subtraction, because of the hyphen. Write stepResults['check-it']. Correct the CEL expression.",
    ],
    ["the form for it", hyphen("stepResults['check-it'].output")],
    [
      "a clock",
      hyphen("now()"),
      "steps[1].config.expression: There is no now(). Expressions have no clock, so that a run can be repeated; timestamp(execution.startedAt) is when the run began. Correct the CEL expression.",
    ],
    [
      "a pattern that cannot be read",
      hyphen("variables.x.matches('(a+')"),
      "steps[1].config.expression: The pattern cannot be read: missing closing ): `(a+`. Look-around and back-references are not supported. Correct the CEL expression.",
    ],
    [
      "an expression that is too long",
      hyphen(`1${"+1".repeat(5000)}`),
      "steps[1].config.expression: An expression has at most 10000 characters; this one has 10001. Correct the CEL expression.",
    ],
    [
      "a value that no run has when it first comes there",
      {
        id: "w",
        name: "W",
        steps: [
          {
            id: "a",
            type: "service",
            config: { ...message, message: "{{stepResults.b.output}}" },
            next: "b",
          },
          { id: "b", type: "service", config: message, next: "a" },
        ],
      },
      'steps[0].config.message: "b" has never run when a run first comes to "a". Refer to an earlier step, or let a transform step before it give a value for the first time.',
    ],
    [
      "a template in a place that is the same for all runs",
      { ...step("service", message), report: { channel: "{{variables.room}}" } },
      'report.channel: "channel" may not hold {{…}}: all runs report there. Change "{{variables.room}}".',
    ],
  ])("%s", check);
});

describe("triggers", () => {
  test.for<Row>([
    [
      "a time that is none",
      started({ type: "schedule", cron: "61 * * * *" }),
      'trigger.cron: "61" is not possible for the minute. Minutes go from 0 to 59, such as 0, */15 or 0,30.',
    ],
    [
      "a step that is larger than its field",
      started({ type: "schedule", cron: "*/90 * * * *" }),
      'trigger.cron: "*/90" is a step of 90 minutes, but minutes are counted within an hour: only the first of them would be left. Use a trigger each for "0 0,3,6,9,12,15,18,21 * * *" and "30 1,4,7,10,13,16,19,22 * * *".',
    ],
    [
      "a zone that is none",
      started({ type: "schedule", cron: "0 9 * * 1", timezone: "Mars/One" }),
      'trigger.timezone: there is no time zone "Mars/One". Use an IANA name, such as Europe/Berlin or UTC.',
    ],
    [
      "every message",
      started({ type: "message" }),
      'trigger.keywords: every message would start the workflow. Give "keywords", a "pattern", or "mention": true. If every message is meant, "pattern": ".".',
    ],
    [
      "a path that is none",
      started({ type: "webhook", path: "/hooks/x" }),
      'trigger.path: "/hooks/x" is not a path of a webhook. Begin with /webhooks/ and use letters, digits, -, _, . and ~, such as /webhooks/support-ticket; a part may be a name behind a colon, such as /webhooks/shop/:store.',
    ],
    [
      "an event without a possible name",
      started({ type: "event", eventName: "invoice paid" }),
      'trigger.eventName: "eventName" must begin with a letter or digit and have at most 120 letters, digits, . : - and _. Change "invoice paid".',
    ],
    [
      "a look at a database all the time, with a template",
      started({ type: "database-change", query: "select {{x}}", pollIntervalMs: 1 }),
      "trigger.pollIntervalMs: a database is looked at every 1000 ms at most. Give 1000 or more.",
      "trigger.query: a query holds no templates. Use $1 for the time of the last look.",
    ],
    [
      "one trigger and a list of them",
      { ...started({ type: "slash" }), triggers: [{ type: "manual" }] },
      'triggers: both "trigger" and "triggers" are given. Move all of them into the list "triggers".',
    ],
  ])("%s", check);
});

describe("bodies", () => {
  const post = (id: string): object => ({ id, type: "service", config: message });

  test.for<Row>([
    [
      "items with a name that is none, none at a time",
      step("foreach", { items: "variables.list", as: "it em", concurrency: 0, steps: [post("x")] }),
      'steps[0].config.as: "as" must begin with a letter or _ and have at most 64 letters, digits and _. Change "it em".',
      'steps[0].config.concurrency: "concurrency" has to be at least 1. Give at least 1.',
    ],
    [
      "items that are no expression",
      step("foreach", { items: "variables.", steps: [post("x")] }),
      "steps[0].config.items: The expression ends too early. Write a CEL expression that gives a list, such as stepResults.fetch.output.rows.",
    ],
    [
      "more branches wanted than there are, and one without steps",
      step("parallel", { branches: [{ id: "x", steps: [] }], join: 3 }),
      'steps[0].config.branches[0].steps: "steps" has to have at least 1 element. Use at least 1 element.',
    ],
  ])("%s", check);
});
