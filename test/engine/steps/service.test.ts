import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createSecretRevealer } from "../../../src/adapters/secrets.ts";
import { inPlace, paramTraits, takesSecrets } from "../../../src/engine/definition/param-traits.ts";
import type { AttemptContext, AttemptResult } from "../../../src/engine/definition/step-type.ts";
import type { Service, ServiceAction } from "../../../src/engine/ports/service.ts";
import { service } from "../../../src/engine/steps/service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import { TimeLimit } from "../../../src/shared/duration.ts";
import { AppError, type AppErrorOptions } from "../../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { htmlPlace } from "../../../src/shared/places/html-place.ts";
import { attemptContext } from "../../support/attempt-context.ts";
import { plainScope } from "../language/plain-scope.ts";

const POST: JsonObject = { service: "board", channel: "#a", text: "hi" };

/** A service that keeps what it was given and answers as told. */
class Board {
  readonly posts: JsonObject[] = [];
  failure: AppErrorOptions | null = null;
  found: Json | null = null;
  onUnknown: ServiceAction["onUnknown"] = "look";
  canLook = true;

  get service(): Service {
    const post: ServiceAction = {
      summary: "Posts.",
      params: z.strictObject({
        channel: z.string().min(1),
        text: z.string().min(1),
        count: z.number().optional(),
        tags: z.array(z.string()).optional(),
        page: inPlace(z.string(), htmlPlace).optional(),
        head: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
        key: takesSecrets(z.string()).optional(),
        copies: z.union([z.email(), z.array(z.email()).min(1)]).optional(),
        files: z
          .array(
            z.strictObject({
              name: z.string().min(1),
              text: z.string(),
              kind: z.string().min(1).optional(),
            }),
          )
          .optional(),
        wait: TimeLimit.optional(),
        rule: z.string().optional().register(paramTraits, { insteadOfTemplates: "Write $1." }),
      }),
      sideEffect: true,
      onUnknown: this.onUnknown,
      execute: async (params) => {
        this.posts.push(params);
        if (this.failure) throw new AppError(this.failure);
        return { id: this.posts.length };
      },
      ...(this.canLook && { look: async () => this.found }),
    };
    return { name: "board", defaultAction: "post", actions: { post, pin: post } };
  }

  context(more: Partial<AttemptContext> = {}): AttemptContext {
    return attemptContext("http://127.0.0.1:1", {
      services: createServiceRegistry([this.service]),
      revealSecrets: createSecretRevealer({ KEY: "s3cret" }),
      ...more,
    });
  }

  async run(config: JsonObject, variables: JsonObject = {}, more: Partial<AttemptContext> = {}) {
    const result = await bind(config).run?.(enter(config, variables), this.context(more));
    return result as AttemptResult;
  }
}

function bind(config: JsonObject) {
  return service.bind(config, { services: createServiceRegistry([new Board().service]) });
}

function check(config: JsonObject): readonly string[] {
  const services = createServiceRegistry([new Board().service]);
  return service.check(config, { services }).map((problem) => problem.message);
}

function enter(config: JsonObject, variables: JsonObject = {}): JsonObject {
  const entry = bind(config).enter({
    scope: plainScope({ variables }),
    key: "exec_1/post#1",
    now: 0,
    startedBy: null,
  });
  return entry.kind === "run" ? entry.params : {};
}

