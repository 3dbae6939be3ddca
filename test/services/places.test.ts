import parse from "nodemailer/lib/addressparser";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { bareSchema } from "../../src/engine/definition/param-schema.ts";
import { paramTraits, placementOf } from "../../src/engine/definition/param-traits.ts";
import { service } from "../../src/engine/steps/service.ts";
import { withEventService } from "../../src/engine/triggers/event-service.ts";
import { createDatabaseService } from "../../src/services/database/database-service.ts";
import { createEmailService } from "../../src/services/email/email-service.ts";
import { createHttpService } from "../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { AppError } from "../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { toText } from "../../src/shared/json-text.ts";
import { plainScope } from "../engine/language/plain-scope.ts";
import { attemptContext } from "../support/attempt-context.ts";
import { cpuTime } from "../support/cpu-time.ts";
import { json, startLoopbackServer } from "../support/loopback-server.ts";

const V = "{{variables.v}}";
const unused = {} as Parameters<typeof createSlackService>[0];
const called = createServiceRegistry([
  createSlackService(unused),
  createHttpService(),
  createEmailService({ server: null, templatesDir: "" }),
  createDatabaseService({ urls: {} }),
]);
const registry = withEventService(called, { publish: async () => "e1" });

/** A parameter, or a member of one, that takes text. */
interface TextParam {
  readonly name: string;
  /** Where it has its place from; `null`: nowhere. */
  readonly place: string | null;
}

function textParams(schema: z.core.$ZodType, name: string, inherited: string | null): TextParam[] {
  const place = placeNamed(schema) ?? inherited;
  const bare = bareSchema(schema);
  if (bare instanceof z.ZodObject) {
    return Object.entries(bare.shape as Record<string, z.ZodType>).flatMap(([key, type]) =>
      textParams(type, `${name}.${key}`, place),
    );
  }
  if (bare instanceof z.ZodArray) return textParams(bare.element, `${name}[]`, place);
  if (bare instanceof z.ZodRecord) return textParams(bare.valueType, `${name}{}`, place);
  if (bare instanceof z.ZodUnion) {
    return bare.options.flatMap((option) => textParams(option, name, place));
  }
  const takesNoText = WITHOUT_TEXT.some((kind) => bare instanceof kind);
  return takesNoText ? [] : [{ name, place }];
}

const WITHOUT_TEXT = [z.ZodNumber, z.ZodBoolean, z.ZodNull, z.ZodEnum, z.ZodLiteral];

function placeNamed(schema: z.core.$ZodType): string | undefined {
  if (paramTraits.get(schema) !== undefined) return "written in full";
  const place = placementOf(schema)?.place;
  return typeof place === "function" ? "by the other parameters" : place?.name;
}

const ALL = registry
  .names()
  .flatMap((name) =>
    Object.entries(registry.get(name)?.actions ?? {}).flatMap(([action, { params }]) =>
      textParams(params, `${name}.${action}`, null),
    ),
  );

test("every text that a service takes says in which place it stands", () => {
  expect(ALL.filter(({ place }) => place === null)).toEqual([]);
  expect(Object.fromEntries(ALL.map(({ name, place }) => [name, place]))).toMatchObject({
    "http.request.url": "a URL",
    "http.request.body": "by the other parameters",
    "slack.sendMessage.message": "Slack's markup",
    "slack.sendMessage.blocks[]": "Slack's markup",
    "email.send.body": "HTML",
    "email.send.to[]": "e-mail addresses",
    "email.send.attachments[].filename": "text",
    "database.query.query": "written in full",
  });
});

test("no parameter takes a secret but those that say so", () => {
  const takers = ALL.filter(({ name }) => {
    const [, of = "", action = "", member = ""] = /^(\w+)\.(\w+)(.*)$/.exec(name) ?? [];
    const config = { ...(nest(member, "{{secrets.KEY}}") as JsonObject), service: of, action };
    return !check(config).some((problem) => /may not hold (?:a secret|\{\{…\}\})/.test(problem));
  });

  expect([...new Set(takers.map(({ name }) => name))]).toEqual([
    "http.request.url",
    "http.request.headers{}",
    "http.request.query{}",
    "http.request.query{}[]",
    "http.request.body",
    "http.request.form{}",
    "http.request.form{}[]",
    "http.request.look.url",
    "http.request.look.query{}",
    "http.request.look.query{}[]",
    "http.request.look.headers{}",
  ]);
});

