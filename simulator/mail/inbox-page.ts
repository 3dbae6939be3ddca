import type { MailMessage } from "./mail-message.ts";

/** Nothing on the page may come from another host or run as a script, whatever a message contains. */
export const INBOX_CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --quiet: #8889; --accent: #3b6fd4; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; padding: 1.5rem 1rem 4rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: 0; }
header p { margin: .2rem 0 1.2rem; opacity: .75; }
a { color: var(--accent); }
details { border: 1px solid var(--line); border-radius: 10px; margin: .6rem 0; overflow: hidden; }
summary { cursor: pointer; padding: .7rem 1rem; display: grid; grid-template-columns: 1fr auto; gap: .1rem 1rem; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover, summary:focus-visible { background: #8881; }
summary strong { overflow-wrap: anywhere; }
summary small { opacity: .75; overflow-wrap: anywhere; }
summary time { opacity: .75; font-size: .85rem; white-space: nowrap; }
.body { border-top: 1px solid var(--line); padding: 1rem; }
iframe { width: 100%; height: 22rem; border: 1px solid var(--line); border-radius: 6px; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font: 13px/1.5 ui-monospace, monospace; }
.headers { margin-top: 1rem; font-size: .85rem; border-radius: 6px; }
.headers summary { padding: .4rem .7rem; }
.headers pre { padding: .7rem; border-top: 1px solid var(--line); }
.empty { border: 1px dashed var(--line); border-radius: 10px; padding: 3rem 1rem; text-align: center; opacity: .8; }
`;

/**
 * The inbox for a person: newest first, no script, no other hosts. HTML bodies are shown in a frame
 * without scripts and without an origin; everything else is escaped.
 *
 * @param messages - newest last, as the sink keeps them.
 */
export function inboxPage(messages: readonly MailMessage[]): string {
  const list =
    messages.length === 0
      ? `<p class="empty">No mail yet. What a workflow sends appears here; reload to look again.</p>`
      : messages
          .toReversed()
          .map((message, index) => article(message, index === 0 ? " open" : ""))
          .join("\n");
  const count = messages.length === 1 ? "1 message" : `${messages.length} messages`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inbox (${count})</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Inbox</h1>
<p>Mail sink of the simulator: ${count}, none of it left this machine. <a href="/mail">Reload</a> · <a href="/mail/messages">JSON</a></p>
</header>
<main>
${list}
</main>
</body>
</html>
`;
}

function article(message: MailMessage, open: string): string {
  const copies = message.cc === "" ? "" : ` · cc ${escapeHtml(message.cc)}`;
  const sentAt = `${message.receivedAt.slice(0, 10)} ${message.receivedAt.slice(11, 19)} UTC`;
  const attachments = message.attachments
    .map((one) => `<li>${escapeHtml(one.filename)} (${one.bytes} bytes)</li>`)
    .join("");
  const headers = Object.entries(message.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
  return `<details${open} id="message-${message.id}">
<summary><strong>${escapeHtml(message.subject) || "(no subject)"}</strong><time datetime="${message.receivedAt}">${sentAt}</time>
<small>${escapeHtml(message.from)} → ${escapeHtml(message.to)}${copies}</small></summary>
<div class="body">
${body(message)}
${attachments === "" ? "" : `<ul>${attachments}</ul>`}
<details class="headers"><summary>Headers</summary><pre>${escapeHtml(headers)}</pre></details>
</div>
</details>`;
}

function body(message: MailMessage): string {
  if (message.html === "") return `<pre>${escapeHtml(message.text)}</pre>`;
  return `<iframe sandbox title="${escapeHtml(message.subject) || "Message"}" srcdoc="${escapeHtml(message.html)}"></iframe>`;
}

/** @returns `text` safe as HTML text and inside a double-quoted attribute. */
function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
