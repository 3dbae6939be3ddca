import { randomUUID } from "node:crypto";
import type { ExecutionView } from "../../../engine/api/executions.ts";
import { isFinished } from "../../../engine/model/state.ts";
import type { AppError } from "../../../shared/errors.ts";
import { type Html, html } from "../../pages/html.ts";
import { formField } from "../layout.ts";
import { line } from "../words.ts";
import type { RunView } from "./view.ts";

/** What the viewer can do with a run; whether they may is said by the engine when they do. */
export function changeForms(run: RunView): Html | null {
  const { view, formToken, mayChange } = run;
  if (!mayChange) return null;
  const { executionId, status } = view;
  if (!isFinished(status)) {
    return html`<form class="actions changes" method="post" action="/runs/${executionId}/cancel">${formField(formToken)}<button class="danger">Cancel the run</button></form>`;
  }
  const isOpen = run.refusal !== undefined;
  return html`<details class="changes card"${isOpen ? html` open` : null}><summary>${status === "completed" ? "Run it again" : "Retry"}</summary>
<form class="stack" method="post" action="/runs/${executionId}/retry">${formField(formToken)}<input type="hidden" name="key" value="console-${randomUUID()}">
${status === "completed" ? html`<p class="quiet">It has completed, so a new run is started.</p>` : fromStep(view)}
<div><label for="variables">Values that are to be others, as a JSON object</label><textarea id="variables" name="variables" rows="3" spellcheck="false" placeholder='{"amount": 640}'></textarea></div>
${confirmations(run)}
<button class="primary">${status === "completed" ? "Start a new run" : "Retry"}</button></form></details>`;
}

/** Steps that it came to, the last first. */
function fromStep({ steps, errors }: ExecutionView): Html {
  const paths = new Set([...errors, ...steps].toReversed().map(({ path }) => path));
  return html`<div><label for="from">From the step</label><select id="from" name="from"><option value="">that failed, or where it was canceled</option>${[...paths].slice(0, 200).map((path) => html`<option value="${path}">${path}</option>`)}</select></div>`;
}

/** What a refusal asks to be confirmed. */
function confirmations({ refusal, isAdmin }: RunView): Html | null {
  if (refusal?.code === "effect_in_doubt")
    return html`<label class="check"><input type="checkbox" name="acceptsDoubt" value="yes"> I know that the step may have had its effect already</label>`;
  if (refusal?.code !== "effect_done" || !isAdmin) return null;
  return html`<fieldset><legend>Steps that are to have their effect once more</legend>${stepsOf(refusal).map((step) => html`<label class="check"><input type="checkbox" name="again" value="${step}"> ${line(step, 80)}</label>`)}</fieldset>`;
}

function stepsOf({ details }: AppError): readonly string[] {
  const steps = details["steps"];
  return Array.isArray(steps) ? steps.filter((step) => typeof step === "string") : [];
}
