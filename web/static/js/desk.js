/**
 * The desk: every tap is kept with its own nonce and its real time, and sent until the
 * service has it. Off line nothing is lost while the page stays open.
 */
import { call } from "./api.js";
import { byId, clock, data, show, text } from "./dom.js";
import { h, icon, unseen } from "./make.js";

/** @typedef {{participant?: string, code?: string, direction: "in" | "out", at: number, nonce: string, door: string, row?: Row}} Passage `door` is venue:… or session:… */
/** @typedef {{item: HTMLElement, label: string, inside: number, online: number, last: Passage | null}} Row */

/** @type {{now: number, zone: string, delegations: [string, string][]}} */
const page = data("page");
const skew = page.now - Date.now();
const RETRY_MS = 4000;

/** @type {Passage[]} */
const kept = [];
/** @type {Map<string, Row>} */
const rows = new Map();
let leaving = false;
let sending = false;
let offlineSince = 0;

const now = () => Date.now() + skew;
const time = (/** @type {number} */ at) => clock(at, page.zone);
const nonce = () => crypto.randomUUID();
const input = () => /** @type {HTMLInputElement} */ (byId("q"));
const door = () => /** @type {HTMLSelectElement} */ (byId("door")).value;

/* ---- rows ---- */

/** @param {HTMLElement} item */
function adopt(item) {
  const participant = item.dataset.participant || "";
  const row = {
    item,
    label: item.querySelector(".voice")?.textContent || "",
    inside: Number(item.dataset.inside || 0),
    online: Number(item.dataset.online || 0),
    last: null,
  };
  rows.set(participant, row);
  item.querySelector("button")?.addEventListener("click", () => tap(participant));
}

/** What a row says: [shape, class, words]. @param {Row} row @returns {[string, string, string]} */
function words(row) {
  const waits = row.last && kept.includes(row.last);
  if (row.last && waits) {
    const key = `${offlineSince ? "kept" : "sending"}_${row.last.direction}`;
    return ["waiting", "waiting", text(key, { time: time(row.last.at) })];
  }
  if (row.inside) return ["hall", "hall", text("inside", { time: time(row.inside) })];
  if (row.last) return ["absent", "absent", text("out", { time: time(row.last.at) })];
  if (row.online) return ["online", "online", text("online", { time: time(row.online) })];
  return ["absent", "absent", text("expected")];
}

/** @param {Row} row */
function draw(row) {
  const [shape, kind, said] = words(row);
  const state = /** @type {HTMLElement} */ (row.item.querySelector(".st"));
  state.className = `st ${kind} small`;
  state.replaceChildren(icon(shape), " ", h("span", {}, said));
  row.item.classList.toggle("in-hall", row.inside > 0);
  const button = /** @type {HTMLElement} */ (row.item.querySelector("button"));
  const [word, whole, look] = action(row);
  button.className = `btn ${look}`;
  button.replaceChildren(word, unseen(`, ${whole}`));
  show(button, word !== "");
}

/** What the button does: [word, who for those who do not see the row, look]. @param {Row} row */
function action(row) {
  const who = row.label;
  if (!leaving) return row.inside ? [text("undo"), text("undo_in", { who }), "flat"] : [text("arrive"), who, "go"];
  if (row.inside) return [text("leave"), who, "stop"];
  return row.last?.direction === "out" ? [text("undo"), text("undo_out", { who }), "flat"] : ["", "", "flat"];
}

/** A tap on a row: in, out, or the last one taken back. @param {string} participant */
function tap(participant) {
  const row = /** @type {Row} */ (rows.get(participant));
  const undo = leaving !== row.inside > 0;
  const direction = row.inside ? "out" : "in";
  const at = undo && row.last ? row.last.at : undo && row.inside ? row.inside : now();
  pass(participant, direction, at);
}

/** @param {string} participant @param {"in" | "out"} direction @param {number} at */
function pass(participant, direction, at) {
  const row = /** @type {Row} */ (rows.get(participant));
  const passage = { participant, direction, at, nonce: nonce(), door: door(), row };
  row.inside = direction === "in" ? at : 0;
  row.last = passage;
  kept.push(passage);
  draw(row);
  tally();
  send();
}

