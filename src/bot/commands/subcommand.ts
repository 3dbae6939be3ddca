import type { ModalView } from "@slack/types";
import type { Caller, Role } from "../../engine/api/access.ts";
import type { PointedMessage } from "../../engine/ports/conversations.ts";
import type { BotContext } from "../context.ts";
import type { FormState } from "../forms/form-state.ts";
import type { CardMessage } from "../views/blocks/build.ts";

/** A command as a subcommand sees it: typed after the slash command, or written to the bot. */
export interface CommandRequest {
  readonly caller: Caller;
  /** Where it was typed. */
  readonly channel: string;
  /** The thread that it was written in, or that its message begins; absent: there is none. */
  readonly threadTs?: string;
  /** Finds the run that the thread is about in which it was written; `null`: none. Absent: no thread is known. */
  readonly threadRun?: () => Promise<string | null>;
  /** Reads the message that begins the thread, for the values of a form; `null`: none, or one of the bot's. Absent: no thread is known. */
  readonly threadMessage?: () => Promise<PointedMessage | null>;
  /** The words after the subcommand's name. */
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  /** What follows the name of a command that takes free text, in Slack's form. */
  readonly text?: string;
  /** Equal when Slack delivers the same command again. */
  readonly deliveryId: string;
}

/** What a person reads. */
export type Answer =
  | string
  | (CardMessage & {
      /** Nothing was done, since what they typed does not fit. */
      readonly isRefusal?: true;
      /** Refused for words without names, which may be a sentence where people write in their own words. */
      readonly hasUnnamed?: true;
      /** The form that is opened in its place where Slack can open one. */
      readonly form?: FormState;
      /** The dialog that is opened in its place where Slack can open one. */
      readonly dialog?: ModalView;
    });

/** Was nothing done? */
export function isRefusal(answer: Answer): boolean {
  return typeof answer !== "string" && answer.isRefusal === true;
}

/** Was nothing done because words have no names? */
export function hasUnnamed(answer: Answer): boolean {
  return typeof answer !== "string" && answer.hasUnnamed === true;
}

/** What follows `/workflow`. Its answer is seen by the caller alone. */
export interface Subcommand {
  readonly name: string;
  /** What may follow the name: `<id> [key=value …]`. */
  readonly usage: string;
  /** One line for the help. */
  readonly summary: string;
  /** Whom the help shows it. What they may do is decided by the engine: rights differ from workflow to workflow. */
  readonly roles: readonly Role[];
  /** Its first word names a run: in the thread of one it may be left out. @default false */
  readonly takesRun?: boolean;
  /** What follows its name is a text and no words and values. @default false */
  readonly isFreeText?: boolean;
  /** The help leaves it out. */
  readonly isHidden?: boolean;
  /** Names of the values that it takes. @default it takes none */
  readonly valueNames?: readonly string[];
  /**
   * Absent: it takes no others. Present: any name may be given, and these are the names that the workflow or run has which the
   * words begin with. Never rejects for words that name none.
   */
  findValueNames?(words: readonly string[], context: BotContext): Promise<readonly string[]>;
  /** Another form of it, which admins alone may use. */
  readonly adminForm?: { readonly usage: string; readonly summary: string };
  /** @throws {AppError} which the caller sees. */
  run(request: CommandRequest, context: BotContext): Promise<Answer>;
}

/** Each role that may use the bot. */
export const EVERY_ROLE: readonly Role[] = ["member", "admin"];

/** Who decides what is deployed and what may run, unless a workflow's permissions name others. */
export const ADMINS_ONLY: readonly Role[] = ["admin"];
