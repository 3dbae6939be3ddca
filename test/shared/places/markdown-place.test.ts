import { expect, test } from "vitest";
import { markdownPlace } from "../../../src/shared/places/markdown-place.ts";
import { fillPlace } from "../../support/fill-place.ts";

test.for<[string, string, string]>([
  ["{{variables.v}}", "[bank](https://evil.example)", "\\[bank\\](https\\://evil.example)"],
  ["{{variables.v}}", "![x](https://evil.example/x.png)", "!\\[x\\](https\\://evil.example/x.png)"],
  ["{{variables.v}}", "<https://evil.example|bank>", "&lt;https\\://evil.example|bank&gt;"],
  ["{{variables.v}}", "<!channel> <@U1> <b>", "&lt;!channel&gt; &lt;@U1&gt; &lt;b&gt;"],
  [
    "{{variables.v}}",
    "https://evil.example www.evil.example",
    "https\\://evil.example www\\.evil.example",
  ],
  ["{{variables.v}}", "[x]: https://evil.example", "\\[x\\]: https\\://evil.example"],
  ["{{variables.v}}", "\\[x](https://evil.example)", "\\\\\\[x\\](https\\://evil.example)"],
  ["{{variables.v}}", "**bold** _x_ & more", "**bold** _x_ &amp; more"],
  [
    "[Order {{variables.v}}](https://a.example/)",
    "1](https://evil.example) [",
    "[Order 1\\](https\\://evil.example) \\[](https://a.example/)",
  ],
  [
    "[Open](https://a.example/o/{{variables.v}})",
    "x) [y](https://evil.example",
    "[Open](https://a.example/o/x%29%20%5By%5D%28https%3A%2F%2Fevil.example)",
  ],
  ["[Open]({{variables.v}})", "https://a.example/(x)", "[Open](https://a.example/%28x%29)"],
  ["[Open]({{variables.v}})", "javascript:alert(1)", "[Open](javascript%3Aalert%281%29)"],
])("%s with %j mentions no crowd and leads where the definition says", ([text, v, filled]) => {
  expect(fillPlace(markdownPlace, text, { v })).toBe(filled);
});
