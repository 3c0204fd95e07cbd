// The page: what was typed, what the server said, and when to ask it again.

import { moved, paint, toUnits } from "./text.js";
import { keeping, make, showLegend, showMap, showScores, showSentences, showWords, titled } from "./views.js";

const PAUSE = 250; // milliseconds without a key before the server is asked
const LATER = 2000; // before it is asked again after a failure
const FIRST_WORDS = 12;

const EXAMPLE = `The town wants to close the old swimming hall. It was built in 1968, and the roof leaks when it rains. Many families still swim there every weekend.

In view of the considerable expenditure that the comprehensive renovation of the technical installations would necessitate, the administration recommends, subject to approval by the responsible committee, the discontinuation of operations at the earliest opportunity. A new hall outside the town would cost less. Opponents consider the recommendation premature, because no independent assessment of the structural condition has been commissioned.`;
const REFERENCE = "The council plans to shut the swimming pool from 1968, since repairs cost too much. Critics call for an independent report on the building first.";

const at = (id) => document.getElementById(id);
const field = at("text");
const reference = at("reference");
const mirror = at("mirror");

let shown = { text: "", sentences: [], words: [] }; // what the colours belong to
let found = null; // the last answer
let before = null; // values that changes are shown against
let request = null;
let timer = 0;
let allWords = false;
let chosenMatch = null;

// -- asking ---------------------------------------------------------------------------------------

function say(message, kind = "") {
  at("state").textContent = message;
  at("state").className = `state ${kind}`;
  at("state").setAttribute("aria-live", kind ? "polite" : "off"); // not read out at every key
}

function soon(wait = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

async function ask() {
  request?.abort(); // the server drops what nobody waits for
  request = new AbortController();
  const text = field.value;
  const columns = {};
  for (const input of document.querySelectorAll("#columns input")) columns[input.name] = input.value;
  say("Scoring…");
  const began = performance.now();
  try {
    const answer = await fetch("v1/analyse", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text, reference: reference.value, columns, match: chosenMatch }),
      signal: request.signal,
    });
    const data = await answer.json();
    if (answer.status === 503) {
      say("The server is busy; trying again.", "waiting");
      soon(LATER);
    } else if (!answer.ok) {
      say(data.error || `The server answered ${answer.status}.`, "failed");
    } else {
      show(text, data);
      say(`Scored in ${Math.round(performance.now() - began)} ms`);
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    say("The server is out of reach; trying again.", "failed");
    soon(LATER);
  }
}

// -- showing --------------------------------------------------------------------------------------

function show(text, data) {
  const units = toUnits(text);
  const place = (span, index) => ({ ...span, start: units(span.start), end: units(span.end), index });
  found = { ...data, text, sentences: data.sentences.map(place) };
  found.words = data.words.map((word, index) => ({
    ...word, index, places: word.places.map(([start, end]) => [units(start), units(end)]),
  }));
  const words = found.words
    .flatMap((word) => word.places.map(([start, end]) => ({ start, end, index: word.index })))
    .sort((a, b) => a.start - b.start);
  shown = { text, sentences: found.sentences, words };
  colour();
  if (!before && text.trim()) mark();
  showValues();
  showLegend(at("legend"), found.levels, found.graded_by);
  keeping(at("sentences"), () => showSentences(at("sentences"), text, found.sentences, found.levels,
    (s) => select(s.start, s.end)));
  showHardWords();
  showColumns();
  showMatch();
  const { words: n, sentences: m } = found.counts;
  at("counts").textContent = `${n.toLocaleString("en")} ${n === 1 ? "word" : "words"}, ${m.toLocaleString("en")} ${m === 1 ? "sentence" : "sentences"}`;
  at("reference-box").hidden = !found.scores.some((s) => s.needs.includes("references"));
  tellHere();
}

/** Draw the colours under the text as it stands now, moved along with what was typed since. */
function colour() {
  const text = field.value;
  if (text !== shown.text) {
    shown = {
      text,
      sentences: moved(shown.text, text, shown.sentences),
      words: moved(shown.text, text, shown.words),
    };
  }
  paint(mirror, text, shown.sentences, shown.words);
}

function mark() {
  before = new Map(found.scores.map((score) => [score.name, score.value ?? null]));
  showValues();
}

function showValues() {
  keeping(at("scores"), () => showScores(at("scores"), found.scores, before));
}

let nextPlace = new Map();

