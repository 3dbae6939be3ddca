import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { expect, test } from "vitest";
import { createFileReader, filesOf } from "../../src/slack/files.ts";

/** A server in place of Slack, and what reads files from it. */
async function open(listener: RequestListener, found: unknown = null) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
  const reader = createFileReader({
    ...{ botToken: "xoxb-test", apiUrl: `${url}/api/`, fetch },
    client: { files: { info: () => Promise.resolve(Object({ ok: true, file: found })) } },
  });
  const read = (file: object, maxBytes = 1000) => {
    const [described] = filesOf([
      { id: "F1", name: "a.pdf", mimetype: "application/pdf", ...file },
    ]);
    if (described === undefined) throw new Error("The file is not described.");
    return reader.read(described, maxBytes);
  };
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, read, [Symbol.dispose]: close };
}

test("the token follows Slack within Slack, and to no other server", async () => {
  const tokens: (string | undefined)[] = [];
  using other = await open((request, response) => {
    tokens.push(request.headers.authorization);
    response.end("stolen");
  });
  using slack = await open((request, response) => {
    const { url: path, headers } = request;
    if (path === "/there") response.end(headers.authorization);
    else response.writeHead(302, { location: path === "/out" ? other.url : "/there" }).end();
  });

  const within = await slack.read({ url_private: `${slack.url}/in` });
  expect("bytes" in within && Buffer.from(within.bytes).toString()).toBe("Bearer xoxb-test");
  expect(await slack.read({ url_private: `${slack.url}/out` })).toEqual({
    problem: "Slack leads to another server for it, which does not get the bot's token",
  });
  expect(await slack.read({ url_private: other.url })).toEqual({
    problem: "Slack does not say where it is",
  });
  expect(await slack.read({ url_private: "https://slack.com.example.com/f" })).toEqual({
    problem: "Slack does not say where it is",
  });
  expect(tokens).toEqual([]);
});

test("a page in place of a file is no file, also where a page was wanted", async () => {
  using slack = await open((_request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8").end("<p>Sign in</p>");
  });
  const url_private = `${slack.url}/f`;
  const problem = "the app may not read files: it lacks the scope files:read";
  expect(await slack.read({ url_private })).toEqual({ problem });
  expect(await slack.read({ url_private, mimetype: "text/html", size: 99 })).toEqual({ problem });
  expect(await slack.read({ url_private, mimetype: "text/html", size: 14 })).toMatchObject({
    value: { type: "text/html", size: 14 },
  });
});

test("no more than the largest size is taken, whatever Slack says of it", async () => {
  using slack = await open((_request, response) => {
    response.write("x".repeat(600));
    response.end("x".repeat(600));
  });
  const url_private = `${slack.url}/f`;
  const problem = "it is larger than 1 kB";
  expect(await slack.read({ url_private, size: 1001 })).toEqual({ problem });
  expect(await slack.read({ url_private, size: 5 })).toEqual({ problem });
  expect(await slack.read({ url_private }, 1200)).toMatchObject({ value: { size: 1200 } });
});

test("a file of which the event tells the id alone is looked up", async () => {
  const found = { id: "F1", name: "shared.pdf", mimetype: "application/pdf", size: 2 };
  const described: Record<string, unknown> = { ...found };
  using slack = await open((_request, response) => response.end("ab"), described);
  described["url_private"] = `${slack.url}/f`;

  const stub = { name: undefined, mimetype: undefined, file_access: "check_file_info" };
  expect(await slack.read(stub)).toMatchObject({
    value: { id: "F1", name: "shared.pdf", type: "application/pdf", size: 2 },
  });
});

test("a file of another provider is not asked for", async () => {
  using slack = await open((_request, response) => response.end("ab"));
  expect(await slack.read({ is_external: true, url_private: `${slack.url}/f` })).toEqual({
    problem: "it does not lie in Slack: only its address is there",
  });
});
