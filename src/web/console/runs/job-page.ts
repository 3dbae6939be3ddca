import type { Job } from "../../../engine/api/jobs.ts";
import { counted } from "../../../shared/counted.ts";
import { type Html, html } from "../../pages/html.ts";
import { formField, type PageContent } from "../layout.ts";
import { age, line, shortId } from "../words.ts";

interface JobView {
  readonly job: Job;
  readonly formToken: string;
  readonly now: number;
}

const VERBS: Readonly<Record<Job["kind"], string>> = {
  cancel: "Cancel",
  retry: "Retry",
  resume: "Resume",
  remove: "Remove",
};

/** How far something has come that is done to several runs. The browser reads the page again while it is under way. */
export function jobPage({ job, formToken, now }: JobView): PageContent {
  const { kind, total, done, left, endedAt, stopped } = job;
  const leftOut = left.reduce((sum, { count }) => sum + count, 0);
  const title = `${VERBS[kind]} ${total === null ? "runs" : counted(total, "run")}`;
  const state = stopped !== null ? "Stopped" : endedAt === null ? "Under way" : "Done";
  return {
    title,
    place: "runs",
    ...(endedAt === null && { refreshSeconds: 2 }),
    content: html`<div class="head"><h1>${title}</h1><span class="status ${endedAt === null ? "running" : stopped === null ? "completed" : "cancelled"}">${state}</span></div>
<p class="quiet">Begun ${age(job.at, now)}. It continues also when this page is closed.</p>
<p><progress max="${total ?? 1}" value="${done + leftOut}" aria-label="How far it is">${done + leftOut}</progress></p>
<p role="status">${counted(done, "run")} done${leftOut === 0 ? "." : `, ${leftOut} left as they were:`}</p>
${left.map(reason)}
<p class="actions pages"><a class="button" href="/runs">To the runs</a></p>
${endedAt === null ? html`<form method="post" action="/runs/jobs/${job.id}/stop">${formField(formToken)}<button class="danger">Stop</button></form>` : null}`,
  };
}

function reason({ code, count, examples }: Job["left"][number]): Html {
  return html`<section><h2>${counted(count, "run")} <code>${code}</code></h2><ul>${examples.map(({ executionId, message }) => html`<li><a class="mono" href="/runs/${executionId}">${shortId(executionId)}</a>: ${line(message, 400)}</li>`)}</ul></section>`;
}
