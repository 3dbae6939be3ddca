import { describe, expect, test } from "vitest";
import type { Store } from "../../src/engine/ports/store.ts";
import { toIncomingFile } from "../../src/shared/file-value.ts";
import { encryptStore } from "../../src/store/encryption/encrypted-store.ts";
import type { KeyRing } from "../../src/store/encryption/keys.ts";
import { newKey, ringOf } from "../support/key-ring.ts";
import {
  call,
  claimBy,
  commit,
  credential,
  draft,
  head,
  START,
  sample,
  signal,
} from "./records.ts";

/** A word that no store may keep. */
const WORD = "zanzibar-4711";
/** What an execution is found by stays readable. */
const LABELS = { customer: "ACME", region: "EU" };

/** A database of its own for a test, that can be opened several times, one after the other. */
export interface OpenedTwice {
  open(): Promise<Store>;
  /** What `npm run reencrypt` does, while nothing has it open. */
  reencrypt(ring: KeyRing): Promise<void>;
  /** Everything that it keeps, as text. */
  content(): Promise<string>;
}

/** Writes the word into everything that holds what people, services and models said. */
async function writeAll(store: Store, word: string): Promise<void> {
  const variables = { pin: word };
  await store.executions.insert(head("exec_1", { variables, due: START, labels: LABELS }));
  await store.executions.insert(
    head("exec_2", { variables, due: null, endedAt: START, startedBy: "U0BOB" }),
  );
  const events = [{ type: "execution_completed" as const, output: { secret: word }, at: START }];
  const record = { ...head("exec_1", { variables }), rev: 1 };
  const audit = { surface: "slack" as const, result: "done" as const, at: START };
  await store.log.commit(
    commit("exec_1", 1, { events }),
    record,
    [],
    [],
    [{ ...audit, id: "1:a", actor: "U0BOB", action: "decide", detail: { comment: word } }],
  );
  await store.signals.insert(signal("s1", "exec_1", { payload: { comment: word } }));
  await store.events.insert({ id: "e1", name: "a.b", at: START, payload: { word } });
  const messages = [{ role: "user" as const, content: word }];
  await store.calls.insert(call("c1", "exec_1", { messages, text: word, value: word }));
  await store.drafts.insert(draft("d1", { description: word, source: { name: word } }));
  await store.samples.save(sample("x1", { inputs: { word }, note: word }));
  const { value, bytes } = wordFile(word);
  await store.files.save({ ref: value.ref, size: value.size, expiresAt: START }, bytes, START);
  const answer = { status: 200, body: { word } };
  const claim = { id: "a1", askedHash: "h", holder: "h1", expiresAt: START + 1, answer: null };
  await store.answers.claim(claim, START);
  await store.answers.save({ ...claim, answer });
  await store.credentials.save(
    credential("github", { values: { kind: "bearer", token: word }, hosts: [`${word}.example`] }),
  );
  await store.audit.append([
    { ...audit, id: "1:b", actor: "U0BOB", action: "start", shown: { hash: "h", text: word } },
  ]);
}

function wordFile(word: string) {
  return toIncomingFile(Buffer.from(`${word} `.repeat(100)), { name: "a", type: "text/plain" });
}

/** Everything that {@link writeAll} wrote, read back. */
async function readAll(store: Store, word: string): Promise<readonly unknown[]> {
  const { executions, log, signals, events, calls, drafts, samples, audit } = store;
  return [
    await executions.get("exec_1"),
    await executions.list({ limit: 10 }),
    await executions.list({ labels: LABELS, limit: 10 }),
    await executions.listEnded("U0BOB", 10),
    await store.leases.claim("exec_1", claimBy("w", START)),
    await store.leases.ownedBy("w"),
    await log.read("exec_1", 0),
    await signals.pending({ limit: 10 }),
    await events.list({ name: "a.b", from: 0, limit: 10 }),
    await events.pending(10),
    await calls.get("c1"),
    await calls.list("exec_1"),
    await store.credentials.get("github"),
    await store.credentials.list(),
    await drafts.get("d1"),
    await drafts.listNewest(0, 10),
    await samples.list({ workflowId: "refund" }),
    await audit.list({ limit: 10 }),
    await store.answers.claim(
      { id: "a1", askedHash: "h", holder: "h2", expiresAt: START + 1, answer: null },
      START,
    ),
    (await store.files.read(wordFile(word).value.ref))?.toString(),
  ];
}

