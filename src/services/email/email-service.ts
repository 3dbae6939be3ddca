import type { Service } from "../../engine/ports/service.ts";
import { counted } from "../../shared/counted.ts";
import { AppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { listValues, type Wording, wording } from "../../shared/wording.ts";
import { defineAction, showText } from "../action.ts";
import { composeMail } from "./compose-mail.ts";
import { createMailConnections, type MailServer } from "./mail-connections.ts";
import { SendParams } from "./mail-params.ts";
import { sendMail } from "./send-mail.ts";

export interface EmailServiceOptions {
  /** `null`: e-mail is not configured, and every call fails. */
  readonly server: MailServer | null;
  /** Folder of the files that `template` names. */
  readonly templatesDir: string;
}

/** The service, and the end of the connections that it keeps. */
export interface EmailService extends Service, Disposable {}

/**
 * E-mail over SMTP, with connections that are kept for a few seconds. Every attempt of a step sends the same `Message-ID`, so mailboxes can drop
 * repeats.
 */
export function createEmailService(options: EmailServiceOptions): EmailService {
  const connections = options.server && createMailConnections(options.server);
  return {
    [Symbol.dispose]: () => connections?.[Symbol.dispose](),
    name: "email",
    defaultAction: "send",
    actions: {
      send: defineAction({
        summary:
          "Sends an e-mail; gives {messageId, accepted, rejected, refusals: [{address, status, reason}]}: addresses that the mail server took, and those that it refused while it took others.",
        describe: ({ to, subject, files }) => {
          const attached = files === undefined ? "" : ` with ${showText(files)}`;
          return `Sends an e-mail to ${showText(to)}${attached}: "${showText(subject)}"`;
        },
        outline: outlineMail,
        example: {
          to: "{{variables.email}}",
          subject: "Your order {{variables.number}}",
          body: "<p>It is on its way.</p>",
        },
        params: SendParams,
        counterpart: () =>
          options.server === null ? null : `the mail server ${options.server.host}`,
        sideEffect: true,
        onUnknown: "repeat",
        async execute(params, { idempotencyKey, signal, files, hideSecrets }) {
          if (!connections) throw notSetUp();
          const { from } = connections.server;
          const { templatesDir } = options;
          const mail = await composeMail(params, { from, idempotencyKey, templatesDir, files });
          return sendMail(mail, connections, signal, hideSecrets);
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
