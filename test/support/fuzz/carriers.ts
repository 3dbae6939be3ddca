import { toText as readText } from "../../../simulator/json.ts";
import { openMailSink } from "../../../simulator/mail/mail-sink.ts";
import { openSimulator } from "../../../simulator/simulator.ts";
import { createSecretRevealer } from "../../../src/adapters/secrets.ts";
import { placingOf } from "../../../src/engine/definition/param-traits.ts";
import { resolveTemplates } from "../../../src/engine/language/template.ts";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { createEmailService } from "../../../src/services/email/email-service.ts";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import { createSlackService } from "../../../src/services/slack/slack-service.ts";
import { isJsonObject, type Json, type JsonObject, readOwn } from "../../../src/shared/json.ts";
import { toText } from "../../../src/shared/json-text.ts";
import { plainScope } from "../../engine/language/plain-scope.ts";
import { json, startLoopbackServer } from "../loopback-server.ts";
import { serviceContext } from "../service-context.ts";
import { silentSlack } from "../silent-slack.ts";
import { CANARY } from "./odd-values.ts";

/** A way by which a value leaves, and comes back from the receiver. */
export interface Carrier {
  readonly name: string;
  /** @returns what the other side got. @throws {AppError} if the value is refused. */
  carry(v: Json): Promise<unknown>;
  /** What it has to be. */
  expected(v: Json): unknown;
}

