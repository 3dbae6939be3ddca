import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import { anyJsonObject } from "../../shared/any-json.ts";
import { addressPlace } from "../../shared/places/address-place.ts";
import { htmlPlace } from "../../shared/places/html-place.ts";
import { plain } from "../../shared/places/place.ts";
import { FileParam } from "../file-param.ts";
import { HeaderName, HeaderText } from "./mail-headers.ts";

/** A coarse check at deployment; addresses are parsed strictly before sending. */
const ADDRESSES = "an e-mail address such as ann@example.com, or a list of them";
const Address = z.string().regex(/@/, ADDRESSES);

const Addresses = inPlace(z.union([Address, z.array(Address).min(1)], ADDRESSES), addressPlace);

const Attachment = z.strictObject({
  filename: inPlace(z.string().min(1).max(200), plain)
    .optional()
    .describe("its name; that of the file if absent"),
  content: inPlace(z.string(), plain).optional().describe("text, or bytes in base64"),
  file: inPlace(FileParam, plain).optional().describe("a file of the run, in place of the content"),
  encoding: z.literal("base64").optional().describe("of a content that is not text"),
  contentType: inPlace(
    z.string().regex(/^[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/, "a media type such as text/csv"),
    plain,
  )
    .optional()
    .describe("media type; by the file or the name if absent"),
  cid: inPlace(z.string().regex(/^[\w.+-]{1,100}$/, "a name such as logo"), plain)
    .optional()
    .describe('shows it within the HTML, where <img src="cid:logo"> stands'),
});
export type Attachment = z.output<typeof Attachment>;

export const MAX_ATTACHMENTS = 20;

export const SendParams = z.strictObject({
  to: Addresses.describe(
    "who gets it: ann@example.com, Ann <ann@example.com>, or a list of those; 100 at most, copies included",
  ),
  cc: Addresses.optional().describe("who gets a copy, seen by all"),
  bcc: Addresses.optional().describe("who gets a copy, seen by no one"),
  replyTo: Addresses.optional().describe("where answers go; to the sender if absent"),
  fromName: inPlace(z.string().trim().min(1).max(100), plain)
    .optional()
    .describe("name of the sender; the address is always the operator's"),
  subject: inPlace(z.string().max(1000), plain).optional().describe("one line"),
  body: inPlace(z.string(), htmlPlace).optional().describe("HTML"),
  text: inPlace(z.string(), plain)
    .optional()
    .describe("what is shown without HTML; made from it if absent"),
  template: inPlace(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, "the name of a template: letters, digits, - and _"),
    plain,
  )
    .optional()
    .describe("a file in the folder email-templates, without its ending, in place of the body"),
  values: inPlace(anyJsonObject(), plain)
    .optional()
    .describe("what the template's {{name}} are filled with"),
  headers: inPlace(z.record(HeaderName, HeaderText), plain)
    .optional()
    .describe("further headers, by name, such as X-Ticket or List-Unsubscribe"),
  attachments: z
    .array(Attachment)
    .max(MAX_ATTACHMENTS)
    .optional()
    .describe("20 at most, 15 MB together"),
  files: inPlace(
    z.union(
      [FileParam, z.array(FileParam).max(MAX_ATTACHMENTS)],
      "a file of the run, or a list of them",
    ),
    plain,
  )
    .optional()
    .describe("files of the run that are attached as they are: one, or a list"),
});
export type SendParams = z.output<typeof SendParams>;
