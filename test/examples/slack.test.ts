import { expect, test } from "vitest";
import { tsOf } from "../support/bot.ts";
import { Example } from "../support/example.ts";
import { startLoopbackServer } from "../support/loopback-server.ts";
import { readingManifest, upload } from "../support/slack-files.ts";

const PDF = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF";
/** Days of a run are seconds in a test. */
const SHORT_DAYS = { "{{variables.days}}d": "{{variables.days}}s" };

const ask = (example: Example) =>
  example.bot.slash(
    "U0ALICE",
    'run access-request system="Build server" reason="I mend the build" days=1',
  );

test("access that is approved is granted by a person, and asked back when its days are over", async () => {
  await using example = await Example.deploy("access-request", { instead: SHORT_DAYS });

  await ask(example);
  await example.decide("owner", "U0BOB", "approve");
  await example.decide("grant", "U0BOB", "granted");
  await example.bot.message("D0ALICE", /You have read access to Build server/);
  await example.decide("revoke", "U0BOB", "revoked");

  expect(await example.ended()).toMatchObject({
    status: "completed",
    labels: { system: "Build server" },
    output: { result: "revoked", system: "Build server" },
  });
});

test("access that is rejected is not granted, and who asked hears it", async () => {
  await using example = await Example.deploy("access-request");

  await ask(example);
  await example.decide("owner", "U0BOB", "reject", { comment: "Use the read replica" });

  await example.bot.message("D0ALICE", /You do not get read access to Build server/);
  expect((await example.ended()).output).toEqual({ result: "rejected", system: "Build server" });
});

test("an incident has a lead, the company hears of it, and it ends with what was the cause", async () => {
  await using example = await Example.deploy("incident");
  const text = "<@U0BOT> incident: nobody can pay";

  await example.bot.act("message", { user: "U0ALICE", channel: "C0ENGINEERING", text });
  await example.decide("lead", "U0BOB", "lead");
  await example.bot.message("C0GENERAL", /There is an incident, <@U0BOB> leads/);
  await example.decide("status", "U0BOB", "over", { comment: "a certificate had expired" });

  await example.bot.message("C0GENERAL", /The incident is over: a certificate had expired/);
  expect((await example.ended()).output).toEqual({
    result: "over",
    cause: "a certificate had expired",
  });
});

test("what is no incident is not announced", async () => {
  await using example = await Example.deploy("incident");
  const text = "<@U0BOT> incident? The coffee is cold";

  await example.bot.act("message", { user: "U0ALICE", channel: "C0ENGINEERING", text });
  await example.decide("lead", "U0BOB", "no-incident", { comment: "It is coffee" });

  expect((await example.ended()).output).toEqual({ result: "no-incident" });
  expect(await example.bot.messages("C0GENERAL")).toEqual([]);
});

async function shareInvoice(example: Example): Promise<void> {
  const file = await upload(example.bot, "U0ALICE", "invoice-7.pdf", PDF);
  await example.bot.act("message", {
    ...{ user: "U0ALICE", channel: "C0FINANCE", text: "From the printer", files: [file] },
  });
}

test("an invoice of a large amount is booked with its file after two people agreed", async () => {
  await using books = await startLoopbackServer((_request, response) => response.end("{}"));
  await using example = await Example.deploy("invoice", {
    instead: { "https://books.example.com": books.url },
    manifest: await readingManifest(),
    secrets: { BOOKS_TOKEN: "token-of-the-books" },
  });
  const fields = { amount: 7200, supplier: "Paper & Co" };

  await shareInvoice(example);
  await example.decide("check", "U0BOB", "approve", { fields });
  await example.decide("second", "U0CAROL", "approve");

  expect(await example.ended()).toMatchObject({
    output: { result: "booked", amount: 7200, supplier: "Paper & Co" },
  });
  expect(books.received).toMatchObject([
    { method: "POST", headers: { authorization: "Bearer token-of-the-books" } },
  ]);
  expect(books.received[0]?.body).toContain("%PDF-1.4");
});

test("an invoice that nobody wants to pay is not booked", async () => {
  await using example = await Example.deploy("invoice", { manifest: await readingManifest() });

  await shareInvoice(example);
  await example.decide("check", "U0BOB", "reject", { comment: "We never ordered this" });

  expect((await example.ended()).output).toEqual({ result: "rejected" });
});

