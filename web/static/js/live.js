/**
 * The page's line to the server: a socket that comes back by itself, or beats over HTTP where
 * sockets are blocked. `on(type, …)` hears each message of the contract by its type, and the line:
 * `up`, `unstable` (broken, still counted), `lost` (not counted since `at`), `stopped` (until `retry()`).
 */
import { call } from "./api.js";

const GRACE = 20_000; // ms after which the server counts a silent page as gone
const BEAT = 30_000; // ms between two beats over HTTP; every fourth tries a socket instead
const ANSWER = 5_000; // ms for a socket that slept to answer
const FAILURES = 3; // sockets in a row that did not open: then HTTP is tried

/** Whether to stop until the user asks. @param {number} code */
export const stops = (code) => code >= 4400 && code < 4500;

/** Full jitter: up to a bound that doubles from 1 s to 30 s. @param {number} attempt from 0 */
export const delay = (attempt) => Math.random() * Math.min(30_000, 1_000 * 2 ** attempt);

const name = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
const visible = () => document.visibilityState === "visible";

/** @typedef {ReturnType<typeof setTimeout>} Timer */

export class Live {
  #session;
  #viewer;
  #page = name();
  #player = "closed";
  /** @type {Record<string, ((message: any) => void)[]>} */ #listeners = {};
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {any} the last word before a close */ #closing = null;
  #state = "";
  #away = false;
  #beating = false;
  #beats = 0;
  #attempt = 0;
  #failures = 0;
  #hiddenAt = 0;
  /** @type {Timer | undefined} */ #next;
  /** @type {Timer | undefined} */ #grace;
  /** @type {Timer | undefined} */ #answer;

  /** @param {string} session slug @param {boolean} viewer a public page without a grant */
  constructor(session, viewer) {
    this.#session = session;
    this.#viewer = viewer ? name() : undefined; // in memory only
    document.addEventListener("visibilitychange", () => this.#seen());
    addEventListener("pageshow", (event) => event.persisted && this.retry());
    addEventListener("pagehide", () => this.#bye());
    addEventListener("offline", () => this.#broken(0, "offline"));
    addEventListener("online", () => (this.#socket ? this.#probe() : this.#again()));
    this.#connect();
  }

  /** @param {string} type @param {(message: any) => void} listener */
  on(type, listener) {
    (this.#listeners[type] ??= []).push(listener);
  }

  /** False where no socket is open: then use HTTP. @param {{type: string, [field: string]: any}} message */
  send(message) {
    const open = this.#socket?.readyState === 1;
    if (open) this.#socket?.send(JSON.stringify(message));
    return open;
  }

  /** @param {"closed" | "opened"} player */
  player(player) {
    if (this.#player === player) return;
    this.#player = player;
    this.#beat();
  }

  /** A link-out was opened: in the background the page no longer comes back by itself. */
  leave() {
    this.#away = true;
  }

  /** The user asks. */
  retry() {
    this.#state = "";
    this.#again();
  }

  #again() {
    this.#attempt = 0;
    this.#connect();
  }

  #connect() {
    this.#drop();
    if (this.#state === "stopped" || (this.#away && !visible())) return;
    const origin = location.origin.replace("http", "ws");
    const socket = new WebSocket(`${origin}/api/v1/live?session=${this.#session}`, "streamhub.v1.json");
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#failures = 0;
      if (this.#viewer) this.send({ type: "hello", viewer: this.#viewer });
      this.#beat();
    };
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(JSON.parse(data));
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#closed(code, reason, opened);
    this.#socket = socket;
  }

  #drop() {
    const old = this.#socket;
    this.#socket = this.#closing = null;
    clearTimeout(this.#next);
    clearTimeout(this.#answer);
    old?.close();
  }

  /** @param {number} code @param {string} reason @param {boolean} opened */
  #closed(code, reason, opened) {
    const wait = this.#closing?.retry_after_ms ?? 0;
    this.#drop();
    if (stops(code)) return this.#stop(code, reason);
    if (!opened && this.#beating) return void this.#ask();
    this.#broken(code, reason);
    if (!opened && ++this.#failures % FAILURES === 0) this.#ask();
    else this.#next = setTimeout(() => this.#connect(), wait + delay(this.#attempt++));
  }

  /** @param {number} code @param {string} reason */
  #stop(code, reason) {
    this.#beating = false;
    this.#tell("stopped", { code, reason });
  }

  /** @param {number} code @param {string} reason */
  #broken(code, reason) {
    if (["lost", "unstable", "stopped"].includes(this.#state)) return;
    const line = { code, reason, at: Date.now() };
    this.#tell("unstable", line);
    this.#grace = setTimeout(() => this.#tell("lost", line), GRACE);
  }

  /** One beat over HTTP; its answer is what was missed. */
  async #ask() {
    clearTimeout(this.#next);
    const { ok, status, body, code } = await this.#post();
    if (this.#socket || this.#state === "stopped") return;
    if (ok) {
      this.#beating = true;
      body.messages.forEach(this.#hear, this);
      if (this.#closing) return this.#closed(this.#closing.code, this.#closing.reason, true);
      this.#up();
      this.#next = setTimeout(() => (++this.#beats % 4 ? this.#ask() : this.#connect()), BEAT);
    } else if (status >= 400 && status < 429) this.#stop(4000 + status, code);
    else {
      this.#broken(status, code);
      this.#next = setTimeout(() => this.#connect(), delay(this.#attempt++));
    }
  }

  #post(bye = false) {
    const body = { page: this.#page, viewer: this.#viewer, visible: visible(), player: this.#player, bye };
    return call("POST", `/sessions/${this.#session}/beat`, body, { keepalive: true });
  }

  /** @param {any} message */
  #hear(message) {
    clearTimeout(this.#answer);
    if (message.type === "closing") this.#closing = message;
    if (message.type === "welcome" || message.type === "waiting") this.#up();
    this.#emit(message.type, message);
  }

  #up() {
    this.#attempt = 0;
    if (this.#socket && this.#beating) {
      this.#beating = false;
      this.#post(true);
    }
    if (this.#state !== "up") this.#tell("up", {});
  }

  #seen() {
    if (visible()) {
      this.#away = false;
      if (!this.#socket && !this.#beating) return this.#again();
      if (Date.now() - this.#hiddenAt > GRACE) this.#probe();
    } else this.#hiddenAt = Date.now();
    this.#beat();
  }

  /** Say how the page stands. */
  #beat() {
    if (this.#socket) this.send({ type: "beat", visible: visible(), player: this.#player });
    else if (this.#beating) this.#ask();
  }

  /** A socket may have died while nobody looked: ask for an answer, else take a new one. */
  #probe() {
    if (!this.send({ type: "resync" })) return;
    clearTimeout(this.#answer);
    this.#answer = setTimeout(() => {
      this.#broken(0, "silent");
      this.#connect();
    }, ANSWER);
  }

  #bye() {
    this.send({ type: "bye" });
    if (this.#beating) this.#post(true);
    this.#beating = false; // the page is hidden next, which is no beat any more
    this.#drop();
  }

  /** @param {string} state @param {object} line */
  #tell(state, line) {
    clearTimeout(this.#grace);
    this.#state = state;
    this.#emit(state, line);
  }

  /** @param {string} type @param {any} message */
  #emit(type, message) {
    for (const listener of this.#listeners[type] || []) listener(message);
  }
}

/** Connect, and stay connected. @param {string} session @param {{viewer?: boolean}} [options] */
export const connect = (session, { viewer = false } = {}) => new Live(session, viewer);
