import { expect, test } from "vitest";
import { html } from "../../../src/web/pages/html.ts";

test("escapes what is embedded, between tags and in attributes", () => {
  const hostile = `"><img src=x onerror='alert(1)'>&`;

  expect(html`<a title="${hostile}">${hostile}</a>`.text).toBe(
    '<a title="&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;">&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;</a>',
  );
});

test("embeds HTML of its own as it is, lists joined, nothing for null", () => {
  const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);

  expect(html`<ul>${items}</ul>${null}${7}`.text).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul>7");
});
