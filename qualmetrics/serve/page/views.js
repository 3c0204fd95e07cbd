// What each part of the page shows. Everything from outside goes in as text, never as markup.

import { change, number } from "./text.js";

/** Make an element with attributes and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Draw a list anew and leave the focus on the same of its buttons. */
export function keeping(container, draw) {
  const buttons = () => [...container.querySelectorAll("button, summary")];
  const place = buttons().indexOf(document.activeElement);
  draw();
  if (place >= 0) buttons()[Math.min(place, buttons().length - 1)]?.focus();
}

// -- scores ---------------------------------------------------------------------------------------

// How names are written that are people's, or short for something.
const PROPER = {
  amstad: "Amstad", bertscore: "BERTScore", bleu: "BLEU", bmas: "BMAS", bormuth: "Bormuth",
  chall: "Chall", chrf: "chrF", coleman: "Coleman", dale: "Dale", drp: "DRP", flesch: "Flesch",
  fry: "Fry", gunning: "Gunning", kincaid: "Kincaid", liau: "Liau", lix: "LIX", raygor: "Raygor",
  rix: "RIX", rouge: "ROUGE", smog: "SMOG", spache: "Spache", wiener: "Wiener",
};
const PAIRS = { "Flesch Kincaid": "Flesch-Kincaid", "Dale Chall": "Dale-Chall",
  "Coleman Liau": "Coleman-Liau", "ROUGE l": "ROUGE-L" };

/** Write a scorer's name as people do. */
export function titled(name) {
  let title = name.split("_").map((word) => PROPER[word] || word).join(" ");
  for (const [plain, joined] of Object.entries(PAIRS)) title = title.replace(plain, joined);
  return title.charAt(0).toUpperCase() + title.slice(1);
}

const NEEDS = { references: "a reference" };

export function showScores(list, scores, before) {
  const open = new Set([...list.querySelectorAll("details[open]")].map((d) => d.dataset.name));
  list.replaceChildren(...scores.map((score) => scoreItem(score, before, open.has(score.name))));
}

function scoreItem(score, before, open) {
  const how = { whole: score.increases_with === "quantity" };
  const parts = [
    make("span", { class: "name" }, titled(score.title)),
    make("span", { class: score.undefined || score.value === undefined ? "value none" : "value" },
      number(score.value, how)),
    make("span", { class: "meaning" }, meaning(score)),
  ];
  const moved = before ? change(before.get(score.name), score.value, how) : "";
  if (moved) parts[1].append(make("span", { class: verdict(score, moved) }, moved));
  const scale = scaleOf(score);
  return make("li", {},
    make("details", { "data-name": score.name, open },
      make("summary", {}, ...parts, scale),
      facts(score)));
}

/** Say whether a change is one for the better, where the direction tells. */
function verdict(score, moved) {
  const up = moved.startsWith("+");
  const good = { ease: true, similarity: true, quality: true, difficulty: false }[score.increases_with];
  if (good === undefined) return "change";
  return up === good ? "change better" : "change worse";
}

function meaning(score) {
  if (score.missing) {
    const what = score.missing.map((need) => NEEDS[need] || `the value “${need}”`);
    return `needs ${what.join(" and ")}`;
  }
  if (score.problem) return score.problem;
  if (score.undefined) return `no value: ${score.why.join(", ")}`;
  const said = [score.band, score.unit, score.direction].filter(Boolean);
  if (score.why.length) said.push(`note: ${score.why.join(", ")}`);
  return said.join(" · ");
}

/** Draw where a value lies between the ends of its scale, with the steps of its bands. */
function scaleOf(score) {
  if (score.value === null || score.value === undefined) return null;
  const steps = score.bands.map(([lower]) => lower).filter((lower) => lower !== null);
  let [least, most] = score.bounds;
  const open = least === null || most === null;
  if (least === null || most === null) {
    if (steps.length < 2) return null;
    const room = (steps[steps.length - 1] - steps[0]) / Math.max(1, steps.length - 1);
    least = least === null ? steps[0] - room : least;
    most = most === null ? steps[steps.length - 1] + room : most;
  }
  if (!(most > least)) return null;
  const at = (value) => Math.min(100, Math.max(0, (100 * (value - least)) / (most - least)));
  const bar = make("span", { class: "scale", "aria-hidden": "true" });
  for (const step of steps) {
    if (step <= least || step >= most) continue;
    const tick = make("i", { class: "tick" });
    tick.style.left = `${at(step)}%`;
    bar.append(tick);
  }
  const dot = make("i", { class: "dot" });
  dot.style.left = `${at(score.value)}%`;
  bar.append(dot);
  const row = make("span", { class: "scale-row", "aria-hidden": "true" }, bar);
  if (!open) { // ends that hold for every text; else only the steps say something
    row.prepend(make("span", {}, String(least).replace("-", "−")));
    row.append(make("span", {}, String(most)));
  }
  return row;
}

