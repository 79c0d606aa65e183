/** Who is there: the people of one session, counted by how they are there. No page in here. */

/**
 * @typedef {object} Person as the socket tells it
 * @property {string} participant @property {string | null} delegation @property {string} role @property {string} label
 * @property {string} state @property {string[]} channels @property {number} connections @property {string} since
 * @property {true} [guest] in Zoom, and nobody said who it is
 *
 * @typedef {{code: string, name: string, seated: boolean, seats: number | null}} Delegation
 *
 * @typedef {{hall: number, online: number, unstable: number, zoom: number, elsewhere: number, waiting: number}} Heads
 */

/** In the hall, else in Zoom, else on our page, as the figures count. @param {Person} person */
export function how(person) {
  return person.channels.includes("zoom") && person.state !== "hall" ? "zoom" : person.state;
}

/** Whether a notice reaches them: whoever has our page open. @param {Person} person */
export const reads = (person) => person.channels.includes("web");

/** @param {Iterable<Person>} people @returns {Heads} */
export function heads(people) {
  const found = { hall: 0, online: 0, unstable: 0, zoom: 0, elsewhere: 0, waiting: 0 };
  for (const person of people) found[/** @type {keyof Heads} */ (how(person))] += 1;
  return found;
}

/** @param {Heads} of */
export const remote = (of) => of.online + of.unstable + of.zoom;

/** @param {Heads} of */
export const present = (of) => of.hall + remote(of);

/** Remote seats in use: who left for Zoom keeps the seat, whom nobody knows has none. @param {Person[]} people */
export const taken = (people) => {
  const of = heads(people.filter((person) => !person.guest));
  return remote(of) + of.elsewhere;
};

/** The pieces of the ribbon. @param {Heads} of @returns {[string, number][]} */
export const ribbon = (of) => [
  ["hall", of.hall],
  ["online", of.online + of.unstable],
  ["zoom", of.zoom],
  ["elsewhere", of.elsewhere],
  ["waiting", of.waiting],
];

/** The people of a session: a snapshot, then diffs; `stale` asks for a resync. */
export class Crowd {
  /** @param {readonly string[]} counted roles that are audience @param {number} revision @param {Person[]} people */
  constructor(counted, revision, people) {
    this.counted = new Set(counted);
    this.revision = revision;
    /** @type {Map<string, Person>} */
    this.people = new Map(people.map((person) => [person.participant, person]));
  }

  /** @param {{revision: number, people: Person[]}} state */
  reset(state) {
    this.revision = state.revision;
    this.people = new Map(state.people.map((person) => [person.participant, person]));
  }

  /**
   * Take a diff in; false where one before it is missing.
   * @param {{revision: number, joins: Person[], leaves: string[], updates: Person[]}} diff
   */
  apply(diff) {
    if (diff.revision <= this.revision) return true;
    if (diff.revision !== this.revision + 1) return false;
    this.revision = diff.revision;
    for (const person of [...diff.joins, ...diff.updates]) this.people.set(person.participant, person);
    for (const participant of diff.leaves) this.people.delete(participant);
    return true;
  }

  /** Audience, by delegation; null: of none. @returns {Map<string | null, Person[]>} */
  delegations() {
    const found = new Map();
    for (const person of this.people.values()) {
      if (!this.isCounted(person)) continue;
      const same = found.get(person.delegation);
      if (same) same.push(person);
      else found.set(person.delegation, [person]);
    }
    return found;
  }

  /** @param {Person} person */
  isCounted(person) {
    return this.counted.has(person.role) && person.delegation !== "REHEARSAL";
  }
}
