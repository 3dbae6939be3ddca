import { describe, expect, test } from "vitest";
import { gives, type Opened, open, request } from "./webhook-flow.ts";

describe("a body", () => {
  const XML =
    '<?xml version="1.0"?><order id="7"><line sku="a">Tea &amp; cup</line><line>B</line></order>';
  const send = (flow: Opened, type: string, body: string | Buffer) =>
    flow.output(
      request("/webhooks/flow", { headers: { "content-type": type }, body: Buffer.from(body) }),
    );

  test("of XML is data where the definition takes XML, and text where it says nothing", async () => {
    await using data = await open({ accepts: ["xml"] });
    await using text = await open({});
    expect(await send(data, "application/xml", XML)).toEqual({
      order: { "@id": "7", line: [{ "@sku": "a", "#text": "Tea & cup" }, "B"] },
    });
    expect(await send(text, "application/soap+xml", XML)).toEqual({ body: XML });
  });

  test.for<readonly [string, readonly string[], string, string | Buffer, object]>([
    ["of another type", ["json"], "application/xml", XML, { code: "media_type_refused" }],
    ["of a file", ["json", "form"], "application/pdf", "%PDF", { code: "media_type_refused" }],
    [
      "of JSON that calls itself a form",
      ["form"],
      "application/x-www-form-urlencoded",
      '{"a":1}',
      { code: "json_malformed" },
    ],
    ["that calls itself JSON", ["json"], "application/json", "a=1", { code: "json_malformed" }],
    [
      "of JSON that is no UTF-8",
      ["json"],
      "application/json",
      Buffer.from('{"a":"\xff"}', "latin1"),
      { code: "json_malformed" },
    ],
    [
      "of a form that is no UTF-8",
      ["form"],
      "application/x-www-form-urlencoded",
      "a=%ff",
      { code: "json_malformed" },
    ],
    [
      "of text that is no UTF-8",
      ["text"],
      "text/plain",
      Buffer.from([0xff, 0x41]),
      { code: "json_malformed" },
    ],
    [
      "of XML that is no UTF-8",
      ["xml"],
      "text/xml",
      Buffer.from([0x3c, 0x61, 0xff, 0x2f, 0x3e]),
      { code: "json_malformed" },
    ],
    ["that calls itself XML", ["xml"], "application/xml", '{"a":1}', { code: "json_malformed" }],
    [
      "of XML that is cut short",
      ["xml"],
      "application/xml",
      XML.slice(0, -3),
      { code: "json_malformed" },
    ],
    [
      "of XML that defines entities",
      ["xml"],
      "application/xml",
      '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;">]><a>&c;</a>',
      { code: "json_malformed", message: expect.stringContaining("document type declaration") },
    ],
    [
      "of XML that reads a file",
      ["xml"],
      "application/xml",
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
      { code: "json_malformed" },
    ],
    [
      "of XML that is nested without end",
      ["xml"],
      "application/xml",
      "<a>".repeat(50_000),
      { code: "body_too_large" },
    ],
    [
      "of XML with too many elements",
      ["xml"],
      "application/xml",
      `<r>${"<a/>".repeat(150_000)}</r>`,
      { code: "body_too_large" },
    ],
  ])("%s is refused, and nothing is started (%j)", async ([, accepts, type, body, error]) => {
    await using flow = await open({ accepts: [...accepts] });
    await expect(send(flow, type, body)).rejects.toMatchObject(error);
    expect((await flow.engine.executions.list({})).executions).toEqual([]);
  });

  test("of a form with a file brings the file", async () => {
    await using flow = await open(
      { accepts: ["form"] },
      gives("[variables.note, variables.scan.name]"),
    );
    const body = [
      '--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n',
      '--b\r\nContent-Disposition: form-data; name="scan"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n',
    ].join("");
    expect(await send(flow, "multipart/form-data; boundary=b", body)).toEqual(["hello", "a.pdf"]);
  });
});
