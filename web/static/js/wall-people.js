/** The people of one delegation, in a dialog: who is there, who is expected, and what to do about it. */
import { call } from "./api.js";
import { heads, how, taken } from "./crowd.js";
import { byId, clock, data, show, text } from "./dom.js";
import { copy, mailing, qr } from "./link.js";
import { h, icon, unseen } from "./make.js";

/** @typedef {{id: string, participant: string, delegation: string, seat: string, label: string, devices: number, revoked_at: string | null}} Invitation */
/** @typedef {import("./crowd.js").Person} Person */
/** @typedef {{slug: string, zone: string, moderates: boolean, mails: boolean, delegations: import("./crowd.js").Delegation[]}} Page */
/** @typedef {{page: Page, crowd: import("./crowd.js").Crowd, code: string, rows: Map<string, HTMLElement>}} Opened */

/** Invitations by participant, once read. @type {Map<string, Invitation>} */
let known = new Map();
let reading = false;
/** Who is barred from this session. @type {Set<string>} */
let barred = new Set(data("page").removed);
/** Who is excused from it. @type {Set<string>} */
let excused = new Set(data("page").excused);
/** Whose own Zoom link two people use at once. @type {Set<string>} */
let twice = new Set();
/** Whose dialog is open. @type {Opened | undefined} */
let opened;

/** Read every invitation: when a dialog first opens, and where it shows somebody invited since. */
async function readInvitations() {
  if (reading) return;
  reading = true;
  /** @type {Map<string, Invitation>} */
  const found = new Map(known);
  let cursor = "";
  do {
    const answer = await call("GET", `/invitations?limit=1000${cursor}`);
    for (const one of answer.body?.items || []) if (!one.revoked_at) found.set(one.participant, one);
    cursor = answer.body?.next ? `&cursor=${encodeURIComponent(answer.body.next)}` : "";
  } while (cursor);
  known = found;
  reading = false;
  if (opened) fill(opened);
}

/**
 * Open the dialog of a delegation; it closes by its button, Escape, or a click beside it.
 * @param {Page} page @param {import("./crowd.js").Crowd} crowd @param {string} code
 */
export function openPeople(page, crowd, code) {
  opened = { page, crowd, code, rows: new Map() };
  byId("people-t").textContent = page.delegations.find((one) => one.code === code)?.name || code;
  say("");
  fill(opened);
  /** @type {HTMLDialogElement} */ (byId("people")).showModal();
  call("GET", `/sessions/${page.slug}/zoom`).then((answer) => {
    twice = new Set(answer.body?.twice);
    refreshPeople();
  });
  const here = crowd.delegations().get(code) || [];
  const isNew = here.some((person) => !person.guest && !known.has(person.participant));
  if (page.moderates && (isNew || !known.size)) readInvitations();
}

/** Everybody of the delegation by seat: who is here, then found missing. @param {Opened} into */
function fill(into) {
  const { page, crowd, code, rows } = into;
  const here = crowd.delegations().get(code) || [];
  const there = new Set(here.map((person) => person.participant));
  const missing = [...known.values()].filter((one) => one.delegation === code && !there.has(one.participant));
  const all = [
    ...here.map((person) => ({ name: nameOf(person), participant: person.participant, row: present(page, person) })),
    ...missing.map((one) => ({ name: named(one), participant: one.participant, row: absent(page, one) })),
  ];
  rows.clear();
  list().replaceChildren(h("li", { class: "mute" }, text("nobody")));
  for (const one of all.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true })))
    place(into, one.participant, one.row);
  drawSeats(page, code, here);
}

const list = () => /** @type {HTMLElement} */ (byId("people").querySelector("ul"));

/** Bring the open dialog up to date: rows change where they stand, whoever is new comes last. */
export function refreshPeople() {
  if (!opened) return;
  const { page, crowd, code, rows } = opened;
  const here = crowd.delegations().get(code) || [];
  drawSeats(page, code, here);
  for (const person of here) {
    const row = rows.get(person.participant);
    if (row?.dataset.state === stateOf(person)) /** @type {Element} */ (row.querySelector("[data-words]")).textContent = words(page, person);
    else place(opened, person.participant, present(page, person));
  }
  const there = new Set(here.map((person) => person.participant));
  const gone = [...rows].filter(([participant, row]) => !there.has(participant) && !["absent", "removed"].includes(row.dataset.state || ""));
  for (const [participant, row] of gone) {
    const one = known.get(participant);
    if (one) place(opened, participant, absent(page, one));
    else row.remove(), rows.delete(participant);
  }
}

