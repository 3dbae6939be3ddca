import { gzipSync } from "node:zlib";
import type { JsonObject } from "../../../simulator/json.ts";
import { type Answers, type BombSite, textOf } from "./site.ts";

/** Something that is made to keep the bot's event loop. */
export interface Bomb {
  readonly name: string;
  /** Ends when the bot is done with it. @param id - of its own, for what it deploys. */
  readonly drop: (site: BombSite, id: string) => Promise<unknown>;
}

const MEGABYTE = 1_000_000;
/** Just below what the bot reads of a body. */
const BODY = 1_040_000;
const times = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);
const nested = (open: string, core: string, close: string, depth: number): string =>
  `${open.repeat(depth)}${core}${close.repeat(depth)}`;
const list = <Item>(length: number, item: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => item(index));

/* What other servers answer. */

const send =
  (type: string, text: string) =>
  (_: unknown, response: Parameters<Answers[string]>[1]): void => {
    response.writeHead(200, { "content-type": type });
    response.end(text);
  };
const word = (content: string): string =>
  JSON.stringify({ choices: [{ index: 0, finish_reason: "stop", message: { content } }] });
const delta = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const endless =
  (piece: string) =>
  (_: unknown, response: Parameters<Answers[string]>[1]): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const write = (): void => {
      if (!response.destroyed) response.write(piece, () => setImmediate(write));
    };
    write();
  };

const MODELS: Answers = {
  "ten-megabytes": send("application/json", word(times("yes ", 10 * MEGABYTE))),
  "three-megabytes": send("application/json", word(times("{", 3 * MEGABYTE))),
  "deep-body": send("application/json", `{"choices": ${nested("[", "", "]", 500_000)}}`),
  "deep-answer": send("application/json", word(nested('{"a":', "1", "}", 60_000))),
  "wide-answer": send("application/json", word(`{"a": [${times("1,", 400_000)}1]}`)),
  "broken-json": send("application/json", word(times('{"a": "', 490_000))),
  "open-marks": send("application/json", word(times("```json\n{", 490_000))),
  "thoughts-in-thoughts": send("application/json", word(times("<think>", 490_000))),
  "endless-words": endless(delta(times("word ", 1000)).repeat(50)),
  "endless-letters": endless(delta("a").repeat(2000)),
  "endless-line": endless(times("x", 64_000)),
};

const SERVERS: Answers = {
  "json-wide": send("application/json", `[${times("1,", 990_000)}1]`),
  "json-objects": send(
    "application/json",
    `[${times('{"a":1},', 990_000 - 6)}{}]`.replace(/,[^,]*\{\}\]$/, "]"),
  ),
  "json-deep": send("application/json", nested("[", "", "]", 490_000)),
  "json-keys": send(
    "application/json",
    JSON.stringify(Object.fromEntries(list(60_000, (n) => [`k${n}`, n]))),
  ),
  "json-numbers": send(
    "application/json",
    `[${times("0.1234567890123456789,", 990_000).replace(/,[^,]*$/, "")}]`,
  ),
  "text-marks": send("text/plain", times("<!channel> *_~`", 990_000)),
  "text-accents": send(
    "text/plain; charset=utf-8",
    times("e\u0301\u0302\u0303\u200b\u202e", 300_000),
  ),
  "text-html": send("text/html", times("<a href='&lt;'>", 990_000)),
  xml: send(
    "application/xml",
    `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]>${nested("<a>", "&a;", "</a>", 130_000)}`,
  ),
  csv: send("text/csv", times('"a""b",1,\n', 990_000)),
};

export const ANSWERS: Answers = { ...MODELS, ...SERVERS };

/* Runs. */

const transform = (expression: string, more: JsonObject = {}): JsonObject => ({
  id: "work",
  type: "transform",
  config: { expression },
  ...more,
});
const workflow = (id: string, steps: JsonObject[], more: JsonObject = {}): JsonObject => ({
  id,
  name: id,
  steps,
  ...more,
});
const cycle = (expression: string): JsonObject[] => [
  { id: "a", type: "transform", config: { expression }, next: { default: "b" } },
  { id: "b", type: "transform", config: { expression }, next: { default: "a" } },
];
const LONG_RUN = { limits: { maxSteps: 10_000 } };

