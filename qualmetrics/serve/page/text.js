// Texts and places in them. The server counts characters (code points), the browser UTF-16 units.

/** Return a function from an offset in characters to one in UTF-16 units. */
export function toUnits(text) {
  const pairs = []; // characters before which a pair of surrogates stands, in order
  let n = 0;
  for (const character of text) {
    if (character.length === 2) pairs.push(n);
    n += 1;
  }
  if (!pairs.length) return (offset) => offset;
  return (offset) => {
    let low = 0;
    let high = pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return offset + low;
  };
}

/** Move places along with an edit, so that colours stay put until the server has answered. */
export function moved(before, after, spans) {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail += 1;
  }
  const end = before.length - tail;
  const shift = after.length - before.length;
  const kept = [];
  for (const span of spans) {
    if (span.end <= head) kept.push(span);
    else if (span.start >= end) kept.push({ ...span, start: span.start + shift, end: span.end + shift });
    else if (span.start <= head && span.end >= end) kept.push({ ...span, end: span.end + shift });
    else if (span.start < head) kept.push({ ...span, end: head });
    else if (span.end > end) kept.push({ ...span, start: end + shift, end: span.end + shift });
  }
  return kept.filter((span) => span.end > span.start);
}

/** Draw a text with coloured sentences and marked words into an element. */
export function paint(element, text, sentences, words) {
  const root = document.createDocumentFragment();
  let at = 0;
  let w = 0;
  const put = (parent, start, end) => {
    while (w < words.length && words[w].end <= start) w += 1;
    let here = start;
    for (let i = w; i < words.length && words[i].start < end; i += 1) {
      const from = Math.max(words[i].start, here);
      const to = Math.min(words[i].end, end);
      if (to <= from) continue;
      if (from > here) parent.append(text.slice(here, from));
      const mark = document.createElement("u");
      mark.textContent = text.slice(from, to);
      mark.dataset.word = words[i].index;
      parent.append(mark);
      here = to;
    }
    if (end > here) parent.append(text.slice(here, end));
  };
  for (const sentence of sentences) {
    if (sentence.start < at) continue;
    put(root, at, sentence.start);
    const mark = document.createElement("span");
    if (sentence.level !== null) mark.className = `level-${sentence.level}`;
    mark.dataset.sentence = sentence.index;
    put(mark, sentence.start, sentence.end);
    root.append(mark);
    at = sentence.end;
  }
  put(root, at, text.length);
  root.append("\n\u200b"); // a last empty line has a height only with something on it
  element.replaceChildren(root);
}

/** Write a number for people: three significant digits, no exponent; a count as it is. */
export function number(value, { whole = false } = {}) {
  if (value === null || value === undefined) return "–";
  if (whole && Number.isInteger(value)) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const written = value.toFixed(digits);
  return (Number(written) === 0 ? written.replace("-", "") : written).replace("-", "−");
}

/** Write a change with its sign; empty where there is none to see. */
export function change(before, after, how = {}) {
  if (before === null || after === null || before === undefined || after === undefined) return "";
  const written = number(after - before, how);
  if (Number(written.replace("−", "-")) === 0) return "";
  return after > before ? `+${written}` : written;
}
