import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/shared/json.ts";
import { type Reply, type RunningWeb, startWeb } from "./start-web.ts";

const EXECUTE = "/api/workflows/intake/execute";
const WEBHOOK = "/webhooks/intake";
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const FORM_LATIN_1 = { "content-type": "application/x-www-form-urlencoded; charset=ISO-8859-1" };
const JSON_TYPE = { "content-type": "application/json" };
const TEXT = { "content-type": "text/plain; charset=utf-8" };

type Body = string | Buffer;
type Headers = Readonly<Record<string, string>>;

/** A workflow that takes what comes, by webhook and API. */
async function serve(inputs?: object): Promise<RunningWeb> {
  const web = await startWeb();
  const definition = {
    id: "intake",
    name: "Intake",
    trigger: { type: "webhook", path: WEBHOOK, dedupe: false },
    ...(inputs && { inputs }),
    steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
  };
  expect(await web.engine.workflows.deploy(definition, { by: "test" })).toMatchObject({
    deployed: true,
  });
  return web;
}

/** The variables of the run that a request began; the refusal if it began none. */
async function variablesOf(web: RunningWeb, reply: Reply): Promise<unknown> {
  if (reply.status !== 200) {
    expect((await web.engine.executions.list({})).executions).toEqual([]);
    return `${reply.status} ${reply.body.error}`;
  }
  return (await web.engine.executions.get(reply.body.executionId)).variables;
}

const SAFE = "9007199254740991";
const LARGE = "12345678901234567890";
const LONG = "0.12345678901234567890123";

describe("a number in JSON that would be rounded", () => {
  test.for<readonly [string, string, Json]>([
    ["an id", `{"id": ${LARGE}}`, { id: LARGE }],
    ["one more than the last exact integer", '{"n": 9007199254740992}', { n: "9007199254740992" }],
    ["a negative one", '{"n": -9007199254740993}', { n: "-9007199254740993" }],
    ["a decimal", `{"n": ${LONG}}`, { n: LONG }],
    ["one within lists", `{"a": [{"b": [1, ${LARGE}]}]}`, { a: [{ b: [1, LARGE] }] }],
    ["one beyond all numbers", '{"n": 1e400}', { n: "1e400" }],
    ["one too near to nothing", '{"n": 1e-400}', { n: "1e-400" }],
    ["one with an exponent", '{"n": 1.5E+30}', { n: "1.5E+30" }],
    ["a whole one with decimals", '{"n": 9007199254740993.0}', { n: "9007199254740993.0" }],
    ["all of the body", LARGE, { body: LARGE }],
    [
      "one under a strange name",
      `{"__proto__": ${LARGE}}`,
      JSON.parse(`{"__proto__": "${LARGE}"}`),
    ],
  ])("is text in a webhook and refused by the API: %s", async ([, raw, variables]) => {
    await using web = await serve();

    const refused = await web.call("POST", EXECUTE, raw, JSON_TYPE);

    expect(refused).toMatchObject({ status: 400, body: { code: "json_malformed" } });
    expect(refused.body.problems).toEqual([
      {
        path: expect.any(String),
        message: expect.stringContaining("more digits"),
        fix: expect.stringContaining("Send it as text"),
      },
    ]);
    expect((await web.engine.executions.list({})).executions).toEqual([]);
    const reply = await web.call("POST", WEBHOOK, raw, JSON_TYPE);
    expect(await variablesOf(web, reply)).toEqual(variables);
  });

  test("is refused in a definition and in an event, with its path", async () => {
    await using web = await serve();
    const definition = `{"id": "x", "name": "x", "inputs": {"n": {"type": "number", "default": ${LARGE}}}, "steps": []}`;

    expect((await web.call("POST", "/api/workflows", definition)).body.problems).toMatchObject([
      { path: "inputs.n.default" },
    ]);
    const event = `{"name": "invoice.paid", "payload": {"order": ${LARGE}}}`;
    expect((await web.call("POST", "/api/events", event)).body.problems).toMatchObject([
      { path: "payload.order" },
    ]);
  });

  test("does not fit an input that wants a number", async () => {
    await using web = await serve({ id: { type: "integer" } });

    const reply = await web.call("POST", WEBHOOK, `{"id": ${LARGE}}`, JSON_TYPE);

    expect(await variablesOf(web, reply)).toContain("is not a whole number");
  });
});

