/** What a moderator does with a session: state, times, what is on, a word to everybody. */
import { call } from "./api.js";
import { byId, clock, show, text } from "./dom.js";
import { h } from "./make.js";

const UNDO_SECONDS = 5;

/**
 * @param {any} page @param {() => number} now
 */
export function conduct(page, now) {
  const path = `/sessions/${page.slug}`;
  let { state, active } = page;
  /** The link that was looked at last. */
  let checked = "";
  /** What was on before, while the switch may be taken back. */
  let before = "";
  /** @type {number | undefined} */
  let countdown;

  /** @type {number | undefined} */
  let fading;

  /** What went well is said for ten seconds; it stands elsewhere too. @param {string} look @param {string} sentence */
  function say(look, sentence) {
    clearTimeout(fading);
    if (look === "ok") fading = window.setTimeout(() => say("", ""), 10_000);
    const box = byId("said");
    box.className = `say ${look}`;
    box.textContent = sentence;
    show(box, sentence !== "");
  }

  /** @param {import("./api.js").Answer} answer */
  function refused(answer) {
    const reason = text(answer.code) || text("other_refusal", { code: answer.code || answer.status });
    say("err", text("refused", { reason }));
  }

  /* ---- state and times ---- */

  /** @param {string} wanted */
  async function put(wanted) {
    const answer = await call("PUT", `${path}/state`, { state: wanted });
    if (!answer.ok) return refused(answer);
    say("", "");
    drawState(answer.body);
  }

  /** @param {{state: string, starts_at: string, ends_at: string}} next */
  function drawState(next) {
    if (next.state === "live" && state !== "live") byId("since").textContent = text("live_since", { time: clock(now(), page.zone) });
    if (next.state !== "live") byId("since").textContent = "";
    state = next.state;
    document.body.dataset.state = state;
    for (const button of document.querySelectorAll("#states button"))
      button.setAttribute("aria-pressed", String(button.getAttribute("data-state") === state));
    const times = `${clock(next.starts_at, page.zone)} – ${clock(next.ends_at, page.zone)}`;
    byId("planned").textContent = text("planned", { times });
    if (state === "ended") stopEnding();
    show(document.getElementById("end"), state !== "ended");
  }

  /** @param {number} minutes */
  async function move(minutes) {
    const following = /** @type {HTMLInputElement} */ (byId("following")).checked;
    const answer = await call("POST", `${path}:shift`, { minutes, following });
    if (!answer.ok) return refused(answer);
    const moved = answer.body.items?.[0] ?? answer.body;
    const times = `${clock(moved.starts_at, page.zone)} – ${clock(moved.ends_at, page.zone)}`;
    say("ok", text("shifted", { minutes, times }));
  }

  /** Ends in a few seconds, unless somebody thinks better of it. */
  function end() {
    if (countdown) return stopEnding();
    let left = UNDO_SECONDS;
    const tick = () => {
      byId("end").textContent = text("end_undo", { left });
      if (left === UNDO_SECONDS) say("warn", text("ending", { left }));
      if (left-- > 0) return;
      stopEnding();
      put("ended");
    };
    tick();
    countdown = window.setInterval(tick, 1000);
  }

  function stopEnding() {
    if (!countdown) return;
    clearInterval(countdown);
    countdown = undefined;
    byId("end").textContent = text("end");
    say("", "");
  }

  /* ---- what is on ---- */

  /** The socket may tell of the switch before the answer does. @param {string} id @param {boolean} [undo] */
  async function switchTo(id, undo = false) {
    before = undo ? "" : active || "";
    const answer = await call("PUT", `${path}/source`, { id });
    if (answer.ok) return drawSource(answer.body);
    before = "";
    refused(answer);
  }

  /** @param {{id: string, label: string} | null} next */
  function drawSource(next) {
    const changed = next?.id !== active;
    active = next?.id || null;
    for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("#sources input")))
      radio.checked = radio.value === active;
    if (next && !document.getElementById(`s-${next.id}`)) addSource(next);
    const box = byId("on-air");
    const [strong, rest] = /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("strong, strong + span"));
    strong.textContent = next ? text("on_air", { name: next.label || text("text_source") }) : text("none_on_air");
    if (before === active) before = "";
    if (!changed) return;
    box.className = "say small ok";
    rest.replaceChildren(text("on_air_since", { time: clock(now(), page.zone) }), " ", ...(before ? [undoButton(before)] : []));
  }

  /** @param {string} to */
  function undoButton(to) {
    let left = UNDO_SECONDS;
    const button = h("button", { class: "btn low flat", type: "button", click: () => switchTo(to, true) });
    const tick = () => {
      button.textContent = text("undo", { left });
      if (left-- > 0 && before === to) return;
      clearInterval(timer);
      button.remove();
      if (before === to) before = "";
    };
    const timer = window.setInterval(tick, 1000);
    tick();
    return button;
  }

  /** @param {{id: string, label: string}} made */
  function addSource(made) {
    const radio = h("input", { type: "radio", name: "source", id: `s-${made.id}`, value: made.id });
    /** @type {HTMLInputElement} */ (radio).checked = made.id === active;
    const label = h("label", { for: `s-${made.id}` }, h("strong", {}, made.label || text("text_source")));
    document.querySelector("#sources ul")?.append(h("li", { class: "pick" }, radio, label));
  }

  /** Says why a link was refused, or nothing. @param {import("./api.js").Answer} answer */
  function sayLink(answer) {
    byId("link").setAttribute("aria-invalid", String(!answer.ok));
    if (answer.ok) return;
    const reason = text(answer.code) || text("other_refusal", { code: answer.code });
    byId("link-said").textContent = text(`link_${answer.body?.reason}`) || (answer.code === "link_refused" ? text("link_refused") : text("refused", { reason }));
  }

  /** As soon as a link is in the field: can it be shown in the page, and if not, why. */
  async function checkLink() {
    const field = /** @type {HTMLInputElement} */ (byId("link"));
    const url = field.value.trim();
    if (url === checked) return;
    checked = url;
    byId("link-said").textContent = url ? text("check_asking") : "";
    if (!url) return;
    const answer = await call("POST", `${path}/sources:check`, { url });
    if (field.value.trim() !== url) return;
    if (!answer.ok) return sayLink(answer);
    field.setAttribute("aria-invalid", "false");
    const { embeddable, reason, title } = answer.body;
    byId("link-said").textContent = embeddable ? text(title ? "check_title" : "check_good", { title }) : text(`check_${reason}`);
  }

  /** @param {HTMLFormElement} form */
  async function paste(form) {
    const field = /** @type {HTMLInputElement} */ (byId("link"));
    before = active || "";
    const answer = await call("POST", `${path}/sources`, { url: field.value.trim(), activate: true });
    if (!answer.ok) {
      before = "";
      return sayLink(answer);
    }
    byId("link-said").textContent = checked = "";
    form.reset();
    drawSource(answer.body);
  }

  /** @param {HTMLFormElement} form */
  async function notify(form) {
    const field = /** @type {HTMLTextAreaElement} */ (byId("text"));
    const answer = await call("POST", `${path}/notices`, { text: field.value, lang: document.documentElement.lang });
    if (!answer.ok) return refused(answer);
    const away = answer.body.elsewhere ? ` ${text("notice_away", { count: answer.body.elsewhere })}` : "";
    byId("sent").textContent = text("notice_sent", { count: answer.body.sent_to }) + away;
    form.reset();
  }

  /* ---- wiring ---- */

  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#states button")))
    button.addEventListener("click", () => put(button.dataset.state || ""));
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#shifts button")))
    button.addEventListener("click", () => move(Number(button.dataset.minutes)));
  document.getElementById("link")?.addEventListener("change", checkLink);
  document.getElementById("link")?.addEventListener("paste", () => setTimeout(checkLink));
  document.getElementById("end")?.addEventListener("click", end);
  byId("sources").addEventListener("change", (event) => switchTo(/** @type {HTMLInputElement} */ (event.target).value));
  for (const [id, work] of /** @type {const} */ ([["paste", paste], ["notify", notify]]))
    document.getElementById(id)?.addEventListener("submit", (event) => {
      event.preventDefault();
      work(/** @type {HTMLFormElement} */ (event.target));
    });

  return { say, state: drawState, source: drawSource, current: () => state };
}
