/** The desk: who came and who left, by a tap on the list, by a code or at another desk; what is not told yet is kept. */
import { call } from "./api.js";
import { byId, clock, data, show, text } from "./dom.js";
import { DoorList } from "./door-list.js";
import { h, icon, unseen } from "./make.js";
import { isPassing, Passages } from "./passages.js";

/** @typedef {import("./passages.js").Passage} Passage */
/**
 * @typedef {object} Row
 * @property {HTMLElement} item @property {string} label
 * @property {number} inside since when, 0 for outside @property {number} left when they went out, 0 for never @property {number} online
 * @property {Passage | null} last here, until the service says how they stand
 * @property {number} moved when another desk changed the row, or moved it
 */

/** @type {{now: number, last: number, zone: string, delegations: [string, string][]}} */
const page = data("page");
const skew = page.now - Date.now();
const RETRY_MS = 4000;
const SEEN_MS = 1000; // before that a finger is meant for what stood there

const passages = new Passages(localStorage);
const doors = new DoorList(page.last, passages);
/** @type {Map<string, Row>} */
const rows = new Map();
let leaving = false;
let offlineSince = 0;
/** This browser's own invitation opens no door any more. */
let closed = false;
/** What was refused since somebody last did something here. @type {string[]} */
let wrong = [];

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
    left: Number(item.dataset.left || 0),
    online: Number(item.dataset.online || 0),
    last: null,
    moved: 0,
  };
  rows.set(participant, row);
  item.querySelector("button")?.addEventListener("click", () => tap(participant));
}

/** What a row says: [shape, class, words]. @param {Row} row @returns {[string, string, string]} */
function words(row) {
  if (row.last && passages.waits(row.last)) {
    const key = `${offlineSince || closed ? "kept" : "sending"}_${row.last.direction}`;
    return ["waiting", "waiting", text(key, { time: time(row.last.at) })];
  }
  if (row.inside) return ["hall", "hall", text("inside", { time: time(row.inside) })];
  if (row.left) return ["absent", "absent", text("out", { time: time(row.left) })];
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
  return row.left ? [text("undo"), text("undo_out", { who }), "flat"] : ["", "", "flat"];
}

/** A tap on a row: in, out, or the last one taken back. @param {string} participant */
function tap(participant) {
  const row = /** @type {Row} */ (rows.get(participant));
  if (now() - row.moved < SEEN_MS) return say("ok", text(row.inside ? "scanned_in_again" : "scanned_out_again", { who: row.label }));
  const undo = leaving !== row.inside > 0;
  pass(participant, row.inside ? "out" : "in", undo ? row.inside || row.left : now(), undo);
}

/** @param {string} participant @param {"in" | "out"} direction @param {number} at @param {boolean} [undo] */
function pass(participant, direction, at, undo = false) {
  const row = /** @type {Row} */ (rows.get(participant));
  row.last = { participant, direction, at, nonce: nonce(), door: door(), undo, was: row.inside };
  stand(row, direction, at, undo);
  doors.pass(participant);
  keep(row.last);
  draw(row);
  tally();
}

/** An arrival that is taken back is no leave. @param {Row} row @param {"in" | "out"} direction @param {number} at @param {boolean} [undo] */
function stand(row, direction, at, undo) {
  row.inside = direction === "in" ? at : 0;
  if (direction === "out" && !undo) row.left = at;
}

/** @param {Passage} passage */
function keep(passage) {
  wrong = [];
  say("", "");
  passages.add(passage);
  send();
}

/** The button with which a whole delegation arrives. @param {HTMLElement} group */
function takeAll(group) {
  group.querySelector("[data-all]")?.addEventListener("click", () => {
    const at = now();
    for (const item of group.querySelectorAll("li")) {
      const participant = item.dataset.participant || "";
      if (!rows.get(participant)?.inside) pass(participant, "in", at);
    }
  });
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
  await passages.send(heard);
  tellKept();
  if (!passages.all.length && document.visibilityState === "visible") await look();
}

/** How people stand by all doors. */
async function look() {
  const heard = await doors.ask();
  if (!heard) return;
  const isOpen = heard.answer.ok;
  if (isPassing(heard.answer)) lost();
  else if (closed === isOpen) {
    closed = !isOpen;
    say(closed ? "err" : "", closed ? text("closed") : "");
  }
  if (isOpen && offlineSince && !passages.all.length) found();
  heard.people.forEach(hear);
  tally();
  tellKept();
}

/** How somebody stands, by what another desk did or by how the service dates what was done here. @param {import("./door-list.js").Person} person */
function hear(person) {
  if (!rows.has(person.participant)) {
    if (!person.since) return;
    append(person.participant, person.delegation, person.seat, person.label);
    search();
    for (const row of rows.values()) row.moved = now();
  }
  const row = rows.get(person.participant);
  if (!row) return;
  const [before] = action(row);
  row.inside = Date.parse(person.since ?? "") || 0;
  row.left = Date.parse(person.left_at ?? "") || 0;
  row.last = null;
  if (action(row)[0] !== before) row.moved = now();
  draw(row);
}

