/** What happened at every door, asked again and again: only what is new since the last answer comes. */
import { call } from "./api.js";

/**
 * @typedef {{participant: string, delegation: string, seat: string, label: string, since: string | null, left_at: string | null}} Person
 * @typedef {import("./api.js").Answer} Answer
 */

export class DoorList {
  #last;
  #passages;
  #asking = false;
  /** Who passed here while a question was under way: its answer may be older. @type {Set<string>} */ #passed = new Set();

  /** @param {number} last the place in the ledger that the page was made at @param {import("./passages.js").Passages} passages */
  constructor(last, passages) {
    this.#last = last;
    this.#passages = passages;
  }

  /** @param {string} participant somebody passed here just now */
  pass(participant) {
    this.#passed.add(participant);
  }

  /**
   * Ask once; null while another question is under way. Whoever's passage here is not told yet, or is
   * newer than the question, is left out and comes again with the next answer.
   * @returns {Promise<{answer: Answer, people: Person[]} | null>}
   */
  async ask() {
    if (this.#asking) return null;
    this.#asking = true;
    this.#passed.clear();
    const answer = await call("GET", `/check-ins?after=${this.#last}`);
    this.#asking = false;
    if (!answer.ok) return { answer, people: [] };
    const waiting = new Set(this.#passages.all.map((passage) => passage.participant));
    /** @type {Person[]} */
    const all = answer.body.items;
    const people = all.filter(({ participant }) => !waiting.has(participant) && !this.#passed.has(participant));
    if (people.length === all.length) this.#last = answer.body.last;
    return { answer, people };
  }
}
