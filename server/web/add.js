/*
 * The map of a form, once script runs. The picture gives way to Leaflet: the point can be dragged, the arrow of the view
 * turned, a zone's corners moved, by mouse, finger and keyboard. What is set here is written into the form's own fields, and
 * what is typed there is drawn; the form is sent as without script.
 */
"use strict";

(() => {
  const box = document.getElementById("draft-map");
  if (!box || !window.L) return;
  const form = box.closest("form"), field = (name) => form.elements[name];
  const words = JSON.parse(box.dataset.words);
  const isZone = box.dataset.what === "zone";
  const dark = matchMedia("(prefers-color-scheme: dark)"), calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const WINDS = { N: 0, NNE: 22.5, NE: 45, ENE: 67.5, E: 90, ESE: 112.5, SE: 135, SSE: 157.5, S: 180, SSW: 202.5, SSO: 202.5, SW: 225, SO: 225, WSW: 247.5,
    OSO: 247.5, W: 270, O: 270, WNW: 292.5, ONO: 292.5, NW: 315, NO: 315, NNW: 337.5, NNO: 337.5, NORD: 0, EST: 90, SUD: 180, OUEST: 270, NORTH: 0, EAST: 90,
    SOUTH: 180, WEST: 270 };
  const ASSUMED_WIDTH = 60, ASSUMED_REACH_M = 35, HANDLE_PX = 70, TURN_DEG = 5, CORNERS_MAX = 200;

  /* ---- reading the fields ---- */

  function readPair(text) {
    const m = /^\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
    if (!m || Math.abs(m[1]) > 90 || Math.abs(m[2]) > 180) return null;
    return L.latLng(Number(m[1]), Number(m[2]));
  }

  const pairText = (at) => `${at.lat.toFixed(6)}, ${at.wrap().lng.toFixed(6)}`;

  function readPoint(text) {
    const t = text.trim().toUpperCase().replace(/°$/, "");
    if (t in WINDS) return WINDS[t];
    return /^[+-]?\d+(\.\d+)?$/.test(t) ? ((Number(t) % 360) + 360) % 360 : null;
  }

  /* [{bearing, width}] as the server reads it: points, or ranges clockwise. */
  function readViews() {
    const views = [];
    for (const item of field("direction") ? field("direction").value.split(/[;,]/) : []) {
      const plain = readPoint(item);
      const range = /^\s*(\S+?)\s*[-–]\s*(\S+)\s*$/.exec(item);
      if (plain !== null) views.push({ bearing: plain });
      else if (range && readPoint(range[1]) !== null && readPoint(range[2]) !== null) {
        const width = ((readPoint(range[2]) - readPoint(range[1])) % 360 + 360) % 360 || 360;
        views.push({ bearing: (readPoint(range[1]) + width / 2) % 360, width });
      }
    }
    const typed = field("angle") ? parseFloat(field("angle").value.replace(",", ".")) : NaN;
    return views.map((v) => ({ ...v, width: v.width || (typed > 0 && typed <= 360 ? typed : 0) }));
  }

  function put(name, value) {
    if (field(name)) field(name).value = value;
  }

  /* ---- the map ---- */

  const stage = document.createElement("div");
  stage.className = "stage";
  const hadFocus = box.contains(document.activeElement);
  const credit = box.querySelector(".map-credit");
  box.querySelector("input[type=image]").replaceWith(stage);
  box.querySelector(".steps").remove();
  box.classList.add("live");
  const said = document.createElement("p");
  said.className = "says";
  said.setAttribute("role", "status");
  box.after(said);

  const [lon, lat] = field("center").value.split(",").map(Number);
  const map = L.map(stage, { attributionControl: false, zoomControl: false, minZoom: 2, maxZoom: 20, worldCopyJump: true, zoomAnimation: !calm, fadeAnimation: !calm,
    inertia: !calm, keyboardPanDelta: 60 }).setView([lat, lon], Number(field("zoom").value));
  const tileAddress = () => `/tiles/${dark.matches ? "dark" : "light"}/{z}/{x}/{y}${L.Browser.retina ? "@2x" : ""}.png?category=all&space=all`;
  const tiles = L.tileLayer(tileAddress(), { maxZoom: 20, tileSize: 256 }).addTo(map);
  dark.addEventListener("change", () => tiles.setUrl(tileAddress()));
  L.control.zoom({ position: "bottomright", zoomInTitle: words["zoom.in"], zoomOutTitle: words["zoom.out"] }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  box.append(credit);
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", words["add.js_map"]);

  map.on("moveend", () => {
    const at = map.getCenter().wrap();
    put("center", `${at.lng.toFixed(6)},${at.lat.toFixed(6)}`);
    put("zoom", Math.min(map.getZoom(), 19));
  });

  function handle(className, size) {
    return L.divIcon({ className: `handle ${className}`, iconSize: [size, size], html: "" });
  }

  /* Markers get their name from us: Leaflet's own is a title only. */
  function named(marker, label, role) {
    const el = marker.getElement();
    el.setAttribute("aria-label", label);
    if (role) el.setAttribute("role", role);
    return el;
  }

  const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  /* By arrows a marker goes a pixel, with Shift ten. */
  function movable(marker, moved) {
    marker.on("drag", moved);
    marker.getElement().addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const px = map.latLngToContainerPoint(marker.getLatLng()).add(L.point(step).multiplyBy(event.shiftKey ? 10 : 1));
      marker.setLatLng(map.containerPointToLatLng(px));
      moved();
    });
  }

  /* ---- a point and where it looks ---- */

  let spot = null, arrow = null;
  const cones = L.layerGroup().addTo(map);

  function ahead(at, bearing, metres) {
    const d = metres / 6371008.8, b = bearing * Math.PI / 180, f = at.lat * Math.PI / 180;
    const lat2 = Math.asin(Math.sin(f) * Math.cos(d) + Math.cos(f) * Math.sin(d) * Math.cos(b));
    const dl = Math.atan2(Math.sin(b) * Math.sin(d) * Math.cos(f), Math.cos(d) - Math.sin(f) * Math.sin(lat2));
    return L.latLng(lat2 * 180 / Math.PI, at.lng + dl * 180 / Math.PI);
  }

  function drawCone({ bearing, width }) {
    const wide = width || ASSUMED_WIDTH, at = spot.getLatLng(), ring = wide >= 360 ? [] : [at];
    for (let i = 0; i <= 24; i++) ring.push(ahead(at, bearing - wide / 2 + wide * i / 24, ASSUMED_REACH_M));
    L.polygon(ring, { className: width ? "cone" : "cone estimated", interactive: false }).addTo(cones);
  }

  const degrees = (from, to) => Math.round((Math.atan2(to.x - from.x, from.y - to.y) * 180 / Math.PI + 360) % 360);

  function arrowPlace(bearing) {
    const px = map.latLngToContainerPoint(spot.getLatLng()), a = bearing * Math.PI / 180;
    return map.containerPointToLatLng([px.x + HANDLE_PX * Math.sin(a), px.y - HANDLE_PX * Math.cos(a)]);
  }

  function turnTo(bearing) {
    put("direction", String(((Math.round(bearing) % 360) + 360) % 360));
    drawViews();
    said.textContent = words["add.js_turned"].replace("%", field("direction").value);
  }

  function makeArrow(bearing) {
    arrow = L.marker(arrowPlace(bearing), { icon: handle("turn", 28), draggable: true, keyboard: true, autoPan: false }).addTo(map);
    arrow.on("drag", () => turnTo(degrees(map.latLngToContainerPoint(spot.getLatLng()), map.latLngToContainerPoint(arrow.getLatLng()))));
    const el = named(arrow, words["add.js_arrow"], "slider");
    el.setAttribute("aria-valuemin", "0");
    el.setAttribute("aria-valuemax", "359");
    el.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      const now = readViews()[0];
      turnTo((now ? now.bearing : 0) + by * (event.shiftKey ? 1 : TURN_DEG));
    });
  }

  /* The arrow turns a single direction; several are typed. */
  function drawViews() {
    cones.clearLayers();
    if (!spot || !field("direction")) return;
    const views = readViews();
    views.forEach(drawCone);
    const one = views.length < 2, bearing = views.length ? views[0].bearing : 0;
    if (arrow && !one) {
      arrow.remove();
      arrow = null;
    } else if (!arrow && one) {
      makeArrow(bearing);
    }
    if (!arrow) return;
    arrow.setLatLng(arrowPlace(bearing));
    arrow.getElement().classList.toggle("unset", !views.length);
    arrow.getElement().setAttribute("aria-valuenow", String(Math.round(bearing)));
    arrow.getElement().setAttribute("aria-valuetext", views.length ? `${Math.round(bearing)}°` : words["add.js_unset"]);
  }

  function spotMoved() {
    put("at", pairText(spot.getLatLng()));
    put("at_was", field("at").value);
    drawViews();
  }

  function setSpot(at) {
    if (spot) spot.setLatLng(at);
    else {
      spot = L.marker(at, { icon: handle("spot", 24), draggable: true, autoPan: true }).addTo(map);
      named(spot, words["add.js_spot"], "button");
      movable(spot, spotMoved);
    }
    spotMoved();
    said.textContent = words["add.js_set"].replace("%", field("at").value);
  }

  function typedSpot() {
    const at = readPair(field("at").value);
    if (!at) return;
    setSpot(at);
    map.setView(at, Math.max(map.getZoom(), 17));
  }

  /* ---- a zone ---- */

  const corners = [];
  const outline = L.polygon([], { className: "outline", interactive: false }).addTo(map);

  function cornersMoved() {
    put("zone", corners.map((c) => pairText(c.getLatLng())).join("\n"));
    outline.setLatLngs(corners.map((c) => c.getLatLng()));
  }

  function addCorner(at) {
    if (corners.length >= CORNERS_MAX) return;
    const corner = L.marker(at, { icon: handle("corner", 20), draggable: true }).addTo(map);
    corners.push(corner);
    named(corner, `${words["add.js_corner"]} ${corners.length}`, "button");
    movable(corner, cornersMoved);
    corner.getElement().addEventListener("keydown", (event) => {
      if (event.key !== "Delete" && event.key !== "Backspace") return;
      event.preventDefault();
      corners.splice(corners.indexOf(corner), 1);
      corner.remove();
      cornersMoved();
      stage.focus();
    });
    cornersMoved();
    said.textContent = `${words["add.js_corner"]} ${corners.length} : ${pairText(at)}`;
  }

  function typedZone() {
    for (const corner of corners.splice(0)) corner.remove();
    const typed = field("zone").value;
    typed.split("\n").map(readPair).filter(Boolean).forEach(addCorner);
    if (corners.length) map.fitBounds(outline.getBounds(), { maxZoom: 17 });
    field("zone").value = typed; /* a line that is not understood is its author's to correct */
    said.textContent = "";
  }

  /* ---- a commune ---- */

  async function goToPlace() {
    const typed = field("place").value.trim();
    if (!typed) return;
    const answer = await fetch(`/api/places?q=${encodeURIComponent(typed)}&limit=1`, { credentials: "omit" });
    if (!answer.ok) return;
    const [place] = (await answer.json()).places;
    if (!place) {
      said.textContent = words["fault.place_unknown"];
      return;
    }
    map.setView([place.lat, place.lon], 16);
    put("place_was", field("place").value);
    stage.focus();
  }

  /* ---- ears ---- */

  const setAt = isZone ? addCorner : setSpot;
  map.on("click", (event) => setAt(event.latlng));
  map.on("zoomend", drawViews);
  stage.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== stage) return;
    event.preventDefault();
    setAt(map.getCenter());
    if (!isZone && field("kind")) field("kind").focus();
  });
  for (const name of ["direction", "angle"]) if (field(name)) field(name).addEventListener("input", drawViews);
  if (field("at")) field("at").addEventListener("change", typedSpot);
  if (field("zone")) field("zone").addEventListener("change", typedZone);
  field("place").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    goToPlace().catch(() => form.requestSubmit(form.querySelector("button[value=look]")));
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button || (button.value !== "look" && button.value !== "uncorner")) return;
    event.preventDefault();
    if (button.value === "look") {
      goToPlace().catch(() => form.requestSubmit());
    } else if (corners.length) {
      corners.pop().remove();
      cornersMoved();
    }
  });

  if (isZone) typedZone();
  else if (readPair(field("at").value)) setSpot(readPair(field("at").value));
  said.textContent = "";
  if (hadFocus) stage.focus({ preventScroll: true });
})();
