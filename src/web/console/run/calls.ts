import type { AiDecisionView, AuditView, CallView } from "../../../engine/api/evaluation.ts";
import { counted } from "../../../shared/counted.ts";
import { formatDuration } from "../../../shared/duration.ts";
import { type Json, readOwn } from "../../../shared/json.ts";
import { type Html, html } from "../../pages/html.ts";
import { line, showDollars, showMoment } from "../words.ts";
import { fold, inLine, pre, value } from "./values.ts";

/** What models were asked and answered. */
export function callsSection({ decisions, omitted }: AuditView): Html | null {
  if (decisions.length === 0) return null;
  return html`<section><h2>What AI was asked</h2><div class="stack">
${decisions.map(decision)}
${omitted ? html`<p class="quiet">Earlier calls are left out; <code>GET /api/executions/:id/calls?step=…</code> has those of one step.</p>` : null}
</div></section>`;
}

function decision({ stepId, path, prompt, decided, calls }: AiDecisionView): Html {
  const last = calls.at(-1);
  const about = [
    prompt === undefined ? "prompt of the definition" : `prompt ${prompt.name}@${prompt.version}`,
    counted(calls.length, "call"),
  ].join(" · ");
  return html`<div class="card stack"><div class="section-head"><h3>${line(stepId, 60)} <span class="quiet mono">${line(path, 60)}</span></h3><p class="quiet">${about}</p></div>
${last === undefined ? null : decided ? html`<p>Decided <strong>${line(decisionOf(last.value ?? null), 200)}</strong>${last.confidence === undefined ? null : ` with a confidence of ${Math.round(last.confidence * 100)} %`}.${last.reason === undefined ? null : html` ${line(last.reason, 600)}`}</p>` : html`<p class="notice wait">None of its answers could be used${last.problem === undefined ? "." : html`: ${line(last.problem, 400)}`}</p>`}
${calls.map(oneCall)}</div>`;
}

function oneCall(call: CallView): Html {
  const { attempt, call: number, at, model, usage, cost, priceVersion, latencyMs } = call;
  const tokens =
    usage === undefined
      ? "tokens unknown"
      : `${usage.promptTokens} + ${usage.completionTokens} tokens`;
  const summary = html`Attempt ${attempt}, call ${number}${number > 1 ? " (repair or fallback)" : null} · <span class="mono">${line(model, 60)}</span> · ${tokens} · ${showDollars(cost)} · ${formatDuration(latencyMs)}${call.problem === undefined ? null : html` · <span class="status failed">not used</span>`}`;
  return fold(
    summary,
    html`<div class="pair"><div class="stack"><h4>Asked</h4>${call.messages.map(({ role, content }) => html`<div><p class="quiet">${role}</p>${pre(content)}</div>`)}</div>
<div class="stack"><h4>Answered</h4>${pre(call.text)}
${call.problem === undefined ? null : html`<p class="notice bad">${line(call.problem, 1000)}</p>`}
${call.value === undefined ? null : html`<h4>Understood</h4>${value(call.value)}`}</div></div>
<p class="quiet">${showMoment(at)} · prices of ${line(priceVersion, 60)} · <code>${line(call.id, 100)}</code></p>`,
  );
}

/** Of what a model gave back, what it decided; the whole stands below. */
function decisionOf(value: Json): string {
  const decision = readOwn(value, "decision");
  return typeof decision === "string" ? decision : inLine(value);
}
