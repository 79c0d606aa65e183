/**
 * Passages through the door until the service has them: each with its own nonce and its real time,
 * kept in this browser, so that neither a dead line nor a page that was closed loses one.
 */
import { call } from "./api.js";

/**
 * @typedef {object} Passage
 * @property {string} [participant] @property {string} [code] one of both
 * @property {"in" | "out"} direction @property {number} at @property {string} nonce
 * @property {string} door venue:…, session:…, or empty for the summit
 * @property {boolean} [undo] takes the one before it back
 * @property {number} [was] since when the person was in before it, 0 for outside
 * @property {number} [order] its place among those that wait
 */
/** @typedef {"told" | "refused" | "later" | "closed"} Fate closed: this browser's own invitation opens no door (any more) */
/** @typedef {import("./api.js").Answer} Answer */

const KEY = "streamhub.passage.";

export class Passages {
  #storage;
  #sending = false;
  /** As they were done: one that takes another back has the same time. @type {Passage[]} */ #kept;

  /** @param {Storage} storage */
  constructor(storage) {
    this.#storage = storage;
    const keys = Object.keys(storage).filter((key) => key.startsWith(KEY));
    this.#kept = keys.map((key) => JSON.parse(storage[key])).sort((one, other) => one.order - other.order);
  }

  /** What the service has not yet. */
  get all() {
    return [...this.#kept];
  }

  /** @param {Passage | null} passage */
  waits(passage) {
    return passage !== null && this.#kept.includes(passage);
  }

  /** @param {Passage} passage */
  add(passage) {
    passage.order = (this.#kept.at(-1)?.order ?? 0) + 1;
    this.#kept.push(passage);
    try {
      this.#storage[KEY + passage.nonce] = JSON.stringify(passage);
    } catch {
      // no room: it is kept as long as the page stays
    }
  }

  /**
   * Tell the service, one after the other, until one has to wait.
   * @param {(passage: Passage, answer: Answer, fate: Fate) => void} heard
   */
  async send(heard) {
    if (this.#sending) return;
    this.#sending = true;
    for (let passage; (passage = this.#kept[0]); ) {
      const answer = await call("POST", "/check-ins", order(passage));
      const fate = await fateOf(answer);
      const stays = fate === "later" || fate === "closed";
      if (!stays) this.#drop(passage);
      heard(passage, answer, fate);
      if (stays) break;
    }
    this.#sending = false;
  }

  /** @param {Passage} passage */
  #drop(passage) {
    this.#kept.shift();
    this.#storage.removeItem(KEY + passage.nonce);
  }
}

/** A refusal may concern the person, or whoever asks. @param {Answer} answer @returns {Promise<Fate>} */
async function fateOf(answer) {
  if (answer.ok) return "told";
  if (isPassing(answer)) return "later";
  if (answer.code === "role_forbidden") return "closed";
  const own = await call("GET", "/me");
  return own.ok ? "refused" : isPassing(own) ? "later" : "closed";
}

/** Nobody could answer: it is to be tried again. @param {Answer} answer */
export const isPassing = ({ status }) => status === 0 || status === 429 || status >= 500;

/** What `POST /check-ins` takes. @param {Passage} passage */
function order({ participant, code, direction, at, nonce, door }) {
  const cut = door.indexOf(":");
  return {
    ...(code ? { code } : { participant }),
    ...(cut > 0 ? { [door.slice(0, cut)]: door.slice(cut + 1) } : {}),
    direction,
    nonce,
    at: new Date(at).toISOString(),
  };
}
