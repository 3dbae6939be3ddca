import { createTransport } from "nodemailer";
import { expect, test } from "vitest";
import { FaultRefused } from "../../fault-queue.ts";
import { type MailSink, openMailSink } from "../../mail/mail-sink.ts";
import { openLoopbackServer } from "../support/loopback-server.ts";

const MAIL = {
  from: '"Heddle" <bot@example.com>',
  to: "Alice <alice@example.com>, bob@example.com",
  bcc: "carol@example.com",
  subject: "Grüße – expense approved",
  text: "Approved: 640 USD",
  html: "<p>Approved: <b>640 USD</b></p>",
  messageId: "<run-1@heddle.example>",
  headers: { "X-Heddle-Run": "run-1" },
};

const sendTo = (sink: MailSink, mail: object = MAIL, options: object = {}) =>
  createTransport({ host: "127.0.0.1", port: sink.port, ...options }).sendMail(mail);

const serve = (sink: MailSink) =>
  openLoopbackServer((request, response) => {
    void sink.handle(request, response).then((handled) => {
      if (!handled) response.writeHead(418).end();
    });
  });

test("keeps what nodemailer sends, newest last", async () => {
  await using sink = await openMailSink();
  const sent = await sendTo(sink);
  await sendTo(sink, { from: "a@example.com", to: "b@example.com", subject: "2", text: "plain" });

  expect(sent.accepted).toEqual(["alice@example.com", "bob@example.com", "carol@example.com"]);
  expect(sink.messages()).toMatchObject([
    {
      from: '"Heddle" <bot@example.com>',
      to: `"Alice" <alice@example.com>, bob@example.com`,
      subject: "Grüße – expense approved",
      text: "Approved: 640 USD",
      html: "<p>Approved: <b>640 USD</b></p>",
      headers: { "message-id": "<run-1@heddle.example>", "x-heddle-run": "run-1" },
      recipients: ["alice@example.com", "bob@example.com", "carol@example.com"],
    },
    { to: "b@example.com", subject: "2", text: "plain", html: "" },
  ]);
});

test("takes any user and password", async () => {
  await using sink = await openMailSink();
  await sendTo(sink, MAIL, { auth: { user: "someone", pass: "anything" } });
  expect(sink.messages()).toHaveLength(1);
});

test("names the attachments", async () => {
  await using sink = await openMailSink();
  await sendTo(sink, { ...MAIL, attachments: [{ filename: "receipt.txt", content: "12345" }] });
  expect(sink.messages()[0]?.attachments).toEqual([{ filename: "receipt.txt", bytes: 5 }]);
});

test("refuses the next message with the code asked for, then works again", async () => {
  await using sink = await openMailSink();
  sink.fault({ target: "mail", status: 451, error: "Greylisted", times: 1 });
  await expect(sendTo(sink)).rejects.toMatchObject({
    responseCode: 451,
    response: expect.stringContaining("Greylisted"),
  });
  await sendTo(sink);
  expect(sink.messages()).toHaveLength(1);
});

test("can refuse one recipient and take the message for the others", async () => {
  await using sink = await openMailSink();
  sink.fault({ method: "RCPT", status: 550 });
  const sent = await sendTo(sink);
  expect(sent.rejected).toEqual(["alice@example.com"]);
  expect(sink.messages()[0]?.recipients).toEqual(["bob@example.com", "carol@example.com"]);
});

test.for([
  { error: "disconnect", kept: 0 },
  { error: "disconnect_after", kept: 1 },
])("$error drops the connection with $kept messages kept", async ({ error, kept }) => {
  await using sink = await openMailSink();
  sink.fault({ error });
  await expect(sendTo(sink)).rejects.toThrow();
  expect(sink.messages()).toHaveLength(kept);
});

test("delays the answer until the client gives up", async () => {
  await using sink = await openMailSink();
  sink.fault({ delay_ms: 60_000 });
  await expect(sendTo(sink, MAIL, { socketTimeout: 100 })).rejects.toMatchObject({
    code: "ETIMEDOUT",
  });
});

test("forgets messages and faults when it is reset", async () => {
  await using sink = await openMailSink();
  await sendTo(sink);
  sink.fault({ status: 550, times: 3 });
  sink.reset();
  expect(sink.messages()).toEqual([]);
  await sendTo(sink);
  expect(sink.messages()).toMatchObject([{ id: 1 }]);
});

test.for([{ status: 200 }, { method: "EHLO" }, { times: 0 }, { surprise: true }])(
  "refuses the fault %o and names the field",
  async (fault) => {
    await using sink = await openMailSink();
    expect(() => sink.fault(fault)).toThrow(FaultRefused);
    expect(() => sink.fault(fault)).toThrow(String(Object.keys(fault)[0]));
  },
);

test("rejects with the system's error when the port is taken", async () => {
  await using sink = await openMailSink();
  await expect(openMailSink({ smtpPort: sink.port })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});

test("shows the inbox as a page in which a message can do nothing", async () => {
  await using sink = await openMailSink();
  await using server = await serve(sink);
  expect(await (await fetch(`${server.url}/mail`)).text()).toContain("No mail yet");

  const html = `<p class="x">Hi</p><script>alert(1)</script>`;
  await sendTo(sink, { ...MAIL, subject: "<img src=x onerror=alert(1)>", html });
  const response = await fetch(`${server.url}/mail`);
  const page = await response.text();

  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
  expect(page).toContain(`srcdoc="&lt;p class=&quot;x&quot;&gt;Hi&lt;/p&gt;&lt;script&gt;`);
  expect(page).toMatch(/<iframe sandbox /);
  expect(page).not.toContain("<script");
});

test("gives the messages as JSON, and leaves other paths alone", async () => {
  await using sink = await openMailSink();
  await using server = await serve(sink);
  await sendTo(sink);

  const listed = await (await fetch(`${server.url}/mail/messages`)).json();
  expect(listed).toMatchObject({ messages: [{ subject: "Grüße – expense approved" }] });
  expect((await fetch(`${server.url}/mail/other`)).status).toBe(404);
  expect((await fetch(`${server.url}/mail`, { method: "POST" })).status).toBe(405);
  expect((await fetch(`${server.url}/mailbox`)).status).toBe(418);
});
