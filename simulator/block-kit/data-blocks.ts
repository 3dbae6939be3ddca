import { type JsonObject, member, memberAt, toObjects, toText, toTexts } from "../json.ts";
import {
  type Check,
  flag,
  integer,
  lazy,
  list,
  number,
  oneOf,
  type Problem,
  shape,
  text,
  typed,
} from "./check.ts";
import { plainText } from "./composition.ts";
import { LIMITS } from "./limits.ts";
import { richText } from "./rich-text.ts";

type Checks = Readonly<Record<string, Check>>;

const rawNumber = shape({
  required: { value: number },
  optional: { text: text({ max: LIMITS.textObject }) },
});
const cell = typed(
  {
    raw_text: shape({ required: { text: text({ max: LIMITS.tableCharacters, min: 0 }) } }),
    raw_number: rawNumber,
    rich_text: lazy(() => richText),
  },
  "type",
);
const row = list(cell, { max: LIMITS.tableColumns });

const dataRow = list(
  typed(
    {
      raw_text: shape({ required: { text: text({ max: LIMITS.tableCharacters }) } }),
      raw_number: rawNumber,
      rich_text: lazy(() => richText),
    },
    "type",
  ),
  { max: LIMITS.tableColumns },
);

/** The first row of a data table names the columns, without formatting. */
function plainHeader(value: JsonObject, pointer: string, problems: Problem[]): void {
  const [header] = Array.isArray(value["rows"]) ? value["rows"] : [];
  if (toObjects(header).some((one) => one["type"] === "rich_text")) {
    problems.push({ message: "unsupported type: rich_text", pointer: `${pointer}/rows/0` });
  }
}

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
  also: consistentSeries,
});
const positive: Check = (value, pointer, problems) => {
  number(value, pointer, problems);
  if (typeof value === "number" && value <= 0) {
    problems.push({ message: "must be greater than 0", pointer });
  }
};
const pie = shape({
  required: {
    segments: list(shape({ required: { label, value: positive } }), { max: LIMITS.chartSeries }),
  },
});

/** Each series has one point for each category and a name of its own. */
function consistentSeries(value: JsonObject, pointer: string, problems: Problem[]): void {
  const categories = toTexts(memberAt(value, "axis_config", "categories"));
  const all = toObjects(value["series"]);
  for (const [index, one] of all.entries()) {
    const labels = toObjects(one["data"]).map((point) => toText(point["label"]) ?? "");
    if (labels.toSorted().join("\n") !== categories.toSorted().join("\n")) {
      problems.push({
        message: "must have one data point for each category",
        pointer: `${pointer}/series/${index}/data`,
      });
    }
  }
  if (new Set(all.map((one) => one["name"])).size < all.length) {
    problems.push({ message: "names must be unique", pointer: `${pointer}/series` });
  }
}

/** Tables and charts. */
export const DATA_BLOCKS: Checks = {
  table: shape({
    required: { rows: list(row, { max: LIMITS.tableRows }) },
    optional: { column_settings: list(columnSetting, { max: LIMITS.tableColumns }) },
  }),
  data_table: shape({
    required: {
      rows: list(dataRow, { max: LIMITS.dataTableRows, min: 2 }),
      caption: text({ max: LIMITS.textObject }),
    },
    optional: {
      page_size: integer(1, 100),
      row_header_column_index: integer(0, LIMITS.tableColumns - 1),
    },
    also: plainHeader,
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

const taskMembers = {
  required: { task_id: text({ max: LIMITS.id }), title: text({ max: LIMITS.textObject }) },
  optional: {
    status: oneOf("pending", "in_progress", "complete", "error"),
    details: richText,
    output: richText,
    sources,
    block_id: text({ max: LIMITS.id }),
  },
};
const { status, ...taskOptions } = taskMembers.optional;
const taskCard = shape({
  required: { ...taskMembers.required, status },
  optional: taskOptions,
});

/** A text, or a text object. */
const planTitle: Check = (value, pointer, problems) => {
  const check = typeof value === "string" ? text({ max: LIMITS.textObject }) : anyTitle;
  check(value, pointer, problems);
};
const anyTitle = plainText(LIMITS.textObject);

/** Progress of an agent. */
export const TASK_BLOCKS: Checks = {
  task_card: taskCard,
  plan: shape({
    required: { title: planTitle },
    optional: { tasks: list(shape(taskMembers), { min: 0 }) },
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
