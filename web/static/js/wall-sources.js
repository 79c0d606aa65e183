/** The wall's sources: what each channel shows, switching it and taking that back, its order, its timetable. */
import { call } from "./api.js";
import { byId, clock, show, text } from "./dom.js";
import { h } from "./make.js";
import { looking } from "./wall-look.js";

const UNDO_SECONDS = 5;

/**
 * @typedef {object} Item a source as `GET …/sources` lists it
 * @property {string} id @property {string} provider @property {string} channel @property {string} label @property {string} name
 * @property {string} company @property {string | null} embed_url @property {string | null} link_url @property {boolean} personal
 * @property {boolean} elsewhere @property {boolean} needs_click @property {string | null} text @property {string | null} phone
 * @property {boolean} active @property {boolean} next @property {string | null} since @property {boolean} by_clock
 * @property {string | null} planned_at @property {boolean} proposed @property {string} checked
 */
/** @typedef {{items: Item[], automatic: boolean, held: boolean}} Board */

/** @param {Element} root @param {string} part @returns {HTMLElement} */
const slot = (root, part) => /** @type {HTMLElement} */ (root.querySelector(`[data-p="${part}"]`));

/** @param {Item | undefined} item */
const nameOf = (item) => item?.label || text("text_source");

/** A channel's name in the language of the page. @param {string} channel */
export function channelName(channel) {
  const own = text(`channel_${channel}`);
  if (own) return own;
  try {
    return new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(channel) || channel;
  } catch {
    return channel; // looks like a language, and is none
  }
}

/** @param {Item} item */
function where(item) {
  if (item.provider === "text") return text("src_text");
  if (!item.elsewhere) return text("src_page", { name: item.name });
  return text(item.personal ? "src_personal" : "src_common", { name: item.name });
}

/** The local time of the summit as a field for one takes it. @param {string} instant @param {string} zone */
const local = (instant, zone) =>
  new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: zone }).format(new Date(instant)).replace(" ", "T");

/** @param {string} id a template @returns {HTMLElement} */
const blank = (id) => /** @type {HTMLElement} */ (/** @type {HTMLTemplateElement} */ (byId(id)).content.firstElementChild?.cloneNode(true));

/**
 * @param {any} page @param {() => number} now
 * @param {{say: (look: string, sentence: string) => void, refused: (answer: import("./api.js").Answer) => void, changed: () => void}} tools
 */
