import { member } from "../json.ts";
import {
  atLeastOne,
  type Check,
  exactlyOne,
  flag,
  integer,
  list,
  oneOf,
  shape,
  text,
  typed,
} from "./check.ts";
import { anyText, id, link, plainText, slackFile } from "./composition.ts";
import { DATA_BLOCKS, TASK_BLOCKS } from "./data-blocks.ts";
import {
  accessory,
  actionsElement,
  button,
  contextAction,
  imageElement,
  inputElement,
} from "./elements.ts";
import { LIMITS } from "./limits.ts";
import { richText } from "./rich-text.ts";

type Checks = Readonly<Record<string, Check>>;

const contextElement = typed(
  {
    image: imageElement,
    plain_text: anyText(LIMITS.textObject),
    mrkdwn: anyText(LIMITS.textObject),
  },
  "type",
);

const typedImage = typed({ image: imageElement }, "type");

const CLASSIC_BLOCKS: Checks = {
  actions: shape({ required: { elements: list(actionsElement, { max: LIMITS.actionsElements }) } }),
  context: shape({ required: { elements: list(contextElement, { max: LIMITS.contextElements }) } }),
  divider: shape({}),
  file: shape({ required: { external_id: id, source: oneOf("remote") } }),
  header: shape({
    required: { text: plainText(LIMITS.header) },
    optional: { level: integer(1, 4) },
  }),
  image: shape({
    required: { alt_text: text({ max: LIMITS.altText }) },
    optional: { image_url: link, slack_file: slackFile, title: plainText(LIMITS.imageTitle) },
    also: exactlyOne("image_url", "slack_file"),
  }),
  input: shape({
    required: { label: plainText(LIMITS.label), element: inputElement },
    optional: { hint: plainText(LIMITS.label), optional: flag, dispatch_action: flag },
    also: (value, pointer, problems) => {
      const isFile = member(value["element"], "type") === "file_input";
      if (isFile && value["dispatch_action"] === true) {
        problems.push({
          message: "not allowed with file_input",
          pointer: `${pointer}/dispatch_action`,
        });
      }
    },
  }),
  rich_text: richText,
  section: shape({
    optional: {
      text: anyText(LIMITS.textObject),
      fields: list(anyText(LIMITS.sectionField), { max: LIMITS.sectionFields }),
      accessory,
      expand: flag,
    },
    also: atLeastOne("text", "fields"),
  }),
  video: shape({
    required: {
      alt_text: text({ max: LIMITS.altText }),
      title: plainText(LIMITS.videoTitle),
      thumbnail_url: link,
      video_url: link,
    },
    optional: {
      author_name: text({ max: LIMITS.videoAuthor }),
      description: plainText(LIMITS.videoDescription),
      provider_icon_url: link,
      provider_name: text({ max: LIMITS.id }),
      title_url: link,
    },
  }),
};

const card = shape({
  optional: {
    hero_image: typedImage,
    icon: typedImage,
    title: anyText(LIMITS.cardTitle),
    subtitle: anyText(LIMITS.cardTitle),
    body: anyText(LIMITS.cardBody),
    actions: list(button, { max: LIMITS.cardActions }),
    block_id: id,
  },
  also: atLeastOne("hero_image", "title", "actions", "body"),
});

const NEWER_BLOCKS: Checks = {
  alert: shape({
    required: { text: anyText(LIMITS.textObject) },
    optional: { level: oneOf("default", "info", "warning", "error", "success") },
  }),
  card,
  carousel: shape({
    required: { elements: list(typed({ card }, "type"), { max: LIMITS.carouselCards }) },
  }),
  context_actions: shape({
    required: { elements: list(contextAction, { max: LIMITS.contextActionsElements }) },
  }),
  markdown: shape({ required: { text: text({ max: LIMITS.markdown }) } }),
};

/** Every block may have an id of its own. */
function withBlockId(checks: Checks): Checks {
  return Object.fromEntries(
    Object.entries(checks).map(([type, check]) => [
      type,
      (value: unknown, pointer: string, problems: Parameters<Check>[2]) => {
        if (typeof value !== "object" || value === null || !("block_id" in value)) {
          check(value, pointer, problems);
          return;
        }
        const { block_id: blockId, ...rest } = value;
        id(blockId, `${pointer}/block_id`, problems);
        check(rest, pointer, problems);
      },
    ]),
  );
}

const container = shape({
  required: {
    child_blocks: list(
      typed(withBlockId({ ...CLASSIC_BLOCKS, table: DATA_BLOCKS["table"] ?? flag }), "type"),
      {
        max: LIMITS.containerChildren,
      },
    ),
  },
  optional: {
    title: plainText(LIMITS.containerTitle),
    rich_text_title: richText,
    subtitle: anyText(LIMITS.containerTitle),
    icon: typedImage,
    width: oneOf("narrow", "standard", "wide", "full"),
    is_collapsible: flag,
    default_collapsed: flag,
    has_header_divider: flag,
  },
  also: (value, pointer, problems) => {
    atLeastOne("title", "rich_text_title")(value, pointer, problems);
    if (value["default_collapsed"] === true && value["is_collapsible"] !== true) {
      problems.push({
        message: "needs is_collapsible",
        pointer: `${pointer}/default_collapsed`,
      });
    }
  },
});

/** The check of each block type. */
export const BLOCKS: Checks = withBlockId({
  ...CLASSIC_BLOCKS,
  ...NEWER_BLOCKS,
  ...DATA_BLOCKS,
  ...TASK_BLOCKS,
  container,
});