/** @param {Passage} passage @param {import("./api.js").Answer} answer @param {import("./passages.js").Fate} fate */
function heard(passage, answer, fate) {
  closed = fate === "closed";
  if (fate === "later") return lost();
  const row = rows.get(passage.participant || answer.body?.participant);
  if (fate === "told" && passage.code) scanned(passage, answer.body, row);
  else if (fate === "told" && answer.body.repeated && !passage.undo) told(passage, answer.body);
  else if (fate !== "told") refused(passage, answer, row);
  if (row) draw(row);
  tally();
  if (offlineSince && !passages.all.length) found();
}

/** A code was read, and only now it is known whose. @param {Passage} passage @param {any} person @param {Row} [row] */
function scanned(passage, person, row) {
  told(passage, person);
  if (!row) return;
  if (passage.direction === "out" || !person.repeated || !row.inside) stand(row, passage.direction, passage.at);
  row.last = passage;
  doors.pass(person.participant);
}

/** @param {Passage} passage @param {{label: string, repeated: boolean}} person */
function told({ direction, at }, { label, repeated }) {
  say("ok", text(`scanned_${direction}${repeated ? "_again" : ""}`, { who: label, time: time(at) }));
}

/** @param {Passage} passage @param {import("./api.js").Answer} answer @param {Row} [row] */
function refused(passage, answer, row) {
  if (closed) {
    drawWaiting();
    return say("err", text("closed"));
  }
  const reason = text(answer.body?.replaced ? "replaced" : answer.code) || text("other", { code: answer.code || answer.status });
  wrong.push(text("refused", { who: row?.label || text("this_code", { time: time(passage.at) }), reason }));
  say("err", wrong.join(" "));
  if (row?.last !== passage) return;
  row.inside = passage.was ?? 0;
  row.last = null;
}

function lost() {
  offlineSince ||= now();
  drawWaiting();
  const codes = passages.all.filter((passage) => passage.code).length;
  if (codes) say("warn", text("codes_kept", { count: codes }));
}

function found() {
  offlineSince = 0;
  if (!wrong.length) say("ok", text("back"));
}

function drawWaiting() {
  for (const row of rows.values()) if (passages.waits(row.last)) draw(row);
}

function tellKept() {
  const box = byId("offline");
  show(box, offlineSince > 0);
  if (!offlineSince) return;
  const [first, second] = box.querySelectorAll("span");
  first.textContent = text("offline", { time: time(offlineSince) });
  const inner = /** @type {HTMLElement} */ (second.querySelector("span") || second);
  const count = passages.all.length;
  inner.textContent = text(count > 1 ? "offline_kept" : count ? "offline_one" : "offline_none", { count });
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
  input().value = "";
  search();
  keep({ code: code.toLowerCase(), direction: leaving ? "out" : "in", at: now(), nonce: nonce(), door: door() });
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
  const item = h(
    "li",
    { "data-participant": participant, "data-search": folded(`${delegation} ${seat} ${label}`) },
    h("p", {}, h("span", { class: "voice" }, label), h("br"), h("span", { class: "small mute" }, seat), " ", h("span", { class: "st" })),
    h("button", { class: "btn", type: "button" }),
  );
  groupOf(delegation).querySelector("ul")?.append(item);
  adopt(item);
  draw(/** @type {Row} */ (rows.get(participant)));
}

/** The group of a delegation; nobody of it was expected where it is not there yet. @param {string} delegation */
function groupOf(delegation) {
  const name = page.delegations.find(([code]) => code === delegation)?.[1];
  const [code, team] = [name ? delegation : "", document.querySelector('.group[data-code=""]')];
  const found = document.querySelector(`.group[data-code="${CSS.escape(code)}"]`);
  if (found || !name) return found || /** @type {Element} */ (groups()[0]);
  const title = h("h2", {}, h("span", { "data-name": true }, name), " ", h("span", { class: "small mute", "data-of": true }));
  const all = h("button", { class: "btn low", type: "button", "data-all": true });
  const group = h("section", { class: "group", "aria-label": name, "data-code": code, "data-counted": true }, h("div", { class: "row between" }, title, all), h("ul"));
  byId("groups").insertBefore(group, team);
  takeAll(group);
  return group;
}

/* ---- wiring ---- */

for (const item of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#groups li"))) adopt(item);
for (const group of groups()) takeAll(group);
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
  if (passages.all.length) event.preventDefault();
});
setInterval(send, RETRY_MS);
document.addEventListener("visibilitychange", () => send());
for (const passage of passages.all) {
  const row = rows.get(passage.participant || "");
  if (!row) continue;
  stand(row, passage.direction, passage.at, passage.undo);
  row.last = passage;
  draw(row);
}
tally();
send();
