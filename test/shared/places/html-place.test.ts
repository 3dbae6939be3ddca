import { describe, expect, test } from "vitest";
import { htmlPlace } from "../../../src/shared/places/html-place.ts";
import { fillPlace, fillText, misplacedIn } from "../../support/fill-place.ts";

const HOSTILE = [
  "<b>bold</b>",
  "<script>alert(1)</script>",
  "</p><img src=x onerror=alert(1)>",
  '" onclick="alert(1)',
  "' onclick='alert(1)",
  " onclick=alert(1) ",
  "x onclick=alert(1)",
  ">",
  "-->",
  "<!--",
  "&lt;b&gt;",
  "&#60;",
  "a & b",
  "`",
  "=",
  "/",
  "\n<i>",
  "]]>",
  "</title>",
  '日本語 "x"',
];

test.for(HOSTILE)("%j is text, whatever it stands in", (value) => {
  const fill = (text: string) => fillText(htmlPlace, text, { v: value });
  const bare = fill("<p title={{variables.v}}>x</p>").slice("<p title=".length, -">x</p>".length);

  expect(fill("<p>{{variables.v}}</p>").slice(3, -4)).not.toMatch(/[<>"']/);
  expect(fill('<p title="{{variables.v}}">x</p>').slice(10, -7)).not.toMatch(/[<>"']/);
  expect(fill("<p title='{{variables.v}}'>x</p>").slice(10, -7)).not.toMatch(/[<>"']/);
  expect(fill("<!-- {{variables.v}} -->").slice(5, -4)).not.toMatch(/[<>"']/);
  expect(fill("{{variables.v}}")).not.toMatch(/[<>"']/);
  expect(bare).not.toMatch(/[\s<>"'`=]/);
});

describe("a link", () => {
  test.for<[string, string, string]>([
    [
      '<a href="https://a.example/?q={{variables.v}}&amp;x=1">',
      "R&D #1",
      '<a href="https://a.example/?q=R%26D%20%231&amp;x=1">',
    ],
    [
      '<a href="https://a.example/{{variables.v}}">',
      "a/../b",
      '<a href="https://a.example/a%2F..%2Fb">',
    ],
    [
      "<img alt='x' src='https://a.example/{{variables.v}}.png'>",
      "'",
      "<img alt='x' src='https://a.example/&#39;.png'>",
    ],
    [
      '<A HREF = "{{variables.v}}">',
      "https://a.example/?a=1&b=2",
      '<A HREF = "https://a.example/?a=1&amp;b=2">',
    ],
    ['<a href="{{variables.v}}">', "mailto:ann@a.example", '<a href="mailto:ann@a.example">'],
    ['<a href="{{variables.v}}">', "/orders/1", '<a href="/orders/1">'],
    ['<a href="{{variables.v}}">', "a.example", '<a href="a.example">'],
    ['<a href="mailto:{{variables.v}}">', "ann@a.example", '<a href="mailto:ann@a.example">'],
  ])("%s with %j", ([text, v, filled]) => {
    expect(fillPlace(htmlPlace, text, { v })).toBe(filled);
  });

  test.for([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "\u0001javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
  ])("is no code: %j", (v) => {
    for (const name of ["href", "xlink:href"])
      expect(fillPlace(htmlPlace, `<a ${name}="{{variables.v}}">`, { v })).toContain(
        "{{variables.v}} is a link",
      );
  });
});

describe("at deployment", () => {
  test.for<[string, string]>([
    ["<a href={{variables.v}}>", "without quotes"],
    ["<a class=x{{variables.v}}>", "without quotes"],
    ["<script>let x = '{{variables.v}}'</script>", "in a script"],
    ["<style>p { color: {{variables.v}} }</style>", "in a script"],
    ['<p onclick="f({{variables.v}})">', "in a script"],
    ["<p {{variables.v}}>", "in the name of a tag"],
    ["<h{{variables.v}}>", "in the name of a tag"],
  ])("%s is a problem", ([text, problem]) => {
    expect(misplacedIn(htmlPlace, text)?.message).toContain(problem);
  });

  test.for([
    "<p>{{variables.v}}</p>",
    "1 < {{variables.v}}",
    '<p class="a > b" title="{{variables.v}}">{{variables.v}}</p>',
    "<script>let x = 1 < 2;</script><p>{{variables.v}}</p>",
    "<!-- <a {{variables.v}} --><p>{{variables.v}}</p>",
    "<br/>{{variables.v}}<br>",
  ])("%s is none", (text) => {
    expect(misplacedIn(htmlPlace, text)).toBeNull();
  });
});
