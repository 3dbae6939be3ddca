import type { Json } from "../../shared/json.ts";
import type { StepError } from "./events.ts";

/** A step was entered that executes bodies of its own. */
export interface FramesOpened {
  readonly type: "frames_opened";
  readonly path: string;
  readonly stepId: string;
  readonly frames: readonly {
    readonly id: string;
    /** The step that the body begins with. */
    readonly first: string;
    /** When it has to be over. */
    readonly due?: number;
  }[];
  /** The list whose items have a body each; `frames` has the first of them, their ids are indexes. */
  readonly items?: readonly Json[];
  /** The variable that holds the item within its body. */
  readonly as?: string;
  readonly at: number;
}

/** One more body of a step was begun: that of the next item. */
export interface FrameOpened {
  readonly type: "frame_opened";
  /** Of the body. */
  readonly path: string;
  /** The step that the body begins with. */
  readonly first: string;
  readonly at: number;
}

/** A body is over: what it had under way is given up. */
export interface FrameClosed {
  readonly type: "frame_closed";
  readonly path: string;
  readonly status: "completed" | "failed";
  readonly error?: StepError;
  readonly at: number;
}
