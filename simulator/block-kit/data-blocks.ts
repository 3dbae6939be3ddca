import { member } from "../json.ts";
import {
  type Check,
  flag,
  integer,
  lazy,
  list,
  number,
  oneOf,
  shape,
  text,
  typed,
} from "./check.ts";
import { LIMITS } from "./limits.ts";
import { richText } from "./rich-text.ts";

type Checks = Readonly<Record<string, Check>>;

const cell = typed(
  {
    raw_text: shape({ required: { text: text({ max: LIMITS.tableCharacters, min: 0 }) } }),
    raw_number: shape({
      required: { value: number },
      optional: { text: text({ max: LIMITS.textObject }) },
    }),
    rich_text: lazy(() => richText),
  },
  "type",
);
const row = list(cell, { max: LIMITS.tableColumns });

const columnSetting: Check = (value, pointer, problems) => {
  if (value === null) return;
  shape({ optional: { align: oneOf("left", "center", "right"), is_wrapped: flag } })(
    value,
    pointer,
    problems,
  );
};

const label = text({ max: LIMITS.chartLabel });
const points = list(shape({ required: { label, value: number } }), { max: LIMITS.chartPoints });
const axisLabel = text({ max: LIMITS.chartTitle, min: 0 });
const series = shape({
  required: {
    series: list(shape({ required: { name: label, data: points } }), { max: LIMITS.chartSeries }),
    axis_config: shape({
      required: { categories: list(label, { max: LIMITS.chartPoints }) },
      optional: { x_label: axisLabel, y_label: axisLabel },
    }),
  },
});
const pie = shape({
  required: {
    segments: list(shape({ required: { label, value: number } }), { max: LIMITS.chartSeries }),
  },
});

/** Tables and charts. */
export const DATA_BLOCKS: Checks = {
  table: shape({
    required: { rows: list(row, { max: LIMITS.tableRows }) },
    optional: { column_settings: list(columnSetting, { max: LIMITS.tableColumns }) },
  }),
  data_table: shape({
    required: {
      rows: list(row, { max: LIMITS.dataTableRows, min: 2 }),
      caption: text({ max: LIMITS.textObject }),
    },
    optional: {
      page_size: integer(1, 100),
      row_header_column_index: integer(0, LIMITS.tableColumns - 1),
    },
  }),
  data_visualization: shape({
    required: {
      title: text({ max: LIMITS.chartTitle }),
      chart: typed({ line: series, bar: series, area: series, pie }, "type"),
    },
  }),
};

const sources = list(
  typed(
    {
      url: shape({
        required: { url: text({ max: LIMITS.url }), text: text({ max: LIMITS.textObject }) },
      }),
    },
    "type",
  ),
  { min: 0 },
);

const taskCard = shape({
  required: { task_id: text({ max: LIMITS.id }), title: text({ max: LIMITS.textObject }) },
  optional: {
    status: oneOf("pending", "in_progress", "complete", "error"),
    details: richText,
    output: richText,
    sources,
    block_id: text({ max: LIMITS.id }),
  },
});

/** Progress of an agent. */
export const TASK_BLOCKS: Checks = {
  task_card: taskCard,
  plan: shape({
    required: { title: text({ max: LIMITS.textObject }) },
    optional: { tasks: list(taskCard, { min: 0 }) },
  }),
};

/** The characters of all cells. */
export function tableCharacters(block: unknown): number {
  return (
    JSON.stringify(member(block, "rows") ?? [])
      .match(/"text":"(?:[^"\\]|\\.)*"/g)
      ?.reduce((sum, found) => sum + found.length - '"text":""'.length, 0) ?? 0
  );
}