describe("calling an action", () => {
  test("resolves templates at entry and calls the default action", async () => {
    const board = new Board();

    const result = await board.run(
      { ...POST, text: "Paid ${{variables.amount}}", outputVariable: "posted" },
      { amount: 5 },
    );

    expect(result).toEqual({ kind: "ok", output: { id: 1 }, costNano: 0 });
    expect(board.posts).toEqual([{ channel: "#a", text: "Paid $5" }]);
  });

  test.each([
    [5, "5"],
    [true, "true"],
    [{ a: 1 }, '{"a":1}'],
    [["x"], '["x"]'],
  ])("writes %j into a text parameter as text", async (value, text) => {
    const board = new Board();

    await board.run({ ...POST, text: "{{variables.v}}" }, { v: value });

    expect(board.posts).toEqual([{ channel: "#a", text }]);
  });

  test("keeps the type where it is wanted, and leaves optional nothing out", async () => {
    const board = new Board();

    await board.run(
      { ...POST, count: "{{variables.n}}", tags: "{{variables.none}}" },
      { n: 3, none: null },
    );

    expect(board.posts).toEqual([{ channel: "#a", text: "hi", count: 3 }]);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ["a member that is null", { head: { a: "{{variables.none}}", b: "x" } }, { head: { b: "x" } }],
    [
      "a member that is an object",
      { head: { a: "{{variables.object}}" } },
      { head: { a: '{"x":1}' } },
    ],
    ["an empty text that is optional", { copies: "{{variables.empty}}" }, {}],
    ["an empty text of the definition", { copies: "" }, {}],
    [
      "items that are nothing",
      { copies: ["{{variables.none}}", "{{variables.empty}}", "ann@a.example"] },
      { copies: ["ann@a.example"] },
    ],
    ["nothing but such items", { copies: ["{{variables.none}}", ""] }, {}],
    [
      "a text and an option of an object in a list",
      {
        files: [
          { name: 5, text: "{{variables.object}}", kind: "{{variables.none}}" },
          "{{variables.none}}",
        ],
      },
      { files: [{ name: "5", text: '{"x":1}' }] },
    ],
    ["a text that may be empty", { head: { a: "" } }, { head: { a: "" } }],
    ["a duration", { wait: "10s" }, { wait: "10s" }],
  ])("fits %s as it fits a parameter", async (_name, params, fitted) => {
    const board = new Board();

    const result = await board.run(
      { ...POST, ...params },
      { none: null, empty: "", object: { x: 1 } },
    );

    expect(result).toMatchObject({ kind: "ok" });
    expect(board.posts).toEqual([{ channel: "#a", text: "hi", ...fitted }]);
  });

  test.each<[JsonObject, RegExp]>([
    [{ files: [{ name: "a" }] }, /"files.0.text" is not right/],
    [{ files: [{ name: "{{variables.none}}", text: "x" }] }, /"files.0.name" is not right/],
    [{ files: [{ name: "a", text: "x", title: "b" }] }, /"files.0"/],
    [{ copies: ["{{variables.object}}"] }, /"copies/],
    [{ wait: "soon" }, /"wait" is not right: must be a number of milliseconds/],
  ])("%j is refused as it is in a parameter", async (params, message) => {
    const board = new Board();

    const result = await board.run({ ...POST, ...params }, { none: null, object: { x: 1 } });

    expect(result).toMatchObject({ error: { message: expect.stringMatching(message) } });
    expect(board.posts).toEqual([]);
  });

  test("reveals secrets within the call alone; a typed one stays text", async () => {
    const board = new Board();
    const config = { ...POST, channel: "{{variables.v}}", key: "Bearer {{secrets.KEY}}" };
    const variables = { v: "{{secrets.KEY}}" };

    await board.run(config, variables);

    expect(JSON.stringify(enter(config, variables))).not.toContain("s3cret");
    expect(board.posts).toEqual([{ channel: "{{secrets.KEY}}", text: "hi", key: "Bearer s3cret" }]);
  });

  test.each<[JsonObject, RegExp]>([
    [{ ...POST, text: "{{variables.empty}}" }, /"text" is not right/],
    [{ ...POST, count: "{{variables.word}}" }, /"count" is not right: must be a number/],
    [{ ...POST, key: "{{secrets.OTHER}}" }, /no secret "OTHER".*SECRET_OTHER/],
  ])("%j is refused before anything happens", async (config, message) => {
    const board = new Board();

    const result = await board.run(config, { empty: null, word: "s3cret-word" });

    expect(result).toMatchObject({
      kind: "failed",
      outcome: "failed",
      error: { code: "params_invalid", retryable: false, message: expect.stringMatching(message) },
    });
    expect(JSON.stringify(result)).not.toContain("s3cret-word");
    expect(board.posts).toEqual([]);
  });
});

describe("a parameter that is HTML", () => {
  test("shows data as text, also where it is all there is; the definition's own markup stays", async () => {
    const board = new Board();
    const variables = { name: `<b>"Bob" & 'Ann'</b>`, list: ["<i>"] };

    await board.run({ ...POST, page: "<p>{{variables.name}} {{variables.list}}</p>" }, variables);
    await board.run({ ...POST, page: "{{variables.name}}" }, variables);

    const bob = "&lt;b&gt;&quot;Bob&quot; &amp; &#39;Ann&#39;&lt;/b&gt;";
    expect(board.posts.map((post) => post["page"])).toEqual([
      `<p>${bob} [&quot;&lt;i&gt;&quot;]</p>`,
      bob,
    ]);
  });

  test("takes no secret, not even one that data spells", async () => {
    const board = new Board();
    const page = "<p>{{secrets.KEY}}</p>";

    expect(check({ ...POST, page })).toEqual(['"page" may not hold a secret']);
    expect(() => enter({ ...POST, page })).toThrow("may not hold a secret");
    await board.run({ ...POST, page: "{{variables.v}}" }, { v: "{{secrets.KEY}}" });
    expect(board.posts[0]).toMatchObject({ page: "{{secrets.KEY}}" });
  });

  test("is never lost sight of: without the services a step cannot be bound", () => {
    expect(() => service.bind(POST)).toThrow("bound with the services");
  });
});

test("a parameter that is written in full takes no template", () => {
  expect(check({ ...POST, rule: "a {{variables.v}}" })).toEqual(['"rule" may not hold {{…}}']);
  expect(check({ ...POST, rule: "a $1" })).toEqual([]);
});

describe("a failure of the service", () => {
  const failure = { code: "service_unavailable", message: "Down.", retryable: true } as const;

  test("says whether to try again, and when", async () => {
    const board = new Board();
    board.failure = { ...failure, retryAfterMs: 5000 };

    expect(await board.run(POST)).toEqual({
      kind: "failed",
      error: { code: "service_unavailable", message: "Down.", retryable: true },
      outcome: "failed",
      retryAfterMs: 5000,
      costNano: 0,
    });
  });

  test("whose outcome is unknown is tried again, but not where a person is to be asked", async () => {
    const board = new Board();
    board.failure = { ...failure, outcomeUnknown: true };

    expect(await board.run(POST)).toMatchObject({ outcome: "unknown", error: { retryable: true } });
    expect(await board.run(POST, {}, { onUnknown: "ask" })).toMatchObject({
      outcome: "unknown",
      error: { retryable: false },
    });
  });

  test("that is a defect is not hidden", async () => {
    const board = new Board();
    const context = board.context({
      revealSecrets: () => {
        throw new TypeError("defect");
      },
    });

    await expect(bind(POST).run?.(enter(POST), context)).rejects.toThrow("defect");
  });

  test("after a stop gives the reason of the stop", async () => {
    const board = new Board();
    board.failure = failure;
    const reason = new AppError({ code: "step_timeout", message: "Late.", outcomeUnknown: true });

    const result = await board.run(POST, {}, { signal: AbortSignal.abort(reason) });

    expect(result).toMatchObject({ outcome: "unknown", error: { code: "step_timeout" } });
  });
});

describe("after a try whose effect nobody knows", () => {
  const unknownBefore = true;

  test("the effect is looked for, and found it is not repeated", async () => {
    const board = new Board();
    board.found = { id: 7 };

    expect(await board.run(POST, {}, { unknownBefore })).toMatchObject({
      kind: "ok",
      output: { id: 7 },
    });
    expect(board.posts).toEqual([]);
  });

  test("what a process sent before it ended may arrive before it is looked for", async () => {
    const board = new Board();
    const pause = async (): Promise<void> => {
      board.found = { id: 7 };
    };

    const result = await board.run(POST, {}, { unknownBefore, recoveries: 1, pause });

    expect(result).toMatchObject({ kind: "ok", output: { id: 7 } });
    expect(board.posts).toEqual([]);
  });

  test("an effect that is not found is made", async () => {
    const board = new Board();

    expect(await board.run(POST, {}, { unknownBefore })).toMatchObject({ output: { id: 1 } });
  });

  test.each<[ServiceAction["onUnknown"], boolean, number, object]>([
    ["repeat", true, 1, { kind: "ok" }],
    ["ask", true, 0, { kind: "failed", error: { code: "outcome_unknown", retryable: false } }],
    [({ count }) => (count === 2 ? "ask" : "repeat"), true, 0, { kind: "failed" }],
    [
      "look",
      false,
      0,
      { kind: "failed", error: { message: expect.stringContaining("cannot look for it") } },
    ],
  ])("the policy %s (can look: %s) leads to %i calls", async (policy, canLook, count, expected) => {
    const board = new Board();
    board.onUnknown = policy;
    board.canLook = canLook;

    expect(await board.run({ ...POST, count: 2 }, {}, { unknownBefore })).toMatchObject(expected);
    expect(board.posts).toHaveLength(count);
  });

  test("the step's own policy goes first", async () => {
    const board = new Board();
    board.found = { id: 7 };

    await board.run(POST, {}, { unknownBefore, onUnknown: "repeat" });

    expect(board.posts).toHaveLength(1);
  });
});

describe("checking a configuration", () => {
  const services = createServiceRegistry([new Board().service]);
  const check = (config: JsonObject) => service.check(config, { services });

  test.each<[JsonObject, string, string, RegExp]>([
    [{ service: "bord" }, "service", 'there is no service "bord"', /Did you mean "board"/],
    [
      { ...POST, action: "pots" },
      "action",
      'the service board has no action "pots"',
      /post, pin. Did you mean "post"/,
    ],
    [{ service: "board", channel: "#a" }, "text", '"text" is missing', /Add "text"/],
    [
      { ...POST, txt: "x" },
      "txt",
      '"txt" is not a parameter of this action',
      /Did you mean "text"/,
    ],
    [
      { ...POST, count: "three" },
      "count",
      '"count" is not right: must be a number, and is text',
      /Correct/,
    ],
    [{ ...POST, tags: "a" }, "tags", '"tags" is not right: must be a list, and is text', /Correct/],
    [
      { ...POST, constructor: "x" },
      "constructor",
      '"constructor" is not a parameter of this action',
      /Remove/,
    ],
  ])("%j has a problem", (config, path, message, fix) => {
    const problems = check(config);

    expect(problems).toEqual([
      { path: expect.anything(), message, fix: expect.stringMatching(fix) },
    ]);
    expect(problems[0]?.path.join(".")).toBe(path);
  });

  test("what a template gives is not judged, and a number fits a text", () => {
    expect(check({ ...POST, count: "{{variables.n}}", text: 5 })).toEqual([]);
  });

  test("what stands beside a template is judged all the same", () => {
    const text = "{{variables.v}}";
    const messages = (params: JsonObject) =>
      check({ ...POST, ...params }).map(({ message }) => message);

    expect(messages({ files: [{ nam: "a", text }] })).toEqual([
      '"files.0.name" is not right: must be text',
      '"files.0" is not right: has a member that is not known here: nam',
    ]);
    expect(messages({ files: [{ name: "", text }, text] })).toHaveLength(1);
    expect(messages({ files: [{ name: "a", text }, text], head: { a: text, b: 1 } })).toEqual([]);
    expect(messages({ copies: ["ann@a.example", text], wait: text })).toEqual([]);
  });

  test("every problem is named at once", () => {
    expect(check({ service: "board", count: "x", extra: 1 })).toHaveLength(4);
  });
});

describe("the registry", () => {
  test("calls by name and checks the parameters first", async () => {
    const board = new Board();
    const registry = createServiceRegistry([board.service]);
    const context = board.context();

    expect(await registry.execute("board", "post", { channel: "#a", text: 5 }, context)).toEqual({
      id: 1,
    });
    await expect(registry.execute("board", "post", {}, context)).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining("board.post"),
    });
    await expect(registry.execute("board", "toString", {}, context)).rejects.toMatchObject({
      code: "params_invalid",
    });
    await expect(registry.execute("other", "post", {}, context)).rejects.toThrow(/other.post/);
  });

  test("refuses two services with one name", () => {
    expect(() => createServiceRegistry([new Board().service, new Board().service])).toThrow();
  });
});
