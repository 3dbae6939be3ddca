/** The states of an agent's work; `suspended` waits for a person. */
export const SESSION_STATUSES = ["active", "processing", "suspended", "closed"] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/**
 * The work of an agent in a thread.
 *
 * @see https://docs.slack.dev/ai/agent-sessions
 */
export interface AgentSession {
  readonly channel: string;
  readonly threadTs: string;
  readonly status: SessionStatus;
  readonly title: string;
  /** The person who began it, if the agent said so. */
  readonly initiator: string | undefined;
}

/** Sessions by thread; they are lost when the simulator ends. */
export class AgentSessions {
  readonly #sessions = new Map<string, AgentSession>();

  find(channel: string, threadTs: string): AgentSession | undefined {
    return this.#sessions.get(`${channel} ${threadTs}`);
  }

  save(session: AgentSession): void {
    this.#sessions.set(`${session.channel} ${session.threadTs}`, session);
  }

  /** Oldest first. */
  list(): readonly AgentSession[] {
    return [...this.#sessions.values()];
  }

  clear(): void {
    this.#sessions.clear();
  }
}