/* ---- tallies ---- */

function tally() {
  let arrived = 0;
  let expected = 0;
  for (const group of groups()) {
    const items = [...group.querySelectorAll("li")].map((item) => rows.get(item.dataset.participant || ""));
    const inside = items.filter((row) => row && row.inside > 0).length;
    const of = /** @type {HTMLElement} */ (group.querySelector("[data-of]"));
    of.textContent = text("of", { arrived: inside, expected: items.length });
    const all = /** @type {HTMLElement} */ (group.querySelector("[data-all]"));
    const name = group.querySelector("[data-name]")?.textContent || "";
    all.replaceChildren(h("span", {}, text("all", { count: items.length - inside })), unseen(`, ${name}`));
    show(all, !leaving && inside < items.length);
    if ("counted" in group.dataset) {
      arrived += inside;
      expected += items.length;
    }
  }
  const box = byId("tally");
  /** @type {HTMLElement} */ (box.querySelector("b")).textContent = String(arrived);
  /** @type {HTMLElement} */ (box.querySelector("span")).textContent = String(expected);
  const band = box.querySelector("svg");
  band?.setAttribute("viewBox", `0 0 ${expected || 1} 1`);
  band?.querySelector(".b-none")?.setAttribute("width", String(expected || 1));
  band?.querySelector(".b-hall")?.setAttribute("width", String(arrived));
}

const groups = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#groups .group"));

/* ---- sending ---- */

async function send() {
  if (sending) return;
  sending = true;
  while (kept.length) {
    const passage = kept[0];
    const answer = await call("POST", "/check-ins", order(passage));
    if (answer.status === 0 || answer.status === 429 || answer.status >= 500) {
      lost();
      break;
    }
    kept.shift();
    settle(passage, answer);
    if (offlineSince && !kept.length) found();
  }
  sending = false;
  tellKept();
}

/** @param {Passage} passage */
function order({ participant, code, direction, at, nonce: drawn, door: place }) {
  const cut = place.indexOf(":");
  return {
    ...(code ? { code } : { participant }),
    ...(cut > 0 ? { [place.slice(0, cut)]: place.slice(cut + 1) } : {}),
    direction,
    nonce: drawn,
    at: new Date(at).toISOString(),
  };
}

/** @param {Passage} passage @param {import("./api.js").Answer} answer */
function settle(passage, answer) {
  const row = passage.row || rows.get(answer.body?.participant);
  if (!answer.ok) {
    const reason = text(answer.code) || text("other", { code: answer.code || answer.status });
    say("err", text("refused", { who: row?.label || passage.code, reason }));
    if (row && row.last === passage) {
      row.inside = 0;
      row.last = null;
    }
  } else if (passage.code) {
    const who = answer.body.label;
    say("ok", answer.body.repeated ? text("scanned_again", { who }) : text("scanned", { who, time: time(passage.at) }));
    if (row) {
      row.inside = passage.at;
      row.last = passage;
    }
  }
  if (row) draw(row);
  tally();
}

function lost() {
  if (!offlineSince) offlineSince = now();
  for (const passage of kept) if (passage.row) draw(passage.row);
}

function found() {
  offlineSince = 0;
  say("ok", text("back"));
}

function tellKept() {
  const box = byId("offline");
  show(box, offlineSince > 0);
  if (!offlineSince) return;
  const [first, second] = box.querySelectorAll("span");
  first.textContent = text("offline", { time: time(offlineSince) });
  const inner = /** @type {HTMLElement} */ (second.querySelector("span") || second);
  const key = kept.length > 1 ? "offline_kept" : kept.length ? "offline_one" : "offline_none";
  inner.textContent = text(key, { count: kept.length });
}

/** @param {string} kind @param {string} sentence */
function say(kind, sentence) {
  const box = byId("said");
  box.className = `say ${kind}`;
  box.textContent = sentence;
  show(box, sentence !== "");
}