/** Real services, with what they talk to on this machine. */
export async function openCarriers(stack: AsyncDisposableStack): Promise<readonly Carrier[]> {
  const echo = stack.use(
    await startLoopbackServer((request, response) => {
      const url = new URL(request.url, "http://localhost");
      const { body, headers } = request;
      const heard = {
        path: url.pathname,
        query: [...url.searchParams],
        body,
        head: headers["x-v"] ?? null,
      };
      json(200, heard)(request, response);
    }),
  );
  const mail = stack.use(await openMailSink());
  const simulator = stack.use(await openSimulator({ realistic: false }));
  const database = stack.use(createDatabaseService({ urls: { default: "sqlite::memory:" } }));
  const services = createServiceRegistry([
    createHttpService({ allowHosts: ["127.0.0.1"] }),
    createEmailService({
      server: { host: "127.0.0.1", port: mail.port, login: null, from: "bot@example.com" },
      templatesDir: "none",
    }),
    createSlackService(silentSlack(simulator.apiUrl)),
    database,
  ]);
  const reveal = createSecretRevealer({ CANARY });
  let posted = 0;
  const call = async (
    service: string,
    action: string,
    params: JsonObject,
    v: Json,
  ): Promise<Json> => {
    const found = services.get(service)?.actions[action];
    if (found === undefined) throw new Error(`There is no ${service}.${action}.`);
    const scope = plainScope({ variables: { v } });
    const resolved = resolveTemplates(params, scope, placingOf(found, params));
    if (!isJsonObject(resolved)) throw new Error("An object resolves to an object.");
    return services.execute(service, action, reveal(resolved), serviceContext());
  };
  const request = async (params: JsonObject, v: Json): Promise<unknown> =>
    readOwn(await call("http", "request", params, v), "data");
  const at = (path: string): string => `${echo.url}/${path}`;
  const posting = (type: string, body: Json) => ({
    ...{ url: at("b"), method: "POST", headers: { "content-type": type }, body },
  });

  return [
    {
      name: "a value of a query",
      carry: async (v) =>
        readOwn(await request({ url: at("s?x={{variables.v}}&end=1") }, v), "query"),
      expected: (v) => [
        ["x", toText(v)],
        ["end", "1"],
      ],
    },
    {
      name: "a segment of a path",
      carry: async (v) => {
        const path = readOwn(await request({ url: at("p/{{variables.v}}/end") }, v), "path");
        return String(path).split("/").map(decodeURIComponent);
      },
      expected: (v) => ["", "p", toText(v), "end"],
    },
    {
      name: "a member of a JSON body",
      carry: async (v) =>
        bodyOf(
          await request(
            { url: at("b"), method: "POST", body: { x: "{{variables.v}}", end: 1 } },
            v,
          ),
        ),
      expected: (v) => ({ x: v, end: 1 }),
    },
    {
      name: "a text within JSON",
      carry: async (v) =>
        bodyOf(
          await request(posting("application/json", '{"x": "<{{variables.v}}>", "end": 1}'), v),
        ),
      expected: (v) => ({ x: `<${toText(v)}>`, end: 1 }),
    },
    {
      name: "a value within JSON",
      carry: async (v) =>
        bodyOf(await request(posting("application/json", '{"x": {{variables.v}}, "end": 1}'), v)),
      expected: (v) => ({ x: v, end: 1 }),
    },
    {
      name: "a field of a form",
      carry: async (v) => {
        const heard = await request(
          posting("application/x-www-form-urlencoded", "x={{variables.v}}&end=1"),
          v,
        );
        return [...new URLSearchParams(String(readOwn(heard, "body")))];
      },
      expected: (v) => [
        ["x", toText(v)],
        ["end", "1"],
      ],
    },
    {
      name: "plain text",
      carry: async (v) =>
        readOwn(await request(posting("text/plain", "<{{variables.v}}>"), v), "body"),
      expected: (v) => `<${toText(v)}>`,
    },
    {
      name: "a header",
      carry: async (v) => {
        const head = readOwn(
          await request({ url: at("h"), headers: { "x-v": "a{{variables.v}}b" } }, v),
          "head",
        );
        // Node reads headers as Latin-1.
        return head;
      },
      expected: (v) => `a${toText(v)}b`,
    },
    {
      name: "a value of SQL",
      carry: async (v) => {
        const params = { query: "select $1 as x, 1 as last", values: ["{{variables.v}}"] };
        const answer = await call("database", "query", params, v);
        return readOwn(readOwn(answer, "rows"), "0");
      },
      expected: (v) => ({ x: asColumn(v), last: 1 }),
    },
    {
      name: "the subject and the text of a mail",
      carry: async (v) => {
        const params = {
          to: "ann@example.com",
          subject: "S{{variables.v}}E",
          text: "T{{variables.v}}E",
        };
        await call("email", "send", params, v);
        const message = mail.messages().at(-1);
        return [
          inOneLine(message?.subject ?? ""),
          withoutReturns(message?.text?.replace(/\n$/, "") ?? ""),
        ];
      },
      expected: (v) => [inOneLine(`S${toText(v)}E`), withoutReturns(`T${toText(v)}E`)],
    },
    {
      name: "a message in Slack",
      carry: async (v) => {
        posted += 1;
        // One that was given up may still arrive.
        const mark = `${posted}:`;
        const message = `${mark}M{{variables.v}}E`;
        await call("slack", "sendMessage", { channel: "C0GENERAL", message }, v);
        const text = simulator.workspace.traffic
          .calls("chat.postMessage")
          .map(({ args }) => readText(args["text"]) ?? "")
          .findLast((text) => text.startsWith(mark));
        if (/<!(?:channel|here|everyone|subteam)/.test(text ?? ""))
          throw new Error(`A value calls a group: ${text}`);
        simulator.workspace.traffic.clear();
        return typed(text?.slice(mark.length) ?? "");
      },
      expected: (v) => typed(`M${toText(v)}E`),
    },
  ];
}

function bodyOf(heard: unknown): unknown {
  return JSON.parse(String(readOwn(heard, "body")));
}

/** A mail has line breaks of one kind. */
function withoutReturns(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n");
}

/** A subject has one line. */
function inOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ");
}

/** SQLite has neither booleans nor objects. */
function asColumn(v: Json): Json {
  if (typeof v === "boolean") return Number(v);
  return typeof v === "object" && v !== null ? JSON.stringify(v) : v;
}

/** What a person reads. */
function typed(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