/** Each is an expression over `variables.text` (1 MB), `variables.words` (250,000) and `variables.numbers` (200,000). */
const EXPRESSIONS: readonly string[] = [
  "lists.range(900).map(a, lists.range(300).map(b, a * b)).size()",
  "variables.numbers.map(a, variables.numbers.map(b, a + b)).size()",
  "variables.numbers.filter(n, n in variables.numbers).size()",
  "variables.numbers.sortBy(n, -n).size()",
  "variables.numbers.distinct().size()",
  "variables.numbers == variables.numbers.map(n, n + 0)",
  "variables.words.join('').size()",
  "variables.text.split('').size()",
  "variables.text.replace('a', 'bb').size()",
  "variables.text.matches('^(a+)+$')",
  "variables.text.matches('(?i)error.{0,500}timeout')",
  "variables.text.upperAscii().lowerAscii().reverse().size()",
  "base64.encode(bytes(variables.text)).size()",
  "string(variables.numbers).size()",
  "(variables.text + variables.text + variables.text).size()",
  "variables.text.indexOf('aaaaaaab')",
  "variables.text.contains('ab') || variables.text.endsWith('b')",
];
const HEAVY = EXPRESSIONS[0] ?? "";

const runs: readonly Bomb[] = [
  ...EXPRESSIONS.map((expression) => ({
    name: `the expression ${expression}`,
    drop: (site: BombSite, id: string) =>
      site.run(workflow(id, [transform(expression)]), {
        ...(expression.includes(".text") && { text: times("a", 900_000) }),
        ...(expression.includes(".words") && { words: list(200_000, () => "a") }),
        ...(expression.includes(".numbers") && { numbers: list(100_000, (n) => n) }),
      }),
  })),
  {
    name: "an expression of 900 elements",
    drop: (site, id) => site.run(workflow(id, [transform(`[1${",1".repeat(900)}].size()`)])),
  },
  {
    name: "a step of 40 heavy expressions",
    drop: (site, id) =>
      site.run(
        workflow(id, [
          {
            id: "work",
            type: "transform",
            config: { set: Object.fromEntries(list(40, (n) => [`m${n}`, HEAVY])) },
          },
        ]),
      ),
  },
  {
    name: "a cycle of 10,000 small steps",
    drop: (site, id) => site.run(workflow(id, cycle("1"), LONG_RUN)),
  },
  {
    name: "a cycle of outputs of 900 kB",
    drop: (site, id) =>
      site.run(workflow(id, cycle("variables.text"), LONG_RUN), { text: times("x", 900_000) }),
  },
  {
    name: "a cycle of wide outputs",
    drop: (site, id) =>
      site.run(workflow(id, cycle("variables.numbers"), LONG_RUN), {
        numbers: list(100_000, (n) => n),
      }),
  },
  {
    name: "a list of 3,000 items at once",
    drop: (site, id) =>
      site.run(
        workflow(
          id,
          [
            {
              id: "each",
              type: "foreach",
              config: {
                items: "lists.range(3000)",
                concurrency: 20,
                steps: [transform("variables.item")],
              },
            },
          ],
          LONG_RUN,
        ),
      ),
  },
  {
    name: "a list of lists",
    drop: (site, id) =>
      site.run(
        workflow(
          id,
          [
            {
              id: "outer",
              type: "foreach",
              config: {
                items: "lists.range(40)",
                as: "row",
                concurrency: 20,
                steps: [
                  {
                    id: "inner",
                    type: "foreach",
                    config: {
                      items: "lists.range(40)",
                      concurrency: 20,
                      steps: [transform("variables.row")],
                    },
                  },
                ],
              },
            },
          ],
          LONG_RUN,
        ),
      ),
  },
  {
    name: "a template that is filled with a megabyte, in a message",
    drop: (site, id) =>
      site.run(
        workflow(id, [
          {
            id: "say",
            type: "service",
            onFailure: "skip",
            config: { service: "slack", channel: "#general", message: "{{variables.text}}" },
          },
        ]),
        { text: times("<!channel> *_&", 900_000) },
      ),
  },
  {
    name: "an approval whose text is a megabyte",
    drop: async (site, id) => {
      await site.deploy(
        workflow(id, [
          {
            id: "ask",
            type: "approval",
            config: {
              title: "{{variables.text}}",
              message: "{{variables.text}}",
              approvers: ["U0BOB"],
              timeout: "1s",
            },
            next: { approve: "end", reject: "end", expired: "end" },
          },
        ]),
      );
      await site.start(id, { text: times("a <@U0BOB> \u202e", 300_000) });
    },
  },
];

