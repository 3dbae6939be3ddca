import { createServer } from "node:net";
import { resolve } from "node:path";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { describe, expect, test } from "vitest";
import { openMailSink } from "../../../simulator/mail/mail-sink.ts";
import type { RunFiles } from "../../../src/engine/ports/files.ts";
import { createEmailService } from "../../../src/services/email/email-service.ts";
import type { MailServer } from "../../../src/services/email/mail-connections.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { plainText } from "../../../src/shared/wording.ts";
import { memoryFiles } from "../../support/run-files.ts";
import { serviceContext } from "../../support/service-context.ts";

const TEMPLATES = resolve(import.meta.dirname, "../../../workflows/email-templates");
const MAIL = { to: "ann@example.com", text: "Hello" };

async function send(
  port: number | null,
  params: JsonObject,
  more: {
    login?: MailServer["login"];
    key?: string;
    signal?: AbortSignal;
    files?: RunFiles;
  } = {},
) {
  const server = { host: "127.0.0.1", login: null, from: "Heddle <bot@example.com>" };
  using service = createEmailService({
    server: port === null ? null : { ...server, port, ...(more.login && { login: more.login }) },
    templatesDir: TEMPLATES,
  });
  const context = serviceContext({
    ...(more.key !== undefined && { idempotencyKey: more.key }),
    ...(more.signal && { signal: more.signal }),
    ...(more.files && { files: more.files }),
  });
  return await createServiceRegistry([service]).execute("email", "send", params, context);
}

test("shows before it is deployed who gets it, and every file of it", () => {
  const { send } = createEmailService({ server: null, templatesDir: TEMPLATES }).actions;
  const outline = send?.outline?.({
    ...{ to: "a@x.example", bcc: ["b@x.example"] },
    attachments: [{ filename: "a.csv" }, { filename: "b.csv" }],
    files: "{{variables.invoice}}",
  });

  expect(plainText(outline ?? [])).toBe(
    "Sends an e-mail to a@x.example, a hidden copy to b@x.example, with 2 attachments, with the files {{variables.invoice}}",
  );
});