/** Who is removed and who is excused now, by this wall or another. @param {{removed: string[], excused: string[]}} state */
export function hearOut(state) {
  const before = [barred, excused];
  [barred, excused] = [new Set(state.removed), new Set(state.excused)];
  if (!opened) return;
  const { page, crowd, rows } = opened;
  for (const one of known.values()) {
    const isSame = [barred, excused].every((now, order) => now.has(one.participant) === before[order].has(one.participant));
    if (!isSame && rows.has(one.participant) && !crowd.people.has(one.participant)) place(opened, one.participant, absent(page, one));
  }
}

/** A row in the place of the one before it; who used its buttons goes on there. @param {Opened} into @param {string} participant @param {HTMLElement} row */
function place(into, participant, row) {
  const old = into.rows.get(participant);
  const used = old?.contains(document.activeElement);
  if (old) old.replaceWith(row);
  else if (into.rows.size) list().append(row);
  else list().replaceChildren(row);
  into.rows.set(participant, row);
  if (used) /** @type {HTMLElement | null} */ (row.querySelector("button"))?.focus();
}

/** Seats taken, who waits for one, and one press that lets all of them in. @param {Page} page @param {string} code @param {Person[]} here */
function drawSeats(page, code, here) {
  const { waiting } = heads(here);
  const { seats = null } = page.delegations.find((one) => one.code === code) || {};
  show(byId("people-seats"), seats !== null);
  byId("people-taken").textContent = text(waiting ? "seats_waiting" : "seats", { taken: taken(here), seats, waiting });
  show(byId("admit-all"), page.moderates && waiting > 0);
}

/** Everybody of the delegation comes in, however few its seats; taken back for those who come later. */
async function admitAll() {
  if (!opened) return;
  const { page, code } = opened;
  const name = byId("people-t").textContent || code;
  const path = `/sessions/${page.slug}/delegations/${code}`;
  const answer = await call("POST", `${path}:admit`);
  if (!answer.ok) return refuse(answer);
  const back = button(text("seats_back"), name, "", async () => {
    const held = await call("POST", `${path}:hold`);
    if (held.ok) say(about(name, "seats_again"));
    else refuse(held);
  });
  say(about(name, "admitted_all"), "", h("p", {}, back));
}

/** Seat and function, as on the badge. @param {Invitation} one */
const named = (one) => (one.label && one.label !== one.seat ? `${one.seat} · ${one.label}` : one.seat);

/** @param {Person} person */
function nameOf(person) {
  const one = known.get(person.participant);
  return one ? named(one) : person.label;
}

/** Removed, until they stand at the door again; whose page is open was let in by another wall. @param {Person} person */
const stateOf = (person) =>
  barred.has(person.participant) && person.state !== "waiting" && !person.channels.includes("web") ? "removed" : how(person);

/** @param {Page} page @param {Person} person */
function words(page, person) {
  if (stateOf(person) === "removed") return ` ${text("removed")}`;
  const many = person.connections > 1 ? ` · ${text("devices", { count: person.connections })}` : "";
  const unknown = person.guest ? ` · ${text("unknown")}` : "";
  const shared = twice.has(person.participant) ? ` · ${text("zoom_twice")}` : "";
  return ` ${text(how(person))}, ${text("since", { time: clock(person.since, page.zone) })}${many}${unknown}${shared}`;
}

/** @param {Page} page @param {Person} person */
function present(page, person) {
  const state = stateOf(person);
  if (state === "removed") return removed(page, person.participant, nameOf(person));
  const row = h("li", { "data-state": state }, who(nameOf(person), state, words(page, person)));
  if (page.moderates && !person.guest) row.append(actions(page, person.participant, nameOf(person), state));
  return row;
}

/** @param {Page} page @param {Invitation} one @param {string} [sentence] */
function absent(page, one, sentence = text(excused.has(one.participant) ? "excused_one" : "not_here")) {
  if (barred.has(one.participant)) return removed(page, one.participant, named(one));
  const row = h("li", { "data-state": "absent" }, who(named(one), excused.has(one.participant) ? "excused" : "absent", ` ${sentence}`));
  row.append(actions(page, one.participant, named(one), "absent"));
  return row;
}

/** @param {Page} page @param {string} participant @param {string} label */
function removed(page, participant, label) {
  const again = button(text("admit_again"), label, "", () => bar(page, participant, label, false));
  return h("li", { "data-state": "removed" }, who(label, "absent", ` ${text("removed")}`), h("p", { class: "row" }, again));
}

/** @param {string} label @param {string} state @param {string} sentence */
function who(label, state, sentence) {
  const said = h("span", { class: `st ${state} small` }, icon(state), h("span", { "data-words": true }, sentence));
  return h("p", {}, h("strong", {}, label), h("br"), said);
}