const services: readonly Bomb[] = Object.keys(SERVERS).map((name) => ({
  name: `an answer of another server: ${name}`,
  drop: (site, id) =>
    site.run(
      workflow(id, [
        {
          id: "get",
          type: "service",
          onFailure: "skip",
          config: { service: "http", url: `${site.outside}/${name}` },
          next: "say",
        },
        {
          id: "say",
          type: "service",
          onFailure: "skip",
          config: { service: "slack", channel: "#general", message: "{{stepResults.get.output}}" },
        },
      ]),
    ),
}));

const models: readonly Bomb[] = Object.keys(MODELS).flatMap((name) =>
  ["enum", "json", "text"].map((outputFormat) => ({
    name: `an answer of a model, asked for ${outputFormat}: ${name}`,
    drop: (site: BombSite, id: string) =>
      site.run(
        workflow(id, [
          {
            id: "ask",
            type: "ai-decision",
            onFailure: "skip",
            config: {
              model: `bomb/${name}`,
              prompt: "Which?",
              outputFormat,
              ...(outputFormat === "enum" && { allowedValues: ["yes", "no"] }),
            },
          },
        ]),
      ),
  })),
);

/* Requests. */

const bodies: readonly (readonly [
  name: string,
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers?: Record<string, string>,
])[] = [
  ["JSON of 500,000 levels", "application/json", nested("[", "", "]", 500_000)],
  ["an array of a megabyte", "application/json", `{"a": [${times("1,", BODY)}1]}`],
  [
    "an object of 90,000 keys",
    "application/json",
    JSON.stringify(Object.fromEntries(list(90_000, (n) => [`k${n}`, 1]))),
  ],
  [
    "numbers with many digits",
    "application/json",
    `{"a": [${times("12345678901234567890,", BODY).replace(/,[^,]*$/, "")}]}`,
  ],
  ["escapes", "application/json", `{"a": "${times("\\u202e", BODY)}"}`],
  ["a broken text of a megabyte", "application/json", `{"a": "${times("a", BODY)}`],
  ["a form of 300,000 keys", "application/x-www-form-urlencoded", times("a=1&", BODY)],
  [
    "a form of one key that is repeated",
    "application/x-www-form-urlencoded",
    times("a[]=1&", BODY),
  ],
  [
    "a form of percent signs",
    "application/x-www-form-urlencoded",
    `a=${times("%F0%9F%98%80", BODY)}`,
  ],
  [
    "parts without end",
    "multipart/form-data; boundary=b",
    `${times('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n', BODY)}--b--`,
  ],
  [
    "a part of a megabyte of boundaries",
    "multipart/form-data; boundary=b",
    `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${times("\r\n--", BODY)}`,
  ],
  ["XML in XML", "application/xml", nested("<a>", "", "</a>", 140_000)],
  [
    "entities",
    "application/xml",
    `<!DOCTYPE l [<!ENTITY a "${times("&b;", 100_000)}">]><l>${times("&a;", 900_000)}</l>`,
  ],
  ["lines of commas", "text/csv", times('"a""",,\n', BODY)],
  ["base64", "application/json", JSON.stringify({ file: times("QUFB", BODY - 100) })],
  ["marks over letters", "text/plain; charset=utf-8", times("e\u0301\u0302\u0303", 200_000)],
  ["halves of characters", "application/json", `{"a": "${times("\\ud800", BODY)}"}`],
  [
    "a gigabyte in a megabyte",
    "application/json",
    new Uint8Array(gzipSync(Buffer.alloc(300 * MEGABYTE, "["))),
    { "content-encoding": "gzip" },
  ],
];

const hook = (id: string): JsonObject =>
  workflow(id, [transform("variables.size()")], {
    trigger: { type: "webhook", path: `/webhooks/${id}`, public: true },
  });

const requests: readonly Bomb[] = bodies.flatMap(([name, type, body, headers]) => [
  {
    name: `a webhook's body: ${name}`,
    drop: async (site: BombSite, id: string) => {
      await site.deploy(hook(id));
      await site.ask("POST", `/webhooks/${id}`, body, { "content-type": type, ...headers });
    },
  },
  ...(type === "application/json"
    ? [
        {
          name: `a definition: ${name}`,
          drop: (site: BombSite) =>
            site.ask("POST", "/api/workflows", body, { "content-type": type, ...headers }),
        },
      ]
    : []),
]);