describe("a message", () => {
  test("arrives with all its parts; a blind copy is nowhere to be read", async () => {
    await using sink = await openMailSink();

    const output = await send(sink.port, {
      to: ["Ann <ann@example.com>", "bob@example.com, carol@example.com"],
      cc: "dave@example.com",
      bcc: "eve@example.com",
      subject: "Grüße ✓",
      body: "<p>Hello <b>you</b></p>",
      text: "Hello you",
      attachments: [
        { filename: "a.csv", content: "a;b", contentType: "text/csv" },
        { filename: "../b.bin", content: "AAEC", encoding: "base64" },
      ],
    });

    const [message] = sink.messages();
    expect(message).toMatchObject({
      from: '"Heddle" <bot@example.com>',
      to: expect.stringContaining("carol@example.com"),
      cc: "dave@example.com",
      subject: "Grüße ✓",
      html: "<p>Hello <b>you</b></p>",
      text: "Hello you",
      attachments: [
        { filename: "a.csv", bytes: 3 },
        { filename: ".._b.bin", bytes: 3 },
      ],
    });
    expect(JSON.stringify(message?.headers)).not.toContain("eve@");
    expect(output).toEqual({
      messageId: message?.headers["message-id"],
      accepted: message?.recipients,
      rejected: [],
      refusals: [],
    });
    expect(message?.recipients).toHaveLength(5);
  });

  test("goes to a hundred addresses at most, copies among them", async () => {
    await using sink = await openMailSink();
    const list = (field: string) =>
      Array.from({ length: 60 }, (_, n) => `${field}${n}@example.com`);

    const sending = send(sink.port, { ...MAIL, to: list("to"), bcc: list("bcc") });

    await expect(sending).rejects.toMatchObject({ code: "params_invalid" });
    expect(sink.messages()).toEqual([]);
  });

  test("asks for answers elsewhere than at its sender", async () => {
    await using sink = await openMailSink();

    await send(sink.port, { ...MAIL, replyTo: ["Ann <ann@example.com>", "desk@example.com"] });
    await send(sink.port, { ...MAIL, replyTo: "" });

    const [first, second] = sink.messages();
    expect(first?.headers["reply-to"]).toBe("Ann <ann@example.com>, desk@example.com");
    expect(first?.recipients).toHaveLength(1);
    expect(second?.headers).not.toHaveProperty("reply-to");
  });

  test("has the subject of the seed when it names none", async () => {
    await using sink = await openMailSink();

    await send(sink.port, MAIL);

    expect(sink.messages()[0]).toMatchObject({ subject: "Workflow Notification", text: "Hello" });
  });

  test("has one id for every attempt of a step, and another for another step", async () => {
    await using sink = await openMailSink();

    for (const key of ["exec_1/a#1", "exec_1/a#1", "exec_1/a#2"]) {
      await send(sink.port, MAIL, { key });
    }

    const ids = sink.messages().map((message) => message.headers["message-id"]);
    expect(ids[0]).toMatch(/^<[0-9a-f]{40}@example\.com>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test("is sent with a login where there is one", async () => {
    await using sink = await openMailSink();

    await send(sink.port, MAIL, { login: { user: "bot", password: "pass word" } });

    expect(sink.messages()).toHaveLength(1);
  });

  test("from a template has its subject and its values, which are text and never markup", async () => {
    await using sink = await openMailSink();
    const values = {
      customer: "<script>alert(1)</script>",
      ticket: { id: 4711, subject: "Login\r\nBcc: eve@example.com" },
      respondWithin: "4 hours & 5 minutes",
    };

    await send(sink.port, { to: "ann@example.com", template: "ticket-acknowledged", values });

    const [message] = sink.messages();
    expect(message?.subject).toBe("We have your request: Login Bcc: eve@example.com");
    expect(message?.recipients).toEqual(["ann@example.com"]);
    expect(message?.html).toContain("Hello &lt;script&gt;alert(1)&lt;/script&gt;,");
    expect(message?.html).toContain("4 hours &amp; 5 minutes");
    expect(message?.html).toContain("<strong>4711</strong>");
    expect(message?.html).toMatch(/^<!doctype html>/);
  });
});

test("what is nothing within a message is left out, and an object is an attachment as JSON", async () => {
  await using sink = await openMailSink();

  await send(sink.port, {
    ...MAIL,
    to: ["ann@example.com", null, ""],
    cc: "",
    bcc: [null],
    attachments: [{ filename: "a.json", content: { a: 1 }, contentType: null, encoding: "" }, null],
  });

  expect(sink.messages()[0]).toMatchObject({
    recipients: ["ann@example.com"],
    attachments: [{ filename: "a.json", bytes: 7 }],
  });
});

describe("nothing in a parameter begins a header", () => {
  test("a subject is one line", async () => {
    await using sink = await openMailSink();

    await send(sink.port, { ...MAIL, subject: "Hi\r\nBcc: eve@example.com\r\n\r\nowned" });

    expect(sink.messages()[0]).toMatchObject({
      subject: "Hi Bcc: eve@example.com owned",
      recipients: ["ann@example.com"],
      text: "Hello",
    });
    expect(sink.messages()[0]?.headers).not.toHaveProperty("bcc");
  });

  test("a file name is one line", async () => {
    await using sink = await openMailSink();
    const filename = 'a.txt"\r\nX-Evil: 1';

    await send(sink.port, { ...MAIL, attachments: [{ filename, content: "x" }] });

    expect(sink.messages()[0]?.headers).not.toHaveProperty("x-evil");
    expect(sink.messages()[0]?.attachments).toHaveLength(1);
  });

  test.each([
    ["report.pdf", "report.pdf"],
    ["../../etc/passwd", ".._.._etc_passwd"],
    ["..\\..\\boot.ini", ".._.._boot.ini"],
    ["/etc/passwd", "_etc_passwd"],
    ["C:\\x.txt", "C:_x.txt"],
    ["a\r\nb.txt", "a b.txt"],
    ["a\u0000b.txt", "a b.txt"],
    ["a\tb.txt", "a b.txt"],
    ["a\u2028b.txt", "a b.txt"],
    [" a.txt ", "a.txt"],
    ["invoice\u202Efdp.exe", "invoicefdp.exe"],
    ["\u2066a\u2069.txt", "a.txt"],
    [".", "_"],
    ["..", "_"],
    ["\n", "_"],
    [".env", ".env"],
    ['a"b;c=d.txt', 'a"b;c=d.txt'],
    ["Bericht März ✓.pdf", "Bericht März ✓.pdf"],
    ["日本語.csv", "日本語.csv"],
    ["%2e%2e%2f.txt", "%2e%2e%2f.txt"],
  ])("the file name %j arrives as %j", async (filename, arrives) => {
    await using sink = await openMailSink();

    await send(sink.port, { ...MAIL, attachments: [{ filename, content: "x" }] });

    expect(sink.messages()[0]?.attachments).toMatchObject([{ filename: arrives, bytes: 1 }]);
  });

  test("a name with commas and quotes is one recipient", async () => {
    await using sink = await openMailSink();

    await send(sink.port, { ...MAIL, to: [String.raw`"Doe, \"JD\" <x>" <ann@example.com>`] });

    expect(sink.messages()[0]?.recipients).toEqual(["ann@example.com"]);
  });

  test.each([
    "ann@example.com\r\nBcc: eve@example.com",
    "ann@example.com\nRCPT TO:<eve@example.com>",
    "Ann\r\nX: y <ann@example.com>",
  ])("%j is no address", async (to) => {
    await expect(send(1, { ...MAIL, to })).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining('"to"'),
    });
  });
});

describe("parameters that do not make a message are refused before anything is sent", () => {
  test.each<[JsonObject, string]>([
    [{ text: "x" }, '"to" is missing'],
    [{ ...MAIL, to: "nobody" }, '"to"'],
    [{ ...MAIL, to: ["ann@example.com", "@"] }, '"to"'],
    [{ ...MAIL, to: [] }, "to"],
    [{ ...MAIL, cc: "ann@ex ample.com" }, '"cc"'],
    [{ ...MAIL, replyTo: "ann@example.com, x" }, '"replyTo"'],
    [{ ...MAIL, to: Array.from({ length: 101 }, (_, n) => `a${n}@example.com`) }, "100"],
    [{ to: "ann@example.com" }, "empty"],
    [{ to: "ann@example.com", body: "" }, "empty"],
    [{ ...MAIL, values: { a: 1 } }, '"values"'],
    [{ ...MAIL, body: "x", template: "ticket-acknowledged" }, "not both"],
    [{ to: "ann@example.com", template: "../../package" }, "template"],
    [{ to: "ann@example.com", template: "no-such" }, 'no e-mail template "no-such"'],
    [{ to: "ann@example.com", template: "ticket-acknowledged", values: {} }, '"ticket.subject"'],
    [
      { ...MAIL, attachments: [{ filename: "a", content: "not base64!", encoding: "base64" }] },
      "attachments.0.content",
    ],
    [{ ...MAIL, attachments: [{ filename: "a", path: "/etc/passwd" }] }, "attachments.0"],
    [
      { ...MAIL, attachments: [{ filename: "a", content: "x", contentType: "a/b\r\nX: y" }] },
      "attachments.0.contentType",
    ],
    [{ ...MAIL, attachments: [{ filename: "a", content: "x".repeat(5_000_001) }] }, "5 MB"],
  ])("%#", async (params, message) => {
    await expect(send(1, params)).rejects.toMatchObject({
      code: "params_invalid",
      retryable: false,
      message: expect.stringContaining(message),
    });
  });
});

describe("a mail server that does not take the message", () => {
  test.each([
    [
      { status: 421, error: "Busy" },
      { code: "service_unavailable", retryable: true },
    ],
    [
      { status: 451, method: "RCPT" },
      { code: "service_unavailable", retryable: true },
    ],
    [
      { status: 550, error: "No such box" },
      { code: "service_rejected", retryable: false },
    ],
    [
      { status: 554, method: "MAIL" },
      { code: "service_rejected", retryable: false },
    ],
    [
      { error: "disconnect", method: "MAIL" },
      { code: "service_unavailable", retryable: true },
    ],
  ])("%j is a clear failure", async (fault, error) => {
    await using sink = await openMailSink();
    sink.fault(fault);

    await expect(send(sink.port, MAIL)).rejects.toMatchObject({
      ...error,
      outcomeUnknown: false,
      message: expect.stringContaining("status" in fault ? String(fault.status) : "127.0.0.1"),
    });
    expect(sink.messages()).toEqual([]);
  });

  test.each(["disconnect", "disconnect_after"])("%s leaves it unknown", async (error) => {
    await using sink = await openMailSink();
    sink.fault({ error });

    await expect(send(sink.port, MAIL)).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
      outcomeUnknown: true,
    });
  });

  test("that refuses some of the recipients has taken it for the others", async () => {
    await using sink = await openMailSink();
    sink.fault({ method: "RCPT", status: 550 });

    const output = await send(sink.port, { ...MAIL, cc: "bob@example.com" });

    expect(output).toMatchObject({
      accepted: ["bob@example.com"],
      rejected: ["ann@example.com"],
    });
  });

  test("that is not there may be there later", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 1;
    await new Promise((done) => server.close(done));

    await expect(send(port, MAIL)).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
      outcomeUnknown: false,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("is let go of when the step is stopped", async () => {
    await using sink = await openMailSink();
    sink.fault({ delay_ms: 60_000 });
    const stop = new AbortController();
    const sending = send(sink.port, MAIL, { signal: stop.signal });
    stop.abort(new Error("stopped"));

    await expect(sending).rejects.toThrow();
  });

  test("was never set up: the step says what the operator sets", async () => {
    await expect(send(null, MAIL)).rejects.toMatchObject({
      code: "service_rejected",
      retryable: false,
      message: expect.stringContaining("SMTP_HOST"),
    });
  });
});

