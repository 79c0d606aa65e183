/** A correspondent's seats: give, show, share, replace, withdraw; who is in, every few seconds. */
import { call } from "./api.js";
import { byId, clock, data, fill, shape, show, text } from "./dom.js";

/** @typedef {{session: string, state: string, since: string}} Here */
/** @typedef {{id: string, generation: number, seat: string, label: string, role: string, state: string, test: {socket: boolean, player: boolean} | null, presence: Here | null}} Seat */
/** @typedef {{seats: number | null, taken: number, items: Seat[]}} Delegation */

/** @type {{zone: string, titles: Record<string, string>}} */
const page = data("page");
/** @type {Record<string, string>} */
const states = data("states");
/** @type {Record<string, string>} */
const here = data("here");
const AGAIN_MS = 5000;

/** Links that were shown, by invitation. @type {Map<string, string>} */
const links = new Map();
const list = byId("list");

/** @template {HTMLElement} [T=HTMLElement] @param {ParentNode} from @param {string} what */
const one = (from, what) => /** @type {T} */ (from.querySelector(what));

/** @param {string} id @returns {HTMLElement | null} */
const rowOf = (id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`);
/** @param {HTMLElement} row */
const seatOf = (row) => one(row, "[data-seat]").textContent || "";

/** @param {HTMLElement} box @param {string} words */
const tell = (box, words) => {
  box.textContent = words;
};

/** @param {import("./api.js").Answer} answer */
const refusal = (answer) => text(answer.code) || text("other", { code: answer.code || answer.status });

/* ---- rows ---- */

/** @param {Seat} seat */
function fresh(seat) {
  const copy = /** @type {DocumentFragment} */ (/** @type {HTMLTemplateElement} */ (byId("seat")).content.cloneNode(true));
  const row = one(copy, "li");
  row.dataset.id = seat.id;
  for (const hidden of row.querySelectorAll("h3 ~ .sr, .btn .sr, label .sr")) hidden.textContent = `, ${seat.seat}`;
  tell(one(row, "[data-seat]"), seat.seat);
  /** @type {HTMLInputElement} */ (one(row, "[data-label]")).value = seat.label;
  list.append(row);
  adopt(row);
  show(byId("nobody"), false);
  return row;
}

/** @param {HTMLElement} row */
function adopt(row) {
  const label = /** @type {HTMLInputElement | null} */ (row.querySelector("[data-label]"));
  if (!label) return;
  label.disabled = false;
  label.addEventListener("change", () => rename(row, label));
  show(row.querySelector("[data-tools]"), true);
}

/** @param {HTMLElement} row @param {Seat} seat */
function paint(row, seat) {
  if (row.dataset.generation !== String(seat.generation)) forget(row, seat.generation); // replaced by somebody else
  const state = seat.presence ? seat.presence.state : "absent";
  const now = one(row, "[data-here]");
  now.className = `st ${state}`;
  shape(now.querySelector("use"), state);
  const since = seat.presence && clock(seat.presence.since, page.zone);
  const title = seat.presence && page.titles[seat.presence.session];
  const words = fill(here[state] || "", { time: since });
  const said = one(now, "span");
  if (said.textContent !== (title ? `${words} · ${title}` : words)) tell(said, title ? `${words} · ${title}` : words);
  const link = one(row, "[data-state]");
  link.dataset.state = seat.state;
  const works = seat.test && seat.test.socket && seat.test.player;
  tell(link, states[seat.state === "tested" && !works ? "tested_badly" : seat.state] || "");
}

const over = (/** @type {Seat} */ seat) => seat.state === "revoked" || seat.state === "dead";

/** @param {Delegation} all */
function refresh(all) {
  const alive = all.items.filter((seat) => !over(seat));
  for (const seat of alive) paint(rowOf(seat.id) || fresh(seat), seat);
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("li")))
    if (!alive.some((seat) => seat.id === row.dataset.id)) row.remove();
  const inside = alive.filter((seat) => ["hall", "online", "unstable"].includes(seat.presence?.state || "")).length;
  const untested = alive.filter((seat) => !seat.test).length;
  tell(byId("seats"), text(all.seats === null ? "seats_free" : "seats", all));
  tell(byId("present"), text("present", { count: inside }));
  tell(byId("untested"), text("untested", { count: untested }));
  show(byId("untested").parentElement, untested > 0);
  const full = all.seats !== null && all.taken >= all.seats;
  show(byId("full"), full);
  /** @type {HTMLButtonElement} */ (byId("issue")).disabled = full;
  show(byId("nobody"), !alive.length);
}

let asking = false;
async function look() {
  if (asking || document.hidden) return;
  asking = true;
  const answer = await call("GET", "/delegation");
  asking = false;
  if (answer.ok) refresh(answer.body);
  else if (answer.status === 401 || answer.status === 410) location.reload();
}

/* ---- links ---- */

/** @param {HTMLElement} row @param {string} link @param {string} words */
function reveal(row, link, words) {
  const box = one(row, "[data-link]");
  links.set(row.dataset.id || "", link);
  tell(one(box, "strong"), words);
  tell(one(box, ".code"), link);
  const mail = new URLSearchParams({ subject: text("subject"), body: `${text("message")}\n\n${link}\n` });
  /** @type {HTMLAnchorElement} */ (one(box, "a")).href = `mailto:?${mail.toString().replace(/\+/g, "%20")}`;
  show(box, true);
}

/** What was shown of a seat opens nothing any more. @param {HTMLElement} row @param {number} generation */
function forget(row, generation) {
  row.dataset.generation = String(generation);
  links.delete(row.dataset.id || "");
  hide(row);
}

/** A link of the seat: the one just shown, else a new signed one of the same link generation. @param {HTMLElement} row */
async function linkOf(row) {
  const known = links.get(row.dataset.id || "");
  if (known) return known;
  const answer = await call("POST", `/invitations/${row.dataset.id}:link`);
  if (!answer.ok) return said(row, refusal(answer));
  reveal(row, answer.body.link, text("shown", { seat: seatOf(row) }));
  return String(answer.body.link);
}

/** @param {HTMLElement} row @param {string} words */
const said = (row, words) => tell(one(row, "[data-said]"), words);

/** @param {HTMLElement} row */
async function copy(row) {
  const link = await linkOf(row);
  if (!link) return;
  try {
    await navigator.clipboard.writeText(link);
    said(row, text("copied"));
  } catch {
    show(one(row, "[data-link]"), true);
    getSelection()?.selectAllChildren(one(row, ".code"));
    said(row, text("not_copied"));
  }
}

/** Any messenger where the browser can share; else the link stands there with copy and mail. @param {HTMLElement} row */
async function share(row) {
  const link = await linkOf(row);
  if (!link) return;
  show(one(row, "[data-link]"), true);
  if (!navigator.share) return copy(row);
  await navigator.share({ title: text("subject"), text: text("message"), url: link }).catch(() => {});
}

/** @param {HTMLElement} row @param {HTMLInputElement} label */
async function rename(row, label) {
  const answer = await call("PUT", `/invitations/${row.dataset.id}/label`, { label: label.value });
  said(row, answer.ok ? text("saved") : refusal(answer));
  if (answer.ok) label.value = answer.body.label;
}

/** @param {HTMLElement} row */
async function replace(row) {
  if (!(await sure("replace", row))) return;
  const answer = await call("POST", `/invitations/${row.dataset.id}:replace`);
  if (!answer.ok) return said(row, refusal(answer));
  said(row, "");
  forget(row, Number(row.dataset.generation) + 1);
  reveal(row, answer.body.items[0].link, text("fresh", { seat: seatOf(row) }));
  look();
}

/** @param {HTMLElement} row */
async function revoke(row) {
  if (!(await sure("revoke", row))) return;
  const answer = await call("POST", `/invitations/${row.dataset.id}:revoke`);
  if (!answer.ok) return said(row, refusal(answer));
  look();
}

/** @param {HTMLElement} row */
const hide = (row) => show(row.querySelector("[data-link]"), false);

/** Ask before what cannot be undone. @param {"replace" | "revoke"} what @param {HTMLElement} row @returns {Promise<boolean>} */
function sure(what, row) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("sure"));
  tell(byId("sure-t"), text(`sure_${what}`, { seat: seatOf(row) }));
  tell(byId("sure-why"), text(`sure_${what}_why`));
  tell(one(dialog, ".stop"), one(row, `[data-tools] [data-do=${what}]`).firstChild?.textContent || "");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((answer) =>
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true }),
  );
}

/** @type {Record<string, (row: HTMLElement) => unknown>} */
const doing = { copy, share, replace, revoke, hide };
list.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest("[data-do]");
  const row = /** @type {HTMLElement | null} */ (button?.closest("li") || null);
  if (row && button instanceof HTMLElement) doing[button.dataset.do || ""]?.(row);
});

byId("new").addEventListener("submit", async (event) => {
  event.preventDefault();
  const label = /** @type {HTMLInputElement} */ (byId("new-label"));
  const answer = await call("POST", "/invitations", { role: "delegate", label: label.value });
  tell(byId("said"), answer.ok ? "" : refusal(answer));
  if (!answer.ok) return;
  const made = answer.body.items[0];
  const row = rowOf(made.id) || fresh({ ...made, generation: 1, state: "issued", test: null, presence: null });
  reveal(row, made.link, text("issued_now", { seat: made.seat }));
  label.value = "";
  row.scrollIntoView({ block: "nearest" });
  look();
});

for (const row of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("li"))) adopt(row);
show(byId("gone"), !!byId("gone").querySelector("li"));
look();
setInterval(look, AGAIN_MS);
document.addEventListener("visibilitychange", look);
