/** The people of one delegation, in a dialog: who is there, who is expected, and what to do about it. */
import { call } from "./api.js";
import { how } from "./crowd.js";
import { byId, clock, show, text } from "./dom.js";
import { copy, qr } from "./link.js";
import { h, icon, unseen } from "./make.js";

/** @typedef {{id: string, participant: string, delegation: string, seat: string, label: string, revoked_at: string | null}} Invitation */

/** @type {Promise<Map<string, Invitation>> | undefined} */
let invitations;

/** Every invitation by participant, read once a page. */
async function readInvitations() {
  /** @type {Map<string, Invitation>} */
  const found = new Map();
  let cursor = "";
  do {
    const answer = await call("GET", `/invitations?limit=1000${cursor}`);
    for (const one of answer.body?.items || []) if (!one.revoked_at) found.set(one.participant, one);
    cursor = answer.body?.next ? `&cursor=${encodeURIComponent(answer.body.next)}` : "";
  } while (cursor);
  return found;
}

/** @typedef {{slug: string, zone: string, moderates: boolean, delegations: import("./crowd.js").Delegation[]}} Page */

/**
 * Open the dialog of a delegation; it closes by its button, Escape, or a click beside it.
 * @param {Page} page @param {import("./crowd.js").Crowd} crowd @param {string} code
 */
export async function openPeople(page, crowd, code) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("people"));
  const name = page.delegations.find((one) => one.code === code)?.name || code;
  byId("people-t").textContent = name;
  say("");
  const list = /** @type {HTMLElement} */ (dialog.querySelector("ul"));
  const here = () => crowd.delegations().get(code) || [];
  const draw = (/** @type {Invitation[]} */ expected) => {
    const there = new Set(here().map((person) => person.participant));
    const rows = here().map((person) => present(page, person));
    const missing = expected.filter((one) => !there.has(one.participant)).map((one) => absent(page, one));
    const nobody = h("li", { class: "mute" }, text("nobody"));
    list.replaceChildren(...(rows.length + missing.length ? [...rows, ...missing] : [nobody]));
  };
  draw([]);
  dialog.showModal();
  if (!page.moderates) return;
  invitations ??= readInvitations();
  const known = [...(await invitations).values()].filter((one) => one.delegation === code);
  draw(known.sort((one, other) => one.seat.localeCompare(other.seat)));
}

/** @param {Page} page @param {import("./crowd.js").Person} person */
function present(page, person) {
  const state = how(person);
  const many = person.connections > 1 ? ` · ${text("devices", { count: person.connections })}` : "";
  const words = `${text(state)}, ${text("since", { time: clock(person.since, page.zone) })}${many}`;
  const row = h("li", {}, who(person.label, state, words));
  if (page.moderates) row.append(actions(page, person.participant, person.label, state));
  return row;
}

/** @param {Page} page @param {Invitation} one */
function absent(page, one) {
  const label = one.label && one.label !== one.seat ? `${one.seat} · ${one.label}` : one.seat;
  const row = h("li", {}, who(label, "absent", text("not_here")));
  row.append(actions(page, one.participant, label, "absent"));
  return row;
}

/** @param {string} label @param {string} state @param {string} words */
function who(label, state, words) {
  const said = h("span", { class: `st ${state} small` }, icon(state), ` ${words}`);
  return h("p", {}, h("strong", {}, label), h("br"), said);
}

/** @param {Page} page @param {string} participant @param {string} label @param {string} state */
function actions(page, participant, label, state) {
  const box = h("p", { class: "row" });
  if (state === "waiting") box.append(button(text("admit"), label, "go", () => bar(page, participant, label, false, box)));
  if (state === "absent") box.append(button(text("excuse"), label, "", () => excuse(page, participant, label, box)));
  else box.append(button(text("remove"), label, "stop", () => bar(page, participant, label, true, box)));
  box.append(replacing(participant, label));
  return box;
}

/** @param {string} word @param {string} label @param {string} look @param {() => void} work */
const button = (word, label, look, work) =>
  h("button", { class: `btn low ${look}`, type: "button", click: work }, word, unseen(`, ${label}`));

/** Out, or in again. @param {Page} page @param {string} participant @param {string} label @param {boolean} out @param {HTMLElement} box */
async function bar(page, participant, label, out, box) {
  const path = `/sessions/${page.slug}/people/${participant}:${out ? "remove" : "admit"}`;
  const answer = await call("POST", path);
  if (!answer.ok) return refuse(answer);
  say(about(label, out ? "removed" : "admitted"), out ? text("removed_zoom") : "");
  box.replaceChildren(out ? button(text("admit_again"), label, "", () => bar(page, participant, label, false, box)) : replacing(participant, label));
}

/** @param {Page} page @param {string} participant @param {string} label @param {HTMLElement} box */
async function excuse(page, participant, label, box) {
  const path = `/sessions/${page.slug}/people/${participant}/excused`;
  const answer = await call("PUT", path, {});
  if (!answer.ok) return refuse(answer);
  say(about(label, "excused_one"));
  const back = async () => {
    const taken = await call("PUT", path, { excused: false });
    if (!taken.ok) return refuse(taken);
    say(about(label, "expected_again"));
    box.replaceChildren(button(text("excuse"), label, "", () => excuse(page, participant, label, box)));
  };
  box.replaceChildren(button(text("take_back"), label, "", back));
}

/** A new link kills the old one everywhere; one press, because a link that leaked is urgent. @param {string} participant @param {string} label */
function replacing(participant, label) {
  return button(text("replace"), label, "", async () => {
    const invitation = (await invitations)?.get(participant);
    if (!invitation) return say(text("no_invitation"));
    const answer = await call("POST", `/invitations/${invitation.id}:replace`);
    if (!answer.ok) return refuse(answer);
    link(label, answer.body.items[0].link);
  });
}

/** @param {string} label @param {string} address */
function link(label, address) {
  const field = h("span", { class: "code" }, address);
  const taken = button(text("copy"), label, "go", async () => {
    taken.textContent = text((await copy(address, field)) ? "copied" : "copy");
  });
  const shown = h("span", { class: "row" }, qr(address, label), h("span", { class: "stack" }, field, taken));
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
  box.replaceChildren(h("strong", {}, sentence), more, ...parts);
  show(box, sentence !== "");
}

const dialog = byId("people");
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) /** @type {HTMLDialogElement} */ (dialog).close();
});
