import { type Html, html } from "../../pages/html.ts";
import { formField, type PageContent } from "../layout.ts";

export interface SignInView {
  readonly formToken: string;
  /** Where it leads on to. */
  readonly to: string;
  readonly hasSlack: boolean;
  /** What went wrong; absent: nothing has. */
  readonly problem?: string;
}

/** Ways to sign in. */
export function signInPage({ formToken, to, hasSlack, problem }: SignInView): PageContent {
  const query = new URLSearchParams({ to }).toString();
  const slack = html`<a class="button primary wide" href="/sign-in/slack?${query}">Sign in with Slack</a>`;
  return {
    title: "Sign in",
    place: null,
    ...(problem !== undefined && { status: 401 }),
    content: html`<div class="narrow card">
<h1>Sign in</h1>
${problem === undefined ? null : html`<p class="notice bad" role="alert" id="problem">${problem}</p>`}
${hasSlack ? html`${slack}\n<p class="or"><span>or</span></p>` : null}
<form method="post" action="/sign-in">
${formField(formToken)}<input type="hidden" name="to" value="${to}">
<label for="token">Token of the API</label>
<input id="token" name="token" type="password" required autocomplete="off" spellcheck="false"${describedBy(problem)}>
<p class="quiet">Your own from <code>/workflow token create</code> in Slack, or the operator’s <code>API_TOKEN</code>. It is exchanged for a session of at most twelve hours and not kept in the browser.</p>
<button class="wide${hasSlack ? "" : " primary"}">Sign in with the token</button>
</form>
</div>`,
  };
}

function describedBy(problem: string | undefined): Html | null {
  return problem === undefined ? null : html` aria-describedby="problem" aria-invalid="true"`;
}
