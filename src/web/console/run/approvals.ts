import type { RequestView } from "../../../engine/api/executions.ts";
import { type Html, html } from "../../pages/html.ts";
import { formField } from "../layout.ts";
import type { Names } from "../people.ts";
import { line, showMoment } from "../words.ts";
import { fold, pre, value } from "./values.ts";

/** What people were asked, what they were shown, and how they decided. */
export function approvalsSection(
  requests: readonly RequestView[],
  executionId: string,
  mine: ReadonlySet<string>,
  names: Names,
  formToken: string,
): Html | null {
  if (requests.length === 0) return null;
  return html`<section id="approvals"><h2>Approvals</h2><div class="stack">
${requests.map((request) => one(request, executionId, mine.has(request.opened.id), names, formToken))}
</div></section>`;
}

function one(
  request: RequestView,
  executionId: string,
  isMine: boolean,
  names: Names,
  formToken: string,
): Html {
  const { opened, stepId, outcome, votes } = request;
  const ended =
    outcome === null ? html`<span class="status waiting">open</span>` : decided(request);
  return html`<div class="card stack"><div class="section-head"><h3>${line(opened.title, 150)} <span class="quiet">${line(stepId, 60)}</span></h3>${ended}</div>
${opened.message === "" ? null : pre(opened.message)}
<p class="quiet">Asked ${showMoment(opened.openedAt)} of ${opened.approvers.map((one) => html`${line(names(one), 60)} `)}${opened.required > 1 ? html`· ${opened.required} have to agree ` : null}${opened.expiresAt === undefined ? null : html`· expires ${showMoment(opened.expiresAt)}`}</p>
${votes.length === 0 ? null : html`<ul class="votes">${votes.map(({ by, choice, comment, at }) => html`<li><strong>${line(names(by), 60)}</strong> chose <strong>${line(labelOf(request, choice), 60)}</strong> <span class="quiet">${showMoment(at)}</span>${comment === undefined ? null : html`<br>${line(comment, 600)}`}</li>`)}</ul>`}
${isMine ? decideForm(request, executionId, formToken) : null}
${sealed(request)}</div>`;
}

function decided(request: RequestView): Html {
  const decision = request.outcome?.decision ?? "";
  const isNo = decision === "reject" || decision === "expired";
  const kind = isNo
    ? "failed"
    : decision === "cancelled" || decision === "superseded"
      ? "cancelled"
      : "completed";
  return html`<span class="status ${kind}">${line(labelOf(request, decision), 60)}</span>`;
}

function labelOf({ opened }: RequestView, choice: string): string {
  const known = opened.choices.find(({ id }) => id === choice)?.label;
  return known ?? (choice === "cancelled" ? "canceled" : choice);
}

/** What the decision releases, as it was sealed: the hash is that which the buttons of the card carried. */
function sealed({ opened }: RequestView): Html {
  const releases = opened.seal?.releases ?? [];
  return fold(
    html`What was shown and sealed <code>${opened.hash}</code>`,
    releases.length === 0
      ? html`<p class="quiet">The decision releases no step with an effect.</p>`
      : html`${releases.map(({ step, does, choices, params }) => html`<div class="stack"><p><strong>${line(does, 300)}</strong> <span class="quiet">by ${line(step, 60)}, on ${choices.join(", ")}</span></p>${value(params)}</div>`)}`,
  );
}

/** The choices of a request, as a form. */
export function decideForm({ opened }: RequestView, executionId: string, formToken: string): Html {
  if ((opened.editable ?? []).length > 0)
    return html`<p class="notice">Values can be changed with this decision: decide it in Slack, where they are shown.</p>`;
  const takesComment = opened.choices.some(({ comment }) => comment !== undefined);
  const isRequired = opened.choices.some(({ comment }) => comment === "required");
  const id = `comment-${opened.id.replaceAll(/[^\w-]/g, "-")}`;
  return html`<form method="post" action="/runs/${executionId}/decide" class="stack">${formField(formToken)}<input type="hidden" name="request" value="${opened.id}"><input type="hidden" name="round" value="${opened.round}"><input type="hidden" name="hash" value="${opened.hash}">
${takesComment ? html`<div><label for="${id}">Comment${isRequired ? " (some choices need one)" : ""}</label><input id="${id}" name="comment" maxlength="3000" autocomplete="off"></div>` : null}
<div class="actions">${opened.choices.map((choice) => html`<button name="choice" value="${choice.id}"${choice.style === undefined ? null : html` class="${choice.style}"`}>${choice.label}</button>`)}</div></form>`;
}
