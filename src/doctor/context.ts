import type { Config } from "../app/config.ts";
import type { Store } from "../engine/ports/store.ts";
import type { Slack } from "../slack/slack.ts";
import type { AnswerDates } from "./answer-dates.ts";
import type { Manifest } from "./manifest.ts";

/** Who the bot is, by its token. */
export interface Identity {
  readonly teamId: string;
  readonly team: string;
  readonly botId: string;
  readonly userId: string;
  readonly user: string;
  /** `A…`; `null` when Slack did not give it. */
  readonly appId: string | null;
  readonly isOrganization: boolean;
  /** Scopes of the token; `null` when Slack did not list them. */
  readonly scopes: ReadonlySet<string> | null;
}

/** What the checks of a complete configuration share. */
export interface DoctorContext {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly slack: Slack;
  /** A store in memory, for what needs one. */
  readonly scratch: Store;
  readonly manifest: Manifest;
  /** When Slack's answers said that they were sent. */
  readonly dates: AnswerDates;
  /**
   * Asks Slack once, however often it is called.
   *
   * @throws {unknown} what the Web API client throws.
   */
  identity(): Promise<Identity>;
  /** Public address of {@link EVENTS_PATH}, if the operator gave it. */
  readonly eventsUrl: string | null;
}
