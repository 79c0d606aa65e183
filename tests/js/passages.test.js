import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Passages } from "../../web/static/js/passages.js";

/** What a browser keeps: entries are properties, as of localStorage. */
class Shelf {
  /** A browser gives them in an order of its own. */
  constructor() {
    return new Proxy(this, { ownKeys: (target) => Reflect.ownKeys(target).sort() });
  }

  removeItem(key) {
    delete this[key];
  }
}

const passage = (nonce, more = {}) => ({ participant: "p_a", direction: "in", at: 1_000, nonce, door: "venue:Hall", ...more });
const GOOD = { status: 200, body: { participant: "p_a", label: "BJ-01", repeated: false } };
const problem = (status, code) => ({ status, body: { code } });

let answers;
let asked;

beforeEach(() => {
  asked = [];
  globalThis.fetch = async (path, { body }) => {
    asked.push(body ? JSON.parse(body).nonce : path);
    const { status, body: json } = path.endsWith("/me") ? (answers.me ?? GOOD) : answers.next();
    if (status === 0) throw new TypeError("no line");
    return new Response(JSON.stringify(json), { status, headers: { "Content-Type": "application/json" } });
  };
});

const answering = (...given) => (answers = { next: () => (given.length > 1 ? given.shift() : given[0]) });

async function sent(passages) {
  const heard = [];
  await passages.send(({ nonce }, _answer, fate) => heard.push([nonce, fate]));
  return heard;
}

test("what a page that was closed off line had kept is told by the next page, in its order", async () => {
  const shelf = new Shelf();
  answering({ status: 0 });
  const before = new Passages(shelf);
  before.add(passage("n_2"));
  before.add(passage("n_1", { direction: "out", undo: true }));
  assert.deepEqual(await sent(before), [["n_2", "later"]]);

  answering(GOOD);
  const heard = await sent(new Passages(shelf));

  assert.deepEqual(heard, [["n_2", "told"], ["n_1", "told"]]);
  assert.deepEqual(Object.keys(shelf), []);
});

test("what is refused for the person's sake is told and forgotten, and the next one goes on", async () => {
  const passages = new Passages(new Shelf());
  answering(problem(410, "invitation_revoked"), GOOD);
  passages.add(passage("n_1"));
  passages.add(passage("n_2"));

  assert.deepEqual(await sent(passages), [["n_1", "refused"], ["n_2", "told"]]);
});

for (const [why, status, code] of [["an invitation that was revoked", 410, "invitation_revoked"], ["no invitation any more", 401, "token_invalid"]])
  test(`a desk with ${why} keeps everything until somebody opens their link`, async () => {
    const passages = new Passages(new Shelf());
    answering(problem(status, code));
    answers.me = problem(status, code);
    passages.add(passage("n_1"));
    passages.add(passage("n_2"));

    assert.deepEqual(await sent(passages), [["n_1", "closed"]]);
    assert.equal(passages.all.length, 2);
  });

test("another person's link in the same browser loses nothing either", async () => {
  const passages = new Passages(new Shelf());
  answering(problem(403, "role_forbidden"));
  passages.add(passage("n_1"));

  assert.deepEqual(await sent(passages), [["n_1", "closed"]]);
  assert.deepEqual(asked, ["n_1"]);
  assert.ok(passages.waits(passages.all[0]));
});
