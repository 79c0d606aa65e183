/** The one speaking list of hall and screens. */
import { call } from "./api.js";
import { byId, text } from "./dom.js";
import { h, icon } from "./make.js";
import { spell } from "./turn.js";

/**
 * @typedef {object} Item
 * @property {string} request @property {string} participant @property {string} delegation code
 * @property {string} label @property {string} subject @property {number | null} minutes
 * @property {string} state waiting or speaking @property {string} [granted_at]
 */

/**
 * @param {any} page @param {() => number} now
 * @param {{say: (look: string, sentence: string) => void, refused: (answer: import("./api.js").Answer) => void}} tools
 * @param {(participant: string) => {label: string, state: string} | null} find who somebody is, if here
 */
export function list(page, now, { say, refused }, find) {
  const names = new Map(page.delegations.map((/** @type {any} */ one) => [one.code, one.name]));
  const path = `/sessions/${page.slug}/floor`;
  /** @type {Map<string, number>} when each began to speak */
  const began = new Map();
  for (const item of page.floor.items) if (item.granted_at) began.set(item.request, item.granted_at);
  /** @type {Item[]} */
  let items = [];
  /** @type {HTMLElement | null} */
  let timer = null;

  /** @param {string} request @param {string} verb */
  async function ask(request, verb) {
    const answer = await call("POST", `${path}/${request}:${verb}`);
    if (!answer.ok) refused(answer);
  }

  /** @param {string} word @param {string} whole @param {() => void} work @param {string} [look] */
  const button = (word, whole, work, look = "") =>
    h("button", { class: `btn low ${look}`, type: "button", "aria-label": whole, click: work }, word);

  /** @param {Item} item @param {number} rank */
  function row(item, rank) {
    const who = names.get(item.delegation) || item.delegation;
    const person = item.participant ? find(item.participant) : null;
    const label = item.label || person?.label || "";
    const speaking = item.state === "speaking";
    const lines = [h("strong", {}, who), " ", h("span", { class: "small" }, label)];
    if (item.subject) lines.push(h("br"), h("span", { class: "small" }, item.subject));
    if (person) lines.push(h("br"), h("span", { class: `st ${person.state} small` }, icon(person.state), ` ${text(person.state)}`));
    if (speaking) lines.push(" ", clockOf(item));
    const act = page.moderates ? actions(item, who, rank) : "";
    const head = speaking ? icon("speak") : h("b", {}, String(rank));
    return h("li", { class: speaking ? "now" : null }, h("span", {}, head), h("p", {}, ...lines), act);
  }

  /** @param {Item} item */
  function clockOf(item) {
    if (!began.has(item.request)) began.set(item.request, now());
    timer = h("span", { class: "timer", role: "timer" });
    timer.dataset.since = String(began.get(item.request));
    const of = item.minutes ? ` ${text("of_minutes", { minutes: item.minutes })}` : "";
    return h("span", {}, timer, h("span", { class: "small" }, of));
  }

  /** @param {Item} item @param {string} who @param {number} rank */
  function actions(item, who, rank) {
    if (item.state === "speaking") return button(text("floor_done"), text("floor_done_who", { who }), () => ask(item.request, "done"));
    const box = h("span", { class: "row" });
    if (rank > 1) box.append(button("↑", text("floor_up_who", { who }), () => raise(item.request)));
    box.append(
      button(text("floor_give"), text("floor_give_who", { who }), () => ask(item.request, "grant"), "go"),
      button("×", text("floor_drop_who", { who }), () => ask(item.request, "withdraw"), "flat"),
    );
    return box;
  }

  /** One rank up, which makes the order one by hand. @param {string} request */
  function raise(request) {
    const waiting = items.filter((item) => item.state === "waiting").map((item) => item.request);
    const at = waiting.indexOf(request);
    waiting.splice(at, 1);
    waiting.splice(at - 1, 0, request);
    sort("hand", waiting);
  }

  /** @param {string} order @param {string[]} [requests] */
  async function sort(order, requests) {
    const answer = await call("PUT", `${path}/order`, requests ? { order, requests } : { order });
    if (!answer.ok) refused(answer);
  }

  /** A moderator brings a delegation into the list; one that waits already keeps its place. @param {string} delegation */
  async function enlist(delegation) {
    const known = items.map((item) => item.request);
    const answer = await call("POST", path, { delegation });
    if (!answer.ok) refused(answer);
    else if (known.includes(answer.body.request)) say("ok", text("floor_there", { who: names.get(delegation) }));
  }

  /** The list as it is told, and how it is sorted. @param {{items: Item[], order: string}} next */
  function draw(next) {
    items = next.items;
    for (const one of document.querySelectorAll("#sorting button"))
      one.setAttribute("aria-pressed", String(one.getAttribute("data-sorting") === next.order));
    timer = null;
    let rank = 0;
    const rows = items.map((item) => row(item, item.state === "speaking" ? 0 : ++rank));
    const empty = h("li", {}, h("span"), h("p", { class: "mute" }, text("floor_empty")));
    byId("queue").replaceChildren(...(rows.length ? rows : [empty]));
    tick(now());
  }

  /** @param {number} at */
  function tick(at) {
    if (timer) timer.textContent = spell(at - Number(timer.dataset.since));
  }

  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#sorting button")))
    one.addEventListener("click", () => {
      const waiting = items.filter((item) => item.state === "waiting").map((item) => item.request);
      sort(one.dataset.sorting || "", one.dataset.sorting === "hand" ? waiting : undefined);
    });
  document.getElementById("enlist")?.addEventListener("submit", (event) => {
    event.preventDefault();
    enlist(/** @type {HTMLSelectElement} */ (byId("enlist-code")).value);
  });
  return { draw, tick };
}

