/** Put behind a text, it is later than any text that begins with that one: the highest code point there is. */
export const AFTER_ANY = "\u{10ffff}";
