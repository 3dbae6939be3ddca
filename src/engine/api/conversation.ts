/** What people write to the bot, as far as a model reads it. */
export interface ConversationReading {
  /**
   * Which of several intents a message has, in whatever language it is written: one call of the default model, recorded like every
   * other.
   *
   * @returns the name of an intent; `null`: the model is not sure, does not answer, or may not be asked (a budget or that of the
   *   person's drafts is used up, or 60 messages of the person were read within an hour).
   * @throws {AppError} `store_unavailable`.
   */
  classify(request: ClassifyRequest): Promise<string | null>;
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
