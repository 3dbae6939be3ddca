import type { RequestView } from "../../engine/api/executions.ts";
import { showMarks } from "../../engine/model/marks.ts";
import type { Change, Release } from "../../engine/model/seal.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { LIMITS, splitText } from "../../slack/limits.ts";
import { escapeText, pinnedName, showSentence } from "../../slack/text.ts";
import type { CardContext } from "./card-context.ts";

/** What a decision releases, and what it is asked again for, as pieces that fit into sections each. Nothing is left out. */
export function releasePieces(request: RequestView, context: CardContext): readonly string[] {
  const { seal, renews } = request.opened;
  const releases = seal?.releases ?? [];
  const title = ":package: *What your decision releases* (written by the bot, not by AI)";
  const texts = [
    ...(renews ? [renewal(renews.changed)] : []),
    ...(releases.length === 0 ? [] : [title]),
    ...releases.map((release) => describeRelease(release, request, context)),
  ];
  return texts.flatMap((text) => splitText(text, LIMITS.sectionText));
}

function renewal(changed: readonly Change[]): string {
  const lines = changed.map(
    ({ what, before, after }) => `• ${showSentence(what)}: ${fromTo(before, after)}`,
  );
  return [
    ":recycle: *Asked again, because the earlier decision no longer holds.* Nothing has happened yet. What changed:",
    ...lines,
  ].join("\n");
}

function fromTo(before: string | null, after: string | null): string {
  return `${before === null ? "_not there_" : code(before)} → ${after === null ? "_not there_" : code(after)}`;
}

function describeRelease(release: Release, request: RequestView, context: CardContext): string {
  const { step, does, params, later, when, strict } = release;
  const name = escapeText(context.stepName(step));
  const open = later.map(
    ({ path, by }) =>
      `${code(path)} ${by === "" ? "then" : `by *${escapeText(context.stepName(by))}*`}`,
  );
  return [
    `*${name}* (${choicesOf(release, request)}): ${showLater(does, release, context)}`,
    ...paramLines(params, does).map((line) => `    ${showLater(line, release, context)}`),
    ...(open.length === 0 ? [] : [`    _Filled later:_ ${open.join(", ")}`]),
    ...(when === undefined ? [] : [`    _Only if_ ${code(when)}, else you are asked again`]),
    ...(strict === true && later.length > 0
      ? ["    _You are asked again once all of it is known_"]
      : []),
  ].join("\n");
}

function choicesOf({ choices }: Release, { opened }: RequestView): string {
  const labels = choices.map((id) =>
    id === "expired"
      ? "no decision in time"
      : (opened.choices.find((one) => one.id === id)?.label ?? id),
  );
  return labels.map(escapeText).join(", ");
}

/** The parameters that the sentence does not show as they are. */
function paramLines(params: Json, does: string): readonly string[] {
  if (!isJsonObject(params)) return [];
  return Object.entries(params).flatMap(([name, value]) => {
    const text = typeof value === "string" ? nameOf(value) : JSON.stringify(value);
    return NAMED_ELSEWHERE.has(name) || does.includes(text) ? [] : [`${name}: ${text}`];
  });
}

/** A channel that was pinned at deployment by the name that it had then, as the sentence names it; other texts as they are. */
function nameOf(value: string): string {
  const name = pinnedName(value);
  return name === null ? value : `#${name}`;
}

/** They say what kind of call it is, which the sentence does. */
const NAMED_ELSEWHERE: ReadonlySet<string> = new Set(["service", "action", "wait", "workflowId"]);

/** Escaped; a value that is not known yet names the step that fills it. */
function showLater(text: string, { later }: Release, context: CardContext): string {
  const writer = new Map(later.map(({ path, by }) => [path, by]));
  return showMarks(escapeText(text), (path) => {
    const by = writer.get(path) ?? "";
    const source = by === "" ? "" : ` by ${escapeText(context.stepName(by))}`;
    return `‹${escapeText(path)}, filled later${source}›`;
  });
}

/** In the type of code, where a back-tick would end it. */
function code(text: string): string {
  return `\`${escapeText(text.replaceAll("`", "ˋ"))}\``;
}