/* ---- searching, scanning, one more ---- */

/** @param {string} typed */
const folded = (typed) => typed.normalize("NFKD").replace(/\p{M}/gu, "").replace(/’/g, "'").toLowerCase().trim();

function search() {
  const asked = folded(input().value).split(/\s+/).filter(Boolean);
  let any = false;
  for (const group of groups()) {
    let some = false;
    for (const item of group.querySelectorAll("li")) {
      const fits = asked.every((word) => (item.dataset.search || "").includes(word));
      show(item, fits);
      some ||= fits;
    }
    show(group, some);
    any ||= some;
  }
  show(byId("none"), !any);
  byId("none").textContent = text("none_found", { query: input().value });
}

/** A scanner types the code, or the whole link, and presses Enter. */
function scan() {
  const code = /(?:^|\/j\/)([a-z2-7]{26})(?:$|[?#])/i.exec(input().value.trim())?.[1];
  if (!code) return;
  kept.push({ code: code.toLowerCase(), direction: leaving ? "out" : "in", at: now(), nonce: nonce(), door: door() });
  input().value = "";
  search();
  send();
}

/** Somebody who was not announced: an invitation for the day, then a check-in. */
async function guest() {
  const delegation = /** @type {HTMLSelectElement} */ (byId("guest-delegation")).value;
  const field = /** @type {HTMLInputElement} */ (byId("guest-label"));
  const label = field.value.trim() || text("guest");
  const answer = await call("POST", "/invitations", { role: "delegate", delegation, label });
  if (!answer.ok) {
    const reason = text(answer.code) || text("other", { code: answer.code });
    return say("err", answer.status ? text("refused", { who: label, reason }) : text("guest_offline"));
  }
  field.value = "";
  const made = answer.body.items[0];
  append(made.participant, delegation, made.seat || label, label);
  const at = now();
  pass(made.participant, "in", at);
  say("ok", text("guest_added", { who: label, time: time(at) }));
}

/** @param {string} participant @param {string} delegation @param {string} seat @param {string} label */
function append(participant, delegation, seat, label) {
  const list = document.querySelector(`.group[data-code="${CSS.escape(delegation)}"] ul`);
  const item = h(
    "li",
    { "data-participant": participant, "data-search": folded(`${delegation} ${seat} ${label}`) },
    h("p", {}, h("span", { class: "voice" }, label), h("br"), h("span", { class: "small mute" }, seat), " ", h("span", { class: "st" })),
    h("button", { class: "btn", type: "button" }),
  );
  if (!list) return location.reload();
  list.append(item);
  adopt(item);
}

/* ---- wiring ---- */

for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#groups li"))) adopt(item);
for (const group of groups())
  group.querySelector("[data-all]")?.addEventListener("click", () => {
    const at = now();
    for (const item of group.querySelectorAll("li")) {
      const participant = item.dataset.participant || "";
      if (!rows.get(participant)?.inside) pass(participant, "in", at);
    }
  });
for (const button of byId("direction").querySelectorAll("button"))
  button.addEventListener("click", () => {
    leaving = button.dataset.direction === "out";
    for (const other of byId("direction").querySelectorAll("button"))
      other.setAttribute("aria-pressed", String(other === button));
    for (const row of rows.values()) draw(row);
    tally();
  });
input().addEventListener("input", search);
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  scan();
});
byId("retry").addEventListener("click", () => send());
const dialog = /** @type {HTMLDialogElement} */ (byId("guest-form"));
byId("guest").addEventListener("click", () => dialog.showModal());
dialog.addEventListener("close", () => {
  if (dialog.returnValue === "add") guest();
  dialog.returnValue = "";
});
addEventListener("online", () => send());
addEventListener("offline", () => {
  lost();
  tellKept();
});
addEventListener("beforeunload", (event) => {
  if (kept.length) event.preventDefault();
});
setInterval(() => (kept.length ? send() : undefined), RETRY_MS);
