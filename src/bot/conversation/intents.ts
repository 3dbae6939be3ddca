import { beginningOf } from "../../shared/shorten.ts";

/** A workflow by the names that people have for it. */
export interface NamedWorkflow {
  readonly id: string;
  readonly name: string;
}

/** What a message asks for. */
export type Intent =
  | { readonly kind: "thanks" }
  | { readonly kind: "greeting" }
  | { readonly kind: "list" }
  | { readonly kind: "pending" }
  | { readonly kind: "status" }
  | { readonly kind: "help" }
  /** A new workflow is described. */
  | { readonly kind: "build" }
  /** What a deployed workflow shall do otherwise. */
  | { readonly kind: "amend"; readonly workflow: string }
  | { readonly kind: "run" | "show"; readonly workflow: string }
  /** `null`: of all workflows. */
  | { readonly kind: "costs"; readonly workflow: string | null; readonly days: number | null }
  /** `null`: the person's last one. */
  | { readonly kind: "why" | "cancel"; readonly run: string | null };

/** What a message in the thread of a draft asks for. */
export type DraftIntent = "change" | "undo" | "discard" | "deploy" | "explain" | "thanks";

/** What the intents mean, for a model that sorts messages. */
export const INTENTS: Readonly<Record<Intent["kind"], string>> = {
  build: "describes a new workflow, automation, approval or routine that is to be built",
  amend: "says what an existing workflow shall do otherwise",
  run: "wants an existing workflow to be started now",
  show: "wants to know what an existing workflow does",
  list: "asks which workflows there are",
  pending: "asks what waits for the author's decision or approval",
  status: "asks how far the author's runs are",
  why: "asks why a run ended, failed, was rejected, or decided as it did",
  cancel: "wants a run to be stopped",
  costs: "asks what workflows, runs or models cost",
  help: "asks what the bot can do, or how it is used",
  greeting: "only greets",
  thanks: "only thanks, praises or confirms",
};

/** As {@link INTENTS}, for messages in the thread of a draft. */
export const DRAFT_INTENTS: Readonly<Record<DraftIntent, string>> = {
  change:
    "says what shall be different: a wish or an order about what the workflow asks, does, says, adds or leaves out",
  undo: "wants the last change to be taken back",
  discard: "wants the draft to be thrown away",
  deploy: "wants the draft to be deployed, published or activated",
  explain: "only asks a question about the workflow as it is, and wants nothing different",
  thanks: "only thanks, praises or confirms",
};

// cspell:disable

/**
 * Phrases that stand alone and mean one thing, in the languages that workspaces write most. What is not among them is read by a model,
 * so the lists need not grow.
 */