describe("files of the run", () => {
  const PDF = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 0xff, 0xfe, 13, 10, 0x2e, 13, 10]);

  /** Sends a message to a real server. @returns the message as a mail program reads it. */
  async function received(files: RunFiles, params: JsonObject): Promise<ParsedMail> {
    let raw = Buffer.alloc(0);
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          raw = Buffer.concat(chunks);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      await send(port, { ...MAIL, ...params }, { files });
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
    return simpleParser(raw);
  }

  test("arrive as attachments, byte for byte, under their names and types", async () => {
    const files = memoryFiles();
    const pdf = await files.write({ name: "März Ω.pdf", type: "application/pdf" }, PDF);
    const csv = await files.write(
      { name: "a.csv", type: "text/csv; charset=windows-1252" },
      Buffer.from("Müller", "latin1"),
    );
    const empty = await files.write({ name: "empty.txt", type: "text/plain" }, Buffer.alloc(0));

    const mail = await received(files, {
      files: [pdf, csv],
      attachments: [
        { file: pdf, filename: "renamed.pdf" },
        { file: empty, contentType: "text/x-empty" },
        { filename: "note.txt", content: "hi" },
      ],
    });

    expect(
      mail.attachments.map(({ filename, contentType, content }) => [
        filename,
        contentType,
        content,
      ]),
    ).toEqual([
      ["renamed.pdf", "application/pdf", PDF],
      ["empty.txt", "text/x-empty", Buffer.alloc(0)],
      ["note.txt", "text/plain", Buffer.from("hi")],
      ["März Ω.pdf", "application/pdf", PDF],
      ["a.csv", "text/csv", Buffer.from("Müller", "latin1")],
    ]);
  });

  test("stand within the HTML as pictures", async () => {
    const files = memoryFiles();
    const logo = await files.write({ name: "logo.png", type: "image/png" }, PDF);

    const mail = await received(files, {
      body: '<p>Hello <img src="cid:logo"></p>',
      attachments: [{ file: logo, cid: "logo" }],
    });

    expect(mail.attachments).toMatchObject([
      { cid: "logo", contentDisposition: "inline", related: true, content: PDF },
    ]);
  });

  test("are one or many, and nothing where there is none", async () => {
    const files = memoryFiles();
    const one = await files.write({ name: "a.pdf", type: "application/pdf" }, PDF);

    expect((await received(files, { files: one })).attachments).toHaveLength(1);
    expect((await received(files, { files: null })).attachments).toHaveLength(0);
    expect((await received(files, { files: [one, null] })).attachments).toHaveLength(1);
  });

  test.each<[string, JsonObject, string]>([
    ["text in place of a file", { files: "a.pdf" }, "a file of the run"],
    [
      "neither content nor file",
      { attachments: [{ filename: "a" }] },
      'needs "content" or a "file"',
    ],
    [
      "content without a name",
      { attachments: [{ content: "a" }] },
      '"attachments.0.filename" is missing',
    ],
    ["a file of another run", { files: forged() }, 'no file "a.pdf"'],
    [
      "a name for a header",
      { attachments: [{ content: "a", filename: "a", cid: "a\r\nX: y" }] },
      "attachments.0.cid",
    ],
    ["a type for a header", { files: { ...forged(), type: "a/b\r\nX: y" } }, "a file of the run"],
  ])("are refused: %s", async (_name, params, message) => {
    await using sink = await openMailSink();

    await expect(send(sink.port, { ...MAIL, ...params })).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
    expect(sink.messages()).toEqual([]);
  });

  test("are 15 MB together at most", async () => {
    const files = memoryFiles();
    const large = await files.write({ name: "a", type: "" }, Buffer.alloc(8_000_000));

    await expect(send(1, { ...MAIL, files: [large, large] }, { files })).rejects.toThrow(
      "15 MB together",
    );
  });

  function forged() {
    return { name: "a.pdf", type: "application/pdf", size: 1, ref: `sha256:${"0".repeat(64)}` };
  }
});