/** The parameters of a step with its templates filled, or why they cannot be. */
function enter(config: JsonObject, variables: JsonObject): JsonObject | string {
  const program = service.bind(config, { services: registry });
  const context = { scope: plainScope({ variables }), key: "k", now: 0, startedBy: null };
  try {
    const entry = program.enter(context);
    return entry.kind === "run" ? entry.params : {};
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

function check(config: JsonObject): readonly string[] {
  return service.check(config, { services: registry }).map(({ message }) => message);
}

const POST = { service: "slack", channel: "#a", message: "m" };

/** A text with a template for each place, and how a value that stays within it is read back. */
const STAYS: Readonly<Record<string, readonly [text: string, read: (filled: string) => unknown]>> =
  {
    "a URL": [
      `https://a.example/s?q=${V}&limit=1`,
      (filled) => {
        const { host, pathname, searchParams } = new URL(filled);
        return [host, pathname, [...searchParams.keys()]];
      },
    ],
    "e-mail addresses": [
      `${V} <ann@a.example>, bob@a.example`,
      (filled) => parse(filled, { flatten: true }).map(({ address }) => address),
    ],
    "a channel's name": [
      `inc-${V}-x`,
      (filled) => filled.replace(/^inc-.*-x$/s, "inc-…-x").match(/[^\p{Ll}\p{N}…_-]/gu),
    ],
    Markdown: [`# a ${V}`, (filled) => filled.match(/(?<!\\)[[\]<]|<[!@]/g)],
    HTML: [`<p title="${V}">x</p>`, (filled) => filled.match(/[<>"]/g)],
    "Slack's markup": [`a <${V}|b>`, (filled) => filled.match(/<!/g)],
    "by the other parameters": [
      `{"a": "${V}", "b": 1}`,
      (filled) => Object.keys(JSON.parse(filled) as object),
    ],
  };
const HOSTILE = [
  '"&limit=2#"',
  "<!channel>",
  '", "admin": true, "x": "',
  "eve@evil.example, <eve@evil.example>",
  '"><script>alert(1)</script>',
  "!here",
  "\r\nHost: evil.example",
  "\\",
];

/** A value for a parameter whose innermost member is this text. */
function nest(name: string, text: Json): Json {
  const [, first, rest = ""] = /^(?:\.(\w+)|\[\]|\{\})(.*)$/.exec(name) ?? [];
  if (name === "") return text;
  if (name.startsWith("[]")) return [nest(rest, text)];
  return { [first ?? "any"]: nest(rest, text) };
}

function innermost(value: Json | undefined): Json | undefined {
  if (typeof value !== "object" || value === null) return value;
  return innermost(Object.values(value)[0]);
}

test.for(ALL.filter(({ place }) => place !== "text" && place !== "written in full"))(
  "$name stays $place with whatever value",
  ({ name, place }) => {
    const [text, read] = STAYS[place ?? ""] ?? ["no such place", () => null];
    const [, of = "", action = "", member = ""] = /^(\w+)\.(\w+)(.*)$/.exec(name) ?? [];
    const param = /^\.(\w+)/.exec(member)?.[1] ?? "";
    const fill = (v: string) => {
      const entered = enter({ ...(nest(member, text) as JsonObject), service: of, action }, { v });
      return typeof entered === "string" ? entered : innermost(entered[param]);
    };
    const harmless = read(toText(fill("x") ?? null));

    for (const v of HOSTILE) expect(read(toText(fill(v) ?? null))).toEqual(harmless);
  },
);

describe("blocks", () => {
  const HOSTILE = [
    "<!channel>",
    "<!here|x>",
    "<!subteam^S1> x",
    "a <",
    "!channel",
    "<@U1>",
    "<https://evil.example|https://bank.example>",
  ];

  test.for<[string, Json]>([
    ["a section", { type: "section", text: { type: "mrkdwn", text: `*${V}*` } }],
    [
      "fields",
      {
        type: "section",
        fields: [
          { type: "mrkdwn", text: V },
          { type: "mrkdwn", text: `<${V}` },
        ],
      },
    ],
    ["a context", { type: "context", elements: [{ type: "mrkdwn", text: `x ${V} y` }] }],
    ["Markdown", { type: "markdown", text: V }],
    ["a type of data", { type: "section", text: { type: "{{variables.type}}", text: V } }],
    [
      "a confirmation",
      {
        type: "actions",
        elements: [{ type: "button", confirm: { text: { type: "mrkdwn", text: V } } }],
      },
    ],
    ["a kind that comes one day", { type: "new", content: { anything: [[V]] } }],
  ])("%s of a message notify no crowd that the definition does not name", ([, block]) => {
    for (const v of HOSTILE) {
      const entered = enter({ ...POST, blocks: [block] }, { v, type: "mrkdwn" });

      expect(JSON.stringify(entered)).not.toMatch(/<[!@]|<https/);
    }
  });

  test("are escaped where they come from a value themselves, at any depth", () => {
    const section = { type: "section", text: { type: "mrkdwn", text: "<!channel> *hi*" } };
    const rich = {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "broadcast", range: "channel" },
            { type: "usergroup", usergroup_id: "S1" },
            { type: "user", user_id: "U1" },
            { type: "text", text: "a < b", style: { bold: true } },
            { type: "link", url: "https://evil.example", text: "bank.example" },
            { type: "link", url: "https://evil.example" },
          ],
        },
      ],
    };
    const expected = [
      { type: "section", text: { type: "mrkdwn", text: "&lt;!channel&gt; *hi*" } },
      {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_section",
            elements: [
              { type: "text", text: "@channel" },
              { type: "text", text: "@S1" },
              { type: "text", text: "@U1" },
              { type: "text", text: "a < b", style: { bold: true } },
              { type: "text", text: "bank.example (https://evil.example)" },
              { type: "text", text: "https://evil.example" },
            ],
          },
        ],
      },
    ];

    expect(enter({ ...POST, blocks: V }, { v: [section, rich] })).toMatchObject({
      blocks: expected,
    });
    expect(
      enter({ ...POST, blocks: ["{{variables.a}}", "{{variables.b}}"] }, { a: section, b: rich }),
    ).toMatchObject({
      blocks: expected,
    });
  });

  test("keep what the definition says, and texts that are no markup", () => {
    const blocks = [
      { type: "section", text: { type: "mrkdwn", text: `<!here> ${V}` } },
      { type: "header", text: { type: "plain_text", text: V, emoji: true } },
      {
        type: "actions",
        elements: [
          {
            type: "button",
            url: `https://a.example/?q=${V}`,
            value: V,
            text: { type: "plain_text", text: "Go" },
          },
        ],
      },
    ];

    expect(enter({ ...POST, blocks }, { v: "<!x> &" })).toMatchObject({
      blocks: [
        { text: { text: "<!here> &lt;!x&gt; &amp;" } },
        { text: { text: "<!x> &", emoji: true } },
        { elements: [{ url: "https://a.example/?q=%3C!x%3E%20%26", value: "<!x> &" }] },
      ],
    });
  });

  test("take no secret", () => {
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "{{secrets.KEY}}" } }];

    expect(check({ ...POST, blocks })).toEqual(['"blocks.0.text.text" may not hold a secret']);
  });
});

