import { describe, expect, test } from "vitest";
import { isJsonObject, memberAt, toObjects, toText } from "../json.ts";
import type { Simulator } from "../simulator.ts";
import { ManualClock } from "./support/manual-clock.ts";
import { Person } from "./support/person.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const quick = { timings: { ackMs: 20, eventRetriesMs: [] } };

async function upload(simulator: Simulator, user: string, name: string): Promise<string> {
  const response = await fetch(`${simulator.url}/sim/file?user=${user}&name=${name}`, {
    method: "POST",
    body: PNG,
  });
  const answer: unknown = await response.json();
  return toText(memberAt(answer, "file", "id")) ?? "";
}

describe("a file of the app", () => {
  test("goes up in three steps and is shared in a channel", async () => {
    await using simulator = await openSample();
    const client = clientOf(simulator);

    await client.filesUploadV2({
      channel_id: "C0GENERAL",
      filename: "report.csv",
      content: "a,b\n1,2\n",
      initial_comment: "The report",
    });

    const { messages } = await client.conversations.history({ channel: "C0GENERAL" });
    expect(messages).toMatchObject([
      { text: "The report", files: [{ name: "report.csv", mimetype: "text/csv", size: 8 }] },
    ]);
  });

  test("is a sign-in page to whoever comes without the token", async () => {
    await using simulator = await openSample();
    const client = clientOf(simulator);
    await client.filesUploadV2({ channel_id: "C0GENERAL", filename: "a.txt", content: "hello" });
    const { messages } = await client.conversations.history({ channel: "C0GENERAL" });
    const address = messages?.[0]?.files?.[0]?.url_private ?? "";

    const without = await fetch(address);
    const headers = { authorization: "Bearer xoxb-simulator" };

    expect(without.headers.get("content-type")).toContain("text/html");
    expect(await (await fetch(address, { headers })).text()).toBe("hello");
  });

  test("can be shown by blocks some moments after the upload, if it is a picture", async () => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const client = clientOf(simulator);
    const uploaded = await client.filesUploadV2({ file: Buffer.from(PNG), filename: "chart.png" });
    const fileId = uploaded.files[0]?.files?.[0]?.id ?? "";
    const image = (id: string) => ({
      channel: "C0GENERAL",
      text: "Chart",
      blocks: [{ type: "image", alt_text: "Chart", slack_file: { id } }],
    });

    expect(await refusal(client.chat.postMessage(image(fileId)))).toMatchObject({
      error: "invalid_blocks",
      errors: ["invalid slack file [json-pointer:/blocks/0/slack_file]"],
    });
    clock.advance(1_000);
    expect(await client.chat.postMessage(image(fileId))).toMatchObject({ ok: true });
    expect(await refusal(client.chat.postMessage(image("F0NOBODY")))).toMatchObject({
      error: "invalid_blocks",
    });
  });
});

describe("a file of a person", () => {
  test("is shared with a message, seen where it was shared, and told to the app", async () => {
    await using simulator = await openSample(quick);
    const alice = new Person(simulator.url, "U0ALICE");
    const id = await upload(simulator, "U0ALICE", "photo.png");
    const see = (user: string) => fetch(`${simulator.url}/sim/file?user=${user}&id=${id}`);

    expect((await see("U0BOB")).status).toBe(404);
    await alice.act("message", { channel: "C0GENERAL", text: "Look", files: [id] });

    const picture = await see("U0BOB");
    expect(picture.headers.get("content-type")).toBe("image/png");
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(PNG);
    const events = simulator.workspace.traffic.deliveries().map(({ payload }) => payload["event"]);
    expect(events).toMatchObject([
      { type: "file_created", file_id: id, user_id: "U0ALICE" },
      { type: "file_shared", file_id: id, channel_id: "C0GENERAL" },
      { type: "message", subtype: "file_share", text: "Look", files: [{ id, name: "photo.png" }] },
    ]);
  });

  test("fills a file input of a modal, unless it has the wrong type", async () => {
    await using simulator = await openSample(quick);
    const alice = new Person(simulator.url, "U0ALICE");
    const { view } = await clientOf(simulator).views.open({
      trigger_id: simulator.workspace.triggers.create("U0ALICE"),
      view: {
        type: "modal",
        title: { type: "plain_text", text: "Receipt" },
        submit: { type: "plain_text", text: "Send" },
        blocks: [
          {
            type: "input",
            block_id: "receipt",
            label: { type: "plain_text", text: "Receipt" },
            element: { type: "file_input", action_id: "files", filetypes: ["png"], max_files: 1 },
          },
        ],
      },
    });
    const submit = (...ids: string[]) =>
      alice.act("view-submit", {
        view_id: view?.id ?? "",
        values: { receipt: { files: ids } },
      });
    const text = await upload(simulator, "U0ALICE", "notes.txt");
    const photo = await upload(simulator, "U0ALICE", "photo.png");

    expect(await submit(text)).toMatchObject({ error: "invalid_input", delivered: false });
    expect(await submit(photo, photo)).toMatchObject({ error: "invalid_input", delivered: false });
    await submit(photo);

    const submission = simulator.workspace.traffic.deliveries().at(-1)?.payload;
    expect(
      toObjects(memberAt(submission, "view", "state", "values", "receipt", "files", "files")),
    ).toMatchObject([{ id: photo, name: "photo.png", mimetype: "image/png" }]);
    expect(isJsonObject(submission)).toBe(true);
  });
});
