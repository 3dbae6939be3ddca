import { type Check, flag, integer, list, oneOf, shape, text, typed } from "./check.ts";
import { id } from "./composition.ts";

const ANY = 40_000;
const anything = text({ max: ANY, min: 0 });
const styled = {
  style: shape({
    optional: {
      bold: flag,
      italic: flag,
      strike: flag,
      underline: flag,
      code: flag,
      highlight: flag,
      client_highlight: flag,
      unlink: flag,
    },
  }),
};
const border = { border: oneOf(0, 1) };

const leaf = typed(
  {
    text: shape({ required: { text: anything }, optional: styled }),
    link: shape({
      required: { url: text({ max: 3_000 }) },
      optional: { ...styled, text: anything, unsafe: flag },
    }),
    user: shape({ required: { user_id: id }, optional: styled }),
    usergroup: shape({ required: { usergroup_id: id }, optional: styled }),
    channel: shape({ required: { channel_id: id }, optional: styled }),
    team: shape({ required: { team_id: id }, optional: styled }),
    emoji: shape({
      required: { name: id },
      optional: { ...styled, unicode: id, url: text({ max: 3_000 }), skin_tone: integer(1, 6) },
    }),
    broadcast: shape({
      required: { range: oneOf("here", "channel", "everyone") },
      optional: styled,
    }),
    color: shape({ required: { value: id }, optional: styled }),
    date: shape({
      required: { timestamp: integer(0, 99_999_999_999), format: text({ max: 1_000 }) },
      optional: { ...styled, url: text({ max: 3_000 }), fallback: anything },
    }),
  },
  "type",
);

const leaves = list(leaf, { min: 0 });
const section = shape({ required: { elements: leaves } });

/** A `rich_text` block, also where another block or element holds one. */
export const richText: Check = typed(
  {
    rich_text: shape({
      required: {
        elements: list(
          typed(
            {
              rich_text_section: section,
              rich_text_list: shape({
                required: {
                  elements: list(typed({ rich_text_section: section }, "type")),
                  style: oneOf("bullet", "ordered"),
                },
                optional: { ...border, indent: integer(0, 8), offset: integer(0, 1_000_000) },
              }),
              rich_text_quote: shape({ required: { elements: leaves }, optional: border }),
              rich_text_preformatted: shape({
                required: { elements: leaves },
                optional: { ...border, language: id },
              }),
            },
            "type",
          ),
          { min: 0 },
        ),
      },
      optional: { block_id: id },
    }),
  },
  "type",
);