/** @param {Page} page @param {string} participant @param {string} label @param {string} state */
function actions(page, participant, label, state) {
  const box = h("p", { class: "row" });
  if (state === "waiting") box.append(button(text("admit"), label, "go", () => bar(page, participant, label, false)));
  const away = excused.has(participant);
  if (state === "absent") box.append(button(text(away ? "take_back" : "excuse"), label, "", () => excuse(page, participant, !away)));
  else box.append(button(text("remove"), label, "stop", () => bar(page, participant, label, true)));
  const invitation = known.get(participant); // none before they are read: the row is made anew then
  if (invitation && state !== "hall" && state !== "absent")
    box.append(button(text("one_more"), label, "", () => oneMore(invitation, label)));
  if (invitation) box.append(replacing(page, invitation, label));
  return box;
}

/** @param {string} word @param {string} label @param {string} look @param {() => void} work */
const button = (word, label, look, work) =>
  h("button", { class: `btn low ${look}`, type: "button", click: work }, word, unseen(`, ${label}`));

/** Out, or in again. @param {Page} page @param {string} participant @param {string} label @param {boolean} out */
async function bar(page, participant, label, out) {
  const path = `/sessions/${page.slug}/people/${participant}:${out ? "remove" : "admit"}`;
  const answer = await call("POST", path);
  if (!answer.ok) return refuse(answer);
  say(about(label, out ? "removed" : "admitted"), out ? text("removed_zoom") : "");
  if (out) barred.add(participant);
  else barred.delete(participant);
  if (!opened?.rows.has(participant)) return;
  const [person, one] = [opened.crowd.people.get(participant), known.get(participant)];
  if (person) place(opened, participant, present(page, person));
  else if (one) place(opened, participant, absent(page, one, text("may_enter")));
}

/** Excused, or expected again. @param {Page} page @param {string} participant @param {boolean} away */
async function excuse(page, participant, away) {
  const answer = await call("PUT", `/sessions/${page.slug}/people/${participant}/excused`, { excused: away });
  if (!answer.ok) return refuse(answer);
  if (away) excused.add(participant);
  else excused.delete(participant);
  const one = known.get(participant);
  if (!opened?.rows.has(participant) || !one) return;
  say(about(named(one), away ? "excused_one" : "expected_again"));
  if (!opened.crowd.people.has(participant)) place(opened, participant, absent(page, one));
}

/** One device more than the link allows now; taken back by the next press. @param {Invitation} invitation @param {string} label */
async function oneMore(invitation, label) {
  const before = invitation.devices;
  const set = async (/** @type {number} */ devices) => {
    const answer = await call("PUT", `/invitations/${invitation.id}/devices`, { devices });
    if (!answer.ok) return refuse(answer);
    invitation.devices = answer.body.devices;
    const back = h("p", {}, button(text("devices_back"), label, "", () => set(before)));
    say(text("of_person", { who: label, what: text("devices_now", { count: invitation.devices }) }), "", ...(devices > before ? [back] : []));
  };
  await set(before + 1);
}

/** A new link kills the old one everywhere; one press, because a link that leaked is urgent. @param {Page} page @param {Invitation} invitation @param {string} label */
function replacing(page, invitation, label) {
  return button(text("replace"), label, "", async () => {
    const answer = await call("POST", `/invitations/${invitation.id}:replace`);
    if (!answer.ok) return refuse(answer);
    link(label, answer.body.items[0].link, page.mails && mailing(invitation.id, label));
  });
}

/** @param {string} label @param {string} address @param {HTMLElement | false} mail */
function link(label, address, mail) {
  const field = h("span", { class: "code" }, address);
  const copied = button(text("copy"), label, "go", async () => {
    copied.textContent = text((await copy(address, field)) ? "copied" : "copy_by_hand");
  });
  const ways = h("span", { class: "row" }, copied, ...(mail ? [mail] : []));
  const shown = h("span", { class: "row" }, qr(address, label), h("span", { class: "stack" }, field, ways));
  say(about(label, "replaced"), text("replaced_zoom"), shown);
}

/** @param {string} who @param {string} key */
const about = (who, key) => text("of_person", { who, what: text(key) });

/** @param {import("./api.js").Answer} answer */
const refuse = (answer) =>
  say(text("refused", { reason: text(answer.code) || text("other_refusal", { code: answer.code || answer.status }) }));

/** @param {string} sentence @param {string} [more] @param {...Node} parts */
function say(sentence, more = "", ...parts) {
  const box = /** @type {HTMLElement} */ (byId("people").querySelector(".say"));
  const hide = h("button", { class: "btn low", type: "button", click: () => say("") }, text("hide"));
  box.replaceChildren(h("p", {}, h("strong", {}, sentence), more), hide, ...parts);
  show(box, sentence !== "");
}

const dialog = /** @type {HTMLDialogElement} */ (byId("people"));
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => (opened = undefined));
byId("admit-all").addEventListener("click", admitAll);