function showHardWords() {
  const choose = (word) => {
    const turn = (nextPlace.get(word.text) ?? -1) + 1;
    nextPlace.set(word.text, turn);
    select(...word.places[turn % word.places.length]);
  };
  const more = () => {
    allWords = true;
    showHardWords();
  };
  const limit = allWords ? found.words.length : FIRST_WORDS;
  keeping(at("words"), () => showWords(at("words"), found.words, choose, limit, more));
}

/** Offer a field for each column that a served scorer reads. */
function showColumns() {
  const names = [...new Set(found.scores.flatMap((s) => s.needs))].filter((n) => n !== "references");
  const there = [...document.querySelectorAll("#columns input")].map((input) => input.name);
  if (names.join() === there.join()) return;
  at("columns").replaceChildren(...names.map((name) => make("label", {}, name,
    make("input", { name, autocomplete: "off", oninput: () => soon() }))));
}

function showMatch() {
  const { match } = found;
  at("match-panel").hidden = !match;
  if (!match) return;
  const names = match.scorers;
  const choices = names.length < 2 || !match.scorer ? [] : names.map((name) => make("button", {
    type: "button",
    "aria-pressed": String(name === match.scorer),
    onclick: () => { chosenMatch = name; ask(); },
  }, titled(name)));
  keeping(at("match-choice"), () => at("match-choice").replaceChildren(...choices));
  if (match.cosines?.length && match.reference.length) {
    showMap(at("map"), match, at("match-here"));
    return;
  }
  at("map").replaceChildren();
  at("match-here").textContent = match.problem
    || (match.scorer ? "There is nothing to match." : "Add a reference to see which words match.");
}

// -- places ---------------------------------------------------------------------------------------

/** Select a stretch of the text and bring it into view. */
function select(start, end) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  const one = shown.sentences.find((s) => s.start <= start && start < s.end);
  const drawn = one && mirror.querySelector(`[data-sentence="${one.index}"]`);
  drawn?.scrollIntoView({ block: "center", behavior: "auto" });
  tellHere();
}

/** Say what is known about the sentence at the caret, and the word. */
function tellHere(sentence, word) {
  if (!found) return;
  const caret = field.selectionStart;
  const one = sentence ?? shown.sentences.find((s) => s.start <= caret && caret <= s.end);
  const inside = word ?? shown.words.find((w) => w.start <= caret && caret <= w.end);
  const said = [];
  if (one) {
    const where = `Sentence ${one.index + 1} of ${found.sentences.length}`;
    said.push(one.level === null
      ? `${where}: too short to grade`
      : `${where}: ${found.levels[one.level][1]}, ${found.graded_by.unit} ${one.grade.toFixed(1)}, ${one.words} words`);
  }
  if (inside && found.words[inside.index]) {
    const hard = found.words[inside.index];
    said.push(`“${hard.text}”: ${hard.reasons.join("; ")}`);
  }
  at("here").textContent = said.join(". ");
}

// -- what people do -------------------------------------------------------------------------------

field.addEventListener("input", () => {
  const there = shown.sentences.length;
  colour();
  if (there && !shown.sentences.length) before = null; // another text: nothing to compare with
  soon();
});
reference.addEventListener("input", () => soon());
document.addEventListener("selectionchange", () => {
  if (document.activeElement === field) tellHere();
});
at("editor").addEventListener("mousemove", (event) => {
  // the text field lies on top: look through it at what is drawn underneath
  const under = document.elementsFromPoint(event.clientX, event.clientY);
  const word = under.find((element) => element.dataset?.word !== undefined);
  const sentence = under.find((element) => element.dataset?.sentence !== undefined);
  if (sentence) {
    tellHere(
      shown.sentences.find((s) => s.index === Number(sentence.dataset.sentence)),
      word ? { index: Number(word.dataset.word) } : { index: -1 },
    );
  }
});
at("editor").addEventListener("mouseleave", () => tellHere());
at("clear").addEventListener("click", () => {
  field.value = "";
  before = null;
  colour();
  field.focus();
  soon(0);
});
at("example").addEventListener("click", () => {
  field.value = EXAMPLE;
  reference.value = REFERENCE;
  before = null;
  colour();
  soon(0);
});
at("mark").addEventListener("click", () => found && mark());

if (!field.value) {
  field.value = EXAMPLE;
  reference.value = reference.value || REFERENCE;
}
field.setSelectionRange(0, 0);
colour();
ask();
