import { styleText } from "node:util";

type Style = "red" | "green" | "yellow" | "dim" | "bold";

/** Where a command writes: results to standard output, all else to standard error. */
export interface Terminal {
  /** A result, as it is; for programs with `--json`. */
  print(text: string): void;
  /** JSON on one line. */
  printJson(value: unknown): void;
  /** What is no result: problems, progress. */
  note(text: string): void;
  /** Colored where people read it. */
  style(style: Style, text: string): string;
}

/** The terminal of this process. Text is colored only if it is shown on a terminal and `NO_COLOR` is not set (https://no-color.org). */
export function createTerminal(): Terminal {
  // A reader that has enough, such as head, closes the pipe: that is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    printJson: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
  };
}

/** Rows in columns that are as wide as what stands in them. */
export function table(rows: readonly (readonly string[])[]): string {
  const [first = []] = rows;
  const widths = first.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
