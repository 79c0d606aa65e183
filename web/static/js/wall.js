/** The moderators' wall: numbers, tiles, people. Nothing moves when a number changes. */
import { heads, how, present, reads, remote, ribbon, taken as seatsTaken, Crowd } from "./crowd.js";
import { Curve } from "./curve.js";
import { byId, clock, data, show, speak, text } from "./dom.js";
import { connect } from "./live.js";
import { cut, h, icon } from "./make.js";
import { checklist } from "./wall-checklist.js";
import { conduct } from "./wall-controls.js";
import { list } from "./wall-floor.js";
import { links } from "./wall-links.js";
import { hearOut, openPeople, refreshPeople } from "./wall-people.js";
import { switching } from "./wall-sources.js";

const page = data("page");
const skew = page.now - Date.now();
const now = () => Date.now() + skew;

const crowd = new Crowd(page.counted, page.revision, page.people);
const curve = new Curve(page.points, page.zone, page.top);
const staff = byId("staff");

/* ---- numbers ---- */

/** @param {Element} root @param {string} key @param {number | string} value */
function put(root, key, value) {
  for (const slot of root.querySelectorAll(`[data-h="${key}"]`)) slot.textContent = String(value);
  for (const part of root.querySelectorAll(`[data-if="${key}"]`)) show(part, Boolean(value));
}

function draw() {
  const by = crowd.delegations();
  const all = heads([...by.values()].flat());
  const box = byId("heads");
  cut(box.querySelector(".band"), ribbon(all));
  for (const [key, value] of Object.entries(all)) put(box, key, value);
  put(box, "present", present(all));
  put(box, "web", all.online + all.unstable);
  let taken = 0;
  let missing = 0;
  for (const delegation of page.delegations) {
    const people = by.get(delegation.code) || [];
    if (delegation.seated && present(heads(people))) taken += 1;
    if (drawTile(delegation, people)) missing += 1;
  }
  drawGauge(taken);
  const relance = byId("missing").querySelector("[data-n]");
  if (relance) relance.textContent = String(missing);
  drawUnknown(by.get(null) || []);
  drawStaff();
  refreshPeople();
  drawReach([...by.values()].flat());
  if (["live", "paused"].includes(controls.current())) curve.see(now(), present(all));
  const total = byId("gauge").childElementCount;
  speak(text("present_total", { present: present(all), taken, total }));
  return all;
}

/** @param {string} code */
const tileOf = (code) => /** @type {HTMLElement | null} */ (document.querySelector(`.tile[data-code="${CSS.escape(code)}"]`));

/**
 * One delegation; true where it should be called: nobody there and not excused.
 * @param {import("./crowd.js").Delegation} delegation @param {import("./crowd.js").Person[]} people
 */
function drawTile(delegation, people) {
  const tile = tileOf(delegation.code);
  if (!tile) return false;
  const of = heads(people);
  const here = present(of);
  const used = seatsTaken(people);
  const full = delegation.seats !== null && used >= delegation.seats && of.waiting > 0;
  cut(tile.querySelector(".band"), ribbon(of));
  for (const [kind, count] of Object.entries(of)) {
    const state = tile.querySelector(`[data-k="${kind}"]`);
    const slot = state?.querySelector("[data-n]");
    if (slot) slot.textContent = String(count);
    show(state, count > 0);
  }
  const number = /** @type {Element} */ (tile.querySelector("[data-n=present]"));
  number.textContent = String(here);
  number.parentElement?.classList.toggle("absent", !here);
  const excused = tile.dataset.excused !== "0";
  const nobody = !here && !of.elsewhere && !of.waiting;
  show(tile.querySelector("[data-k=excused]"), nobody && excused);
  show(tile.querySelector("[data-k=absent]"), nobody && !excused);
  const seats = tile.querySelector("[data-n=seats]");
  if (seats) seats.textContent = full ? text("full") : `${used}/${delegation.seats}`;
  tile.classList.toggle("out", !here);
  tile.classList.toggle("full", full);
  tile.classList.toggle("missing", !here && !excused);
  return !here && !excused;
}

/** @param {number} taken */
function drawGauge(taken) {
  const seats = [...byId("gauge").children];
  seats.forEach((seat, order) => seat.classList.toggle("free", order >= taken));
  byId("taken").textContent = String(taken);
  byId("gauge").setAttribute("aria-label", text("gauge", { taken, total: seats.length }));
}

