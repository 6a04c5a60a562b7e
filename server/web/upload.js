/* The preview of an uploaded file, once script runs: the same marks on a map that moves, a row's number for each. */
"use strict";
(() => {
  const box = document.getElementById("preview");
  if (!box || !window.L) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const SHAPES = { new: [0, 5], changed: [4, 5], duplicate: [4, 6], same: [0, 3] };

  function tileAddress() {
    return `/tiles/${dark.matches ? "dark" : "light"}/{z}/{x}/{y}${L.Browser.retina ? "@2x" : ""}.png`;
  }

  /* The mark of the list above, so that shape and colour are said once. */
  function markOf(kind) {
    const mark = document.querySelector(`.counts .is-${kind} svg`).cloneNode(true);
    mark.setAttribute("class", `mark is-${kind}`);
    return L.divIcon({ className: `is-${kind}`, html: mark, iconSize: [18, 18] });
  }

  function show(features) {
    if (!features.length) return;
    const around = L.latLngBounds(features.map((f) => [f.geometry.coordinates[1], f.geometry.coordinates[0]]));
    box.replaceChildren();
    box.classList.add("live");
    const map = L.map(box, { attributionControl: false, maxZoom: 20, preferCanvas: true });
    const tiles = L.tileLayer(tileAddress(), { maxZoom: 20 }).addTo(map);
    dark.addEventListener("change", () => tiles.setUrl(tileAddress()));
    map.fitBounds(around.pad(0.1), { maxZoom: 18 });
    const colour = (kind) => getComputedStyle(document.querySelector(`.counts .is-${kind} path`)).getPropertyValue(kind === "same" ? "stroke" : "fill");
    const few = features.length <= 400;
    for (const f of features) {
      const at = [f.geometry.coordinates[1], f.geometry.coordinates[0]], kind = f.properties.class;
      const mark = few ? L.marker(at, { icon: markOf(kind), keyboard: false })
        : L.circleMarker(at, { radius: SHAPES[kind][1], color: colour(kind), weight: 1, fillOpacity: kind === "same" ? 0 : 0.8 });
      mark.bindTooltip(`${box.dataset.row} ${f.properties.row} : ${box.dataset[kind]}`).addTo(map);
    }
  }

  fetch(box.dataset.address, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
    .then((upload) => show(upload.preview.features))
    .catch(() => {}); /* the server's own drawing stays */
})();