const step = (id: string, message: string, next: string): JsonObject => ({
  id,
  type: "service",
  config: { service: "slack", channel: "#general", message },
  next,
});
const chain = (length: number, message: string): JsonObject[] =>
  list(length, (n) => step(`s${n}`, message, n === length - 1 ? "end" : `s${n + 1}`));

const definitions: readonly (readonly [name: string, definition: (id: string) => JsonObject])[] = [
  ["1,000 steps", (id) => workflow(id, chain(1000, "Hello"))],
  [
    "1,000 steps that read each other",
    (id) =>
      workflow(
        id,
        list(1000, (n) => ({
          ...transform(
            list(Math.min(n, 20), (k) => `string(stepResults.s${n - k - 1}.output)`).join(" + ") ||
              "1",
          ),
          id: `s${n}`,
          next: n === 999 ? "end" : `s${n + 1}`,
        })),
      ),
  ],
  [
    "1,000 steps that lead everywhere",
    (id) =>
      workflow(
        id,
        list(1000, (n) => ({
          ...transform("'s1'"),
          id: `s${n}`,
          next: Object.fromEntries([
            ...list(15, (k) => [`s${(n * 7 + k * 61) % 1000}`, `s${(n * 7 + k * 61) % 1000}`]),
            ["default", `s${(n + 1) % 1000}`],
          ]),
        })),
      ),
  ],
  ["10,000 steps", (id) => workflow(id, chain(10_000, "Hello"))],
  ["a template of open braces", (id) => workflow(id, chain(1, times("{{", 900_000)))],
  ["60,000 templates", (id) => workflow(id, chain(1, times("{{variables.a}}", 900_000)))],
  [
    "texts of markup",
    (id) => workflow(id, chain(100, times("<!channel> *_~` <https://a|b> ", 9000))),
  ],
  ["texts that hide", (id) => workflow(id, chain(100, times("p\u0430y\u202e\u200b", 3000)))],
  [
    "900 heavy expressions",
    (id) =>
      workflow(
        id,
        list(900, (n) => ({
          ...transform(
            `[${n},${times("variables.a.map(x, x),", 900).replace(/,[^,]*$/, "")}].size()`,
          ),
          id: `s${n}`,
          next: n === 899 ? "end" : `s${n + 1}`,
        })),
      ),
  ],
  [
    "an expression of 10,000 brackets",
    (id) => workflow(id, [transform(nested("(", "1", ")", 4900))]),
  ],
  [
    "90 heavy patterns",
    (id) =>
      workflow(id, chain(1, "Hello"), {
        inputs: Object.fromEntries(
          list(90, (n) => [
            `i${n}`,
            { type: "string", pattern: "(?:(?:a|b|c|d|e|f|g|h|i|j){100})x" },
          ]),
        ),
      }),
  ],
  [
    "900 inputs",
    (id) =>
      workflow(id, chain(1, "Hello"), {
        inputs: Object.fromEntries(
          list(900, (n) => [`i${n}`, { type: "select", options: list(90, (k) => `option ${k}`) }]),
        ),
      }),
  ],
  [
    "60 levels of branches",
    (id) =>
      workflow(id, [
        list(25, (n) => n).reduce<JsonObject>(
          (inner, n) => ({
            id: `p${n}`,
            type: "parallel",
            config: {
              branches: [
                { id: "b", steps: [inner] },
                { id: "c", steps: [transform("1", { id: `t${n}` })] },
              ],
            },
          }),
          transform("1"),
        ),
      ]),
  ],
];

const deployments: readonly Bomb[] = definitions.map(([name, definition]) => ({
  name: `a deployment: ${name}`,
  drop: async (site, id) => {
    await site.ask("POST", "/api/workflows", JSON.stringify(definition(id)));
    // Again, to be compared with the first, and shown.
    const other = { ...definition(id), description: "Another version" };
    await site.ask("POST", "/api/workflows", JSON.stringify(other));
    await site.ask("GET", `/api/workflows/${id}`);
  },
}));

/* Slack. */

const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ["words", times("incident ", 40_000)],
  ["open marks", times("<@U1|", 40_000)],
  ["groups, dates and channels", times("<!subteam^S1|a> <!date^1^{date}|x> <#C1|> ", 40_000)],
  ["links", times("<https://a.example/?q=<|b> ", 40_000)],
  ["emoji and marks", times(":a: *_~`> \u200be\u0301", 40_000)],
  ["assignments", times('a="b c" ', 40_000)],
];

