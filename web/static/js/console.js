/** The organiser's console: forms and buttons that call our own interface, and say what came of it. */
import { call } from "./api.js";
import { body, clear, problems } from "./console-fields.js";
import { act, present } from "./console-links.js";
import { byId, clock, fill, show, text } from "./dom.js";
import { h } from "./make.js";

/** Where one goes after a success, in the language of this page. @param {string} path */
const go = (path) => {
  const lang = new URLSearchParams(location.search).get("lang");
  location.assign(lang ? `${path}?lang=${encodeURIComponent(lang)}` : path);
};

/** @param {import("./api.js").Answer} answer */
const why = (answer) => text(answer.code) || text("other", { code: answer.code || answer.status });

/** @param {HTMLElement | null} box @param {string} kind @param {string} sentence @param {...(Node | string)} parts */
export function say(box, kind, sentence, ...parts) {
  if (!box) return;
  box.className = `say small ${kind}`;
  const hide = () => h("button", { class: "btn low", type: "button", click: () => show(box, false) }, text("hide"));
  box.replaceChildren(h("span", {}, sentence), ...parts, ...(box.id === "said" ? [hide()] : []));
  show(box, true);
}

const reload = () => h("button", { class: "btn low", type: "button", click: () => location.reload() }, text("reload"));

/** @param {HTMLFormElement} form */
async function send(form) {
  const said = /** @type {HTMLElement} */ (form.querySelector("[data-said]"));
  const { api = "", method = "POST", version, next } = form.dataset;
  clear(form);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button:not([type=button])"));
  button.disabled = true;
  const headers = { "Content-Type": "application/json", ...(version ? { "If-Match": `"${version}"` } : {}) };
  const answer = await call(method, api, body(form), { headers });
  button.disabled = false;
  if (!answer.ok) return refuse(form, said, answer);
  if ("links" in form.dataset) {
    present(answer.body.items, answer.body.mailing ? "made_mailed" : "made");
    form.reset();
    if ("settles" in form.dataset) decided(form);
    return;
  }
  if ("refused" in form.dataset) return refused(form, answer.body);
  if (next) return go(fill(next, answer.body));
  reloaded(api);
}

/** What was changed stands everywhere on the page: it is read again, and then says so. @param {string} api */
function reloaded(api) {
  history.replaceState({ saved: Date.now(), api }, "");
  location.reload();
}

if (history.state?.saved) {
  const form = document.querySelector(`form[data-api="${CSS.escape(history.state.api)}"]`);
  const shown = form && !form.closest("details:not([open])");
  say(shown ? form.querySelector("[data-said]") : document.getElementById("said"), "ok", text("saved", { time: clock(history.state.saved) }));
  history.replaceState(null, "");
}

/** The buttons of a decided request go, and the proof with them. @param {HTMLFormElement} form */
function decided(form) {
  const row = /** @type {HTMLElement} */ (form.closest("li"));
  for (const part of row.querySelectorAll("[data-decide], [data-proof]")) show(part, false);
  return row;
}

/**
 * A request is refused: where no mail says so, what is left is to tell the person, with the same word.
 * @param {HTMLFormElement} form @param {{reason: string, mailing?: boolean}} answer
 */
function refused(form, { reason, mailing = false }) {
  const after = /** @type {HTMLElement} */ (decided(form).querySelector("[data-after]"));
  for (const part of after.querySelectorAll("[data-mailing]")) show(part, part.getAttribute("data-mailing") === String(mailing));
  const letter = /** @type {HTMLAnchorElement} */ (after.querySelector("a"));
  letter.href += encodeURIComponent(reason);
  show(after, true);
  (mailing ? after : letter).focus();
}

/** What is wrong stands next to its field; the first of them gets the focus. @param {HTMLFormElement} form @param {HTMLElement} said @param {import("./api.js").Answer} answer */
function refuse(form, said, answer) {
  const wrong = answer.code === "link_refused" ? [{ field: "url" }] : answer.body?.errors || [];
  const shown = problems(form, wrong, answer.code === "link_refused" ? text("link_refused") : "");
  if (shown) say(said, "err", text("field_invalid", { count: shown }));
  else say(said, "err", why(answer), ...(answer.code === "state_conflict" ? [" ", reload()] : []));
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-api]")))
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });

/* ---- buttons that call at once, or at the second press ---- */

/** @param {HTMLButtonElement} button */
async function press(button) {
  const { call: path = "", method = "POST", body: json, sure } = button.dataset;
  const form = button.closest("form");
  const said = form ? /** @type {HTMLElement} */ (form.querySelector("[data-said]")) : byId("said");
  if (sure && !button.classList.contains("sure")) {
    button.classList.add("sure");
    return say(said, "warn", sure);
  }
  const answer = await call(method, path, json ? JSON.parse(json) : undefined);
  if (answer.ok && "links" in button.dataset) {
    button.classList.remove("sure");
    return present(answer.body.items, "renewed");
  }
  if (answer.ok) return reloaded(path);
  say(said, "err", why(answer), ...(answer.code === "state_conflict" ? [" ", reload()] : []));
}

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-call]")))
  button.addEventListener("click", () => press(button));

/* ---- the order of sources ---- */

const sources = document.getElementById("sources");
sources?.addEventListener("click", async (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-move]");
  const row = button?.closest("li");
  if (!row?.previousElementSibling) return;
  row.previousElementSibling.before(row);
  const rows = /** @type {HTMLElement[]} */ ([...sources.querySelectorAll("[data-source]")]);
  rows.forEach((one, place) => one.querySelector("[data-move]")?.toggleAttribute("disabled", place === 0));
  const answer = await call("PUT", sources.dataset.api || "", { order: rows.map((one) => one.dataset.source) });
  if (answer.ok) say(byId("said"), "ok", text("saved", { time: clock(Date.now()) }));
  else say(byId("said"), "err", why(answer), " ", reload());
});

/* ---- links of people ---- */

document.getElementById("people")?.addEventListener("click", (event) => {
  const button = /** @type {HTMLButtonElement | null} */ (/** @type {Element} */ (event.target).closest("[data-do]"));
  if (button) act(button, (kind, sentence) => say(byId("said"), kind, sentence), why);
});
