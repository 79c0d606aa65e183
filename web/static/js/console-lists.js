/** Lists in the console: look at one, take it over; mail links and watch; write links out. */
import { call } from "./api.js";
import { byId, data, fill, show, text } from "./dom.js";
import { h } from "./make.js";

const MOST_ROWS = 30;
const AGAIN_MS = 1_000;
/** @type {{fields: string[]}} */
const page = data("page");
/** @type {Record<string, string>} */
const words = data("texts").fields;

/** @param {HTMLElement} box @param {string} kind @param {string} sentence @param {string[]} [lines] */
function say(box, kind, sentence, lines = []) {
  box.className = `say small ${kind}`;
  box.replaceChildren(h("strong", {}, sentence), ...(lines.length ? [h("ul", {}, ...lines.map((line) => h("li", {}, line)))] : []));
  show(box, true);
}

/** @param {import("./api.js").Answer} answer */
const why = (answer) => text(answer.code) || text("other", { code: answer.code || answer.status });
/** @typedef {{file?: string, line?: number | null, field: string, message: string}} Wrong */
/** Where something is wrong, what is expected there, and the service's own words. @param {Wrong} one */
function problem({ file, line, field, message }) {
  const [name = ""] = field.split(" ");
  const place = [line ? text("line", { line }) : "", words[name] || field].filter(Boolean).join(", ");
  const exact = [`${file}:${line}: `, `${file}: `, `${field}: `].reduce((rest, start) => (rest.startsWith(start) ? rest.slice(start.length) : rest), message);
  const expected = text(`e_${name}`);
  return fill(place ? text("at_place") : "{what}", { place, what: expected ? `${expected} (${exact})` : exact });
}
/** @param {import("./api.js").Answer} answer @returns {string[]} */
const details = (answer) => (answer.body?.errors || []).map(problem);

/* ---- a list ---- */

const found = byId("found");
/** @type {File | undefined} */
let file;
/** Header to field, as chosen here. @type {Map<string, string>} */
const chosen = new Map();

/** @param {"preview" | "import"} wanted */
async function read(wanted) {
  if (!file) return;
  say(found, "", text("reading"));
  const query = new URLSearchParams({ file: file.name });
  for (const [name, field] of chosen) query.append("map", `${name}=${field}`);
  const bytes = new Blob([await file.arrayBuffer()], { type: "text/csv" });
  const answer = await call("POST", `/participants:${wanted}?${query}`, bytes);
  if (!answer.ok) return say(found, "err", details(answer).length ? text("refused_list") : why(answer), details(answer));
  const { counts, columns, items } = answer.body;
  const news = counts.new + counts.changed;
  say(found, wanted === "import" ? "ok" : news ? "" : "warn", text(wanted === "import" ? "stored" : news ? "counts" : "nothing", counts));
  show(byId("preview"), wanted === "preview");
  show(byId("apply"), news > 0);
  byId("columns").replaceChildren(...columns.map(column));
  const rows = items.filter((/** @type {{outcome: string}} */ one) => one.outcome !== "unchanged");
  show(byId("changes-part"), rows.length > 0);
  const rest = rows.length - MOST_ROWS;
  byId("changes").replaceChildren(
    ...rows.slice(0, MOST_ROWS).map(change),
    ...(rest > 0 ? [h("li", { class: "mute" }, text("more_rows", { count: rest }))] : []),
  );
}

/** What one column says, to be chosen. @param {{name: string, field: string | null, samples: string[]}} one @param {number} place */
function column(one, place) {
  const options = ["", ...page.fields].map((field) =>
    h("option", { value: field, selected: field === (one.field || "") }, field ? words[field] || field : text("unused")),
  );
  const select = h("select", { id: `column-${place}` }, ...options);
  select.addEventListener("change", () => {
    chosen.set(one.name, /** @type {HTMLSelectElement} */ (select).value || "-");
    read("preview");
  });
  const samples = h("p", { class: "small mute wrap" }, one.samples.join(" · "));
  return h("div", { class: "field" }, h("label", { for: `column-${place}` }, text("of_column", { name: one.name })), select, samples);
}

