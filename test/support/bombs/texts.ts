import { readCommandText } from "../../../src/bot/commands/command-text.ts";
import { parseCommandLine } from "../../../src/bot/commands/parse-command-line.ts";
import { readAddressed } from "../../../src/bot/conversation/addressed.ts";
import { parseBuildRequest, readPlain } from "../../../src/bot/drafts/parse-build-request.ts";
import { isSpokenDecision } from "../../../src/bot/listeners/events/spoken-decision.ts";
import { sections } from "../../../src/bot/views/blocks/build.ts";
import { findJson } from "../../../src/engine/ai/answer-text.ts";
import type { AnswerFormat } from "../../../src/engine/ai/envelope.ts";
import { parseAnswer } from "../../../src/engine/ai/parse-answer.ts";
import { withoutReasoning } from "../../../src/engine/ai/reasoning.ts";
import { readInput } from "../../../src/engine/definition/inputs.ts";
import { INPUT_TYPES, InputDefinition } from "../../../src/engine/definition/schema.ts";
import { isPlainRead, isRead, isUpsert } from "../../../src/services/database/repeatable.ts";
import { SendParams } from "../../../src/services/email/mail-params.ts";
import { nearest } from "../../../src/shared/did-you-mean.ts";
import { parseForm } from "../../../src/shared/form-body.ts";
import { escapeHtml } from "../../../src/shared/markup.ts";
import { addressPlace } from "../../../src/shared/places/address-place.ts";
import { htmlPlace } from "../../../src/shared/places/html-place.ts";
import { jsonPlace } from "../../../src/shared/places/json-place.ts";
import { slackPlace } from "../../../src/shared/places/slack-place.ts";
import { urlPlace } from "../../../src/shared/places/url-place.ts";
import { readJsonOrText } from "../../../src/shared/read-json.ts";
import { createSecretMask } from "../../../src/shared/secret-mask.ts";
import { parseTemplate } from "../../../src/shared/template-parser.ts";
import { showHidden, showHiddenInLine } from "../../../src/shared/visible-text.ts";
import { cut, splitText } from "../../../src/slack/limits.ts";
import { readTyped, showSentence, showValue } from "../../../src/slack/text.ts";

/** What texts are made of that take a careless program long: runs of one character, marks that open and never close. */
const PIECES: readonly string[] = [
  " ",
  "\n",
  "\t",
  " \n",
  "a",
  "<",
  ">",
  "&",
  "[",
  "{",
  "{{",
  '"',
  "\\",
  '\\"',
  "'",
  "`",
  "```",
  "*",
  "_",
  "~",
  "!",
  ".",
  ",",
  "-",
  "=",
  "1",
  "1,",
  "<@U",
  "<@U1|",
  "<#C1|",
  "<!subteam^S1|",
  "<https://a|",
  "<http://",
  "&lt;@U1|",
  "<think>",
  "</think>",
  "<think>a</think>",
  "[THINK]",
  "<|channel|> ",
  "analysis\n",
  '{"value": ',
  '"value": "a", ',
  "{{variables.a}}",
  "{{secrets.A}}",
  "a=1 ",
  "a=",
  "%",
  "$1",
  "$a$",
  "--",
  "/*",
  "--\n",
  "e\u0301\u0302\u0303\u0304\u0305",
  "\u200b",
  "\u202e",
  "😀",
  "\ud800",
  "\u0000",
  "yes or no? ",
  "approve ",
  "/",
  "@",
  "a@",
  "ab.",
  "\\u0041",
  "%41",
  "&#65;",
];

/** What comes after them: where a text ends otherwise than it seemed to. */
const ENDS: readonly string[] = ["", " x!"];

/** A text of so many characters that is made of a piece, with an end. */
export function hostileTexts(length: number): readonly (readonly [name: string, text: string])[] {
  return PIECES.flatMap((piece) =>
    ENDS.map((end): [string, string] => [
      JSON.stringify(piece + end),
      piece.repeat(Math.ceil(length / piece.length)).slice(0, length - end.length) + end,
    ]),
  );
}

