import type { ExecutionView } from "../../engine/api/executions.ts";
import type { CardRecord } from "../../engine/ports/cards.ts";

/** An execution with the records of its cards, by id. */
export interface ExecutionCards {
  readonly view: ExecutionView;
  readonly records: Map<string, CardRecord>;
}
