import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import type { Access } from "../access/access.ts";
import type { StartResult } from "../api/executions.ts";
import type { IncomingMessage } from "../api/triggers.ts";
import type { Executions } from "../executions/executions.ts";
import { compilePattern } from "../language/safe-pattern.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { Conversations } from "../ports/conversations.ts";
import type { Files } from "../runtime/files.ts";
import { type MessageFiles, readMessageFiles, withoutBytes } from "./message-files.ts";
import { isAmong, mayAuthorStart } from "./slack-starts.ts";
import { admitsStart, type StartLimitOptions } from "./start-limit.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { createKeywordFinder, type KeywordText, readKeywordText } from "./types/keywords.ts";
import { MentionConfig } from "./types/mention.ts";
import { MessageConfig } from "./types/message.ts";

export interface MessageTriggerOptions extends StartLimitOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly conversations: Conversations;
  readonly access: Pick<Access, "mayUse" | "amongWhich">;
  readonly files: Pick<Files, "limits">;
}

/**
 * How often what one bot writes starts a workflow: two bots that answer each other would else do so without end. A burst of alerts is
 * no circle; a circle of a few seconds a round is slowed down to this.
 */
const BOT_LIMIT = { burst: 100, intervalMs: 10_000 };

interface Rule extends Omit<MessageConfig, "pattern" | "keywords"> {
  readonly fits: (message: SearchedMessage) => boolean;
  /** Characters of the longest message that is compared with the pattern, and what is said of longer ones. */
  readonly limits?: { readonly maxLength: number; readonly problem: string };
}

/** A message with what keywords are searched in, read when it is needed first. */
interface SearchedMessage {
  readonly text: string;
  readonly readings: () => readonly KeywordText[];
}

/** Starts what messages ask for: of one message each workflow once, however often it is delivered. */
export class MessageTrigger {
  readonly #options: MessageTriggerOptions;
  readonly #rule = memoizePerTrigger(toRule);

  constructor(options: MessageTriggerOptions) {
    this.#options = options;
  }

  async receive(message: IncomingMessage): Promise<readonly StartResult[]> {
    const started = new Map<string, StartResult>();
    const failures: AppError[] = [];
    // Messages may come before the process has begun to work.
    await this.#options.triggers.load();
    const searched = toSearched(message);
    let files: Promise<MessageFiles> | null = null;
    // Once for all workflows, and only if one starts.
    const readFiles = (): Promise<MessageFiles> => (files ??= this.#readFiles(message));
    const { triggers } = this.#options;
    for (const trigger of [...triggers.of("message"), ...triggers.of("mention")]) {
      if (started.has(trigger.workflowId)) continue;
      if (!(await this.#fits(trigger, message, searched))) continue;
      if (!(await this.#mayStart(trigger, message))) continue;
      if (!(await this.#admits(trigger, message))) continue;
      const result = await this.#start(trigger, message, readFiles);
      if (result instanceof AppError) failures.push(result);
      else if (result) started.set(trigger.workflowId, result);
    }
    // Thrown after the others were started: what is delivered again starts those once all the same.
    if (failures[0] !== undefined) throw failures[0];
    return [...started.values()];
  }

  async #fits(
    trigger: ActiveTrigger,
    message: IncomingMessage,
    searched: SearchedMessage,
  ): Promise<boolean> {
    const { bots, mention, thread, fits, channels, limits } = this.#rule(trigger);
    if (message.isFromBot && !bots) return false;
    if (mention && !message.mentionsBot) return false;
    if (thread !== "any" && (thread === "reply") !== (message.threadTs !== null)) return false;
    if (limits && message.text.length > limits.maxLength) {
      this.#warnOfLength(trigger, message, limits);
      return false;
    }
    if (!fits(searched)) return false;
    if (channels === undefined) return true;
    return isAmong(message.channel, channels, this.#options.conversations);
  }

  #warnOfLength(
    { workflowId, id }: ActiveTrigger,
    { channel, text, eventId }: IncomingMessage,
    { problem, maxLength }: NonNullable<Rule["limits"]>,
  ): void {
    const place = { workflowId, trigger: id, channel, event: eventId };
    this.#options.logger.warn(
      { ...place, characters: text.length, maxCharacters: Math.max(maxLength, 0), error: problem },
      "a message was not compared with the pattern of a trigger",
    );
  }

  async #mayStart(trigger: ActiveTrigger, message: IncomingMessage): Promise<boolean> {
    const { access, logger } = this.#options;
    const { user, channel, eventId } = message;
    const { users } = this.#rule(trigger);
    if (await mayAuthorStart(access, message, users)) return true;
    logger.debug({ channel, user, event: eventId }, "the author of a message may not start runs");
    return false;
  }

  /** Counts a message of a bot against its limit; those of people have none. */
  async #admits(trigger: ActiveTrigger, { isFromBot, user }: IncomingMessage): Promise<boolean> {
    if (!isFromBot) return true;
    const key = `trigger:${trigger.workflowId}:${trigger.id}:${user}`;
    return admitsStart(this.#options, trigger, { key, ...BOT_LIMIT });
  }

  /**
   * A workflow that cannot be started must not keep others from it.
   *
   * @returns what may succeed when it is delivered again as an error; `null` for what will not.
   */
  async #start(
    trigger: ActiveTrigger,
    message: IncomingMessage,
    readFiles: () => Promise<MessageFiles>,
  ): Promise<StartResult | AppError | null> {
    const { workflowId, id } = trigger;
    const { channel } = message;
    try {
      // Definitions that are older than this variable may use its name.
      const files = trigger.taken.has("files") ? null : await readFiles();
      return await this.#run(trigger, message, files).catch((error: unknown) => {
        // What cannot be stored keeps the run from starting as little as what cannot be read.
        if (!isAppError(error, "files_full") || files === null) throw error;
        this.#options.logger.warn({ channel, error: error.message }, "files were not stored");
        const without = withoutBytes(message.files ?? [], "there is no room to store it");
        return this.#run(trigger, message, without);
      });
    } catch (error) {
      const known = asAppError(error);
      this.#options.logger.warn(
        { workflowId, trigger: id, channel, error: known.message },
        "a message fits, but the workflow could not be started",
      );
      return known.retryable ? known : null;
    }
  }