const messages: readonly Bomb[] = TEXTS.flatMap(([name, text]) => [
  {
    name: `a message in a channel: ${name}`,
    drop: async (site: BombSite, id: string) => {
      const triggers = [
        { type: "message", pattern: "(?i)error.{0,100}timeout" },
        { type: "message", keywords: list(50, (n) => `incident ${n}`) },
      ];
      await site.deploy(workflow(id, [transform("1")], { triggers }));
      await site.slack(event({ type: "message", channel: "C0GENERAL", text }, id));
      await site.slack(
        event({ type: "message", channel: "D0ALICE", channel_type: "im", text }, `${id}d`),
      );
      await site.slack(event({ type: "app_mention", channel: "C0GENERAL", text }, `${id}m`));
    },
  },
  {
    name: `a command: ${name}`,
    drop: (site: BombSite) => {
      const fields = {
        command: "/workflow",
        team_id: "T0HEDDLE",
        user_id: "U0ALICE",
        channel_id: "C0GENERAL",
        trigger_id: "1.2.a",
        response_url: "http://127.0.0.1:9/",
      };
      const body = new URLSearchParams({ ...fields, text: `run expense-approval ${text}` });
      return site.slack(body.toString(), "application/x-www-form-urlencoded");
    },
  },
]);

function event(inner: JsonObject, id: string): string {
  return JSON.stringify({
    type: "event_callback",
    team_id: "T0HEDDLE",
    api_app_id: "A0HEDDLE",
    event_id: `Ev${id}`,
    event_time: Math.floor(Date.now() / 1000),
    event: { user: "U0ALICE", ts: `${Math.floor(Date.now() / 1000)}.000100`, ...inner },
  });
}

const payload = (view: JsonObject): string =>
  `payload=${encodeURIComponent(JSON.stringify({ type: "view_submission", team: { id: "T0HEDDLE" }, user: { id: "U0ALICE", team_id: "T0HEDDLE" }, view }))}`;

const payloads: readonly Bomb[] = [
  {
    name: "a form of Slack's with 9,000 fields",
    drop: (site) => {
      const values = Object.fromEntries(
        list(9000, (n) => [`b${n}`, { value: { type: "plain_text_input", value: "x" } }]),
      );
      const view = { id: "V1", callback_id: "run", private_metadata: "{}", state: { values } };
      return site.slack(payload(view), "application/x-www-form-urlencoded");
    },
  },
  {
    name: "a payload of Slack's with 100,000 levels",
    drop: (site) =>
      site.slack(`payload=${nested("[", "", "]", 100_000)}`, "application/x-www-form-urlencoded"),
  },
  {
    name: "an event of Slack's with 100,000 blocks",
    drop: (site, id) => {
      const blocks = list(9000, () => ({
        type: "section",
        text: { type: "mrkdwn", text: "<!here>" },
      }));
      return site.slack(event({ type: "message", channel: "C0GENERAL", text: "", blocks }, id));
    },
  },
];

/* Reading. */

const reads: readonly Bomb[] = [
  {
    name: "lists of runs with inputs of a megabyte",
    drop: async (site, id) => {
      await site.deploy(workflow(id, [transform("1")]));
      for (let n = 0; n < 60; n += 1) await site.start(id, { text: times("x", 900_000), n });
      await site.ask("GET", `/api/executions?workflowId=${id}&limit=200`);
      await site.ask("GET", "/api/executions?limit=200");
      await site.ask("GET", "/");
      await site.slack(event({ type: "app_home_opened", channel: "D0ALICE", tab: "home" }, id));
    },
  },
  {
    name: "a run whose values are 40 MB",
    drop: async (site, id) => {
      const run = await site.run(workflow(id, cycle("variables.text"), LONG_RUN), {
        text: times("\u202e<a>", 250_000),
      });
      await site.ask("GET", `/api/executions/${textOf(run["executionId"])}/steps`);
    },
  },
  {
    name: "an address of 15 kB",
    drop: (site) =>
      site.ask("GET", `/api/executions/${times("%2e%2e/", 15_000)}?${times("a=1&", 1000)}`),
  },
];

/** All of them, as data: the same list is measured by the bench and by a test. */
export const BOMBS: readonly Bomb[] = [
  ...runs,
  ...services,
  ...models,
  ...requests,
  ...deployments,
  ...messages,
  ...payloads,
  ...reads,
];