const ALONE: readonly (readonly [DraftIntent, RegExp])[] = [
  [
    "thanks",
    /^(?:(?:many )?thanks?(?: you)?(?: so much| a lot| very much)?|thx|ty|cheers|great|perfect|nice|awesome|cool|danke(?: schön| sehr)?|vielen dank|super|merci(?: beaucoup)?|parfait|gracias|muchas gracias|perfecto|obrigad[oa]|grazie|bedankt|dziękuję|спасибо|ありがとう(?:ございます)?|谢谢|감사합니다)$/iu,
  ],
  [
    "undo",
    /^(?:undo(?: (?:that|it|this|the last (?:change|round)))?|revert(?: (?:that|it|this|the last change))?|take (?:that|it) back|go back|back to the (?:last|previous) (?:one|round|version)|rückgängig(?: machen)?|zurück|mach (?:das|es) rückgängig|annule(?:r)? la dernière modification|reviens en arrière|deshacer|deshazlo|desfazer|annulla|元に戻して|撤销)$/iu,
  ],
  [
    "discard",
    /^(?:discard(?: (?:it|this|that|the draft))?|cancel(?: (?:it|this|that|the draft))?|delete(?: (?:it|this|that|the draft))?|drop it|forget (?:it|about it)|never ?mind|throw it away|stop|verwerfen|löschen|abbrechen|vergiss es|annuler|annule|laisse tomber|oublie|descartar|descártalo|cancelar|olvídalo|descarta|esquece|lascia perdere|取り消し|放弃)$/iu,
  ],
  [
    "deploy",
    /^(?:deploy(?: (?:it|this|that|the draft|now))*|ship it|publish(?: (?:it|this))?|activate(?: (?:it|this))?|go live|(?:looks good|lgtm),? (?:deploy|ship|publish) it|veröffentlichen|aktivier(?:e|en)(?: (?:es|ihn))?|déploie(?:-le)?|déployer|publie-le|despliega(?:lo)?|desplegar|publicar|publícalo|distribuisci|デプロイして|部署)$/iu,
  ],
  [
    "explain",
    /^(?:explain(?: (?:it|this|that|the draft))?|what (?:does|will|would) (?:it|this|that|the (?:draft|workflow)) do|how does (?:it|this|that) work|what is (?:it|this)|was (?:macht|tut) (?:das|es|er)|erklär(?:e)?(?: (?:es|das|mir das))?|que fait-il|qu'est-ce que ça fait|explique|qué hace|explícalo|o que (?:isso|ele) faz|cosa fa)$/iu,
  ],
];

/** Words with which a change of a draft begins. */
const CHANGE =
  /^(?:(?:please|also|and|but|then|actually,?|can you|could you|i(?:'d| would) like(?: you)?(?: to)?)\s+)*(?:make|add|remove|change|use|rename|call|send|post|ask|let|move|replace|put|set|skip|drop|delete the|include|exclude|notify|tell|require|reduce|raise|increase|lower|limit|instead|only|don't|do not|never|always|without|with|when|if|after|before|for|it (?:should|must|shall|needs?)|the\s+\S+|every|no|not)\b/iu;

/** Characters that rules read: what a message asks for stands at its beginning. */
const READ = 1000;

/** Reads a message in the thread of a draft; `null`: rules cannot tell. @param text - as people read it. */
export function readDraftIntent(text: string): DraftIntent | null {
  const beginning = beginningOf(text, READ).trim();
  const alone = standingAlone(beginning);
  const found = ALONE.find(([, pattern]) => pattern.test(alone))?.[0];
  if (found !== undefined) return found;
  if (isQuestion(beginning)) return null;
  return CHANGE.test(beginning) ? "change" : null;
}

/** `Thanks!`, `please undo that.`: without what politeness and punctuation add. */
function standingAlone(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F|:[a-z0-9_+-]+:/giu, " ")
    .replaceAll(/[.!?…。！？]+(?=\s|$)/gu, " ")
    .replace(/^\s*(?:please|ok(?:ay)?|yes|bitte|por favor|s'il te plaît),?\s+/iu, "")
    .replace(/,?\s+(?:please|bitte|por favor|s'il te plaît)\s*$/iu, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function isQuestion(text: string): boolean {
  return (
    /[?？]\s*$/u.test(text) ||
    /^(?:what|why|how|who|where|which|does|is|are|will|was|wie|wer|warum|que|qué|pourquoi|comment|cómo|por qué)\b/iu.test(
      text.trim(),
    )
  );
}

const GREETING =
  /^(?:hi|hello|hey|good (?:morning|afternoon|evening)|hallo|guten (?:morgen|tag|abend)|moin|bonjour|salut|hola|buenos días|olá|ciao|こんにちは|你好)(?: there| all| team| heddle)?$/iu;

const POLITE =
  /^(?:please\s+|(?:can|could|would|will) you (?:please )?(?:help me (?:to )?)?|i(?:'d| would) like (?:you )?to |help me (?:to )?|let's |let us )+/iu;

// cspell:enable

/** The first rule that fits, and for which the message names what it needs, says what is asked for. */
const RULES: readonly (readonly [Intent["kind"], RegExp])[] = [
  // The command `new`, with a description.
  ["build", /^new\b[:,]?\s+\S+(?:\s+\S+){2,}/isu],
  [
    "pending",
    /^(?:what(?:'s| is| are)?|which|is there|are there|show me|anything|who)\b.*\b(?:wait(?:s|ing)?|pending|to (?:approve|decide)|my approvals|my decisions?)\b/iu,
  ],
  [
    "costs",
    /^(?:what|how|show|tell|give|list|which|who|is|are|do|does)\b.*\b(?:costs?|spent|spend(?:ing)?|expensive|bill)\b/iu,
  ],
  ["why", /^why\b.*\b(?:run|[0-9a-f]{5,16})\b/iu],
  [
    "status",
    /^(?:where (?:is|are)|how (?:is|are|far is)|what(?:'s| is) the (?:status|state)|status of|show me)\b.*\b(?:runs?|requests?|going|status)\b/iu,
  ],
  ["list", /^(?:what|which|show|list)\b.*\bworkflows\b/iu],
  [
    "help",
    /^(?:what can (?:you|i) do|how do (?:i|you|we)\b|what do you do|how does this work|who are you)/iu,
  ],
  ["show", /^(?:what (?:does|is)|explain|describe|show(?: me)?)\b/iu],
  ["cancel", /^(?:cancel|stop|abort|kill)\b.*\b(?:run|it|that|last)\b/iu],
  ["run", /^(?:run|start|launch|trigger|kick off|execute)\b/iu],
  ["amend", /^(?:change|edit|update|modify|adjust|amend)\b/iu],
  [
    "build",
    /^(?:build|make|create|set ?up|design|write|automate|draft|generate)\b.*\b(?:workflows?|automation|approvals?|process(?:es)?|pipelines?|flows?|reminders?|routines?|bots?|digests?|reports?|requests?)\b/isu,
  ],
  // Who "needs an approval" may want one, not a workflow.
  [
    "build",
    /^(?:i (?:need|want)|we (?:need|want)|i(?:'d| would) like|give (?:me|us)|there should be)\b.*\b(?:workflows?|automation|process|pipeline|flow|routine|bot)\b/isu,
  ],
  // "When an invoice is paid, tell #finance and …", "Every Monday at nine …"
  ["build", /^(?:when(?:ever)?|every|each|as soon as|once|on)\s+\S+(?:\s+\S+){4,}[^?]$/iu],
];

/**
 * Reads a message to the bot without asking any model; `null`: rules cannot tell.
 *
 * @param text - as people read it. @param workflows - those that there are.
 */
export function readIntent(text: string, workflows: readonly NamedWorkflow[]): Intent | null {
  const plain = beginningOf(text.normalize("NFC").trim(), READ);
  const alone = standingAlone(plain);
  if (ALONE[0]?.[1].test(alone)) return { kind: "thanks" };
  // Where a greeting alone addresses the bot, nothing is left of it.
  if (plain === "" || GREETING.test(alone)) return { kind: "greeting" };
  const bare = plain.replace(POLITE, "").trim();
  for (const [kind, pattern] of RULES) {
    const intent = pattern.test(bare) ? completeIntent(kind, bare, workflows) : null;
    if (intent !== null) return intent;
  }
  return null;
}

/** An intent with what it is about, as the message names it; `null`: it is about nothing that there is. */
export function completeIntent(
  kind: Intent["kind"],
  text: string,
  workflows: readonly NamedWorkflow[],
): Intent | null {
  const workflow = findWorkflow(text, workflows);
  switch (kind) {
    case "amend":
    case "run":
    case "show":
      return workflow === null ? null : { kind, workflow };
    case "costs":
      return { kind, workflow, days: findDays(text) };
    case "why":
    case "cancel":
      return { kind, run: findRun(text) };
    default:
      return { kind };
  }
}

/** The workflow whose name or id stands in a text; of several the longest; `null`: none. */
function findWorkflow(text: string, workflows: readonly NamedWorkflow[]): string | null {
  const said = ` ${toWords(text)} `;
  const named = workflows.flatMap(({ id, name }) =>
    [toWords(id), toWords(name)]
      .filter((words) => words !== "" && said.includes(` ${words} `))
      .map((words) => ({ id, length: words.length })),
  );
  return named.toSorted((one, other) => other.length - one.length)[0]?.id ?? null;
}

/** A text without the name and the id of a workflow, in any of the forms by which they are found in it. */
export function withoutName(text: string, { id, name }: NamedWorkflow): string {
  return [name, id].reduce((rest, known) => {
    const words = toWords(known).replaceAll(" ", "[^\\p{L}\\p{N}]+");
    if (words === "") return rest;
    return rest.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}])${words}(?![\\p{L}\\p{N}])`, "giu"), " ");
  }, text.normalize("NFC"));
}

function toWords(text: string): string {
  return text
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The beginning of a run's id, as cards show it. */
function findRun(text: string): string | null {
  const ids = text.matchAll(/\b(?:exec_)?([0-9a-f]{5,16})\b/giu);
  // Five letters alone are rather a word.
  return [...ids].map(([, id = ""]) => id).find((id) => /\d/.test(id)) ?? null;
}

/** The days that a question is about; `null`: it does not say. */
function findDays(text: string): number | null {
  const counted = /\b(\d{1,4}) days?\b/iu.exec(text)?.[1];
  if (counted !== undefined) return Math.max(1, Number(counted));
  if (/\btoday\b|\b24 hours\b/iu.test(text)) return 1;
  if (/\byesterday\b/iu.test(text)) return 2;
  if (/\bweek\b/iu.test(text)) return 7;
  if (/\bmonth\b/iu.test(text)) return 30;
  if (/\bquarter\b/iu.test(text)) return 91;
  return /\byear\b/iu.test(text) ? 365 : null;
}