  #run(
    { workflowId, id, kind, reports }: ActiveTrigger,
    message: IncomingMessage,
    files: MessageFiles | null,
  ): Promise<StartResult> {
    const { text, user, channel, ts } = message;
    const threadTs = message.threadTs ?? ts;
    return this.#options.executions.start({
      workflowId,
      executionId: executionIdFor(workflowId, `message:${message.eventId}`),
      variables: {
        ...{ text, user, channel, ts, threadTs, isReply: message.threadTs !== null },
        ...(files && { files: files.values }),
      },
      variableForm: "json",
      ...(files && { files: files.brought }),
      trigger: {
        type: kind,
        id,
        userId: user,
        ...(message.isFromBot && { isBot: true }),
        channel,
      },
      ...(!reports && { report: { channel, on: "all", threadTs } }),
    });
  }

  async #readFiles({ files = [], channel, eventId }: IncomingMessage): Promise<MessageFiles> {
    const read = await readMessageFiles(files, this.#options.files.limits.maxBytes);
    for (const { id, problem } of read.values) {
      if (problem === undefined) continue;
      const place = { channel, event: eventId, file: id, problem };
      this.#options.logger.warn(place, "a file of a message was not read");
    }
    return read;
  }
}

function toRule(trigger: ActiveTrigger): Rule {
  const { pattern, keywords, ...rest } =
    trigger.kind === "mention"
      ? { ...MentionConfig.parse(trigger.config), mention: true }
      : MessageConfig.parse(trigger.config);
  const compiled = pattern === undefined ? null : compilePattern(pattern);
  const finder = keywords === undefined ? null : createKeywordFinder(keywords);
  // A version that was deployed when larger patterns were taken.
  if (typeof compiled === "string")
    return { ...rest, fits: () => false, limits: { problem: compiled, maxLength: -1 } };
  const problem = "The message is too long for the pattern.";
  return {
    ...rest,
    fits: ({ text, readings }) =>
      compiled?.test(text) ?? (finder === null || readings().some(finder)),
    ...(compiled && { limits: { problem, maxLength: compiled.maxLength } }),
  };
}

function toSearched({ text, readings = [text] }: IncomingMessage): SearchedMessage {
  let read: readonly KeywordText[] | null = null;
  return {
    text,
    readings: () => {
      read ??= readings.map(readKeywordText);
      return read;
    },
  };
}