/** @param {{outcome: string, seat: string, delegation: string, label: string, name: string, changes: {field: string, before: string, after: string}[]}} one */
function change(one) {
  const who = [one.seat || one.delegation, one.name, one.label].filter(Boolean).join(" · ");
  const changes = one.changes.map((each) => `${words[each.field] || each.field} : ${each.before || "–"} → ${each.after || "–"}`);
  return h("li", {}, h("div", {}, h("p", {}, h("strong", {}, text(one.outcome)), ` ${who}`), h("p", { class: "small mute" }, changes.join(" ; "))));
}

byId("import").addEventListener("submit", (event) => {
  event.preventDefault();
  file = /** @type {HTMLInputElement} */ (byId("file")).files?.[0];
  chosen.clear();
  read("preview");
});
byId("apply").addEventListener("click", () => read("import"));

/* ---- mails ---- */

const mails = /** @type {HTMLFormElement | null} */ (document.getElementById("mails"));

function order() {
  const values = new FormData(/** @type {HTMLFormElement} */ (mails));
  const only = String(values.get("only") || "");
  return { only: only ? [only] : [], retry_refused: values.has("retry_refused") };
}

async function count() {
  const answer = await call("POST", "/mails", { ...order(), dry_run: true });
  if (!answer.ok) return say(byId("mail-said"), "err", why(answer));
  /** @type {Record<string, number>} */
  const left = {};
  for (const { standing } of answer.body.items) if (standing !== "to send") left[standing] = (left[standing] || 0) + 1;
  const lines = Object.entries(left).map(([standing, number]) => text("left_out", { count: number, why: text(standing) || standing }));
  const ready = answer.body.to_send;
  say(byId("mail-said"), ready ? "" : "warn", ready ? text("plan", { count: ready }) : text("plan_none"), lines);
  show(byId("send"), ready > 0);
}

/** How far it came, again each second while it goes on. @param {boolean} quiet nothing is said where nothing was sent */
async function watch(quiet = false) {
  const answer = await call("GET", "/mails");
  if (!answer.ok) return say(byId("mail-said"), "err", why(answer));
  const { progress, items, answers } = answer.body;
  show(byId("stop"), progress.running);
  /** @type {{seat: string, state: string, code: number | null, reason: string}[]} */
  const every = [...items, ...answers.map((/** @type {object} */ one) => ({ ...one, seat: text("an_answer") }))];
  const bad = every.filter((/** @type {{state: string}} */ one) => one.state === "refused" || one.state === "unknown");
  if (bad.length) byId("refusals").replaceChildren(...bad.map((one) => h("li", {}, h("p", {}, h("strong", {}, one.seat), fill(" {code} {reason}", { code: one.code || "", reason: one.reason })))));
  if (quiet && !progress.running) return;
  const error = text(progress.error) || progress.error;
  const sentence = progress.running ? "going" : progress.error ? "ended" : "done";
  say(byId("mail-said"), progress.running ? "" : progress.error ? "warn" : "ok", text(sentence, { ...progress, error }));
  if (progress.running) setTimeout(watch, AGAIN_MS);
}

if (mails) {
  mails.addEventListener("submit", (event) => {
    event.preventDefault();
    count();
  });
  byId("send").addEventListener("click", async () => {
    const answer = await call("POST", "/mails", order());
    show(byId("send"), false);
    if (!answer.ok) return say(byId("mail-said"), "err", why(answer));
    watch();
  });
  byId("stop").addEventListener("click", () => call("POST", "/mails:stop"));
  watch(true);
}

/* ---- export ---- */

byId("export").addEventListener("submit", async (event) => {
  event.preventDefault();
  const values = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const delegation = String(values.get("delegation") || "");
  const asked = { format: values.get("format"), identities: values.has("identities"), lang: document.documentElement.lang };
  const answer = await fetch("/api/v1/invitations:export", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(delegation ? { ...asked, delegation } : asked),
  }).catch(() => null);
  show(byId("exported"), !answer?.ok);
  if (!answer?.ok) {
    const code = answer ? (await answer.json()).code : "offline";
    return say(byId("exported"), "err", text(code) || text("other", { code }));
  }
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "")?.[1] || "liens";
  const address = URL.createObjectURL(await answer.blob());
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), AGAIN_MS);
});
