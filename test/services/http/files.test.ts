import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { RunFiles } from "../../../src/engine/ports/files.ts";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import { type FileValue, isFileValue } from "../../../src/shared/file-value.ts";
import { type Json, type JsonObject, readOwn } from "../../../src/shared/json.ts";
import { type Answer, json, startLoopbackServer } from "../../support/loopback-server.ts";
import { memoryFiles } from "../../support/run-files.ts";
import { serviceContext } from "../../support/service-context.ts";

const PDF = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.from([0, 0xff, 0xfe, 0x80, 0xc3])]);

function request(params: JsonObject, files: RunFiles = memoryFiles()): Promise<Json> {
  const services = createServiceRegistry([createHttpService({ allowHosts: ["127.0.0.1"] })]);
  return services.execute("http", "request", params, serviceContext({ files }));
}

function answering(
  body: Buffer | string,
  headers: Record<string, string | string[]>,
  status = 200,
): Answer {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

/** The content of an answer, and its bytes if it is a file. */
async function contentOf(
  body: Buffer | string,
  headers: Record<string, string>,
  params: JsonObject = {},
  path = "/a/b.bin",
): Promise<{ readonly data: unknown; readonly bytes: Buffer | null }> {
  await using server = await startLoopbackServer(answering(body, headers));
  const files = memoryFiles();
  const output = await request({ url: server.url + path, ...params }, files);
  const data = readOwn(output, "data");
  return { data, bytes: isFileValue(data) ? await files.read(data) : null };
}

describe("an answer that is no text", () => {
  test.each<[string, string, Buffer]>([
    ["a PDF", "application/pdf", PDF],
    ["a picture", "image/png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255])],
    ["anything", "application/octet-stream", PDF],
    ["a table", "application/vnd.ms-excel", PDF],
    ["an archive", "application/zip", PDF],
    ["a sound", "audio/mpeg", PDF],
    ["letters under another type", "application/pdf", Buffer.from("plain letters")],
    ["JSON under another type", "application/octet-stream", Buffer.from('{"a":1}')],
    ["text that is none in UTF-8", "text/csv", Buffer.from("Müller;1", "latin1")],
    ["text that is none in its charset", "text/plain; charset=utf-8", PDF],
    ["text in a charset that is not known", "text/plain; charset=klingon", Buffer.from("nuqneH")],
    ["JSON that is none in UTF-8", "application/json", Buffer.from('"ü"', "latin1")],
  ])("is a file with its bytes: %s", async (_name, type, body) => {
    const { data, bytes } = await contentOf(body, { "content-type": type });

    expect(data).toEqual({
      name: "b.bin",
      type,
      size: body.length,
      ref: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(bytes?.equals(body)).toBe(true);
  });

  test("has no type, and is a file all the same", async () => {
    const { data, bytes } = await contentOf(PDF, {});

    expect(data).toMatchObject({ type: "application/octet-stream" });
    expect(bytes?.equals(PDF)).toBe(true);
  });

  test("comes compressed, and is stored as it was before", async () => {
    const headers = { "content-type": "application/pdf", "content-encoding": "gzip" };

    const { data, bytes } = await contentOf(gzipSync(PDF), headers);

    expect(data).toMatchObject({ size: PDF.length });
    expect(bytes?.equals(PDF)).toBe(true);
  });

  test.each<[string, string, string]>([
    ["attachment; filename=report.pdf", "/x", "report.pdf"],
    ['attachment; filename="my report.pdf"', "/x", "my report.pdf"],
    ['inline; filename="a \\"quoted\\" one.pdf"', "/x", 'a "quoted" one.pdf'],
    ["attachment; filename*=UTF-8''%E2%82%AC%20rates.pdf", "/x", "€ rates.pdf"],
    [
      "attachment; filename=\"fallback.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf",
      "/x",
      "résumé.pdf",
    ],
    [
      "attachment; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf; filename=\"fallback.pdf\"",
      "/x",
      "résumé.pdf",
    ],
    ["attachment; filename*=ISO-8859-1''%FCber.pdf", "/x", "über.pdf"],
    [Buffer.from('attachment; filename="März.pdf"', "utf8").toString("latin1"), "/x", "März.pdf"],
    [Buffer.from('attachment; filename="März.pdf"', "latin1").toString("latin1"), "/x", "März.pdf"],
    ['attachment; filename="../../etc/passwd"', "/x", "passwd"],
    ['attachment; filename="C:\\\\temp\\\\evil.exe"', "/x", "evil.exe"],
    ["attachment; filename=no quotes at all.pdf", "/x", "no quotes at all.pdf"],
    ["attachment; filename*=UTF-8''invoice%E2%80%AEfdp.exe", "/x", "invoicefdp.exe"],
    ["attachment", "/files/July%20report.pdf?sig=1", "July report.pdf"],
    ["", "/files/%ZZ", "%ZZ"],
    ["", "/", "file"],
    ['attachment; filename=".."', "/x", "file"],
    [`attachment; filename="${"long".repeat(60)}.pdf"`, "/x", `${"long".repeat(29)}.pdf`],
  ])("is named by %s of %s", async (disposition, path, name) => {
    const headers = {
      "content-type": "application/pdf",
      ...(disposition !== "" && { "content-disposition": disposition }),
    };

    expect((await contentOf(PDF, headers, {}, path)).data).toMatchObject({ name });
  });

  test("is refused while it comes if it is too large", async () => {
    await using server = await startLoopbackServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/pdf" });
      // Without an end: who waits for it waits for ever.
      response.write(Buffer.alloc(3000));
    });

    await expect(request({ url: server.url }, memoryFiles(2000))).rejects.toMatchObject({
      code: "file_too_large",
      message: expect.stringContaining("MAX_FILE_BYTES"),
    });
  });

  test("is not quoted in an error", async () => {
    await using server = await startLoopbackServer(
      answering(PDF, { "content-type": "application/pdf" }, 404),
    );

    await expect(request({ url: server.url })).rejects.toMatchObject({
      message: expect.stringMatching(/status 404\. Correct the request/),
    });
  });
});

describe("an answer that is text", () => {
  test.each<[string, string, Buffer, Json]>([
    ["XML", "application/xml", Buffer.from("<a>ü</a>"), "<a>ü</a>"],
    ["a drawing", "image/svg+xml", Buffer.from("<svg/>"), "<svg/>"],
    [
      "a table",
      "text/csv; charset=windows-1252",
      Buffer.from("M\xfcller;\x80", "latin1"),
      "Müller;€",
    ],
    ["Japanese", "text/plain; charset=Shift_JIS", Buffer.from([0x93, 0x8c]), "東"],
    [
      "XML in the charset that it names",
      "text/xml",
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>', "latin1"),
      '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>',
    ],
    ["UTF-16 that says so", "text/plain", Buffer.from("\uFEFFgrün", "utf16le"), "grün"],
    ["nothing", "application/pdf", Buffer.alloc(0), null as Json],
  ])("stays text: %s", async (_name, type, body, data) => {
    expect((await contentOf(body, { "content-type": type })).data).toEqual(data);
  });
});

describe("what a step wants", () => {
  test.each<[string, string, string, Buffer | string, Json]>([
    ["text", "JSON as text", "application/json", '{"a":1}', '{"a":1}'],
    ["text", "letters of another type", "application/octet-stream", "a,b", "a,b"],
    ["json", "JSON of another type", "application/octet-stream", '{"a":1}', { a: 1 }],
    ["json", "a large id", "text/plain", "[12345678901234567890]", ["12345678901234567890"]],
  ])("%s is given: %s", async (responseType, _name, type, body, data) => {
    expect(
      (await contentOf(Buffer.from(body), { "content-type": type }, { responseType })).data,
    ).toEqual(data);
  });

  test.each<[string, string, Buffer]>([
    ["JSON", "application/json", Buffer.from('{"a":1}')],
    ["a page", "text/html", Buffer.from("<p>")],
    ["nothing", "text/plain", Buffer.alloc(0)],
    ["more than text may have", "text/plain", Buffer.alloc(1_500_000, "a")],
  ])("as a file is one: %s", async (_name, type, body) => {
    const { data, bytes } = await contentOf(
      body,
      { "content-type": type },
      { responseType: "file" },
    );

    expect(data).toMatchObject({ type, size: body.length });
    expect(bytes?.equals(body)).toBe(true);
  });

  test.each<[string, string, Buffer, string]>([
    ["text", "application/pdf", PDF, "is not text in UTF-8"],
    ["json", "application/pdf", PDF, "cannot be taken as JSON"],
    ["json", "text/plain", Buffer.from("hello"), "is not JSON"],
    ["json", "text/plain", Buffer.from('{"a":1,"a":2}'), "this name stands more than once"],
  ])("as %s is refused where it is not: %s", async (responseType, type, body, message) => {
    await expect(contentOf(body, { "content-type": type }, { responseType })).rejects.toMatchObject(
      {
        code: "service_rejected",
        message: expect.stringContaining(message),
      },
    );
  });

  test("text that is too large is said to be had as a file", async () => {
    const long = Buffer.alloc(1_500_000, "a");

    await expect(contentOf(long, { "content-type": "text/plain" })).rejects.toMatchObject({
      message: expect.stringContaining('"responseType": "file"'),
    });
  });
});

describe("a file that is sent", () => {
  test("as the body is its bytes under its type", async () => {
    const received: Buffer[] = [];
    await using server = await startRaw(received);
    const files = memoryFiles();
    const file = await files.write({ name: "a.pdf", type: "application/pdf" }, PDF);

    await request({ url: server.url, method: "PUT", body: file }, files);

    expect(received[0]?.equals(PDF)).toBe(true);
    expect(server.received[0]?.headers).toMatchObject({
      "content-type": "application/pdf",
      "content-length": String(PDF.length),
    });
  });

  test("keeps the type that the definition gives it", async () => {
    await using server = await startLoopbackServer(json(200, {}));
    const files = memoryFiles();
    const file = await files.write({ name: "a.bin", type: "" }, Buffer.from("x"));

    await request(
      { url: server.url, method: "PUT", body: file, headers: { "Content-Type": "image/webp" } },
      files,
    );

    expect(server.received[0]?.headers).toMatchObject({ "content-type": "image/webp" });
  });

  test("stands in a form beside text, under its name", async () => {
    const received: Buffer[] = [];
    await using server = await startRaw(received);
    const files = memoryFiles();
    const file = await files.write({ name: 'Rechnung "März".pdf', type: "application/pdf" }, PDF);
    const empty = await files.write({ name: "empty.txt", type: "text/plain" }, Buffer.alloc(0));

    await request(
      {
        url: server.url,
        method: "POST",
        form: {
          invoice: file,
          amount: 12.5,
          paid: true,
          tag: ["a", "b"],
          more: [empty, file],
          no: null,
        },
      },
      files,
    );

    const type = server.received[0]?.headers["content-type"] ?? "";
    expect(type).toMatch(/^multipart\/form-data; boundary=/);
    const form = await new Response(new Uint8Array(received[0] ?? []), {
      headers: { "content-type": String(type) },
    }).formData();
    expect(form.get("amount")).toBe("12.5");
    expect(form.get("paid")).toBe("true");
    expect(form.getAll("tag")).toEqual(["a", "b"]);
    expect(form.has("no")).toBe(false);
    const sent = form.get("invoice");
    if (!(sent instanceof File)) throw new Error("It was sent as no file.");
    expect(sent.name).toBe('Rechnung "März".pdf');
    expect(sent.type).toBe("application/pdf");
    expect(Buffer.from(await sent.arrayBuffer()).equals(PDF)).toBe(true);
    expect(form.getAll("more").map((one) => (one instanceof File ? one.size : -1))).toEqual([
      0,
      PDF.length,
    ]);
  });

  test("is sent again where a redirect keeps the method", async () => {
    const received: Buffer[] = [];
    await using target = await startRaw(received);
    await using first = await startLoopbackServer(
      answering("", { location: `${target.url}/next` }, 307),
    );
    const files = memoryFiles();
    const file = await files.write({ name: "a.pdf", type: "application/pdf" }, PDF);

    await request({ url: first.url, method: "POST", form: { file } }, files);

    expect(received[0]?.includes(PDF)).toBe(true);
  });

  test("within JSON stays what it is", async () => {
    await using server = await startLoopbackServer(json(200, {}));
    const files = memoryFiles();
    const file = await files.write({ name: "a.pdf", type: "application/pdf" }, PDF);

    await request({ url: server.url, method: "POST", body: { file } }, files);

    expect(JSON.parse(server.received[0]?.body ?? "")).toEqual({ file });
  });

  test.each<[string, JsonObject, string, string]>([
    ["a form and a body", { form: { a: "1" }, body: "x" }, "params_invalid", "not both"],
    [
      "a form of another type",
      { form: { a: "1" }, headers: { "content-type": "application/json" } },
      "params_invalid",
      "leave the header Content-Type out",
    ],
    ["a file that the run does not have", { body: forged() }, "file_not_found", "a.pdf"],
    ["one in a form", { form: { f: forged() } }, "file_not_found", "a.pdf"],
    ["an object in a form", { form: { f: { ref: "x", name: "y" } } }, "", ""],
  ])("is refused before anything is sent: %s", async (_name, params, code, message) => {
    await using server = await startLoopbackServer(json(200, {}));

    const sent = request({ url: server.url, method: "POST", ...params });

    if (code === "") await sent;
    else {
      await expect(sent).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
      expect(server.received).toEqual([]);
    }
  });
});

function forged(): FileValue {
  return { name: "a.pdf", type: "application/pdf", size: 1, ref: `sha256:${"0".repeat(64)}` };
}

/** A server that keeps the bytes of what it is sent. */
async function startRaw(received: Buffer[]) {
  const requests: { readonly headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      received.push(Buffer.concat(chunks));
      requests.push({ headers: message.headers });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    received: requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
