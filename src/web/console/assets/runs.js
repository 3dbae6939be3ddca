// Views of the list of runs that a person keeps in this browser, and choosing several runs.
const KEY = "heddle-views";
const MOST = 20;

/** @typedef {{ name: string, search: string }} View */

/** @returns {View[]} what is kept, if it can be read. */
function readViews() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.name === "string") : [];
  } catch {
    return [];
  }
}

/** @param {View[]} views - replaces what was kept. */
function keep(views) {
  localStorage.setItem(KEY, JSON.stringify(views.slice(-MOST)));
  showViews();
}

function currentSearch() {
  const query = new URLSearchParams(location.search);
  query.delete("cursor");
  query.delete("q");
  for (const [name, value] of [...query]) if (value === "") query.delete(name);
  return query.toString();
}

function showViews() {
  const place = document.querySelector("#views");
  if (!(place instanceof HTMLElement)) return;
  const search = currentSearch();
  const views = readViews();
  place.replaceChildren();
  for (const view of views) {
    const item = document.createElement("span");
    item.className = "view";
    const link = document.createElement("a");
    link.href = `/runs?${view.search}`;
    link.textContent = view.name;
    if (view.search === search) link.setAttribute("aria-current", "true");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "plain";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Forget the view ${view.name}`);
    remove.addEventListener("click", () =>
      keep(readViews().filter((one) => one.name !== view.name)),
    );
    item.append(link, remove);
    place.append(item);
  }
  if (search !== "" && !views.some((view) => view.search === search)) place.append(saver(search));
  place.hidden = place.childElementCount === 0;
}

/** @param {string} search - the filters that are to be kept. */
function saver(search) {
  const form = document.createElement("form");
  form.className = "view";
  const name = document.createElement("input");
  name.required = true;
  name.maxLength = 40;
  name.placeholder = "Name of this view";
  name.setAttribute("aria-label", "Name of this view");
  const save = document.createElement("button");
  save.textContent = "Keep this view";
  form.append(name, save);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep([...readViews().filter((one) => one.name !== name.value), { name: name.value, search }]);
  });
  return form;
}

function watchChoices() {
  const form = document.querySelector("#bulk");
  const all = document.querySelector("#all");
  const chosen = document.querySelector("#chosen");
  if (!(form instanceof HTMLFormElement) || !(all instanceof HTMLInputElement)) return;
  /** @type {NodeListOf<HTMLInputElement>} */
  const boxes = form.querySelectorAll('input[name="run"]');
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = form.querySelectorAll('button[name="do"]');
  const show = () => {
    const count = [...boxes].filter((box) => box.checked).length;
    for (const button of buttons) button.disabled = count === 0;
    if (chosen)
      chosen.textContent =
        count === 0 ? "Choose runs to" : `${count} chosen ${count === 1 ? "run" : "runs"}:`;
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    const what = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
    const count = [...boxes].filter((box) => box.checked).length;
    if (what === "cancel" && !confirm(`Cancel ${count} ${count === 1 ? "run" : "runs"}?`))
      event.preventDefault();
  });
  show();
}

showViews();
watchChoices();
