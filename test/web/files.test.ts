import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { FileValue } from "../../src/shared/file-value.ts";
import type { Json } from "../../src/shared/json.ts";
import { type Reply, type RunningWeb, startWeb, untilStatus } from "./start-web.ts";

const EXECUTE = "/api/workflows/intake/execute";
const WEBHOOK = "/webhooks/intake";
const PDF = Buffer.concat([
  Buffer.from("%PDF-1.7\n"),
  Buffer.from([0, 0xff, 0xfe, 13, 10, 45, 45]),
]);

/** A workflow that takes what comes, by webhook and API. */
async function serve(more: object = {}, web?: RunningWeb): Promise<RunningWeb> {
  const running = web ?? (await startWeb());
  const definition = {
    id: "intake",
    name: "Intake",
    trigger: { type: "webhook", path: WEBHOOK, dedupe: false },
    steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
    ...more,
  };
  expect(await running.engine.workflows.deploy(definition, { by: "test" })).toMatchObject({
    deployed: true,
  });
  return running;
}

async function variablesOf(web: RunningWeb, reply: Reply): Promise<unknown> {
  if (reply.status !== 200) return `${reply.status} ${reply.body.error}`;
  return (await web.engine.executions.get(reply.body.executionId)).variables;
}

/** One part of a form. */
type Part = readonly [disposition: string, content: string | Buffer, ...headers: string[]];

