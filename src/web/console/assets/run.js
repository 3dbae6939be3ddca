// Keeps the page of a run up to date: the server says when something happened, and the page is read anew.
const QUIET_MS = 250;
/** How often a page asks whether what was begun by it has begun. */
const PENDING_MS = 400;

/** @type {EventSource | null} */
let source = null;

follow();

/** Follows the run as the page shows it: what happens in it, or that it begins again. */
function follow() {
  const live = document.querySelector("#live");
  if (!(live instanceof HTMLElement) || source !== null) return;
  const { run = "", revision = "-1", state } = live.dataset;
  if (state === "open") watch(run, revision);
  else if (state === "pending") setTimeout(() => void refresh(), PENDING_MS);
}

/**
 * @param {string} id - of the run.
 * @param {string} known - the revision that the page shows.
 */
function watch(id, known) {
  const events = new EventSource(`/api/executions/${encodeURIComponent(id)}/events?after=${known}`);
  source = events;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), QUIET_MS);
  };
  events.addEventListener("change", later);
  events.addEventListener("end", () => {
    events.close();
    source = null;
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
  follow();
}