/** Something that reads texts from outside. */
export interface TextReader {
  readonly name: string;
  /** Characters of the longest text that it is given. */
  readonly length: number;
  readonly read: (text: string) => unknown;
}

const MEGABYTE = 1_000_000;
/** Of a message of Slack: https://docs.slack.dev/changelog/2018-truncating-really-long-messages */
const MESSAGE = 40_000;
const ANSWER = 100_000;

const piecesOf = (text: string) => [
  "a ",
  { template: "{{a}}", isSecret: false, value: text },
  " b",
];
const mask = createSecretMask(["hunter2hunter2", "a b/c+d=e&f<g>h", "x".repeat(40)]);
const FORMATS: readonly AnswerFormat[] = [
  { kind: "enum", allowedValues: ["approve", "reject"] },
  { kind: "boolean" },
  { kind: "text" },
  { kind: "number" },
  { kind: "json" },
];

export const TEXT_READERS: readonly TextReader[] = [
  ...Object.entries({
    readAddressed: (text: string) =>
      readAddressed(text, { userId: "U0BOT", name: "Heddle", command: "/workflow" }),
    parseCommandLine,
    parseBuildRequest,
    readPlain,
    isSpokenDecision,
    readTyped,
  }).map(([name, read]) => ({ name, length: MESSAGE, read })),
  ...Object.entries({
    showSentence,
    showValue: (text: string) => showValue(text, 3000),
    showHidden,
    showHiddenInLine,
    cut: (text: string) => cut(text, 3000),
    splitText: (text: string) => splitText(text, 3000),
    sections: (text: string) => sections([text]),
    escapeHtml,
    parseTemplate,
    readJsonOrText,
    parseForm: (text: string) => parseForm(Buffer.from(text), "utf-8"),
    isRead,
    isPlainRead,
    isUpsert,
    readCommandText: (text: string) => readCommandText(text, ["/workflow", "@heddle"]),
    nearest: (text: string) => nearest(text, ["channel", "message", "threadTs"]),
    mask: (text: string) => mask.text(text),
    mailBody: (text: string) => SendParams.safeParse({ to: text, subject: text, body: text }),
    mailFile: (text: string) =>
      SendParams.safeParse({
        to: "a@b.example",
        subject: "a",
        body: "a",
        attachments: [{ filename: text, content: text, encoding: "base64" }],
      }),
    urlPlace: (text: string) => urlPlace.write(["https://a.example/?q=", ...piecesOf(text)]),
    urlText: (text: string) => urlPlace.write([text, ...piecesOf("a")]),
    htmlPlace: (text: string) => htmlPlace.write(["<p title='", ...piecesOf(text), "'>"]),
    htmlText: (text: string) => htmlPlace.write([text, ...piecesOf("a")]),
    jsonPlace: (text: string) => jsonPlace.write(['{"a": "', ...piecesOf(text), '"}']),
    jsonText: (text: string) => jsonPlace.write([text, ...piecesOf("a")]),
    slackPlace: (text: string) => slackPlace.write(["<https://a|", ...piecesOf(text), ">"]),
    slackText: (text: string) => slackPlace.write([text, ...piecesOf("a")]),
    addressPlace: (text: string) => addressPlace.write(['"', ...piecesOf(text), '" <a@b.example>']),
    ...Object.fromEntries(
      INPUT_TYPES.map((type) => [
        `input ${type}`,
        (text: string) =>
          readInput(
            "a",
            InputDefinition.parse({ type, ...(/select/.test(type) && { options: ["a", "b"] }) }),
            text,
            "text",
          ),
      ]),
    ),
  }).map(([name, read]) => ({ name, length: MEGABYTE, read })),
  ...FORMATS.map((format) => ({
    name: `answer ${format.kind}`,
    length: ANSWER,
    read: (text: string) => parseAnswer(text, format),
  })),
  { name: "withoutReasoning", length: 5 * ANSWER, read: withoutReasoning },
  { name: "findJson", length: 5 * ANSWER, read: findJson },
];
