import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { DoorList } from "../../web/static/js/door-list.js";

const person = (participant) => ({ participant, delegation: "BJ", seat: "BJ-01", label: "BJ-01", since: null, left_at: null });

let waiting;
let asked;
let answer;

beforeEach(() => {
  waiting = [];
  asked = [];
  globalThis.fetch = (path) => new Promise((resolve, reject) => {
    asked.push(path);
    answer = (items, last) => resolve(new Response(JSON.stringify({ items, last }), { headers: { "Content-Type": "application/json" } }));
    answer.never = reject;
  });
});

const list = () => new DoorList(7, { get all() { return waiting.map((participant) => ({ participant })); } });
const told = async (asking) => (await asking).people.map(({ participant }) => participant);

test("each question asks for what is new since the last answer", async () => {
  const doors = list();
  const first = doors.ask();
  answer([person("p_a")], 9);
  assert.deepEqual(await told(first), ["p_a"]);

  const second = doors.ask();
  answer([], 9);
  assert.deepEqual(await told(second), []);
  assert.deepEqual(asked, ["/api/v1/check-ins?after=7", "/api/v1/check-ins?after=9"]);
});

test("whoever's passage here waits is left out, and comes again with the next answer", async () => {
  const doors = list();
  const first = doors.ask();
  waiting = ["p_b"];
  answer([person("p_a"), person("p_b")], 9);
  assert.deepEqual(await told(first), ["p_a"]);

  waiting = [];
  const second = doors.ask();
  answer([person("p_a"), person("p_b")], 10);
  assert.deepEqual(await told(second), ["p_a", "p_b"]);
  assert.equal(asked[1], "/api/v1/check-ins?after=7");
});

test("an answer that is older than a passage here says nothing of that person, told or not", async () => {
  const doors = list();
  const first = doors.ask();
  doors.pass("p_a");
  answer([person("p_a")], 9);
  assert.deepEqual(await told(first), []);

  const second = doors.ask();
  answer([person("p_a")], 10);
  assert.deepEqual(await told(second), ["p_a"]);
});

test("one question at a time; after a dead line the next one asks the same", async () => {
  const doors = list();
  const first = doors.ask();
  assert.equal(await doors.ask(), null);
  answer.never(new TypeError("no line"));
  assert.deepEqual(await told(first), []);

  const second = doors.ask();
  answer([person("p_a")], 8);
  assert.deepEqual(await told(second), ["p_a"]);
  assert.equal(asked[1], asked[0]);
});
