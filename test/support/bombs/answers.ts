import { type Bomb, list, MEGABYTE, nested, times, workflow } from "./bomb.ts";
import { type Answers, type BombSite } from "./site.ts";

/* What other servers and models answer. */

const send =
  (type: string, text: string) =>
  (_: unknown, response: Parameters<Answers[string]>[1]): void => {
    response.writeHead(200, { "content-type": type });
    response.end(text);
  };
const word = (content: string): string =>
  JSON.stringify({ choices: [{ index: 0, finish_reason: "stop", message: { content } }] });
const delta = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const endless =
  (piece: string) =>
  (_: unknown, response: Parameters<Answers[string]>[1]): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const write = (): void => {
      if (!response.destroyed) response.write(piece, () => setImmediate(write));
    };
    write();
  };

const MODELS: Answers = {
  "ten-megabytes": send("application/json", word(times("yes ", 10 * MEGABYTE))),
  "three-megabytes": send("application/json", word(times("{", 3 * MEGABYTE))),
  "deep-body": send("application/json", `{"choices": ${nested("[", "", "]", 500_000)}}`),
  "deep-answer": send("application/json", word(nested('{"a":', "1", "}", 60_000))),
  "wide-answer": send("application/json", word(`{"a": [${times("1,", 400_000)}1]}`)),
  "broken-json": send("application/json", word(times('{"a": "', 490_000))),
  "open-marks": send("application/json", word(times("```json\n{", 490_000))),
  "thoughts-in-thoughts": send("application/json", word(times("<think>", 490_000))),
  "endless-words": endless(delta(times("word ", 1000)).repeat(50)),
  "endless-letters": endless(delta("a").repeat(2000)),
  "endless-line": endless(times("x", 64_000)),
};

const SERVERS: Answers = {
  "json-wide": send("application/json", `[${times("1,", 990_000)}1]`),
  "json-objects": send(
    "application/json",
    `[${times('{"a":1},', 990_000 - 6)}{}]`.replace(/,[^,]*\{\}\]$/, "]"),
  ),
  "json-deep": send("application/json", nested("[", "", "]", 490_000)),
  "json-keys": send(
    "application/json",
    JSON.stringify(Object.fromEntries(list(60_000, (n) => [`k${n}`, n]))),
  ),
  "json-numbers": send(
    "application/json",
    `[${times("0.1234567890123456789,", 990_000).replace(/,[^,]*$/, "")}]`,
  ),
  "text-marks": send("text/plain", times("<!channel> *_~`", 990_000)),
  "text-accents": send(
    "text/plain; charset=utf-8",
    times("e\u0301\u0302\u0303\u200b\u202e", 300_000),
  ),
  "text-html": send("text/html", times("<a href='&lt;'>", 990_000)),
  xml: send(
    "application/xml",
    `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]>${nested("<a>", "&a;", "</a>", 130_000)}`,
  ),
  csv: send("text/csv", times('"a""b",1,\n', 990_000)),
};

export const ANSWERS: Answers = { ...MODELS, ...SERVERS };

const services: readonly Bomb[] = Object.keys(SERVERS).map((name) => ({
  name: `an answer of another server: ${name}`,
  drop: (site, id) =>
    site.run(
      workflow(id, [
        {
          id: "get",
          type: "service",
          onFailure: "skip",
          config: { service: "http", url: `${site.outside}/${name}` },
          next: "say",
        },
        {
          id: "say",
          type: "service",
          onFailure: "skip",
          config: { service: "slack", channel: "#general", message: "{{stepResults.get.output}}" },
        },
      ]),
    ),
}));

const models: readonly Bomb[] = Object.keys(MODELS).flatMap((name) =>
  ["enum", "json", "text"].map((outputFormat) => ({
    name: `an answer of a model, asked for ${outputFormat}: ${name}`,
    drop: (site: BombSite, id: string) =>
      site.run(
        workflow(id, [
          {
            id: "ask",
            type: "ai-decision",
            onFailure: "skip",
            config: {
              model: `bomb/${name}`,
              prompt: "Which?",
              outputFormat,
              ...(outputFormat === "enum" && { allowedValues: ["yes", "no"] }),
            },
          },
        ]),
      ),
  })),
);

export const ANSWER_BOMBS: readonly Bomb[] = [...services, ...models];
