// Keeps the page of a run up to date: the server says when something happened, and the page is read anew.
const live = document.querySelector("#live");
const QUIET_MS = 250;

if (live instanceof HTMLElement && live.dataset["over"] === "no") watch(live.dataset["run"] ?? "");

/** @param {string} id - of the run. */
function watch(id) {
  const known = document.querySelector("#live")?.getAttribute("data-revision") ?? "-1";
  const source = new EventSource(`/api/executions/${encodeURIComponent(id)}/events?after=${known}`);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), QUIET_MS);
  };
  source.addEventListener("change", later);
  source.addEventListener("end", () => {
    source.close();
    later();
  });
}

/** The newest request for the page: an older answer that comes late is not shown. */
let asked = 0;

async function refresh() {
  // What a person is filling in is not taken from under their hands.
  const { activeElement } = document;
  if (activeElement?.closest("#live form") && activeElement.matches("input, textarea, select"))
    return;
  asked += 1;
  const own = asked;
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok) return;
  const text = await response.text();
  if (own !== asked) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.querySelector("#live");
  const old = document.querySelector("#live");
  if (!(fresh instanceof HTMLElement) || !old) return;
  const opened = [...old.querySelectorAll("details")].map((one) => one.open);
  if (opened.length === fresh.querySelectorAll("details").length)
    for (const [index, one] of [...fresh.querySelectorAll("details")].entries())
      one.open = opened[index] ?? one.open;
  old.replaceWith(fresh);
}
