// Keeps the page of a run up to date: the server says when something happened, and the page is read anew.
const QUIET_MS = 250;

/** @type {EventSource | null} */
let source = null;

follow();

/** Follows the run from what the page shows. The server ends it at once if the run is over and is not retried. */
function follow() {
  const live = document.querySelector("#live");
  if (!(live instanceof HTMLElement) || source !== null) return;
  const id = encodeURIComponent(live.dataset.run ?? "");
  const events = new EventSource(`/api/executions/${id}/events?after=${live.dataset.revision}`);
  source = events;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  events.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(id), QUIET_MS);
  });
  events.addEventListener("end", () => {
    events.close();
    source = null;
  });
}

/** The newest request for the page: an older answer that comes late is not shown. */
let asked = 0;

/** @param {string} id - of the run: the address of the page is that of a form, if the server refused it. */
async function refresh(id) {
  // What a person is filling in is not taken from under their hands.
  const { activeElement } = document;
  if (activeElement?.closest("#live form") && activeElement.matches("input, textarea, select"))
    return;
  asked += 1;
  const own = asked;
  const response = await fetch(`/runs/${id}`, { headers: { accept: "text/html" } });
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
  follow();
}
