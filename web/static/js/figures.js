/** The forms of the figures: declare, look at a list and take it in, say who somebody is. */
import { call } from "./api.js";
import { byId, data, show, text } from "./dom.js";
import { h } from "./make.js";

/** @type {{slug?: string | null, targets?: {text: string, participant: string | null, delegation: string | null}[]}} */
const page = data("page");

/** @param {string} id @returns {HTMLFormElement | null} */
const form = (id) => /** @type {HTMLFormElement | null} */ (document.getElementById(id));

/** @param {import("./api.js").Answer} answer */
function refusal(answer) {
  const detail = answer.body?.detail || answer.code || answer.status;
  return text("refused", { reason: text(answer.code) || text("other", { detail }) });
}

/** @param {FormData} values @param {string} name */
const all = (values, name) => values.getAll(name).map(String);

/* ---- declare ---- */

const declare = form("declare");
if (declare) {
  const at = /** @type {HTMLInputElement} */ (byId("d-at"));
  const here = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  at.value = here;
  at.max = here;
  for (const box of declare.querySelectorAll("input[type=checkbox]")) box.addEventListener("change", () => covers(box));
  declare.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = new FormData(declare);
    const sessions = page.slug ? [page.slug] : all(values, "session");
    const answer = await call("POST", "/figures", {
      platform: values.get("platform"),
      metric: values.get("metric"),
      value: Number(values.get("value")),
      at: new Date(String(values.get("at"))).toISOString(),
      source: values.get("source"),
      ...(sessions.length ? { sessions } : { summit: true }),
    });
    byId("declared").textContent = answer.ok ? text("saved") : refusal(answer);
    if (answer.ok) location.reload();
  });
}

/** The whole summit, or some sessions: one takes the other away. @param {Element} changed */
function covers(changed) {
  const box = /** @type {HTMLInputElement} */ (changed);
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (declare?.querySelectorAll("input[type=checkbox]"));
  for (const other of boxes) if ((other.name === "summit") !== (box.name === "summit") && box.checked) other.checked = false;
}

/* ---- lists ---- */

/** @type {string} */
let looked = "";
const lists = form("import");
lists?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const values = new FormData(lists);
  const file = /** @type {File} */ (values.get("file"));
  const sessions = all(values, "session");
  const query = new URLSearchParams({ file: file.name, timezone: String(values.get("timezone")) });
  if (values.get("date_order")) query.set("date_order", String(values.get("date_order")));
  if (sessions.length) query.set("session", sessions.join(","));
  else if (values.get("day")) query.set("day", String(values.get("day")));
  else return tell("warn", text("which"));
  tell("", text("reading"));
  const bytes = new Blob([await file.arrayBuffer()], { type: "text/csv" });
  const answer = await call("POST", `/imports/zoom-participants?${query}`, bytes);
  if (!answer.ok) return tell("err", refusal(answer), "", (answer.body?.errors || []).map(message));
  const counts = answer.body.counts;
  const added = counts.already ? text("preview_already", counts) : "";
  looked = answer.body.id;
  tell(counts.stays ? "ok" : "warn", counts.stays ? text("preview", counts) : text("preview_nothing"), added, answer.body.problems);
  show(byId("decide"), counts.stays > 0);
});

/** @param {{message: string}} error */
const message = (error) => error.message;

/** @param {string} kind @param {string} sentence @param {string} [more] @param {string[]} [lines] */
function tell(kind, sentence, more = "", lines = []) {
  const box = byId("preview");
  box.className = `say ${kind}`;
  /** @type {HTMLElement} */ (box.querySelector("strong")).textContent = sentence;
  /** @type {HTMLElement} */ (box.querySelector("span")).textContent = more;
  box.querySelector("ul")?.replaceChildren(...lines.map((line) => h("li", {}, line)));
  show(box, true);
  show(byId("decide"), false);
}

document.getElementById("apply")?.addEventListener("click", async () => {
  const answer = await call("POST", `/imports/${looked}:apply`);
  tell(answer.ok ? "ok" : "err", answer.ok ? text("applied") : refusal(answer));
  if (answer.ok) location.reload();
});
document.getElementById("drop")?.addEventListener("click", () => {
  lists?.reset();
  show(byId("preview"), false);
  show(byId("decide"), false);
});
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-undo]")))
  button.addEventListener("click", async () => {
    const answer = await call("POST", `/imports/${button.dataset.undo}:undo`);
    tell(answer.ok ? "ok" : "err", answer.ok ? text("undone") : refusal(answer));
    if (answer.ok) location.reload();
  });

/* ---- who is it ---- */

const match = form("match");
match?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = byId("matched");
  const wanted = /** @type {HTMLInputElement} */ (byId("target")).value.trim();
  const target = page.targets?.find((one) => one.text === wanted);
  const [first, ...rest] = all(new FormData(match), "row").map(Number);
  if (!target) said.textContent = text("no_target");
  else if (first === undefined) said.textContent = text("no_rows");
  else {
    const who = target.delegation ? { delegation: target.delegation } : { participant: target.participant };
    const answer = await call("POST", `/queue/${first}:match`, { ...who, rows: rest });
    said.textContent = answer.ok ? text("matched", { count: answer.body.settled }) : refusal(answer);
    if (answer.ok) location.reload();
  }
});
