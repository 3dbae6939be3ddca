/** Every period that Slack prescribes, in milliseconds, so that tests can compress them. */
export interface Timings {
  /** How long an app has to acknowledge. */
  readonly ackMs: number;
  /** Life of a `trigger_id`. */
  readonly triggerMs: number;
  /** Life of a `response_url`. */
  readonly responseUrlMs: number;
  /** Pauses before the first, second and third retry of an event. */
  readonly eventRetriesMs: readonly number[];
  /** Between two pings on an open socket; a socket that stays silent for three of them is closed. */
  readonly socketPingMs: number;
  /** How long Slack keeps a Socket Mode connection; some hours, as its `hello` says. */
  readonly socketLifeMs: number;
  /** How long before that a connection is warned, and how long after a disconnect message Slack itself begins to close it. */
  readonly socketGraceMs: number;
  /** How late Slack answers a ping. */
  readonly socketPongMs: number;
  /** How long the TCP connection stays open after the closing handshake, unless the app ends it. */
  readonly socketLingerMs: number;
  /** How long a connection whose app left without the closing handshake still counts and gets its share of payloads. */
  readonly socketGhostMs: number;
  /** Life of an unused Socket Mode address. */
  readonly socketTicketMs: number;
  /** How long an assistant's status stays. */
  readonly assistantStatusMs: number;
  /** How long after an upload blocks cannot refer to the file yet. */
  readonly fileReadyMs: number;
  /** Between two heartbeats of the page's stream. */
  readonly heartbeatMs: number;
  /** Pause between a change and the writing of the state file. */
  readonly saveMs: number;
}

/**
 * Where the documentation is silent: Slack leaves the TCP connection open after the closing handshake (release notes of
 * `@slack/socket-mode` 3.2.0, node-slack-sdk#2752), at least as long as a client waits for it; an app that is gone keeps its
 * place until Slack's own pings have stayed without an answer (python-slack-sdk#1940, bolt-js#2225).
 */
export const SLACK_TIMINGS: Timings = {
  ackMs: 3_000,
  triggerMs: 3_000,
  responseUrlMs: 30 * 60_000,
  eventRetriesMs: [0, 60_000, 5 * 60_000],
  socketPingMs: 10_000,
  socketLifeMs: 18_060_000,
  socketGraceMs: 10_000,
  socketPongMs: 100,
  socketLingerMs: 60_000,
  socketGhostMs: 30_000,
  socketTicketMs: 60_000,
  assistantStatusMs: 2 * 60_000,
  fileReadyMs: 1_000,
  heartbeatMs: 15_000,
  saveMs: 200,
};
