import type { PromptComparison, PromptFigures, PromptView } from "../../engine/api/prompts.ts";
import type { PromptRecord } from "../../engine/ports/prompts.ts";
import { counted } from "../../shared/counted.ts";
import { toDollars } from "../../shared/money.ts";
import { cut } from "../../slack/limits.ts";
import { escapeText, mentionPerson, showDuration, showTime, showValue } from "../../slack/text.ts";
import { type CardMessage, contextBlock, message, sections } from "./blocks/build.ts";

const TEXT_CHARS = 1500;
const NOTE_CHARS = 200;
const VERSIONS_SHOWN = 10;

/** All named prompts, one line each. */
export function promptList(prompts: readonly PromptRecord[], command: string): CardMessage {
  const lines = prompts.map((prompt) => `• \`${prompt.name}\` · ${describeAsked(prompt)}`);
  const hint = `More about one: \`${command} prompts &lt;name&gt;\``;
  return message([...lines, hint].join("\n"), [...sections(lines), contextBlock(hint)]);
}

/** One prompt: the version in use, the figures of its versions, the text. */
export function promptCard(
  prompt: PromptView,
  { versions: figures }: PromptComparison,
  command: string,
): CardMessage {
  const active = prompt.versions.find(({ version }) => version === prompt.active);
  const shown = prompt.versions.slice(0, VERSIONS_SHOWN);
  const lines = [
    `*Prompt \`${prompt.name}\`* · ${describeAsked(prompt)}`,
    ...shown.map((version) => {
      const note = version.note === null ? "" : `: ${showValue(version.note, NOTE_CHARS)}`;
      const own = figures.find((one) => one.version === version.version);
      const by = `by ${mentionPerson(version.createdBy)} ${showTime(version.createdAt)}`;
      return `• *v${version.version}*${note} · ${by}${own ? `\n   ${describeFigures(own)}` : ""}`;
    }),
    `*Text of v${prompt.active}*\n\`\`\`${showLines(active?.text ?? "")}\`\`\``,
  ];
  const admin = `\`${command} prompts ${prompt.name} split v2 20\`, \`promote v2\`, \`rollback\`, \`add text="…" note="…"\` (admins)`;
  return message(lines.join("\n"), [...sections(lines), contextBlock(admin)]);
}

/** `v3 is asked`, `v3 is asked, v4 by 20 %`. */
export function describeAsked({ active, split }: PromptRecord): string {
  const other = split === null ? "" : `, v${split.version} in ${split.percent} % of new runs`;
  return `v${active} is asked${other}`;
}

function describeFigures(figures: PromptFigures): string {
  const { decisions, invalidRate, costNano, latencyMs, overturned, overturnedRate } = figures;
  if (decisions === 0) return "not asked yet";
  return [
    counted(decisions, "decision"),
    `${showShare(invalidRate)} of answers unusable`,
    costNano === null ? "cost unknown" : `$${(toDollars(costNano)).toFixed(6)} each`,
    ...(latencyMs
      ? [`${showDuration(latencyMs.median)} (95 %: ${showDuration(latencyMs.p95)})`]
      : []),
    `${overturned} overturned by people (${showShare(overturnedRate)})`,
  ].join(" · ");
}

function showShare(share: number | null): string {
  return share === null ? "–" : `${(share * 100).toFixed(1)} %`;
}

function showLines(text: string): string {
  return cut(escapeText(text.replaceAll("```", "'''")), TEXT_CHARS);
}
