/*
 * Whether a text says one value plainly. It is not understood: a text counts only if the clause that names the value holds nothing
 * but words that cannot change it, and the rest of the text nothing that could take it back. Whatever else comes is put to the
 * model again, which costs one call; a value that was picked wrongly costs more.
 */

/** A value that a text names, and where. */
export interface Mention<Value> {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
}

/** What a text says. `unclear`: it names one value, but not plainly. */
export type PlainAnswer<Value> =
  | { readonly kind: "one"; readonly value: Value }
  | { readonly kind: "several"; readonly values: readonly Value[] }
  | { readonly kind: "unclear" | "none" };

/** Words around a value that leave it as it is: `I would classify this as …`, `The final answer is …`. */
const FRAME = new Set(
  `a about am an and answer answered appropriate are as assign assigned based be been belongs best category categories categorize
  categorized certainly choice choose chosen class classification classified classify clearly concerns content correct decision
  definitely email falls final fits following for go here hence i id ill im in input into is issue it its ive label
  labeled level message most my of on option our output overall please pick picked priority rate rated rating reply request
  response result say score see select selected sentiment severity should so sure text that the therefore these this thus ticket
  to topic total type under urgency value verdict we with would you your think believe consider considered let overall given
  course okay ok category's result's all amount number sum count status needs`.split(/\s+/),
);

/**
 * What can take a value back, turn it around or make it depend on something, in the languages that models mostly answer in.
 * Being asked, hesitation and quotation count, too.
 */
const DOUBTS = [
  // English
  "not|no|nope|nah|never|neither|nor|none|cannot|cant|without|except|excluding|excluded|unlike|rather|instead|opposite|wrong",
  "incorrect|incorrectly|mistake|mistaken|sorry|oops|apologies|correction|actually|wait|however|but|though|although|yet|still",
  "otherwise|unless|if|whether|or|either|maybe|perhaps|possibly|probably|might|may|could|hmm|unsure|uncertain|unclear|unknown",
  "doubt|doubtful|ambiguous|depends|depending|provided|assuming|suppose|had|once|until|pending|only|partly|partially|hardly",
  "barely|scratch|strike|ignore|disregard|forget|reconsider|reconsidering|reconsidered|reflection|changed|change|revise|revised",
  "second|alternatively|alternative|alternatives|runner|avoid|reverse|reversed|invert|inverted|opposed|told|says|said|claims",
  "contingent|conditionally|tentative|tentatively|presumably|arguably|supposedly|guess|jk|lol|subject\\s+to|as\\s+long\\s+as",
  "on\\s+condition|in\\s+case|on\\s+hold|hold\\s+on|(?:cancel|scrap|undo)\\s+(?:that|it|this)|(?:update|edit)\\s*:(?=\\s)",
  "claimed|wants|wanted|asks|asked|instructed|instructs|joking|kidding|sarcasm|hypothetically|example|eg|refuse|refused|decline|declined|denied|rejected|unable",
  // German, Dutch
  "nicht|nein|kein|keine|keiner|keinen|keinesfalls|niemals|nie|weder|noch|sondern|doch|aber|oder|vielleicht|eigentlich|falls",
  "wenn|lieber|stattdessen|falsch|außer|ohne|niet|nee|geen|nooit|maar|misschien|tenzij",
  // French, Spanish, Italian, Portuguese
  "non|ne|pas|jamais|aucun|aucune|mais|plutôt|peut-être|sauf|sinon|si|nunca|jamás|tampoco|pero|sino|quizás|quizá|salvo|mai",
  "nessuno|ma|forse|anzi|invece|não|nao|mas|talvez|exceto|ou|o|oppure",
  // Polish, Russian, Turkish, Swedish, Danish
  "nie|nigdy|ale|lub|albo|chyba|не|нет|никогда|но|или|если|değil|hayır|yok|ama|veya|inte|ej|aldrig|men|eller|ikke|nej|kanskje",
  // Hindi, Arabic, Hebrew
  "नहीं|मत|لا|ليس|لكن|לא|אבל",
];
const DOUBT = new RegExp(
  `(?<![\\p{L}\\p{M}\\p{N}])(?:${DOUBTS.join("|")})(?![\\p{L}\\p{M}\\p{N}])|n['’]t(?!\\p{L})|[?？¿؟…]|!(?=[\\p{L}\u0001=])|\\.{3}|[不没沒無非未否別别]|ない|ません|いいえ|違|아니|않|없`,
  "iu",
);

/**
 * What stands directly behind a value and makes another one of it (`1.5` of 1, `C#` of C, `A-` of A), or a share or condition
 * (`approve: 0.1`, `approve, after the review`).
 */