function multipart(...parts: readonly Part[]): Buffer {
  const chunks = parts.flatMap(([disposition, content, ...headers]) => [
    Buffer.from(
      `--x\r\n${[`Content-Disposition: ${disposition}`, ...headers].join("\r\n")}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...chunks, Buffer.from("--x--\r\n")]);
}

const FORM = { "content-type": "multipart/form-data; boundary=x" };
const file = (name: string, size: number, type = "application/pdf") => ({
  name,
  type,
  size,
  ref: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
});

describe("a form with files", () => {
  test.for<readonly [string, readonly Part[], Json | object]>([
    ["text", [['form-data; name="note"', "hello\r\nworld"]], { note: "hello\r\nworld" }],
    ["text in UTF-8", [['form-data; name="café"', "Müller"]], { café: "Müller" }],
    [
      "text in Latin 1 that says so",
      [
        [
          'form-data; name="a"',
          Buffer.from("Müller", "latin1"),
          "Content-Type: text/plain; charset=iso-8859-1",
        ],
      ],
      { a: "Müller" },
    ],
    ["an empty text", [['form-data; name="a"', ""]], { a: "" }],
    [
      "a file",
      [['form-data; name="invoice"; filename="a.pdf"', PDF, "Content-Type: application/pdf"]],
      { invoice: file("a.pdf", PDF.length) },
    ],
    [
      "a file without a type",
      [['form-data; name="f"; filename="a.bin"', PDF]],
      { f: file("a.bin", PDF.length, "application/octet-stream") },
    ],
    [
      "a file without a name",
      [['form-data; name="photo"', PDF, "Content-Type: image/png"]],
      { photo: file("photo", PDF.length, "image/png") },
    ],
    [
      "a text file",
      [['form-data; name="f"; filename="a.txt"', "hi", "Content-Type: text/plain; charset=utf-8"]],
      { f: file("a.txt", 2, "text/plain; charset=utf-8") },
    ],
    [
      "an empty file",
      [['form-data; name="f"; filename="empty.txt"', "", "Content-Type: text/plain"]],
      { f: file("empty.txt", 0, "text/plain") },
    ],
    [
      "a file that was not chosen",
      [['form-data; name="f"; filename=""', "", "Content-Type: application/octet-stream"]],
      { f: null },
    ],
    [
      "several under one name",
      [
        ['form-data; name="f"; filename="a.pdf"', "1", "Content-Type: application/pdf"],
        ['form-data; name="n"', "x"],
        ['form-data; name="f"; filename="b.pdf"', "22", "Content-Type: application/pdf"],
      ],
      { f: [file("a.pdf", 1), file("b.pdf", 2)], n: "x" },
    ],
    [
      "a name with a path",
      [
        [
          'form-data; name="f"; filename="C:\\fake\\..\\a.pdf"',
          "1",
          "Content-Type: application/pdf",
        ],
      ],
      { f: file("a.pdf", 1) },
    ],
    [
      "a name with quotes, as browsers write them",
      [['form-data; name="f"; filename="a %22b%22.pdf"', "1", "Content-Type: application/pdf"]],
      { f: file('a "b".pdf', 1) },
    ],
    [
      "a name in UTF-8",
      [['form-data; name="f"; filename="März.pdf"', "1", "Content-Type: application/pdf"]],
      { f: file("März.pdf", 1) },
    ],
    [
      "a name with a charset",
      [["form-data; name=f; filename*=UTF-8''M%C3%A4rz.pdf", "1", "Content-Type: application/pdf"]],
      { f: file("März.pdf", 1) },
    ],
    [
      "JSON in a part",
      [
        [
          'form-data; name="meta"',
          '{"id": 12345678901234567890}',
          "Content-Type: application/json",
        ],
      ],
      { meta: { id: expect.anything() } },
    ],
    [
      "names of the prototype",
      [['form-data; name="__proto__"', "1"]],
      JSON.parse('{"__proto__":"1"}'),
    ],
    [
      "a boundary within a line",
      [['form-data; name="a"', "no end: --x, --x--"]],
      { a: "no end: --x, --x--" },
    ],
    ["nothing", [], {}],
  ])("gives %s", async ([name, parts, variables]) => {
    await using web = await serve();
    const body = multipart(...parts);

    for (const path of name === "JSON in a part" ? [WEBHOOK] : [WEBHOOK, EXECUTE])
      expect(await variablesOf(web, await web.call("POST", path, body, FORM))).toEqual(variables);
  });

  test("comes from a browser or a program as it is", async () => {
    await using web = await serve();
    const form = new FormData();
    form.append("amount", "640");
    form.append("receipt", new Blob([PDF], { type: "application/pdf" }), "Beleg €.pdf");

    const response = await fetch(`${web.url}${WEBHOOK}`, { method: "POST", body: form });
    const { executionId } = (await response.json()) as { executionId: string };

    const { variables } = await web.engine.executions.get(executionId);
    expect(variables).toEqual({ amount: "640", receipt: file("Beleg €.pdf", PDF.length) });
    const { ref } = variables["receipt"] as FileValue;
    const { bytes } = await web.engine.files.read(executionId, ref, "api");
    expect(bytes.equals(PDF)).toBe(true);
  });

  test("is typed by the inputs, text as text of a form and files as files", async () => {
    const inputs = {
      amount: { type: "number", required: true },
      receipt: { type: "file", required: true },
    };
    await using web = await serve({ inputs });
    const receipt = [
      'form-data; name="receipt"; filename="a.pdf"',
      "1",
      "Content-Type: application/pdf",
    ] as const;
    const send = (...parts: readonly Part[]) =>
      web.call("POST", WEBHOOK, multipart(...parts), FORM);

    expect(
      await variablesOf(web, await send(['form-data; name="amount"', "640"], receipt)),
    ).toEqual({ amount: 640, receipt: file("a.pdf", 1) });
    expect(
      await variablesOf(web, await send(['form-data; name="amount"', "640"], receipt, receipt)),
    ).toContain("receipt: the list is not a file. Give it once.");
    expect(
      await variablesOf(
        web,
        await send(
          ['form-data; name="amount"', "640"],
          ['form-data; name="receipt"; filename=""', ""],
        ),
      ),
    ).toContain('"receipt" is missing');
    // Nothing is stored of a form that begins no run.
    await send(
      ['form-data; name="amount"', "much"],
      ['form-data; name="receipt"; filename="b"', "other bytes"],
    );
    expect(await web.store.files.totalBytes()).toBe(1);
  });

  test("is signed like every other body", async () => {
    const revealed = (params: object) => ({ ...params, secret: "hush-hush-hush-hush" });
    const trigger = { type: "webhook", path: WEBHOOK, secret: "HOOK" };
    await using web = await serve({ trigger }, await startWeb({}, revealed));
    const body = multipart(['form-data; name="f"; filename="a.pdf"', PDF]);
    const signature = createHmac("sha256", "hush-hush-hush-hush").update(body).digest("hex");

    const wrong = await web.call("POST", WEBHOOK, body, { ...FORM, "x-signature": "0".repeat(64) });
    const right = await web.call("POST", WEBHOOK, body, { ...FORM, "x-signature": signature });

    expect(wrong.status).toBe(401);
    expect(await variablesOf(web, right)).toEqual({
      f: file("a.pdf", PDF.length, "application/octet-stream"),
    });
  });

  const ok = multipart(['form-data; name="a"', "1"]).toString();
  const BAD = Buffer.from([0x66, 0xfc, 0x72]);
  test.for<readonly [string, string | Buffer, string, string]>([
    [
      "no boundary",
      ok,
      "multipart/form-data",
      "400 The form (multipart/form-data) cannot be taken: its Content-Type names no boundary",
    ],
    ["another boundary", ok, "multipart/form-data; boundary=yy", "its end is missing"],
    ["no end", ok.replace("--x--\r\n", ""), FORM["content-type"], "its end is missing"],
    ["an end within a part", ok.slice(0, 40), FORM["content-type"], "its end is missing"],
    [
      "an end within its headers",
      "--x\r\nContent-Disp\r\n--x--\r\n",
      FORM["content-type"],
      "part 1 has no name",
    ],
    [
      "a part without a name",
      multipart(["form-data", "1"]),
      FORM["content-type"],
      "part 1 has no name",
    ],
    [
      "a part that is no field",
      multipart(['attachment; name="a"', "1"]),
      FORM["content-type"],
      "part 1 has no name",
    ],
    [
      "text that is none",
      multipart(['form-data; name="a"', BAD]),
      FORM["content-type"],
      'the field "a" cannot be read. It is not UTF-8 text',
    ],
    [
      "text in an unknown charset",
      multipart(['form-data; name="a"', "1", "Content-Type: text/plain; charset=klingon"]),
      FORM["content-type"],
      "“klingon”, which is not known",
    ],
    [
      "parts within a part",
      multipart([
        'form-data; name="f"',
        "--y\r\n\r\n1\r\n--y--",
        "Content-Type: multipart/mixed; boundary=y",
      ]),
      FORM["content-type"],
      'the field "f" holds parts of its own; send each file under its name',
    ],
    [
      "a part with two names",
      multipart(['form-data; name="a"', "1", 'Content-Disposition: form-data; name="b"']),
      FORM["content-type"],
      "part 1 has more than one Content-Disposition",
    ],
    [
      "a file that is encoded",
      multipart([
        'form-data; name="f"; filename="a"',
        "JVBERg==",
        "Content-Transfer-Encoding: base64",
      ]),
      FORM["content-type"],
      'the field "f" is sent as base64; send it as it is',
    ],
    [
      "malformed JSON",
      multipart(['form-data; name="m"', '{"a":', "Content-Type: application/json"]),
      FORM["content-type"],
      'the field "m" cannot be read. ',
    ],
    [
      "too many parts",
      multipart(...Array.from({ length: 501 }, () => ['form-data; name="a"', ""] as const)),
      FORM["content-type"],
      "413 The form has more than 500 parts",
    ],
    [
      "too much text",
      multipart(
        ['form-data; name="a"', "x".repeat(600_000)],
        ['form-data; name="b"', "x".repeat(600_000)],
      ),
      FORM["content-type"],
      "413 The form has more than 1 MB of text",
    ],
    [
      "headers that are too long",
      multipart([`form-data; name="${"a".repeat(9000)}"`, "1"]),
      FORM["content-type"],
      "headers have more than 8192 characters",
    ],
    [
      "another kind of parts",
      ok,
      "multipart/mixed; boundary=x",
      "of the type multipart/mixed is not taken. Send JSON (application/json), a form",
    ],
  ])("is refused with %s", async ([, body, type, message]) => {
    await using web = await serve();
    for (const path of [WEBHOOK, EXECUTE]) {
      const reply = await web.call("POST", path, body, { "content-type": type });
      expect(await variablesOf(web, reply)).toContain(message);
    }
    expect((await web.engine.executions.list({})).executions).toEqual([]);
    expect(await web.store.files.totalBytes()).toBe(0);
  });
});

describe("a body that is one file, or one text", () => {
  test.for<readonly [string, Buffer | string, Record<string, string>, Json | object]>([
    ["a PDF", PDF, { "content-type": "application/pdf" }, file("file", PDF.length)],
    ["a picture", PDF, { "content-type": "image/png" }, file("file", PDF.length, "image/png")],
    [
      "bytes of no type that is known",
      PDF,
      { "content-type": "application/octet-stream" },
      file("file", PDF.length, "application/octet-stream"),
    ],
    [
      "bytes that begin like JSON",
      "{\\rtf1 Hello}",
      { "content-type": "application/octet-stream" },
      file("file", 13, "application/octet-stream"),
    ],
    [
      "rich text",
      "{\\rtf1 Hello}",
      { "content-type": "application/rtf" },
      file("file", 13, "application/rtf"),
    ],
    [
      "a file with a name",
      PDF,
      {
        "content-type": "application/pdf",
        "content-disposition": 'attachment; filename="a b.pdf"',
      },
      file("a b.pdf", PDF.length),
    ],
    [
      "a compressed file",
      gzipSync(PDF),
      { "content-type": "application/pdf", "content-encoding": "gzip" },
      file("file", PDF.length),
    ],
    ["XML", "<a>ü</a>", { "content-type": "application/xml" }, "<a>ü</a>"],
    ["XML of a kind", "<rss/>", { "content-type": "application/rss+xml" }, "<rss/>"],
    ["XML as text", "<a/>", { "content-type": "text/xml; charset=utf-8" }, "<a/>"],
    [
      "UTF-16 that says so",
      Buffer.from("\uFEFFgrün", "utf16le"),
      { "content-type": "text/plain" },
      "grün",
    ],
    [
      "XML in the charset that it names",
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>', "latin1"),
      { "content-type": "application/xml" },
      '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>',
    ],
    ["a table", "a;b", { "content-type": "text/csv" }, "a;b"],
    ["YAML", "a: 1", { "content-type": "application/yaml" }, "a: 1"],
  ])("is the variable “body”: %s", async ([, body, headers, value]) => {
    await using web = await serve();

    const reply = await web.call("POST", WEBHOOK, body, headers);

    expect(await variablesOf(web, reply)).toEqual({ body: value });
    expect(await variablesOf(web, await web.call("POST", EXECUTE, body, headers))).toContain(
      "must be an object of variables",
    );
  });

  test("may be as large as a file, not larger", async () => {
    await using web = await serve();
    const type = { "content-type": "application/pdf" };

    const large = await web.call("POST", WEBHOOK, Buffer.alloc(9_000_000, 1), type);
    const tooLarge = await web.call("POST", WEBHOOK, Buffer.alloc(10_500_000, 1), type);
    const huge = await web.call("POST", WEBHOOK, Buffer.alloc(12_000_000, 1), type);

    expect(large.status).toBe(200);
    expect(tooLarge).toMatchObject({ status: 413, body: { code: "file_too_large" } });
    expect(huge).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    const json = await web.call("POST", WEBHOOK, Buffer.alloc(2_000_000, 32), {});
    expect(json.body.error).toContain("larger than 1 MB");
  });

  test("is no way to a file of another run", async () => {
    await using web = await serve();
    const brought = await web.call("POST", WEBHOOK, PDF, { "content-type": "application/pdf" });
    const { body } = (await variablesOf(web, brought)) as { body: FileValue };

    const forged = await web.call("POST", WEBHOOK, { stolen: body });

    const path = `/api/executions/${forged.body.executionId}/files/${body.ref}`;
    expect(await web.call("GET", path)).toMatchObject({
      status: 404,
      body: { code: "file_not_found" },
    });
  });
});

describe("POST /api/files", () => {
  test("takes bytes of any type, and gives the value that a run is started with", async () => {
    await using web = await serve({ inputs: { invoice: { type: "file", required: true } } });
    const headers = {
      "content-type": "application/pdf",
      "content-disposition": "attachment; filename*=UTF-8''M%C3%A4rz.pdf",
    };

    const { status, body: invoice } = await web.call("POST", "/api/files", PDF, headers);
    const reply = await web.call("POST", EXECUTE, { invoice });

    expect(status).toBe(201);
    expect(invoice).toEqual(file("März.pdf", PDF.length));
    expect(await variablesOf(web, reply)).toEqual({ invoice });
    await untilStatus(web.engine, reply.body.executionId, "completed");
    const url = `${web.url}/api/executions/${reply.body.executionId}/files/${invoice.ref}`;
    const response = await fetch(url);
    expect(Buffer.from(await response.arrayBuffer()).equals(PDF)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/pdf",
      "content-disposition": `attachment; filename="M?rz.pdf"; filename*=UTF-8''M%C3%A4rz.pdf`,
      "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
    });
  });

  test.for<readonly [string, Buffer | string, string, Record<string, string>, object]>([
    [
      "JSON",
      '{"a":1}',
      "?name=a.json",
      { "content-type": "application/json" },
      file("a.json", 7, "application/json"),
    ],
    [
      "nothing",
      "",
      "?name=a.txt",
      { "content-type": "text/plain" },
      file("a.txt", 0, "text/plain"),
    ],
    ["no name", "x", "", { "content-type": "text/x" }, file("file", 1, "text/x")],
    ["a name with a path", "x", "?name=..%2F..%2Fetc%2Fpasswd", {}, { name: "passwd" }],
    [
      "a type that is none",
      "x",
      "",
      { "content-type": "nonsense" },
      file("file", 1, "application/octet-stream"),
    ],
    [
      "a header in a type",
      "x",
      "",
      { "content-type": "text/html; charset=utf-8; x=y" },
      file("file", 1, "text/html; charset=utf-8"),
    ],
  ])("takes %s", async ([, body, query, headers, value]) => {
    await using web = await serve();

    expect((await web.call("POST", `/api/files${query}`, body, headers)).body).toMatchObject(value);
  });

  test("refuses what is too large", async () => {
    await using web = await serve();

    expect(
      await web.call("POST", "/api/files", Buffer.alloc(10_000_001), {
        "content-type": "image/png",
      }),
    ).toMatchObject({ status: 413, body: { code: "file_too_large" } });
  });

  test("needs the token, as the download does", async () => {
    await using web = await serve({}, await startWeb({ apiToken: "a-token-of-the-api" }));

    expect((await web.call("POST", "/api/files", PDF)).status).toBe(401);
    expect(
      (await web.call("GET", `/api/executions/exec_1/files/sha256:${"0".repeat(64)}`)).status,
    ).toBe(401);
  });
});
