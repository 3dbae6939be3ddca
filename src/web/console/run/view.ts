import type { AuditView } from "../../../engine/api/evaluation.ts";
import type { ExecutionSummary, ExecutionView } from "../../../engine/api/executions.ts";
import type { AppError } from "../../../shared/errors.ts";
import type { Html } from "../../pages/html.ts";
import type { Names } from "../people.ts";

/** What the page of a run is made of. */
export interface RunView {
  readonly view: ExecutionView;
  /** `null`: what models were asked could not be read. */
  readonly audit: AuditView | null;
  /** Inputs of the version, by name. */
  readonly inputs: ReadonlySet<string>;
  /** The variable that each step writes, by the step's id. */
  readonly written: ReadonlyMap<string, string>;
  /** Runs that this one's end or steps began. */
  readonly children: readonly ExecutionSummary[];
  /** Open requests that the viewer may decide here. */
  readonly mine: ReadonlySet<string>;
  readonly names: Names;
  readonly formToken: string;
  readonly mayChange: boolean;
  readonly isAdmin: boolean;
  /** Why what was asked for was not done. */
  readonly refusal?: AppError;
  /** The diagram of the version with the path taken. */
  readonly diagram?: Html;
  readonly now: number;
}