function facts(score) {
  const rows = [["what it is", score.summary]];
  const outputs = Object.entries(score.outputs || {});
  if (outputs.length > 1) rows.push(["outputs", outputs.map(([k, v]) => `${k} ${number(v)}`).join(", ")]);
  const inner = Object.entries(score.components || {});
  if (inner.length) {
    rows.push(["made of", inner.map(([k, c]) => `${k} ${number(c.value)}${c.status === "ok" ? "" : ` (${c.status})`}`).join(", ")]);
  }
  if (score.bands.length) {
    rows.push(["bands", score.bands.map(([lower, label]) => (lower === null ? label : `from ${lower} ${label}`)).join("; ")]);
  }
  rows.push(["unit", score.unit], ["direction", score.direction], ["status", score.status],
    ["source", score.source], ["signature", score.signature]);
  const list = make("dl");
  for (const [name, value] of rows) {
    if (value) list.append(make("dt", {}, name), make("dd", {}, value));
  }
  return list;
}

// -- sentences and words --------------------------------------------------------------------------

export function showLegend(list, levels, gradedBy) {
  const items = levels.map(([lower, label], level) => {
    const next = levels[level + 1];
    const range = lower === null ? `under ${next[0]}` : next ? `${lower}–${next[0]}` : `${lower} and up`;
    return make("li", {}, make("i", { class: `swatch level-${level}` }), `${label} `,
      make("small", {}, range));
  });
  const word = make("li", {}, make("u", {}, "hard word"));
  const by = make("li", { class: "by" },
    make("small", {}, `Colour: each sentence's own ${titled(gradedBy.title)}`));
  list.replaceChildren(...items, word, by);
}

const SHOWN = 8;

export function showSentences(list, text, sentences, levels, choose) {
  const hard = sentences.filter((s) => s.level !== null && s.level > 0)
    .sort((a, b) => b.grade - a.grade).slice(0, SHOWN);
  if (!hard.length) {
    list.replaceChildren(make("li", { class: "nothing" },
      sentences.length ? "No sentence here is hard to read." : "Nothing to show yet."));
    return;
  }
  list.replaceChildren(...hard.map((s) => make("li", {},
    make("button", { type: "button", class: "row", onclick: () => choose(s) },
      make("span", { class: `chip level-${s.level}` }, number(s.grade)),
      make("span", { class: "quote" }, text.slice(s.start, s.end)),
      make("small", {}, `${levels[s.level][1]}, ${s.words} words`)))));
}

export function showWords(list, words, choose, limit, more) {
  if (!words.length) {
    list.replaceChildren(make("li", { class: "nothing" }, "No hard words."));
    return;
  }
  const items = words.slice(0, limit).map((word) => make("li", {},
    make("button", { type: "button", class: "row", onclick: () => choose(word) },
      make("span", { class: "word" }, word.text),
      word.places.length > 1 ? make("span", { class: "times" }, `${word.places.length}×`) : null,
      make("small", {}, word.reasons.join("; ")))));
  if (words.length > limit) {
    items.push(make("li", {}, make("button", { type: "button", class: "all", onclick: more },
      `Show all ${words.length}`)));
  }
  list.replaceChildren(...items);
}

// -- the map of matches ---------------------------------------------------------------------------

export function showMap(box, match, here) {
  const values = match.cosines.flat();
  const least = Math.min(0, ...values);
  const most = Math.max(...values, 0.0001);
  const head = make("tr", {}, make("td"),
    ...match.reference.map((piece) => make("th", { scope: "col" }, make("span", {}, piece.text))));
  const rows = match.text.map((piece, i) => make("tr", {},
    make("th", { scope: "row" }, piece.text),
    ...match.cosines[i].map((cosine, j) => {
      const best = piece.match === j;
      const cell = make("td", {
        class: best ? "cell best" : "cell",
        "data-row": i,
        "data-column": j,
        tabindex: i === 0 && j === 0 ? "0" : "-1",
        "aria-label": said(match, i, j),
      });
      cell.style.setProperty("--heat", ((cosine - least) / (most - least)).toFixed(3));
      return cell;
    })));
  const table = make("table", { "aria-describedby": "match-help" },
    make("thead", {}, head), make("tbody", {}, ...rows));
  const show = (cell) => {
    here.textContent = said(match, Number(cell.dataset.row), Number(cell.dataset.column));
  };
  table.addEventListener("mouseover", (event) => {
    if (event.target.matches(".cell")) show(event.target);
  });
  table.addEventListener("focusin", (event) => {
    if (event.target.matches(".cell")) show(event.target);
  });
  table.addEventListener("keydown", (event) => step(event, table));
  box.replaceChildren(table);
  here.textContent = match.hidden ? `${match.hidden} more tokens are not drawn.` : "";
}

function said(match, i, j) {
  const piece = match.text[i];
  const best = piece.match === j ? ", the best match of this word" : "";
  return `“${piece.text}” and “${match.reference[j].text}”: ${number(match.cosines[i][j])}${best}`;
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function step(event, table) {
  const by = STEPS[event.key];
  if (!by || !event.target.matches(".cell")) return;
  event.preventDefault();
  const row = Number(event.target.dataset.row) + by[0];
  const column = Number(event.target.dataset.column) + by[1];
  const next = table.querySelector(`[data-row="${row}"][data-column="${column}"]`);
  if (!next) return;
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