const QUALIFIER =
  /[\p{N}][.,:]\u0001|\u0001(?:[.,:'’]\p{N}|[ \t]*[-#](?!\s+[\p{L}\p{N}\u0001"'*_`(])|["'`*_”’]*:[ \t]*\p{N}[\p{N}.]*[ \t]?%?(?=$|[\n,;])|["'`*_”’]*[ \t,;:([—–-]*(?:after|before|when|whenever|once|upon|later|likely|low|false|untrue|invalid|fail(?:s|ed)?|seems|sort\s+of|kind\s+of|to\s+be\s+(?:confirmed|checked|decided|reviewed))(?!\p{L}))/iu;

/** Where a clause ends. A hyphen between blanks may be a dash or a minus. */
const SEPARATOR = /([\n.!;:,()[\]—–。！；：，]|\s-\s|\b(?:because|since)\b)/iu;

/** Signs in the clause of a value that say nothing: quotes, emphasis, marks of lists, and white space. */
const HARMLESS = /[\s"'`*_“”‘’«»„‚#>•|-]/gu;

/** First words by which a clause asks. */
const ASKING = new Set("am are could did do does is shall should was will would".split(" "));

/** Labels of what was given to the model rather than of what it answers. */
const GIVEN =
  /(?<!\p{L})(?:against|before|content|customer|default|email|example|excluded?|forbidden|former|human|input|invalid|instructions?|issue|message|options?|choices?|previous|prompt|question|quote|request|subject|system|text|ticket|user)(?!\p{L})/iu;

/** Stands for a value in a text. */
const MARK = "\u0001";

/**
 * Reads the one value that a text says plainly.
 *
 * @param mentions - all values that the text names, in the order of their places.
 */
export function readPlainly<Value>(
  text: string,
  mentions: readonly Mention<Value>[],
): PlainAnswer<Value> {
  const values = [...new Set(mentions.map(({ value }) => value))];
  const [value] = values;
  if (value === undefined) return { kind: "none" };
  if (values.length > 1) return { kind: "several", values };
  const isStated = mentions.some((mention) => isMeant(text, mention));
  return isStated && isPlain(mask(text, mentions)) ? { kind: "one", value } : { kind: "unclear" };
}

/** Words before a value that is itself a word of plain answers, such as `request` or the choice `a`. */
const NAMING = new Set(
  "is as its be are under answer category choose pick select label".split(" "),
);

/** Whether a value that could as well be a word of the sentence (`I would classify this request as …`) is meant as the value. */
function isMeant(text: string, { start, end }: Mention<unknown>): boolean {
  if (!wordsOf(text.slice(start, end)).every((word) => FRAME.has(word))) return true;
  if (!/\p{L}/u.test(text.slice(start, end))) return true;
  const before =
    text
      .slice(Math.max(0, start - 200), start)
      .split(SEPARATOR)
      .at(-1) ?? "";
  const word = wordsOf(before).findLast((each) => each !== "a" && each !== "an");
  const isNamed = word === undefined ? wordsOf(before).length === 0 : NAMING.has(word);
  return (
    isNamed &&
    /^["'`*_”’»]*\s*(?:$|[\n.!;,()\]]|[-—–]\s|(?:because|since)\b)/i.test(text.slice(end))
  );
}

/** A text with a mark in the place of each value, and without the lines that fence code. */
export function mask(text: string, mentions: readonly Mention<unknown>[]): string {
  let masked = "";
  let from = 0;
  for (const { start, end } of mentions) {
    masked += `${text.slice(from, start)}${MARK}`;
    from = end;
  }
  return `${masked}${text.slice(from)}`.replace(/^\s*`{3,}\w*[ \t]*$/gm, "");
}

function isPlain(masked: string): boolean {
  if (DOUBT.test(masked) || QUALIFIER.test(masked)) return false;
  // Clauses stand at even places, what separates them at odd ones.
  const parts = masked.split(SEPARATOR);
  const clauses = parts
    .map((part, index) => ({ part, index }))
    .filter(({ index }) => index % 2 === 0);
  const plain = clauses.filter(({ part }) => part.includes(MARK) && isFrame(part));
  return plain.length > 0 && plain.every(({ index }) => isLabelFine(parts, index));
}

/** Whether a clause holds nothing but words and signs that leave a value as it is. */
function isFrame(clause: string): boolean {
  const rest = clause.replaceAll(MARK, " ");
  const words = wordsOf(rest);
  if (ASKING.has(words[0] ?? "")) return false;
  return (
    words.every((word) => FRAME.has(word)) && rest.replace(WORD, "").replace(HARMLESS, "") === ""
  );
}

const WORD = /\p{L}[\p{L}\p{M}'’]*/gu;

function wordsOf(text: string): readonly string[] {
  return (text.toLowerCase().match(WORD) ?? []).map((word) => word.replace(/['’]/g, ""));
}

/** What stands before a colon says what the value is: `The category: …`; alone at the start it may be any one word, `Spam: …`. */
function isLabelFine(parts: readonly string[], index: number): boolean {
  if (!/^[:：]$/.test(parts[index - 1] ?? "")) return true;
  const label = parts[index - 2] ?? "";
  if (GIVEN.test(label)) return false;
  return isFrame(label) || (index === 2 && /^[\s*_"`]*[\p{L}\p{M}_]+[\s*_"`]*$/u.test(label));
}
