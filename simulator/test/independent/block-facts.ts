import type {
  ActionsBlock,
  AlertBlock,
  CardBlock,
  CarouselBlock,
  Confirm,
  ContainerBlock,
  ContextActionsBlock,
  ContextBlock,
  DataTableBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  MarkdownBlock,
  PlanBlock,
  RichTextBlock,
  SectionBlock,
  TableBlock,
  TaskCardBlock,
  VideoBlock,
} from "@slack/types";
import {
  block,
  type Fact,
  type Facts,
  flag,
  image,
  link,
  mrkdwn,
  plain,
  richText,
  style,
  text,
  times,
} from "./facts.ts";

const button = { type: "button", text: plain(1) };
const cell = { type: "raw_text", text: "x" };
const card = { type: "card", title: mrkdwn(1) };
const divider = { type: "divider" };
const anyText: Fact = { good: mrkdwn(1), most: [3_000, mrkdwn], bad: [plain(0), "x"] };
const required = (fact: Fact): Fact => ({ ...fact, required: true });

/** Blocks. `good: undefined` stands for members that another test looks at. */
export const BLOCKS = {
  actions: {
    ...block,
    elements: { required: true, good: [button], most: [25, times(() => button)], bad: [[]] },
  } satisfies Facts<ActionsBlock>,
  alert: {
    ...block,
    text: required(anyText),
    level: { good: "info", bad: ["critical"] },
  } satisfies Facts<AlertBlock>,
  card: {
    ...block,
    hero_image: { good: image },
    icon: { good: image },
    title: { required: true, good: mrkdwn(1), most: [150, mrkdwn] },
    subtitle: { good: mrkdwn(1), most: [150, mrkdwn] },
    body: { good: mrkdwn(1), most: [200, mrkdwn] },
    actions: { good: [button], most: [2, times(() => button)], bad: [[]] },
  } satisfies Facts<CardBlock>,
  carousel: {
    ...block,
    elements: { required: true, good: [card], most: [10, times(() => card)], bad: [[]] },
  } satisfies Facts<CarouselBlock>,
  container: {
    ...block,
    title: { required: true, good: plain(1), most: [150, plain] },
    rich_text_title: { good: richText },
    subtitle: { good: mrkdwn(1), most: [150, mrkdwn] },
    child_blocks: {
      required: true,
      good: [divider],
      most: [10, times(() => divider)],
      bad: [[], [{ type: "markdown", text: "x" }]],
    },
    width: { good: "wide", bad: ["huge"] },
    icon: { good: image },
    is_collapsible: flag,
    default_collapsed: { good: false, bad: [true] },
    has_header_divider: flag,
  } satisfies Facts<ContainerBlock>,
  context: {
    ...block,
    elements: {
      required: true,
      good: [mrkdwn(1)],
      most: [10, times(() => mrkdwn(1))],
      bad: [[], [button]],
    },
  } satisfies Facts<ContextBlock>,
  context_actions: {
    ...block,
    elements: {
      required: true,
      good: [{ type: "icon_button", icon: "trash", text: plain(1) }],
      most: [5, times(() => ({ type: "icon_button", icon: "trash", text: plain(1) }))],
      bad: [[], [button]],
    },
  } satisfies Facts<ContextActionsBlock>,
  data_table: {
    ...block,
    rows: {
      required: true,
      good: [[cell], [cell]],
      most: [101, times(() => [cell])],
      bad: [[[cell]], [[richText], [cell]]],
    },
    caption: { required: true, good: "x", bad: [""] },
    page_size: { good: 1, most: [100, (size) => size], bad: [0] },
    row_header_column_index: { good: 0, most: [19, (size) => size], bad: [-1] },
  } satisfies Facts<DataTableBlock>,
  header: {
    ...block,
    text: { required: true, good: plain(1), most: [150, plain], bad: [mrkdwn(1)] },
  } satisfies Facts<HeaderBlock>,
  input: {
    ...block,
    label: { required: true, good: plain(1), most: [2_000, plain], bad: [mrkdwn(1)] },
    hint: { good: plain(1), most: [2_000, plain] },
    optional: flag,
    element: { required: true, good: { type: "plain_text_input" } },
    dispatch_action: flag,
  } satisfies Facts<InputBlock>,
  markdown: {
    ...block,
    text: { required: true, good: "x", most: [12_000, text], bad: [""] },
  } satisfies Facts<MarkdownBlock>,
  plan: {
    ...block,
    title: { required: true, good: "x", bad: [""] },
    tasks: { good: [{ task_id: "1", title: "x" }], bad: [[{}]] },
  } satisfies Facts<PlanBlock>,
  rich_text: {
    ...block,
    elements: { required: true, good: richText.elements, bad: [[{ type: "text", text: "x" }]] },
  } satisfies Facts<RichTextBlock>,
  section: {
    ...block,
    text: required(anyText),
    fields: {
      good: [mrkdwn(2_000)],
      most: [10, times(() => mrkdwn(1))],
      bad: [[], [mrkdwn(2_001)]],
    },
    accessory: { good: button, bad: [{ type: "plain_text_input" }] },
    expand: flag,
  } satisfies Facts<SectionBlock>,
  table: {
    ...block,
    rows: {
      required: true,
      good: [[cell]],
      most: [100, times(() => [cell])],
      bad: [[], [[]], [times(() => cell)(21)]],
    },
    column_settings: {
      good: [null, { align: "right", is_wrapped: true }],
      bad: [[{ align: "top" }]],
    },
  } satisfies Facts<TableBlock>,
  task_card: {
    ...block,
    task_id: { required: true, good: "1", bad: [""] },
    title: { required: true, good: "x", bad: [""] },
    details: { good: richText, bad: ["x"] },
    output: { good: richText },
    sources: {
      good: [{ type: "url", url: "https://x.example", text: "x" }],
      bad: [[{ type: "url" }]],
    },
    status: { required: true, good: "pending", bad: ["done"] },
  } satisfies Facts<TaskCardBlock>,
  video: {
    ...block,
    video_url: { required: true, good: link(20), bad: ["x"] },
    thumbnail_url: { required: true, good: link(20), bad: ["x"] },
    alt_text: { required: true, good: "x", bad: [""] },
    title: { required: true, good: plain(1), bad: [mrkdwn(1)] },
    title_url: { good: link(20) },
    author_name: { good: "x" },
    provider_name: { good: "x" },
    provider_icon_url: { good: link(20) },
    description: { good: plain(1) },
  } satisfies Facts<VideoBlock>,
} as const;

/** The dialog that asks again. */
export const CONFIRM = {
  title: { required: true, good: plain(1), most: [100, plain], bad: [mrkdwn(1)] },
  text: { required: true, good: mrkdwn(1), most: [300, mrkdwn] },
  confirm: { required: true, good: plain(1), most: [30, plain] },
  deny: { required: true, good: plain(1), most: [30, plain] },
  style,
} satisfies Facts<Confirm>;

type BlockType = KnownBlock["type"];
/** Blocks that a surface refuses. */
export const REFUSED_BLOCKS: Readonly<Record<string, readonly BlockType[]>> = {
  message: ["alert", "file"],
  modal: ["card", "carousel", "context_actions", "file", "markdown", "plan", "table", "task_card"],
  home: ["alert", "context_actions", "file", "markdown", "plan", "table", "task_card"],
};
