import type { Service } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import { defineAction, showText } from "../action.ts";
import { composeMail, SendParams } from "./compose-mail.ts";
import { type MailServer, sendMail } from "./send-mail.ts";

export interface EmailServiceOptions {
  /** `null`: e-mail is not configured, and every call fails. */
  readonly server: MailServer | null;
  /** Folder of the files that `template` names. */
  readonly templatesDir: string;
}

/**
 * E-mail over SMTP. Every attempt of a step sends the same `Message-ID`, so mailboxes can drop
 * repeats.
 */
export function createEmailService(options: EmailServiceOptions): Service {
  return {
    name: "email",
    defaultAction: "send",
    actions: {
      send: defineAction({
        summary: "Sends an e-mail; gives {messageId, accepted, rejected}.",
        describe: ({ to, subject }) => `Sends an e-mail to ${showText(to)}: "${showText(subject)}"`,
        params: SendParams,
        sideEffect: true,
        onUnknown: "repeat",
        async execute(params, { idempotencyKey, signal }) {
          const { server, templatesDir } = options;
          if (!server) throw notSetUp();
          const mail = await composeMail(params, {
            from: server.from,
            idempotencyKey,
            templatesDir,
          });
          return sendMail(mail, server, signal);
        },
      }),
    },
  };
}

function notSetUp(): AppError {
  return new AppError({
    code: "service_rejected",
    message:
      "E-mail is not set up: the operator sets SMTP_HOST and EMAIL_FROM in the bot's environment.",
  });
}