describe("the body of a request", () => {
  const HTTP = { service: "http", url: "https://a.example/", method: "POST" };

  test.for<[string, JsonObject, string, string]>([
    ["JSON", {}, `{"text": "${V}"}`, '{"text": "a\\"b & <c>"}'],
    ["JSON by its header", { "content-type": "application/json" }, `["${V}"]`, '["a\\"b & <c>"]'],
    [
      "a form",
      { "Content-Type": "application/x-www-form-urlencoded" },
      `a=${V}&b=1`,
      "a=a%22b%20%26%20%3Cc%3E&b=1",
    ],
    ["XML", { "Content-Type": "text/xml" }, `<a b="${V}"/>`, '<a b="a&quot;b &amp; &lt;c&gt;"/>'],
    [
      "lines of JSON",
      { "Content-Type": "application/x-ndjson" },
      `{"index": {}}\n{"text": "${V}", "raw": ${V}}\n`,
      '{"index": {}}\n{"text": "a\\"b & <c>", "raw": "a\\"b & <c>"}\n',
    ],
    [
      "XML with sections of CDATA",
      { "Content-Type": "application/xml" },
      `<a><![CDATA[${V}]]></a><b>${V}</b>`,
      '<a><![CDATA[a"b & <c>]]></a><b>a&quot;b &amp; &lt;c&gt;</b>',
    ],
    ["text", {}, `Hello ${V}`, 'Hello a"b & <c>'],
    ["text by its header", { "Content-Type": "text/plain" }, `{"text": ${V}`, '{"text": a"b & <c>'],
  ])("that is %s is filled as such", ([, headers, body, filled]) => {
    expect(enter({ ...HTTP, headers, body }, { v: 'a"b & <c>' })).toMatchObject({ body: filled });
    expect(check({ ...HTTP, headers, body })).toEqual([]);
  });

  test("that is XML stays whole when a value holds the end of its section", () => {
    const headers = { "Content-Type": "text/xml" };
    const body = `<a><![CDATA[${V}]]></a>`;

    expect(enter({ ...HTTP, headers, body }, { v: "x]]><b/>" })).toMatchObject({
      body: "<a><![CDATA[x]]]]><![CDATA[><b/>]]></a>",
    });
  });

  test("that is an object is encoded once, and JSON text within it is filled as such", () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const body = { a: `x ${V}`, payload: `{"text": "${V}"}`, list: [`["${V}`] };
    const filled = { a: 'x a"b &', payload: '{"text": "a\\"b &"}', list: ['["a"b &'] };

    expect(enter({ ...HTTP, headers, body }, { v: 'a"b &' })).toMatchObject({ body: filled });
    expect(enter({ ...HTTP, body }, { v: 'a"b &' })).toMatchObject({ body: filled });
    expect(check({ ...HTTP, body })).toEqual([]);
  });

  test("that begins like JSON and is none is a problem at deployment", () => {
    expect(check({ ...HTTP, body: `{"text": "${V}}` })).toEqual([
      '"body" begins like JSON, and is none with values in place of its {{…}}',
    ]);
    expect(check({ ...HTTP, body: `[${V}] Disk full` })).toEqual([]);
  });
});

