/** What is on: the channel that the viewer follows, the question before a player, the light mode. */
import { byId, show, speak, text, when } from "./dom.js";

/** @typedef {{id: string, provider: string, channel: string, embed_url: string | null, link_url: string | null, personal: boolean, label: string, name: string, company: string, needs_click: boolean, elsewhere: boolean, megabytes_per_hour: number, text: string | null, phone: string | null}} Source */

/** A line on which data is dear or slow, as far as the browser says. */
function weak() {
  const { saveData, effectiveType } = /** @type {any} */ (navigator).connection || {};
  return saveData || /2g/.test(effectiveType);
}

/** Whether this browser keeps the word that some provider need not ask again. */
function remembers() {
  try {
    return localStorage["streamhub.players"];
  } catch {
    return "";
  }
}

/** @param {string} id @param {string | null} [href] */
function link(id, href) {
  const anchor = byId(id);
  anchor.setAttribute("href", href || "");
  show(anchor, href);
}

const channels = () => import("./channels.js");

/** A part of the page is about a source, or hidden. @param {string} id @param {Source | null} about @param {string} [kind] */
function part(id, about, kind = id) {
  show(byId(id), about);
  const values = { ...about, mb: about?.megabytes_per_hour };
  for (const slot of byId(id).querySelectorAll("[data-t]")) slot.textContent = text(`${kind}_${slot.getAttribute("data-t")}`, values);
}

/**
 * @param {{slug: string, sources: Source[], words: Source | null, beside: Source | null, channel: string, light: string}} page
 * @param {import("./live.js").Live} live
 */
export function stage(page, live) {
  const lamp = /** @type {HTMLInputElement} */ (byId("light"));
  let { sources, words, beside, channel } = page;
  /** What is shown. @type {Source | null} */
  let source = null;
  /** @type {Source | null} */
  let meeting = null;
  /** What the viewer went on to where `of`, which is on, did not start. @type {{next: Source, of?: string} | null} */
  let instead = null;
  let reads = false;
  /** Why nothing is offered. */
  let barred = "";
  /** @type {Promise<ReturnType<typeof import("./player.js").player>> | undefined} */
  let player;
  lamp.checked = page.light ? page.light === "1" : weak();

  /** @param {string} name */
  const on = (name) => sources.find((one) => one.channel === name);
  /** What the chosen channel shows; on a weak line the sound, unless the viewer chose otherwise. */
  const due = () => on(channel || (lamp.checked ? "audio" : "")) || sources[0];

  function update() {
    const before = source;
    const now = due();
    if (instead?.of !== now?.id) instead = null;
    source = instead?.next || now || null;
    const other = before?.id !== source?.id;
    reads &&= !other;
    draw();
    if (!other) return;
    put();
    if (before) speak(text("switched", { name: source?.label || source?.text }));
    if (player || remembers()) use().then((one) => one.face());
  }

  function draw() {
    const kind = source?.provider === "sound" || source?.channel === "audio" ? "sound" : "video";
    Object.assign(document.body.dataset, { light: lamp.checked, player: kind });
    byId("why").dataset.t = source?.needs_click ? "company" : "own";
    part("video", source?.embed_url ? source : null, kind);
    link("open", source?.link_url);
    meeting = barred ? null : source?.elsewhere ? source : beside;
    part("leave", meeting);
    link("go", meeting?.link_url);
    show(byId("leave-own"), meeting?.personal);
    show(byId("leave-common"), !meeting?.personal);
    const read = source?.provider === "text" ? source : reads || (lamp.checked && !on("audio")) ? words : null;
    part("text", read);
    link("dial", read?.phone && `tel:${read.phone.replace(/[^+\d]/g, "")}`);
    show(byId("nothing"), !source && /^(doors)?$/.test(barred));
    show(byId("channels"), sources[1]);
    if (sources[1]) channels().then((part) => part.draw(sources, due()?.channel, choose));
  }

  /** @param {string} name */
  function choose(name) {
    channel = name;
    instead = null;
    update();
  }

  /** The player's frame, or none. @param {HTMLIFrameElement} [frame] */
  function put(frame) {
    byId("screen").replaceChildren(frame || "");
    byId("video").className = frame ? "player on" : "player";
    show(byId("trouble"), false);
    live.player(frame ? "opened" : "closed");
  }

  /** What the viewer takes where a player does not start; null: what is on. @param {Source | null} next */
  function take(next) {
    reads = next?.provider === "text";
    if (reads) words = next;
    else instead = next && { next, of: due()?.id };
    update();
  }

  const use = () =>
    (player ??= import("./player.js").then(
      (part) => part.player({ slug: page.slug, source: () => source, words: () => words, light: () => lamp.checked, put, take }),
      (fault) => {
        player = undefined; // the line was down: the next press asks again
        throw fault;
      },
    ));
  const close = () => player?.then((one) => one.drop());

  when("load", () => use().then((one) => one.load()));
  when("close", close);
  when("without", () => (byId("video").className = "player quiet"));
  lamp.onchange = () => {
    channels().then((part) => part.inAddress("light", lamp.checked ? "1" : "0"));
    if (lamp.checked) close();
    update();
  };
  update();

  return {
    close,
    meeting: () => meeting,
    /** What is offered from now on. @param {{source: Source | null, channels?: Source[], words?: Source, beside?: Source}} told */
    offer(told) {
      sources = told.source ? [told.source, ...(told.channels || [])] : [];
      words = told.words || null;
      beside = told.beside || beside; // the page may be older than the opening of the doors
      barred = "";
      update();
    },
    /** Whoever waits is offered nothing. @param {string} reason */
    bar(reason) {
      sources = [];
      words = null;
      barred = reason;
      update();
    },
  };
}