export function switching(page, now, { say, refused, changed }) {
  const path = `/sessions/${page.slug}`;
  const asks = `?lang=${document.documentElement.lang}`;
  const list = byId("sources");
  const look = looking(page, (id) => switchTo(id));
  /** @type {Board} */
  let board = { items: [], automatic: false, held: false };
  let asked = 0;
  let drawn = 0;
  /** The switch that may be taken back now. @type {Item | null} */
  let fresh = null;
  /** @type {number | undefined} */
  let counting;

  const time = (/** @type {string} */ instant) => clock(instant, page.zone);
  const find = (/** @type {string} */ id) => board.items.find((item) => item.id === id);
  const active = () => board.items.find((item) => item.active && item.channel === "floor") || board.items.find((item) => item.active);

  /** Read the list again; an answer that was asked for before what stands here is of no use. */
  async function refresh() {
    const turn = ++asked;
    const answer = await call("GET", `${path}/sources${asks}`);
    if (answer.ok && turn > drawn) draw(answer.body, turn);
  }

  /* ---- the list ---- */

  /** @param {Board} next @param {number} [turn] when it was asked for: what was done is newer than all */
  function draw(next, turn = ++asked) {
    drawn = turn;
    board = next;
    const focused = /** @type {HTMLElement | null} */ (list.contains(document.activeElement) ? document.activeElement : null);
    const channels = [...new Set(board.items.map((item) => item.channel))].sort((a, b) => Number(b === "floor") - Number(a === "floor") || (a < b ? -1 : 1));
    for (const section of list.querySelectorAll("[data-channel]"))
      if (!channels.includes(section.getAttribute("data-channel") || "")) section.remove();
    for (const channel of channels) drawChannel(channel);
    list.classList.toggle("several", channels.some((channel) => channel !== "floor"));
    show(byId("no-source"), !channels.length);
    refocus(focused);
    drawOnAir();
    drawProposals();
    drawPlan();
    drawShown();
    look.follow(board.items);
    const byClock = page.moderates && board.items.find((item) => item.active && item.by_clock && item.since && now() - Date.parse(item.since) < UNDO_SECONDS * 1000);
    if (byClock && fresh?.id !== byClock.id) offerUndo(byClock);
  }

  /** @param {string} channel */
  function drawChannel(channel) {
    let section = /** @type {HTMLElement | null} */ (list.querySelector(`[data-channel="${CSS.escape(channel)}"]`));
    if (!section) {
      section = blank("channel-rows");
      section.dataset.channel = channel;
      slot(section, "channel").textContent = channelName(channel);
    }
    list.insertBefore(section, byId("no-source"));
    const items = board.items.filter((item) => item.channel === channel);
    const rows = items.map((item, place) => {
      const row = list.querySelector(`[data-source="${CSS.escape(item.id)}"]`) || blank("source-row");
      drawRow(/** @type {HTMLElement} */ (row), item, place, items.length);
      return row;
    });
    const ol = /** @type {Element} */ (section.querySelector("ol"));
    if (rows.length !== ol.children.length || rows.some((row, place) => ol.children[place] !== row)) ol.replaceChildren(...rows);
    const next = items.find((item) => item.next);
    const fall = section.querySelector("[data-do=fall]");
    if (!fall) return;
    fall.textContent = next ? text("fall_back", { name: nameOf(next) }) : "";
    show(fall, Boolean(next));
    show(slot(section, "last"), !next && channel === "floor" && !items.some((item) => item.active && item.provider === "text"));
  }

  /** @param {HTMLElement} row @param {Item} item @param {number} place @param {number} count */
  function drawRow(row, item, place, count) {
    row.dataset.source = item.id;
    row.classList.toggle("on", item.active);
    slot(row, "name").textContent = nameOf(item);
    for (const of of row.querySelectorAll("[data-p=of]")) of.textContent = nameOf(item);
    show(slot(row, "on"), item.active);
    const since = slot(row, "on").querySelector("span");
    if (since) since.textContent = item.since ? text("src_since", { time: time(item.since) }) : "";
    slot(row, "where").textContent = where(item);
    slot(row, "planned").textContent = item.planned_at ? text("src_planned", { time: time(item.planned_at) }) : "";
    show(slot(row, "planned"), Boolean(item.planned_at));
    slot(row, "wrong").textContent = text(`src_${item.checked}`);
    show(slot(row, "wrong"), Boolean(item.checked && text(`src_${item.checked}`)));
    show(row.querySelector("[data-do=show]"), !item.active);
    show(row.querySelector(".seg"), count > 1);
    row.querySelector("[data-do=up]")?.toggleAttribute("disabled", place === 0);
    row.querySelector("[data-do=down]")?.toggleAttribute("disabled", place === count - 1);
  }

  /** A row that moved, or a button that is of no use any more, must not lose the reader. @param {HTMLElement | null} focused */
  function refocus(focused) {
    if (!focused || (document.activeElement === focused && !focused.hasAttribute("disabled"))) return;
    if (focused.isConnected && !focused.hasAttribute("disabled") && !focused.hidden) return focused.focus();
    const row = focused.closest("li, section");
    /** @type {HTMLElement | null | undefined} */ (row?.querySelector("button:not([disabled], [hidden])"))?.focus();
  }

  /* ---- what is on, and taking it back ---- */

  function drawOnAir() {
    if (fresh) return;
    const on = active();
    onAir("", on ? text("on_air", { name: nameOf(on) }) : text("none_on_air"), on?.since ? text(on.by_clock ? "on_air_clock" : "on_air_since", { time: time(on.since) }) : "");
  }

  /** @param {string} look @param {string} sentence @param {...(Node | string)} rest */
  function onAir(look, sentence, ...rest) {
    const box = byId("on-air");
    const [strong, after] = /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("strong, strong + span"));
    box.className = `say small ${look}`;
    if (strong.textContent !== sentence) strong.textContent = sentence;
    after.replaceChildren(...rest);
  }

  /** For five seconds the switch can be taken back. @param {Item} item */
  function offerUndo(item) {
    endUndo();
    fresh = item;
    let left = UNDO_SECONDS;
    const button = h("button", { class: "btn low", type: "button", click: () => undo(item) });
    const tick = () => {
      button.textContent = text("undo", { left });
      if (left-- > 0) return;
      endUndo();
      drawOnAir();
    };
    const name = nameOf(item);
    const sentence = item.channel === "floor" ? text("on_air", { name }) : text("on_air_channel", { name, channel: channelName(item.channel) });
    onAir("ok", sentence, button);
    counting = window.setInterval(tick, 1000);
    tick();
  }

  function endUndo() {
    clearInterval(counting);
    fresh = null;
  }

  /** @param {Item} item */
  async function undo(item) {
    endUndo();
    const answer = await call("POST", `${path}/source:undo${asks}`, { id: item.id });
    if (!answer.ok) {
      drawOnAir();
      return refusedHere(answer);
    }
    draw(answer.body);
    const back = board.items.find((one) => one.active && one.channel === item.channel);
    say("ok", back ? text("undone", { name: nameOf(back) }) : text("undone_nothing"));
    changed();
  }

  /** @param {string} id */
  async function switchTo(id) {
    const before = find(id)?.active;
    const answer = await call("PUT", `${path}/source`, { id });
    if (!answer.ok) return refusedHere(answer);
    await shown(answer.body, before);
  }

  /** @param {Item} item @param {boolean | undefined} before it was on already */
  async function shown(item, before) {
    await refresh();
    changed();
    if (item.active && !before) offerUndo(item);
  }

  /** @param {import("./api.js").Answer} answer */
  function refusedHere(answer) {
    refused({ ...answer, code: answer.code === "state_conflict" ? "state_changed" : answer.code });
    refresh();
  }

  /* ---- proposals, timetable, history ---- */

  function drawProposals() {
    const box = byId("proposals");
    const proposed = board.items.filter((item) => item.proposed);
    const key = JSON.stringify([proposed.map((item) => [item.id, item.label, item.planned_at]), board.held, board.automatic]);
    show(box, proposed.length > 0);
    if (box.dataset.key === key) return;
    box.dataset.key = key;
    box.replaceChildren(...proposed.map(proposal));
  }

  /** @param {Item} item */
  function proposal(item) {
    const name = nameOf(item);
    const why = board.held ? text(board.automatic ? "proposed_held_automatic" : "proposed_held") : "";
    const act = (/** @type {string} */ what, /** @type {string} */ look, /** @type {() => void} */ click) =>
      h("button", { class: `btn low ${look}`, type: "button", click, "aria-label": text("of_source", { what: text(what), name }) }, text(what));
    return h(
      "div",
      { class: "say warn row between" },
      h("p", {}, h("strong", {}, text("proposed", { time: time(item.planned_at || ""), name })), " ", why),
      ...(page.moderates ? [h("p", { class: "row" }, act("yes", "go", () => switchTo(item.id)), act("no", "", () => plan(item.id, null)))] : []),
    );
  }

  /** @param {string} id @param {string | null} at */
  async function plan(id, at) {
    const answer = await call("PUT", `${path}/sources/${id}/plan${asks}`, { at });
    const said = byId("plan-said");
    if (!answer.ok) {
      said.textContent = answer.status === 422 ? text("plan_wrong") : text("refused", { reason: text(answer.code) || text("other_refusal", { code: answer.code }) });
      return;
    }
    draw(answer.body);
    const planned = find(id)?.planned_at;
    said.textContent = planned ? text("plan_set", { time: time(planned) }) : text("plan_gone");
  }

  const field = (/** @type {string} */ id) => /** @type {HTMLInputElement | null} */ (document.getElementById(id));

  function drawPlan() {
    const choice = /** @type {HTMLSelectElement | null} */ (document.getElementById("plan-source"));
    if (!choice) return;
    const { value } = choice;
    const options = board.items.map((item) => h("option", { value: item.id, "data-at": item.planned_at ? local(item.planned_at, page.zone) : "" }, nameOf(item)));
    const key = JSON.stringify(board.items.map((item) => [item.id, item.label, item.planned_at]));
    if (choice.dataset.key !== key) {
      choice.dataset.key = key;
      choice.replaceChildren(...options);
      byId("plan-said").textContent = "";
      if (find(value)) choice.value = value;
      if (document.activeElement !== field("plan-at")) drawPlanTime();
    }
    /** @type {HTMLInputElement} */ (field("automatic")).checked = board.automatic;
  }

  function drawPlanTime() {
    const choice = /** @type {HTMLSelectElement} */ (byId("plan-source"));
    const at = /** @type {HTMLInputElement} */ (field("plan-at"));
    at.value = choice.selectedOptions[0]?.dataset.at || at.dataset.start || "";
  }

  async function drawShown() {
    const box = /** @type {HTMLDetailsElement} */ (byId("shown"));
    if (!box.open) return;
    const answer = await call("GET", `${path}/sources/history`);
    if (!answer.ok) return;
    const rows = answer.body.items.map((/** @type {any} */ row) => {
      const span = row.until ? text("shown_then", { since: time(row.since), until: time(row.until) }) : text("shown_now", { since: time(row.since) });
      const name = row.label || find(row.id)?.name || (row.link ? new URL(row.link).hostname : text("text_source"));
      const what = row.link ? h("a", { href: row.link, target: "_blank", rel: "noopener noreferrer" }, name) : name;
      const channel = row.channel === "floor" ? "" : ` (${channelName(row.channel)})`;
      return h("li", {}, h("span", { class: "nb" }, span), " ", what, channel, row.by_clock ? ` · ${text("by_clock")}` : "");
    });
    box.querySelector("ol")?.replaceChildren(...(rows.length ? rows : [h("li", { class: "mute" }, text("none_on_air"))]));
  }

  /* ---- the order ---- */

  /** @param {string} id @param {number} by */
  async function move(id, by) {
    const order = board.items.map((item) => item.id);
    const same = board.items.filter((item) => item.channel === find(id)?.channel).map((item) => item.id);
    const other = same[same.indexOf(id) + by];
    if (!other) return;
    const [a, b] = [order.indexOf(id), order.indexOf(other)];
    [order[a], order[b]] = [other, id];
    const answer = await call("PUT", `${path}/sources/order${asks}`, { order });
    if (answer.ok) draw(answer.body);
    else refusedHere(answer);
  }

  /* ---- wiring ---- */

  list.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-do]"));
    const id = /** @type {HTMLElement | null | undefined} */ (button?.closest("[data-source]"))?.dataset.source || "";
    const channel = /** @type {HTMLElement | null | undefined} */ (button?.closest("[data-channel]"))?.dataset.channel;
    const next = board.items.find((item) => item.next && item.channel === channel);
    const item = find(id);
    if (button?.dataset.do === "show") switchTo(id);
    if (button?.dataset.do === "look" && item) look.open(item, button);
    if (button?.dataset.do === "up") move(id, -1);
    if (button?.dataset.do === "down") move(id, 1);
    if (button?.dataset.do === "fall" && next) switchTo(next.id);
  });
  byId("shown").addEventListener("toggle", drawShown);
  byId("timetable")?.addEventListener("submit", (event) => {
    event.preventDefault();
    plan(/** @type {HTMLSelectElement} */ (byId("plan-source")).value, field("plan-at")?.value || "");
  });
  document.getElementById("plan-source")?.addEventListener("change", drawPlanTime);
  document.getElementById("plan-none")?.addEventListener("click", () => plan(/** @type {HTMLSelectElement} */ (byId("plan-source")).value, null));
  field("automatic")?.addEventListener("change", async () => {
    const answer = await call("PUT", `${path}/timetable${asks}`, { automatic: field("automatic")?.checked });
    if (answer.ok) draw(answer.body);
    else refusedHere(answer);
  });
  refresh();

  return { refresh, shown };
}
