import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { resolve } from "node:path";
import { simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { describe, expect, test } from "vitest";
import { createEmailService } from "../../../src/services/email/email-service.ts";
import type { MailServer } from "../../../src/services/email/mail-connections.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { serviceContext } from "../../support/service-context.ts";
import { until } from "../../support/until.ts";

const TLS = resolve(import.meta.dirname, "../../fixtures/tls");
const AUTHORITY = resolve(TLS, "authority.pem");
const MAIL = { to: "ann@example.com", text: "Hello" };

const pem = (name: string): string => readFileSync(resolve(TLS, `${name}.pem`), "utf8");

/** A real SMTP server, what it was sent, and how many connections it had. */
async function startServer(options: SMTPServerOptions = {}) {
  const seen = { connections: 0, encrypted: [] as boolean[], sources: [] as Buffer[] };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key ? [] : ["STARTTLS"],
    closeTimeout: 100,
    onConnect(_session, done) {
      seen.connections += 1;
      done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      seen.encrypted.push(session.secure);
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        seen.sources.push(Buffer.concat(chunks));
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.server.address() as AddressInfo;
  return {
    ...seen,
    seen,
    port,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

/** A server that is no more than what it says to each line. */
async function startScript(answer: (line: string, socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.write("220 ready\r\n");
    let rest = "";
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString()).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) answer(line, socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function serviceFor(port: number, more: Partial<MailServer> = {}) {
  const server = {
    host: "127.0.0.1",
    port,
    login: null,
    from: "Heddle <bot@example.com>",
    ...more,
  };
  const service = createEmailService({ server, templatesDir: "none" });
  const registry = createServiceRegistry([service]);
  return {
    send: (params: JsonObject, key = "exec_1/send#1") =>
      registry.execute("email", "send", params, serviceContext({ idempotencyKey: key })),
    [Symbol.dispose]: () => service[Symbol.dispose](),
  };
}

async function sendOnce(port: number, params: JsonObject = MAIL, more: Partial<MailServer> = {}) {
  using service = serviceFor(port, more);
  return await service.send(params);
}

function refusing(reply: (address: string) => { code: number; text: string } | null) {
  const onRcptTo: SMTPServerOptions["onRcptTo"] = ({ address }, _session, done) => {
    const refusal = reply(address);
    done(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
  };
  return startServer({ onRcptTo });
}

describe("encryption", () => {
  const secured = (name: string) => startServer({ key: pem(name), cert: pem(name) });

  test("is used where the server offers it, with the authority of the operator", async () => {
    await using server = await secured("server");

    await sendOnce(server.port, MAIL, { caFile: AUTHORITY });

    expect(server.seen.encrypted).toEqual([true]);
  });

  test.each([
    ["self-signed", "signed by itself", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["expired", "has expired", "CERT_HAS_EXPIRED"],
    ["other-name", "is for another name: DNS:other.example", "ERR_TLS_CERT_ALTNAME_INVALID"],
  ])("is not trusted with a certificate that is %s, and nothing is sent", async (name, ...says) => {
    await using server = await secured(name);

    const sending = sendOnce(server.port, MAIL, { caFile: AUTHORITY });

    await expect(sending).rejects.toMatchObject({
      code: "service_rejected",
      retryable: false,
      outcomeUnknown: false,
      message: expect.stringMatching(new RegExp(says.join(".*"))),
    });
    expect(server.seen.sources).toEqual([]);
  });

  test("says of an unknown authority how it is made known", async () => {
    await using server = await secured("server");

    await expect(sendOnce(server.port)).rejects.toThrow(/does not know.*SMTP_CA_FILE/);
    await expect(sendOnce(server.port, MAIL, { caFile: "/no/such.pem" })).rejects.toThrow(
      /SMTP_CA_FILE cannot be read \(ENOENT\)/,
    );
  });
});

test("several messages share a connection, and one that the server has closed is replaced", async () => {
  await using server = await startServer({ socketTimeout: 300 });
  using service = serviceFor(server.port);

  await service.send(MAIL, "a");
  await service.send(MAIL, "b");
  expect(server.seen).toMatchObject({ connections: 1, sources: { length: 2 } });

  await until(async () => {
    await service.send(MAIL, "c");
    return server.seen.connections > 1 ? true : undefined;
  });
});

test("a connection that is used again is not closed because it was idle before", async () => {
  const connected: Socket[] = [];
  const left: number[] = [];
  let messages = 0;
  let held: Socket | undefined;
  await using server = await startScript((line, socket) => {
    if (line.startsWith("EHLO")) connected.push(socket);
    if (/^(EHLO|MAIL |RCPT )/.test(line)) socket.write("250 ok\r\n");
    if (line === "DATA") socket.write("354 go\r\n");
    if (line === ".") {
      messages += 1;
      // The second message is taken only after a later connection has been idle for too long.
      if (messages === 2) held = socket;
      else socket.write("250 ok\r\n");
    }
    if (line === "QUIT") {
      left.push(connected.indexOf(socket));
      socket.end("221 bye\r\n");
      held?.write("250 ok\r\n");
      held = undefined;
    }
  });
  using service = serviceFor(server.port, { limits: { idleMs: 200 } });

  await service.send(MAIL, "a");
  const second = service.send(MAIL, "b");
  await until(() => Promise.resolve(held));
  await service.send(MAIL, "c");

  await expect(second).resolves.toMatchObject({ accepted: ["ann@example.com"] });
  expect(connected).toHaveLength(2);
  expect(left[0]).toBe(1);
});

test("no more than five connections are open at once, and every message is sent", async () => {
  await using server = await startServer();
  using service = serviceFor(server.port);

  await Promise.all(Array.from({ length: 30 }, (_, n) => service.send(MAIL, `key ${n}`)));

  expect(server.seen.sources).toHaveLength(30);
  expect(server.seen.connections).toBeLessThanOrEqual(5);
});

describe("a server that", () => {
  test("lets strangers wait is asked again when it says, or after five minutes", async () => {
    await using vague = await refusing(() => ({ code: 451, text: "4.7.1 Greylisted" }));
    await using exact = await refusing(() => ({ code: 450, text: "Try again in 90 seconds" }));

    await expect(sendOnce(vague.port)).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
      retryAfterMs: 300_000,
      outcomeUnknown: false,
      message: expect.stringContaining("ann@example.com: 451 4.7.1 Greylisted"),
    });
    await expect(sendOnce(exact.port)).rejects.toMatchObject({ retryAfterMs: 90_000 });
  });

  test("refuses the recipient ends the step, and the address is named", async () => {
    await using server = await refusing(() => ({ code: 550, text: "5.1.1 No such user" }));

    await expect(sendOnce(server.port, { ...MAIL, cc: "bob@example.com" })).rejects.toMatchObject({
      code: "service_rejected",
      retryable: false,
      message: expect.stringMatching(/ann@example\.com: 550 5\.1\.1 No.*bob@example\.com: 550/),
    });
  });

  test("refuses one of two recipients has the message for the other, and says why", async () => {
    await using server = await refusing((address) =>
      address === "bob@example.com" ? { code: 452, text: "4.2.2 Mailbox full" } : null,
    );

    const output = await sendOnce(server.port, { ...MAIL, cc: "bob@example.com" });

    expect(output).toMatchObject({
      accepted: ["ann@example.com"],
      rejected: ["bob@example.com"],
      refusals: [{ address: "bob@example.com", status: 452, reason: "452 4.2.2 Mailbox full" }],
    });
    expect(server.seen.sources).toHaveLength(1);
  });

  test("takes no message of this size is not sent it", async () => {
    await using server = await startServer({ size: 1000 });

    await expect(sendOnce(server.port, { ...MAIL, text: "x".repeat(2000) })).rejects.toMatchObject({
      code: "service_rejected",
      retryable: false,
      message: expect.stringContaining("larger than the limit of 0.001 MB"),
    });
  });

  test("drips slowly is given up: before the message nothing was sent", async () => {
    await using server = await startScript((line, socket) => {
      if (!/^EHLO/i.test(line)) return;
      const drip = setInterval(() => socket.write("250-A\r\n"), 10);
      socket.on("close", () => clearInterval(drip));
    });

    await expect(
      sendOnce(server.port, MAIL, { limits: { envelopeMs: 200 } }),
    ).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
      outcomeUnknown: false,
      message: expect.stringContaining("ETIMEDOUT"),
    });
  });

  test("is silent once it has the message leaves it unknown", async () => {
    await using server = await startScript((line, socket) => {
      if (/^(EHLO|MAIL|RCPT)/i.test(line)) socket.write("250 ok\r\n");
      if (/^DATA/i.test(line)) socket.write("354 go\r\n");
    });

    await expect(sendOnce(server.port, MAIL, { limits: { messageMs: 200 } })).rejects.toMatchObject(
      { retryable: true, outcomeUnknown: true },
    );
  });

  test("cuts the connection in the middle of a large message leaves it unknown", async () => {
    await using server = await startScript((line, socket) => {
      if (/^(EHLO|MAIL|RCPT)/i.test(line)) socket.write("250 ok\r\n");
      if (/^DATA/i.test(line)) {
        socket.write("354 go\r\n");
        socket.once("data", () => socket.destroy());
      }
    });

    await expect(
      sendOnce(server.port, { ...MAIL, text: "long line ".repeat(300_000) }),
    ).rejects.toMatchObject({ retryable: true, outcomeUnknown: true });
  });

  test.each(["EHLO", "MAIL", "RCPT", "DATA"])("cuts it at %s was sent nothing", async (at) => {
    await using server = await startScript((line, socket) => {
      if (line.startsWith(at)) socket.destroy();
      else socket.write("250 ok\r\n");
    });

    await expect(sendOnce(server.port)).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
      outcomeUnknown: false,
    });
  });

  test("speaks something else is not taken for a mail server", async () => {
    await using server = await startScript((_line, socket) => socket.end("HTTP/1.1 400\r\n"));

    await expect(sendOnce(server.port)).rejects.toMatchObject({ outcomeUnknown: false });
  });
});

describe("what is on the wire", () => {
  async function sent(params: JsonObject, options: SMTPServerOptions = {}) {
    await using server = await startServer(options);
    const output = await sendOnce(server.port, { ...MAIL, ...params });
    const [source = Buffer.alloc(0)] = server.seen.sources;
    const longest = Math.max(
      ...source
        .toString("latin1")
        .split("\r\n")
        .map((line) => line.length),
    );
    return { source: source.toString("latin1"), longest, output, mail: await simpleParser(source) };
  }

  test.each([
    ["ASCII without spaces", "a".repeat(1000)],
    ["ASCII with spaces", "word ".repeat(199)],
    ["signs of two units", "👩‍👩‍👧".repeat(100)],
    ["other letters", "Müller ".repeat(140)],
    ["something encoded", "=?utf-8?Q?evil?= and more"],
  ])("a subject of %s arrives as it is", async (_name, subject) => {
    const { mail, longest } = await sent({ subject });

    expect(mail.subject).toBe(subject.trim());
    expect(longest).toBeLessThanOrEqual(998);
  });

  test.each([
    ["text", { text: "x".repeat(5000) }],
    ["HTML", { body: `<p>${"y".repeat(5000)}</p>` }],
    ["text with other letters", { text: "ü".repeat(5000) }],
    ["an attachment", { attachments: [{ filename: "a.txt", content: "z".repeat(5000) }] }],
    ["a header", { headers: { "X-Long": "word ".repeat(399) } }],
    ["a file name", { attachments: [{ filename: `${"n".repeat(190)}.txt`, content: "z" }] }],
  ])("no line is too long with %s", async (_name, params) => {
    const { longest } = await sent(params);

    expect(longest).toBeLessThanOrEqual(998);
  });

  test("lines that begin with a dot, and bare line breaks, arrive as they are", async () => {
    const { mail } = await sent({ text: ".\n..a\r\n.b\rc\n" });

    expect(mail.text?.trimEnd()).toBe(".\n..a\n.b\nc");
  });

  test("the sender has the name that the step gives, at the operator's address", async () => {
    const { mail } = await sent({ fromName: 'Shop "Ü" <x@y.example>\r\nBcc: eve@example.com' });

    expect(mail.from?.value).toEqual([
      { address: "bot@example.com", name: 'Shop "Ü" <x@y.example> Bcc: eve@example.com' },
    ]);
    expect(mail.bcc).toBeUndefined();
  });

  test("headers are sent along", async () => {
    const { mail, source } = await sent({
      headers: { "X-Ticket": "4711 ✓", References: "<a@b.example>", "Auto-Submitted": "no" },
    });

    expect(source).toContain("X-Ticket: =?UTF-8?B?NDcxMSDinJM=?=");
    expect(mail.references).toBe("<a@b.example>");
    expect(mail.headers.get("auto-submitted")).toBe("no");
  });

  test.each<[string, JsonObject]>([
    ["a line break in the text", { "X-A": "a\r\nBcc: eve@example.com" }],
    ["a line break in the name", { "X-A\r\nBcc": "eve@example.com" }],
    ["a colon in the name", { "X-A: b\nX": "c" }],
    ["another sender", { From: "eve@example.com" }],
    ["a recipient", { bcc: "eve@example.com" }],
    ["another body", { "Content-Type": "text/html" }],
    ["another id", { "message-id": "<a@b.example>" }],
    ["a word that fits on no line", { "X-A": "a".repeat(1500) }],
  ])("a header with %s is refused", async (_name, headers) => {
    await expect(sendOnce(1, { ...MAIL, headers })).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining('"headers'),
    });
  });

  test("HTML has a text beside it, and a text of its own stays", async () => {
    const body = `<style>p {}</style><h1>Order</h1><p>Dear &amp; valued <b>Ann</b>,<br>see
      <a href="https://shop.example/4711">your order</a>.</p><table><tr><td>Sum</td><td>12 €</td></tr></table>`;

    const made = await sent({ text: "", body });
    const own = await sent({ text: "Own", body });

    expect(made.mail.text?.trimEnd()).toBe(
      "Order\n\nDear & valued Ann,\nsee your order [https://shop.example/4711].\n\nSum 12 €",
    );
    expect(made.mail.html).toContain("<b>Ann</b>");
    expect(own.mail.text?.trim()).toBe("Own");
  });

  test.each([
    ["deep", "<div>".repeat(50_000)],
    ["wide", `<table><tr>${"<td>a".repeat(50_000)}</table>`],
    ["unclosed", "<b".repeat(200_000)],
  ])("HTML that is %s is sent as it is", async (_name, body) => {
    const { mail } = await sent({ text: "", body });

    expect(mail.html).toContain(body.slice(0, 2000));
  });

  test("a domain with other letters is one that every server takes", async () => {
    const { mail, output } = await sent(
      { to: "Bücher <ann@bücher.example>" },
      { hideSMTPUTF8: true },
    );

    expect(output).toMatchObject({ accepted: ["ann@xn--bcher-kva.example"] });
    expect(mail.to).toMatchObject({ value: [{ name: "Bücher" }] });
  });

  test("a name with other letters in front of the @ needs a server that takes it", async () => {
    const { mail } = await sent({ to: "jörg@example.com" }, { hideSMTPUTF8: false });
    await using old = await startServer({ hideSMTPUTF8: true });

    expect(mail.to).toMatchObject({ value: [{ address: "jörg@example.com" }] });
    await expect(sendOnce(old.port, { ...MAIL, to: "jörg@example.com" })).rejects.toMatchObject({
      code: "service_rejected",
      message: expect.stringMatching(/SMTPUTF8/),
    });
    expect(old.seen.sources).toEqual([]);
  });
});
