import type { MailSink } from "./mail/mail-sink.ts";
import type { StandInModel } from "./model/stand-in-model.ts";

/** Fakes of the systems around Slack. */
export interface Fakes {
  readonly model: StandInModel;
  /** Absent when no mail port was asked for. */
  readonly mail: MailSink | undefined;
}
