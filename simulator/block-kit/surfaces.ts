/** Where blocks are shown. */
export type Surface = "message" | "modal" | "home";

/**
 * Block types that a surface does not take.
 *
 * @see https://docs.slack.dev/reference/block-kit/blocks, column "Surfaces"
 */
export const REFUSED_BLOCKS: Readonly<Record<Surface, ReadonlySet<string>>> = {
  message: new Set(["alert", "file"]),
  modal: new Set([
    "card",
    "carousel",
    "container",
    "context_actions",
    "data_table",
    "data_visualization",
    "file",
    "markdown",
    "plan",
    "table",
    "task_card",
  ]),
  home: new Set([
    "alert",
    "context_actions",
    "data_visualization",
    "file",
    "markdown",
    "plan",
    "table",
    "task_card",
  ]),
};

/** Elements that work in modals only. */
export const MODAL_ELEMENTS: ReadonlySet<string> = new Set(["file_input"]);