/** Who is in Zoom and in no delegation, since nobody said who it is. @param {import("./crowd.js").Person[]} people */
function drawUnknown(people) {
  const box = byId("unknown");
  show(box, people.length > 0);
  /** @type {Element} */ (box.querySelector("summary span")).textContent = String(people.length);
  box.querySelector("ul")?.replaceChildren(
    ...people.map((person) =>
      h("li", {}, h("span", {}, person.label),
        h("span", { class: `st ${how(person)} small` }, icon(how(person)), `${text(how(person))}, ${text("since", { time: clock(person.since, page.zone) })}`)),
    ),
  );
}

function drawStaff() {
  const others = [...crowd.people.values()].filter((person) => !crowd.isCounted(person));
  const count = /** @type {Element} */ (staff.querySelector("summary span"));
  count.textContent = String(others.length);
  staff.querySelector("ul")?.replaceChildren(
    ...others.map((person) =>
      h("li", {}, h("span", {}, person.label, " ", h("span", { class: "small mute" }, text(person.role))),
        h("span", { class: `st ${person.state} small` }, icon(person.state), text(person.state))),
    ),
  );
}

/** Whom a notice reaches. @param {import("./crowd.js").Person[]} people */
function drawReach(people) {
  const reach = document.getElementById("reach");
  if (!reach) return;
  const here = people.filter(reads).length;
  const away = people.filter((person) => !reads(person) && ["zoom", "elsewhere"].includes(how(person))).length;
  reach.textContent = text(here === 1 ? "notice_reach_one" : "notice_reach", { count: here });
  byId("away").textContent = away ? text(away === 1 ? "notice_away_one" : "notice_away", { count: away }) : "";
}

/* ---- live ---- */

const live = connect(page.slug);
const controls = conduct(page, now);
const before = checklist(`/sessions/${page.slug}`, controls.current);
const sources = switching(page, now, { say: controls.say, refused: controls.refused, changed: before.refresh });
links(`/sessions/${page.slug}`, sources);
const queue = list(page, now, controls, (participant) => {
  const person = crowd.people.get(participant);
  return person ? { label: person.label, state: how(person) } : null;
});

live.on("presence_state", (state) => {
  for (const { code, excused } of state.delegations) if (code) tileOf(code)?.setAttribute("data-excused", String(excused));
  crowd.reset(state);
  hearOut(state);
  draw();
});
live.on("presence_diff", (diff) => {
  if (crowd.apply(diff)) draw();
  else live.send({ type: "resync" });
});
live.on("state", (state) => {
  controls.state(state);
  before.refresh();
});
for (const type of ["source", "sources", "welcome"])
  live.on(type, () => {
    sources.refresh();
    before.refresh();
  });
live.on("queue", queue.draw);
let broken = false;
live.on("up", () => {
  if (broken) controls.say("", "");
  broken = false;
});
live.on("lost", ({ at }) => {
  broken = true;
  controls.say("warn", text("lost", { time: clock(at + skew, page.zone) }));
});
live.on("stopped", ({ reason, code }) => controls.say("err", text("stopped", { reason: reason || code })));

/* ---- people ---- */

for (const tile of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".tile")))
  tile.addEventListener("click", () => openPeople(page, crowd, tile.dataset.code || ""));
byId("missing").addEventListener("click", () => {
  const only = byId("missing").getAttribute("aria-pressed") !== "true";
  byId("missing").setAttribute("aria-pressed", String(only));
  byId("delegations").classList.toggle("only-missing", only);
});

let minute = Math.floor(now() / 60_000);
setInterval(() => {
  const at = now();
  byId("now").textContent = clock(at, page.zone);
  queue.tick(at);
  if (Math.floor(at / 60_000) === minute) return;
  minute = Math.floor(at / 60_000);
  const all = heads([...crowd.delegations().values()].flat());
  if (["live", "paused"].includes(controls.current())) curve.add({ at, present: present(all), hall: all.hall, remote: remote(all) });
}, 1000);
queue.draw({
  items: page.floor.items.map((/** @type {any} */ item) => ({ ...item, state: item.speaking ? "speaking" : "waiting" })),
  order: page.floor.sorting,
});
draw();