describe("both ways in", () => {
  test.for<readonly [string, Body, Headers, Json]>([
    ["the last exact integer", `{"n": ${SAFE}}`, JSON_TYPE, { n: 9007199254740991 }],
    ["a negative zero", '{"n": -0}', JSON_TYPE, { n: 0 }],
    ["zeros at the end", '{"n": 1200.50}', JSON_TYPE, { n: 1200.5 }],
    ["a byte order mark", '\uFEFF{"n": 1}', JSON_TYPE, { n: 1 }],
    ["JSON called text", '{"n": 1}', TEXT, { n: 1 }],
    ["JSON called a form", '{"n": 1}', FORM, { n: 1 }],
    ["JSON of no type", Buffer.from('{"n": 1}'), {}, { n: 1 }],
    [
      "JSON under another name",
      '{"n": 1}',
      { "content-type": "application/octet-stream" },
      { n: 1 },
    ],
    [
      "JSON in Latin 1",
      Buffer.from('{"n": "é"}', "latin1"),
      { "content-type": "application/json; charset=latin1" },
      { n: "é" },
    ],
    ["a form", "item=a+b&n=640&e=", FORM, { item: "a b", n: "640", e: "" }],
    [
      "a name that is repeated",
      "item=apple&n=1&item=pear&item=",
      FORM,
      { item: ["apple", "pear", ""], n: "1" },
    ],
    ["brackets in names", "item[]=a&item[]=b&x[y]=1", FORM, { "item[]": ["a", "b"], "x[y]": "1" }],
    ["a field without a value", "a&b=1&&", FORM, { a: "", b: "1" }],
    ["equal signs in values", "token=a==&q=x=y", FORM, { token: "a==", q: "x=y" }],
    ["a form in UTF-8", "name=M%C3%BCller&city=%e6%9d%b1", FORM, { name: "Müller", city: "東" }],
    ["a form in UTF-8 that is not encoded", "name=Müller", FORM, { name: "Müller" }],
    ["a form in Latin 1", "name=M%FCller", FORM_LATIN_1, { name: "Müller" }],
    [
      "a form in Latin 1 that is not encoded",
      Buffer.from("name=Müller", "latin1"),
      FORM_LATIN_1,
      { name: "Müller" },
    ],
    [
      "a form in Shift JIS",
      "name=%93%8c",
      { "content-type": `${FORM["content-type"]};charset="Shift_JIS"` },
      { name: "東" },
    ],
    [
      "percent signs that are none",
      "discount=100%&rest=%zz%4",
      FORM,
      { discount: "100%", rest: "%zz%4" },
    ],
    ["digits in a form", `id=${LARGE}`, FORM, { id: LARGE }],
    [
      "names of the prototype",
      "__proto__=1&constructor=2",
      FORM,
      JSON.parse('{"__proto__": "1", "constructor": "2"}'),
    ],
    ["gzip", gzipSync('{"n": 1}'), { ...JSON_TYPE, "content-encoding": "gzip" }, { n: 1 }],
    ["x-gzip", gzipSync('{"n": 1}'), { ...JSON_TYPE, "content-encoding": "X-GZIP" }, { n: 1 }],
    ["deflate", deflateSync("n=1"), { ...FORM, "content-encoding": "deflate" }, { n: "1" }],
    ["br", brotliCompressSync('{"n": 1}'), { ...JSON_TYPE, "content-encoding": "br" }, { n: 1 }],
    [
      "no encoding, said so",
      '{"n": 1}',
      { ...JSON_TYPE, "content-encoding": "identity" },
      { n: 1 },
    ],
  ])("take %s", async ([, raw, headers, variables]) => {
    await using web = await serve();
    for (const path of [WEBHOOK, EXECUTE]) {
      expect(await variablesOf(web, await web.call("POST", path, raw, headers))).toEqual(variables);
    }
  });

  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
  const gzip = { ...JSON_TYPE, "content-encoding": "gzip" };
  test.for<readonly [string, Body, Headers, string]>([
    [
      "a name given twice",
      '{"a": {"b": 1, "b": 2}}',
      JSON_TYPE,
      "400 The body cannot be taken as it is: a.b: this name stands more than once",
    ],
    [
      "half a character",
      '{"a": "\\ud83d"}',
      JSON_TYPE,
      "400 The body cannot be taken as it is: a: this text has half a character",
    ],
    [
      "JSON nested too deep",
      `${"[".repeat(101)}${"]".repeat(101)}`,
      JSON_TYPE,
      "nested more than 100 levels",
    ],
    ["malformed JSON", '{"a":', JSON_TYPE, "at line 1, column 6 the text ends"],
    ["malformed JSON called text", '{"a":', TEXT, "at line 1, column 6 the text ends"],
    ["malformed JSON called a form", '{"a":', FORM, "at line 1, column 6 the text ends"],
    [
      "malformed JSON of an unknown type",
      '{"a":',
      { "content-type": "application/x-y" },
      "at line 1, column 6 the text ends",
    ],
    [
      "XML that is not in UTF-8",
      Buffer.from("<a>\xfc</a>", "latin1"),
      { "content-type": "application/xml" },
      "400 The body is not UTF-8 text. Send UTF-8, or name the charset",
    ],
    [
      "multipart of another kind",
      "--x\r\n\r\n--x--",
      { "content-type": "multipart/related; boundary=x" },
      "400 A body of the type multipart/related is not taken. Send JSON (application/json), a form (application/x-www-form-urlencoded or multipart/form-data), text (text/plain, XML), or one file",
    ],
    [
      "bytes that are not text",
      Buffer.from('{"a": "\xfc"}', "latin1"),
      JSON_TYPE,
      "400 The body is not UTF-8 text. Send UTF-8, or name the charset",
    ],
    [
      "a form that is not in UTF-8",
      "name=M%FCller",
      FORM,
      "400 The form is not UTF-8 text. Send UTF-8, or name the charset",
    ],
    [
      "a form of a hundred thousand fields",
      "a=1&".repeat(100_000),
      FORM,
      "413 The form has more than 10000 fields. Send fewer, or JSON.",
    ],
    [
      "a form in a charset that is unknown",
      "a=1",
      { "content-type": `${FORM["content-type"]}; charset=klingon` },
      "has the charset “klingon”, which is not known",
    ],
    [
      "JSON in UTF-16 that says nothing of it",
      Buffer.from('{"a": 1}', "utf16le"),
      JSON_TYPE,
      "not valid JSON",
    ],
    ["gzip that is none", '{"a": 1}', gzip, "400 The body is not whole and valid gzip"],
    [
      "gzip that is cut off",
      gzipSync('{"a": "some text"}').subarray(0, 20),
      gzip,
      "not whole and valid gzip",
    ],
    [
      "deflate without its header",
      deflateRawSync('{"a": 1}'),
      { ...JSON_TYPE, "content-encoding": "deflate" },
      "not whole and valid deflate",
    ],
    [
      "an encoding that is unknown",
      "x",
      { ...JSON_TYPE, "content-encoding": "compress" },
      "the Content-Encoding “compress” is not taken. Send gzip, deflate or br",
    ],
    [
      "two encodings",
      gzipSync(gzipSync("{}")),
      { ...JSON_TYPE, "content-encoding": "gzip, gzip" },
      "Content-Encoding “gzip, gzip” is not taken",
    ],
    ["a bomb", bomb, gzip, "413 The body is larger than 1 MB."],
    [
      "one byte more than 1 MB, unpacked",
      gzipSync(" ".repeat(1024 * 1024 - 1) + "{}"),
      gzip,
      "413 ",
    ],
    [
      "a bomb of another kind",
      brotliCompressSync(Buffer.alloc(64 * 1024 * 1024)),
      { ...JSON_TYPE, "content-encoding": "br" },
      "413 ",
    ],
  ])("refuse %s", async ([, raw, headers, message]) => {
    await using web = await serve();
    for (const path of [WEBHOOK, EXECUTE]) {
      expect(await variablesOf(web, await web.call("POST", path, raw, headers))).toContain(message);
    }
  });

  test("are in the charset that they name, everywhere in the API", async () => {
    await using web = await serve();
    const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
    const definition = { id: "greet", name: "Grüße", steps };
    const latin1 = Buffer.from(JSON.stringify(definition), "latin1");
    const type = { "content-type": "application/json; charset=iso-8859-1" };

    expect((await web.call("POST", "/api/workflows", latin1, type)).status).toBe(200);

    expect((await web.call("GET", "/api/workflows/greet")).body.name).toBe("Grüße");
    expect((await web.call("POST", "/api/workflows", latin1, JSON_TYPE)).body.error).toContain(
      "The body is not UTF-8 text.",
    );
  });

  test("take 1 MB when unpacked, and keep the connection after a bomb", async () => {
    await using web = await serve();

    const fits = await web.call(
      "POST",
      EXECUTE,
      gzipSync(" ".repeat(1024 * 1024 - 2) + "{}"),
      gzip,
    );
    const large = await web.call("POST", EXECUTE, bomb, gzip);

    expect([fits.status, large.status]).toEqual([200, 413]);
    expect(large.headers.get("connection")).toBe("keep-alive");
  });

  test("convert a form by the types of the inputs", async () => {
    await using web = await serve({
      amount: { type: "number", required: true },
      urgent: { type: "boolean" },
      tags: { type: "multi-select", options: ["red", "blue"] },
    });
    for (const path of [WEBHOOK, EXECUTE]) {
      const reply = await web.call(
        "POST",
        path,
        "amount=640&urgent=on&tags=red&tags=blue&x=1",
        FORM,
      );
      expect(await variablesOf(web, reply)).toEqual({
        amount: 640,
        urgent: true,
        tags: ["red", "blue"],
        x: "1",
      });
    }
  });

  test("say of a field that does not fit how to write it", async () => {
    await using web = await serve({ amount: { type: "number" } });
    const answer = async (field: string) =>
      variablesOf(web, await web.call("POST", EXECUTE, field, FORM));

    expect(await answer("amount=1%2C200.50")).toContain(
      '400 The inputs of "intake" do not fit. amount: "1,200.50" is not a number. Write 1200.50.',
    );
    expect(await answer("amount=1&amount=2")).toContain(
      "amount: the list is not a number. Give it",
    );
  });
});

