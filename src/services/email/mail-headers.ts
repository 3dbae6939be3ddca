import { z } from "zod";

/**
 * Headers that are made from other parameters or by mail servers: who sends and gets a message, what identifies it, and how its
 * parts are written (https://www.rfc-editor.org/rfc/rfc5322#section-3.6).
 */
const RESERVED =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|date|message-id|return-path|received|mime-version|content-.*|resent-.*|dkim-signature|arc-.*|authentication-results|delivered-to)$/i;

/** A line may have 998 characters (https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1), and is broken at spaces alone. */
const MAX_WORD = 900;

const MAX_VALUE = 2000;

export const HeaderName = z
  .string()
  .regex(/^[!-9;-~]{1,76}$/, "a header's name: letters, digits and - without spaces")
  .refine(
    (name) => !RESERVED.test(name),
    "a header that no other parameter stands for: give addresses, subject and parts by their own parameters",
  );

export const HeaderText = z
  .string()
  .max(MAX_VALUE, `text of at most ${MAX_VALUE} characters`)
  .refine((text) => !/[\p{Cc}\u2028\u2029]/u.test(text), "one line of text")
  .refine(
    (text) => text.split(/\s/).every((word) => word.length <= MAX_WORD),
    `text without a word of more than ${MAX_WORD} characters`,
  );
