import { type Fact, readFacts } from "./facts.ts";
import { splitFences, withoutMarks } from "./fences.ts";

/** One message of the conversation, its parts joined. */
export interface Message {
  readonly role: string;
  readonly text: string;
}

/** A request to decide, split into the instructions and the data they are about. */
export interface Question {
  /** The text of the system and developer messages. */
  readonly system: string;
  /** The prompt's text, without the text from outside. */
  readonly instructions: string;
  /** The question: the instructions, or the name and description of one field. */
  readonly topic: string;
  readonly facts: readonly Fact[];
  /** The text from outside, without sentences that try to give orders. */
  readonly passage: string;
  /** The passage, and the values that the prompt gives by name: all that decisions rest on. */
  readonly data: string;
  /** True when such sentences were left out. */
  readonly hadOrders: boolean;
}

/** The answer of a rule: the value, why (a clause for people), and how sure it is (0–1). */
export interface Answer<Value> {
  readonly value: Value;
  readonly because: string;
  readonly confidence: number;
}

const ORDERS = [
  /\b(ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,60}\b(instructions?|rules?|polic|prompt|above|previous|prior|everything|system)/i,
  /\b(respond|reply|answer|output|return)\s+(only|with|exactly|as)\b/i,
  /\b(classify|categori[sz]e|label|mark|treat|rate|score)\s+(this|it|me|the)\b[^.!?\n]{0,40}\b(as|with|at|an?|\d+)\b/i,
  /\b(set|change|make)\s+(the\s+)?(value|decision|category|severity|score|amount|confidence|answer)\b/i,
  /\b(you are now|you must|you should now|new (instructions|policy|rules)|developer mode|pretend|act as)\b/i,
  /^\s*(system|assistant|developer)\s*:/i,
  /\b(correct|right|only|expected|final)\s+(answer|value|decision|category|severity)\s+(is|=|:)/i,
  /"(value|decision|confidence)"\s*:\s*["\d]/i,
];

const IMPERATIVE =
  /^(please\s+)?(classify|categori[sz]e|rate|score|review|evaluate|respond|answer|return|reply|output|include|consider|choose|pick|decide|determine|summari[sz]e|write|draft|extract|give|explain|use|do not|don't|only|label|analy[sz]e|assess|tell|you are|is this|is the|should|does|company policy|policy|allowed values|list|translate|how many|what is)\b/i;

const POLICY =
  /\b(under|below|over|above|between|up to|at least|more than|less than|always|never|must)\b.*\b(approv|review|reject|human|escalat|flag|allow)/i;

/** @returns the question that a conversation puts; what an assistant said before plays no part. */
export function readQuestion(messages: readonly Message[]): Question {
  const ofRole = (...roles: readonly string[]) =>
    messages
      .filter((message) => roles.includes(message.role))
      .map((message) => message.text)
      .join("\n");
  const system = ofRole("system", "developer");
  const fenced = splitFences(ofRole("user"));
  const instructions = withoutMarks(fenced.text);
  const facts = readFacts(fenced);
  const outside = fenced.parts.length > 0 ? fenced.parts.join("\n") : withoutTask(fenced.text);
  const given = facts
    .filter((fact) => fact.isFromPrompt && !outside.includes(fact.value))
    .map((fact) => fact.value);
  const isOrder = (sentence: string) => ORDERS.some((order) => order.test(sentence));
  const sentences = toSentences(outside);
  const passage = sentences.filter((sentence) => !isOrder(sentence));
  const values = toSentences(given.join("\n")).filter((sentence) => !isOrder(sentence));
  return {
    system,
    instructions,
    topic: instructions,
    facts,
    passage: passage.join("\n"),
    data: [...passage, ...values].join("\n"),
    hadOrders: passage.length < sentences.length,
  };
}

/** @returns the same question, asked about one named thing only. */
export function about(question: Question, name: string, description: string): Question {
  return { ...question, topic: `${name} ${description}`.trim() };
}

/** @returns the sentences and lines of a text, without empty ones. */
export function toSentences(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** @returns what remains of an unfenced prompt when the sentences that give the task are taken out. */
function withoutTask(text: string): string {
  return toSentences(text)
    .flatMap((sentence) => {
      if (POLICY.test(sentence)) return [];
      if (!IMPERATIVE.test(sentence)) return [sentence];
      const [, head = "", rest = ""] = /^([^:]*):\s*(.*)$/.exec(sentence) ?? [];
      const isTask = /\b(one of|with|into|policy|values|as)$/i.test(head.trim());
      return isTask || rest === "" ? [] : [rest];
    })
    .join("\n");
}