const onboard = (example: Example) =>
  example.bot.slash(
    "U0ALICE",
    'run vendor-onboarding vendor="Acme" website=https://acme.example.com purpose="Screws" yearlyCost=900',
  );

test("a vendor is announced once finance and security agree, in whatever order", async () => {
  await using example = await Example.deploy("vendor-onboarding");

  await onboard(example);
  await example.decide("security", "U0CAROL", "approve");
  await example.decide("finance", "U0BOB", "approve");

  await example.bot.message("C0GENERAL", /Acme is a vendor of ours now/);
  expect((await example.ended()).output).toEqual({ result: "accepted", vendor: "Acme" });
});

test("a vendor that security refuses is not taken, whatever finance says", async () => {
  await using example = await Example.deploy("vendor-onboarding");

  await onboard(example);
  await example.decide("finance", "U0BOB", "approve");
  await example.decide("security", "U0CAROL", "reject", { comment: "No encryption" });

  expect((await example.ended()).output).toMatchObject({ result: "refused", security: "reject" });
});

async function reportBug(example: Example): Promise<void> {
  const place = { user: "U0ALICE", channel: "C0SUPPORT" };
  const { ts } = await example.bot.act("message", { ...place, text: "Orders vanish" });
  await example.bot.act("reaction", { ...place, user: "U0BOB", ts: ts ?? "", name: "bug" });
}

test("a message that gets a bug's emoji is rated, and what is critical goes to on-call", async () => {
  await using example = await Example.deploy("bug-triage");
  await example.modelSays("critical");

  await reportBug(example);

  await example.bot.message("C0ONCALL", /Critical bug: Orders vanish/);
  expect((await example.ended()).output).toEqual({ result: "paged" });
});

test("without AI a person rates the bug", async () => {
  await using example = await Example.deploy("bug-triage");
  await example.modelRefuses();

  await reportBug(example);
  await example.decide("rate-by-hand", "U0BOB", "minor");

  await example.bot.message("C0ENGINEERING", /Bug, not urgent: Orders vanish/);
  expect((await example.ended()).output).toEqual({ result: "filed", severity: "not rated" });
});

const complain = (example: Example) =>
  example.bot.act("message", {
    ...{ user: "U0ALICE", channel: "C0SUPPORT" },
    text: "Globex is angry and wants to cancel",
  });

test("a customer who wants to leave gets a person, who is named in the thread", async () => {
  await using example = await Example.deploy("customer-escalation");
  await example.modelSays("escalate");

  const sent = await complain(example);
  await example.decide("own", "U0CAROL", "own");

  await example.bot.message("C0SUPPORT", /<@U0CAROL> has taken this over/, tsOf(sent));
  expect((await example.ended()).output).toEqual({ result: "owned" });
});

test("without AI each complaint is taken for an urgent one, and a person says that it is none", async () => {
  await using example = await Example.deploy("customer-escalation");
  await example.modelRefuses();

  await complain(example);
  await example.decide("own", "U0CAROL", "no", { comment: "A joke among colleagues" });

  expect((await example.ended()).output).toEqual({
    result: "no-case",
    why: "A joke among colleagues",
  });
});

test("who joins a channel is welcomed, and asked again after some days", async () => {
  await using example = await Example.deploy("welcome", { instead: { '"3d"': '"1s"' } });
  const change = { channel: "C0ENGINEERING", user: "U0ALICE" };
  await example.bot.act("channel", { ...change, remove: ["U0CAROL"] });

  await example.bot.act("channel", { ...change, add: ["U0CAROL"] });

  await example.bot.message("D0CAROL", /Welcome to <#C0ENGINEERING/);
  await example.bot.message("D0CAROL", /How is your start in/);
  expect((await example.ended()).status).toBe("completed");
});

test("a new channel of a project is announced, and its owner reminded of the rules", async () => {
  await using example = await Example.deploy("project-channels");

  await example.bot.act("channel", { name: "proj-moon", members: ["U0BOB"], user: "U0BOB" });

  await example.bot.message("C0GENERAL", /<@U0BOB> has opened <#C/);
  await example.bot.message("D0BOB", /archive it when the project is over/);
  expect((await example.ended()).status).toBe("completed");
});