test("a refusal names the parameter and the template, and never the value", () => {
  const http = { service: "http", url: `https://a.example/o/${V}` };

  expect(enter(http, { v: ".." })).toMatch(/^"url": \{\{variables\.v\}\} gives dots alone/);
  expect(enter({ service: "email", to: ["ann@a.example", V] }, { v: "s3cret, x" })).toMatch(
    /^"to\.1": \{\{variables\.v\}\} gives something other than one e-mail address/,
  );
});

test("the place of the host is a problem at deployment, with the way to write it", () => {
  const problems = service.check(
    { service: "http", url: `https://${V}.example/x` },
    { services: registry },
  );

  expect(problems).toMatchObject([
    {
      path: ["url"],
      message: expect.stringContaining('"url" may not hold {{variables.v}} in its host'),
      fix: expect.stringContaining("{{stepResults.url.output}}"),
    },
  ]);
  expect(check({ service: "http", url: V })).toEqual([]);
});

test("a step sends what a value is, and no other request", async () => {
  await using server = await startLoopbackServer(json(200, {}));
  const services = createServiceRegistry([createHttpService({ allowHosts: ["127.0.0.1"] })]);
  const variables = { order: "../admin/delete", q: "R&D #1", text: 'a "quote"', key: "x\ny" };
  const config = {
    service: "http",
    method: "POST",
    url: `${server.url}/orders/{{variables.order}}?q={{variables.q}}&limit=1`,
    body: '{"text": "{{variables.text}}"}',
  };
  const send = async (more: JsonObject) => {
    const program = service.bind({ ...config, ...more }, { services });
    const entry = program.enter({
      scope: plainScope({ variables }),
      key: "k",
      now: 0,
      startedBy: null,
    });
    const params = entry.kind === "run" ? entry.params : {};
    return program.run?.(params, attemptContext("http://127.0.0.1:1", { services }));
  };

  expect(await send({})).toMatchObject({ kind: "ok" });
  expect(await send({ headers: { "X-Key": "{{variables.key}}" } })).toMatchObject({
    error: { code: "params_invalid", message: expect.stringContaining('"headers.X-Key"') },
  });
  expect(server.received).toMatchObject([
    {
      url: "/orders/..%2Fadmin%2Fdelete?q=R%26D%20%231&limit=1",
      headers: { "content-type": "application/json" },
      body: '{"text": "a \\"quote\\""}',
    },
  ]);
});

test.for([
  ["http.request.url", "https://a.example/?", "a={{variables.v}}&"],
  ["http.request.url", "https://a.example", "/{{variables.v}}"],
  ["http.request.body", '{"a": [1', ', "{{variables.v}}"'],
  [
    "email.send.body",
    "<p>",
    '<a href="https://a.example/{{variables.v}}" title=x>{{variables.v}}</a>',
  ],
  ["email.send.body", "<!-- <<<", ' < <a ="= {{variables.v}}'],
  ["email.send.to", "ann@a.example", ",{{variables.v}} <ann@a.example>"],
  ["slack.sendMessage.message", "<https://a.example/", "{{variables.v}} <a|{{variables.v}}"],
] as const)("%s of many templates is read once: %s%s…", ([name, start, repeated]) => {
  const [of = "", action = "", param = ""] = name.split(".");
  const text = start + repeated.repeat(10_000);

  const tookMs = cpuTime(() => {
    expect(enter({ service: of, action, [param]: text }, { v: "x" })).toBeTypeOf("object");
  });

  expect(tookMs).toBeLessThan(3000);
});
