import { z } from "zod";
import { paramTraits } from "../../engine/definition/param-traits.ts";
import type { Service } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import { defineAction } from "../action.ts";
import { composeMail } from "./compose-mail.ts";
import { sendMail } from "./send-mail.ts";

/** The mail server that messages are handed to, and who they come from. */
export interface MailServer {
  readonly host: string;
  /** 465 speaks TLS from the start; on others it is begun when the server offers it. */
  readonly port: number;
  /** With a user, the connection must be encrypted unless the server is on this machine. */
  readonly login: { readonly user: string; readonly password: string } | null;
  /** `Heddle <bot@example.com>` */
  readonly from: string;
}

export interface EmailServiceOptions {
  /** `null`: e-mail is not set up; every call says so. */
  readonly server: MailServer | null;
  /** Folder of the files that `template` names. */
  readonly templatesDir: string;
}

/** A slip that can be seen at deployment; every part is read with care before anything is sent. */
const ADDRESSES = "an e-mail address such as ann@example.com, or a list of them";
const Address = z.string().regex(/@/, ADDRESSES);

const Addresses = z.union([Address, z.array(Address).min(1)], ADDRESSES);

const Attachment = z.strictObject({
  filename: z.string().min(1).max(200),
  content: z.string(),
  /** Absent: the content is text. */
  encoding: z.literal("base64").optional(),
  contentType: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/, "a media type such as text/csv")
    .optional(),
});

const SendParams = z.strictObject({
  to: Addresses,
  cc: Addresses.optional(),
  bcc: Addresses.optional(),
  subject: z.string().max(1000).optional(),
  /** HTML. */
  body: z.string().optional().register(paramTraits, { markup: "html" }),
  text: z.string().optional(),
  /** Name of a file in the folder of templates, without its ending. */
  template: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, "the name of a template: letters, digits, - and _")
    .optional(),
  /** What the template's `{{name}}` stand for. */
  values: z.record(z.string(), z.json()).optional(),
  attachments: z.array(Attachment).max(20).optional(),
});
export type SendParams = z.output<typeof SendParams>;

/** E-mail over SMTP. Every attempt of a step sends the same `Message-ID`, by which mailboxes recognize a repeat. */
export function createEmailService(options: EmailServiceOptions): Service {
  return {
    name: "email",
    defaultAction: "send",
    actions: {
      send: defineAction({
        summary: "Sends an e-mail; gives {messageId, accepted, rejected}.",
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
