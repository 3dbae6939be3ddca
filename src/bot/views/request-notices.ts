import type { RequestView } from "../../engine/api/executions.ts";
import { approversNow } from "../../engine/model/requests.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { escapeText, mentionPerson, showTime } from "../../slack/text.ts";
import { type CardMessage, message, section } from "./blocks/build.ts";
import type { CardContext } from "./card-context.ts";

/** What is said about a request beside its card. */
export interface RequestNotice {
  /** Unique within the request. */
  readonly id: string;
  /** A person who is written to; `null`: it stands in the thread of the card. */
  readonly to: string | null;
  readonly since: number;
  readonly message: CardMessage;
}

/** Where what is said about a request stands. */
export interface NoticePlaces {
  /** It is decided or withdrawn: what was said holds no more. */
  readonly isOver: boolean;
  /** Its card stands in a channel. */
  readonly hasThread: boolean;
  /** People who have a copy of the card in a direct message. */
  readonly direct: readonly string[];
}

/** Reminders, news for more people, word for those to whom it was handed and whose votes count no more. */
export function requestNotices(
  request: RequestView,
  places: NoticePlaces,
  context: CardContext,
): readonly RequestNotice[] {
  const { opened, notes = [], votes } = request;
  const { isOver, hasThread, direct } = places;
  const items = (opened.items ?? []).map(({ index, total }) => `item ${index + 1} of ${total}`);
  const which = items.length === 0 ? "" : ` (${items.join(", ")})`;
  const title = `*${escapeText(opened.title)}*${which}`;
  const since = showTime(opened.openedAt);
  return notes.flatMap((note, index): RequestNotice[] => {
    const id = `${note.kind}:${index + 1}`;
    const notice = (to: string | null, text: string): RequestNotice => {
      const over = `:ballot_box_with_check: ${title} is over; nothing is left to do here.`;
      const said = isOver ? over : text;
      const content = message(said, [section(said)]);
      return { id: to === null ? id : `${id}:${to}`, to, since: note.at, message: content };
    };
    const spread = (
      people: readonly string[],
      alone: readonly string[],
      text: string,
    ): RequestNotice[] => {
      const names = people.map(context.mention).join(", ");
      const done = `:ballot_box_with_check: You have decided about ${title}.`;
      const hasVoted = (person: string): boolean => votes.some(({ by }) => by === person);
      return [
        ...(hasThread ? [notice(null, names === "" ? text : `${names}: ${text}`)] : []),
        ...alone
          .filter((person) => direct.includes(person))
          .map((to) => notice(to, hasVoted(to) ? done : text)),
      ];
    };
    switch (note.kind) {
      case "reminded": {
        const text = `:bell: ${title} still waits for your decision, asked ${since}.`;
        return spread(pending(request), remindedAlone(request, direct, index, note.at), text);
      }
      case "escalated": {
        const text = `:arrow_double_up: ${title} is undecided since ${since}; you may decide now, too.`;
        return spread(note.to, note.to, text);
      }
      case "delegated":
        return [
          notice(
            note.to,
            `:arrow_right: ${mentionPerson(note.by)} handed you the decision about ${title}.`,
          ),
        ];
      case "voided": {
        const editor = mentionPerson(note.editedBy);
        const text = `:warning: Your decision on ${title} no longer counts: ${editor} changed the values. See them and decide again.`;
        return spread([note.by], [note.by], text);
      }
      case "withdrawn":
        return [];
    }
  });
}

/** Those who have not voted: people by themselves, groups as a whole. */
function pending(request: RequestView): readonly string[] {
  const voted = new Set(request.votes.map(({ by }) => by));
  return approversNow(request).filter((name) => !isUserId(name) || !voted.has(name));
}

/** People with a copy of the card who had not voted by then, without those who were asked only later. */
function remindedAlone(
  { votes, notes = [] }: RequestView,
  direct: readonly string[],
  reminder: number,
  at: number,
): readonly string[] {
  const later = notes.slice(reminder).flatMap((note) => {
    if (note.kind === "escalated") return note.to;
    return note.kind === "delegated" ? [note.to, note.by] : [];
  });
  const before = votes.filter((vote) => vote.at < at).map(({ by }) => by);
  const out = new Set([...later, ...before]);
  return direct.filter((person) => !out.has(person));
}
