import type { Service } from "../../engine/ports/service.ts";
import { counted } from "../../shared/counted.ts";
import { AppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { listValues, type Wording, wording } from "../../shared/wording.ts";
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
        describe: ({ to, subject, files }) => {
          const attached = files === undefined ? "" : ` with ${showText(files)}`;
          return `Sends an e-mail to ${showText(to)}${attached}: "${showText(subject)}"`;
        },
        outline: outlineMail,
        params: SendParams,
        sideEffect: true,
        onUnknown: "repeat",
        async execute(params, { idempotencyKey, signal, files, hideSecrets }) {
          const { server, templatesDir } = options;
          if (!server) throw notSetUp();
          const mail = await composeMail(params, {
            from: server.from,
            idempotencyKey,
            templatesDir,
            files,
          });
          return sendMail(mail, server, signal, hideSecrets);
        },
      }),
    },
  };
}

/** Every recipient, the hidden ones too, who gets the answers, and what is attached. */
function outlineMail({ to, cc, bcc, replyTo, attachments, files }: JsonObject): Wording {
  const all = (value: Json | undefined): Wording =>
    listValues(
      (Array.isArray(value) ? value : [value]).map((one: Json | undefined) => showText(one)),
    );
  const copies = cc === undefined ? wording`` : wording`, a copy to ${all(cc)}`;
  const hidden = bcc === undefined ? wording`` : wording`, a hidden copy to ${all(bcc)}`;
  const answers = replyTo === undefined ? wording`` : wording`, answers go to ${all(replyTo)}`;
  const attached = Array.isArray(attachments)
    ? wording`, with ${counted(attachments.length, "attachment")}`
    : wording``;
  const whole = files === undefined ? wording`` : wording`, with the files ${all(files)}`;
  return wording`Sends an e-mail to ${all(to)}${copies}${hidden}${answers}${attached}${whole}`;
}

function notSetUp(): AppError {
  return new AppError({
    code: "service_rejected",
    message:
      "E-mail is not set up: the operator sets SMTP_HOST and EMAIL_FROM in the bot's environment.",
  });
}
