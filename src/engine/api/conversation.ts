/** What people write to the bot, as far as a model reads it. */
export interface ConversationReading {
  /**
   * Which of several intents a message has, in whatever language it is written: one call of the default model, recorded like every
   * other.
   *
   * @throws {AppError} `store_unavailable`.
   */
  classify(request: ClassifyRequest): Promise<ReadMessage>;
}

/** What a model makes of a message. */
export interface ReadMessage {
  /** The name of an intent; `null`: the model is not sure, or did not read it. */
  readonly intent: string | null;
  /**
   * Why no model read it, as sentences: none answers, or none may be asked (a budget or that of the person's drafts is used up, or
   * 60 messages of the person were read within an hour).
   */
  readonly unread?: string;
}

export interface ClassifyRequest {
  /** Equal for the same message, however often it arrives: its call is made once. */
  readonly key: string;
  /** Slack user id of its author. */
  readonly by: string;
  /** As people read it; of more than 2,000 characters the beginning is read. */
  readonly text: string;
  /** What each intent means, by its name. */
  readonly intents: Readonly<Record<string, string>>;
}
