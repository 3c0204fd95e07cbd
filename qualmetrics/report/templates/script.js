"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const say = (value) => (100 * value).toFixed(1) + " %";
  const weigh = at("weigh");
  if (weigh) weigh.addEventListener("change", () => document.body.classList.toggle("sized", weigh.checked));

  for (const slider of document.querySelectorAll("input[data-cuts]")) {
    const cuts = JSON.parse(slider.dataset.cuts);
    const show = () => {
      const [limit, kept, size] = cuts[slider.value];
      const said = `drop ${slider.dataset.name} ${slider.dataset.drops} ${limit}: keeps ${say(kept)} of the documents` +
        (size === null ? "" : `, ${say(size)} of the characters`);
      at(slider.id + "-said").textContent = said;
      slider.setAttribute("aria-valuetext", said);
    };
    slider.addEventListener("input", show);
    show();
  }

  const data = at("points");
  const plot = at("scatter");
  if (data && plot) {
    const columns = JSON.parse(data.textContent);
    const x = at("x"), y = at("y");
    const W = 560, H = 380, L = 52, B = 28, T = 10, R = 12;
    const px = (v) => L + (W - L - R) * v, py = (v) => T + (H - T - B) * (1 - v);
    const place = (c, v) => (v - c.low) / (c.high - c.low);
    const escape = (s) => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
    const draw = () => {
      const a = columns[x.value], b = columns[y.value];
      let path = "", n = 0;
      a.at.forEach((u, i) => {
        const v = b.at[i];
        if (u === null || v === null) return;
        path += `M${px(u / 1000).toFixed(1)} ${py(v / 1000).toFixed(1)}h0`;
        n += 1;
      });
      const xs = a.ticks.map(([t, s]) => `<text class="mid" x="${px(place(a, t))}" y="${H - 10}">${s}</text>`).join("");
      const ys = b.ticks.map(([t, s]) => `<text class="end" x="${L - 6}" y="${py(place(b, t)) + 4}">${s}</text>`).join("");
      plot.innerHTML = `<path class="axis" d="M${L} ${T}V${H - B}H${W - R}"/>${xs}${ys}<path class="dots" d="${path}"/>`;
      plot.setAttribute("aria-label", `${n} documents, ${escape(x.value)} across, ${escape(y.value)} upwards`);
    };
    x.addEventListener("change", draw);
    y.addEventListener("change", draw);
    draw();
  }

  const open = () => {
    const target = location.hash.startsWith("#d-") && at(location.hash.slice(1));
    if (target) { target.open = true; target.querySelector("summary").focus(); }
  };
  addEventListener("hashchange", open);
  open();
})();
