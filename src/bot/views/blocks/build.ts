import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  MrkdwnElement,
  SectionBlock,
} from "@slack/types";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { cut, LIMITS } from "../../../slack/limits.ts";

/** A message as the Web API takes it: `text` is for notifications and screen readers. */
export interface CardMessage {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

export function header(text: string): HeaderBlock {
  return {
    type: "header",
    text: { type: "plain_text", text: cut(text, LIMITS.header), emoji: true },
  };
}

/** Markup in which Slack looks for nothing by itself: neither an address nor a name in a value becomes a link. */
function mrkdwn(text: string, limit: number): MrkdwnElement {
  return { type: "mrkdwn", text: cut(text, limit), verbatim: true };
}

/** A paragraph of mrkdwn; what comes from outside must be escaped already. */
export function section(text: string): SectionBlock {
  return { type: "section", text: mrkdwn(text, LIMITS.sectionText) };
}

/**
 * The same blocks, their paragraphs never folded: Slack shows the first lines of a long section, and the rest behind "see more",
 * unless `expand` is set (https://docs.slack.dev/reference/block-kit/blocks/section-block).
 */
export function unfold(blocks: readonly KnownBlock[]): KnownBlock[] {
  return blocks.map((block) =>
    block.type === "section" && block.text !== undefined ? { ...block, expand: true } : block,
  );
}

/** Pairs of name and value, both mrkdwn; more than Slack takes in one block are left out with a remark. */
export function fields(pairs: readonly (readonly [string, string])[]): SectionBlock[] {
  if (pairs.length === 0) return [];
  const limit = LIMITS.sectionFieldsCount;
  const shown = pairs.length <= limit ? pairs : pairs.slice(0, limit - 1);
  const texts = shown.map(([name, value]) => `*${name}*\n${value}`);
  if (pairs.length > limit) texts.push(`_and ${pairs.length - shown.length} more_`);
  return [
    {
      type: "section",
      fields: texts.map((text) => mrkdwn(text, LIMITS.sectionField)),
    },
  ];
}

/** Small gray text. */
export function contextBlock(...texts: readonly string[]): ContextBlock {
  return {
    type: "context",
    elements: texts
      .slice(0, LIMITS.contextElementsCount)
      .map((text) => mrkdwn(text, LIMITS.contextText)),
  };
}

export const divider: KnownBlock = { type: "divider" };

/** A row of buttons. @param blockId - unique within the message. */
export function buttons(blockId: string, elements: readonly Button[]): ActionsBlock {
  return {
    type: "actions",
    block_id: blockId,
    elements: elements.slice(0, LIMITS.actionsElementsCount),
  };
}

export interface ButtonOptions {
  readonly actionId: string;
  readonly label: string;
  /** At most 2000 characters; longer ones are a mistake in the code that built it. */
  readonly value: string;
  readonly style?: "primary" | "danger" | undefined;
  readonly confirm?: {
    readonly title: string;
    readonly text: string;
    readonly confirm: string;
    readonly deny: string;
  };
}

export function button(options: ButtonOptions): Button {
  const { confirm } = options;
  return {
    type: "button",
    action_id: options.actionId,
    text: { type: "plain_text", text: cut(options.label, LIMITS.buttonText), emoji: true },
    value: options.value,
    ...omitUndefined({ style: options.style }),
    ...(confirm
      ? {
          confirm: {
            title: { type: "plain_text", text: cut(confirm.title, LIMITS.confirmTitle) },
            text: { type: "plain_text", text: cut(confirm.text, LIMITS.confirmText) },
            confirm: { type: "plain_text", text: confirm.confirm },
            deny: { type: "plain_text", text: confirm.deny },
          },
        }
      : {}),
  };
}

/** Lines as few sections as they fit into: a line is never torn unless it is longer than a section. */
export function sections(lines: readonly string[]): SectionBlock[] {
  const blocks: SectionBlock[] = [];
  let text = "";
  for (const line of lines) {
    const fits = text.length + 1 + line.length <= LIMITS.sectionText;
    if (text !== "" && !fits) {
      blocks.push(section(text));
      text = "";
    }
    text = text === "" ? line : `${text}\n${line}`;
  }
  if (text !== "") blocks.push(section(text));
  return blocks;
}

/** The message, cut to what Slack takes. */
export function message(text: string, blocks: readonly KnownBlock[]): CardMessage {
  return { text: cut(text, LIMITS.messageText), blocks: blocks.slice(0, LIMITS.messageBlocks) };
}