/** What encryption promises of a store. @param create - a new, empty database. */
export function encryptionTests(name: string, create: () => Promise<OpenedTwice>): void {
  describe(`encryption: ${name}`, () => {
    test("leaves none of what was said readable, and gives it back", async () => {
      const database = await create();
      {
        await using plain = await database.open();
        const store = await encryptStore(plain, ringOf(newKey()));
        await writeAll(store, WORD);
        for (const part of await readAll(store, WORD)) expect(JSON.stringify(part)).toContain(WORD);
        expect(
          await store.calls.listCosts({ workflowId: "refund", from: 0, to: START + 1 }),
        ).toEqual([expect.objectContaining({ id: "c1", model: "gpt-4o-mini", costNano: 4200 })]);
        expect(await database.content()).not.toContain(WORD);
      }
      const content = await database.content();
      expect(content).toContain("$sealed");
      expect(content).not.toContain(WORD);
      expect(content).not.toContain(Buffer.from(WORD).toString("base64").slice(0, 12));
    });

    test("reads what was stored in plain before, and encrypts what comes after", async () => {
      const database = await create();
      await using plain = await database.open();
      await writeAll(plain, "early-word");
      const store = await encryptStore(plain, ringOf(newKey()));
      for (const part of await readAll(store, "early-word"))
        expect(JSON.stringify(part)).toContain("early-word");
      await store.calls.insert(call("c2", "exec_1", { text: WORD }));
      expect(await database.content()).not.toContain(WORD);
      expect(await store.calls.get("c2")).toMatchObject({ text: WORD });
    });

    test("ends the start with what to do when the key is missing or another one", async () => {
      const database = await create();
      const [first, other] = [newKey(), newKey()];
      await using plain = await database.open();
      await writeAll(await encryptStore(plain, ringOf(first)), WORD);
      const { id } = ringOf(first).first;
      await expect(encryptStore(plain, null)).rejects.toMatchObject({
        code: "config_invalid",
        message: expect.stringContaining(
          `ENCRYPTION_KEY is missing: what is stored is encrypted with the key ${id}`,
        ),
      });
      await expect(encryptStore(plain, ringOf(other))).rejects.toMatchObject({
        code: "config_invalid",
        message: expect.stringMatching(new RegExp(`${id}.*Add that key behind the first one`)),
      });
      const store = await encryptStore(plain, ringOf(other, first));
      expect(await store.calls.get("c1")).toMatchObject({ text: WORD });
      await store.calls.insert(call("c2", "exec_1"));
      await expect(encryptStore(plain, ringOf(first))).rejects.toThrow(ringOf(other).first.id);
    });

    test("is encrypted with another key by a command, what was in plain too; the earlier key can go", async () => {
      const database = await create();
      const [earlier, later] = [newKey(), newKey()];
      {
        await using plain = await database.open();
        await writeAll(plain, WORD);
        const store = await encryptStore(plain, ringOf(earlier));
        await store.calls.insert(call("c2", "exec_1", { text: WORD }));
        // More than the command takes at once.
        for (let n = 0; n < 500; n += 1) await store.calls.insert(call(`d${n}`, "exec_2"));
      }
      await expect(database.reencrypt(ringOf(later))).rejects.toThrow(ringOf(earlier).first.id);
      await database.reencrypt(ringOf(later, earlier));
      await database.reencrypt(ringOf(later));
      const content = await database.content();
      expect(content).not.toContain(WORD);
      expect(content).not.toContain(`v1.${ringOf(earlier).first.id}`);
      await using plain = await database.open();
      const store = await encryptStore(plain, ringOf(later));
      for (const part of await readAll(store, WORD)) expect(JSON.stringify(part)).toContain(WORD);
      expect(await store.calls.get("c2")).toMatchObject({ text: WORD });
    });

    test("takes no credential without a key", async () => {
      const database = await create();
      await using plain = await database.open();
      const store = await encryptStore(plain, null);

      await expect(store.credentials.save(credential("github"))).rejects.toMatchObject({
        code: "credential_store_off",
        message: expect.stringContaining("The operator sets ENCRYPTION_KEY"),
      });
      expect(await store.credentials.list()).toEqual([]);
    });

    test("opens nothing that was moved to another record", async () => {
      const database = await create();
      await using plain = await database.open();
      const store = await encryptStore(plain, ringOf(newKey()));
      await store.calls.insert(call("c1", "exec_1", { text: "yes" }));
      const stolen = await plain.calls.get("c1");
      if (stolen === null) throw new Error("The call is not there.");
      await plain.calls.insert({ ...stolen, id: "c2" });
      await expect(store.calls.get("c2")).rejects.toMatchObject({
        code: "store_unavailable",
        message: expect.stringContaining("call c2 cannot be decrypted"),
      });
    });

    test("takes data that only looks encrypted for data", async () => {
      const database = await create();
      await using plain = await database.open();
      const payload = { $sealed: "v1.0123456789abcdef.AAAA.BBBB" };
      await plain.signals.insert(signal("s1", "exec_1", { payload }));
      const store = await encryptStore(plain, ringOf(newKey()));
      await store.signals.insert(signal("s2", "exec_1", { payload }));
      const found = await store.signals.pending({ limit: 10 });
      expect(found.map((one) => one.payload)).toEqual([payload, payload]);
    });
  });
}