describe("plain text", () => {
  test.for<readonly [string, Body, Headers, string]>([
    ["a sentence", "The printer is on fire.\n", TEXT, "The printer is on fire.\n"],
    ["digits", LARGE, TEXT, LARGE],
    ["a brace in the middle", "a {b}", TEXT, "a {b}"],
    ["a bracket at the start", "[ALERT] Disk full", TEXT, "[ALERT] Disk full"],
    ["a time in brackets", "[2026-11-30 10:00] Disk", TEXT, "[2026-11-30 10:00] Disk"],
    ["a name in braces", "{printer} is on fire", TEXT, "{printer} is on fire"],
    [
      "Latin 1",
      Buffer.from("Müller", "latin1"),
      { "content-type": "text/plain; charset=iso-8859-1" },
      "Müller",
    ],
  ])("is the variable body of a webhook: %s", async ([, raw, headers, text]) => {
    await using web = await serve();
    const reply = await web.call("POST", WEBHOOK, raw, headers);
    expect(await variablesOf(web, reply)).toEqual({ body: text });
  });

  test.for(["{", "[1, 2", "{a: 1}", '{"a": 1} and more', '["a"] b'])(
    "that is malformed JSON is refused: %s",
    async (raw) => {
      await using web = await serve();
      expect(await web.call("POST", WEBHOOK, raw, TEXT)).toMatchObject({
        status: 400,
        body: { code: "json_malformed" },
      });
    },
  );

  test("is converted by the type of that input", async () => {
    await using web = await serve({ body: { type: "number" } });
    const reply = await web.call("POST", WEBHOOK, "640", TEXT);
    expect(await variablesOf(web, reply)).toEqual({ body: 640 });
  });

  test("is no object of variables for the API", async () => {
    await using web = await serve();
    const reply = await web.call("POST", EXECUTE, "hello", TEXT);
    expect(await variablesOf(web, reply)).toContain("400 The body must be an object of variables");
  });
});
