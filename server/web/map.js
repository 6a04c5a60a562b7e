/*
 * The map page, once script runs. The server has drawn everything already; this takes over: Leaflet for the map, and for
 * all that follows from the view (line, chips, strip, list, legend) the same HTML from the server, put in piece by piece.
 * Nothing is stored, no other host is asked, and no text ever becomes markup here.
 */
"use strict";

(() => {
  const box = document.getElementById("map");
  if (!box || !window.L) return;
  const words = JSON.parse(box.dataset.words);
  const byId = (id) => document.getElementById(id);
  const panel = byId("panel");
  const form = document.querySelector("#filters form");
  const french = document.documentElement.lang === "fr";
  const askedLang = new URLSearchParams(location.search).get("lang");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const FRANCE = [[41.3, -5.2], [51.1, 9.6]];
  const FORM_FILTERS = ["category", "status", "space", "operator", "date"];
  const FILTERS = [...FORM_FILTERS, "vendor", "city"];
  const MAX_ZOOM = 20;

  /* ---- small tools ---- */

  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "text") made.textContent = value;
      else if (name === "on") for (const [event, fn] of Object.entries(value)) made.addEventListener(event, fn);
      else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  }

  function later(fn, ms) {
    let timer;
    return (...args) => {
      clearTimeout(timer);
      timer = setTimeout(fn, ms, ...args);
    };
  }

  /* Each kind of question has one answer under way; a newer question drops the older. */
  const underWay = {};
  async function ask(kind, address) {
    if (underWay[kind]) underWay[kind].abort();
    const mine = underWay[kind] = new AbortController();
    const answer = await fetch(address, { signal: mine.signal, credentials: "omit" });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer;
  }

  /* A page of ours as a document of its own; what is taken out of it was escaped by the server. */
  async function askPage(kind, address) {
    const answer = await ask(kind, address);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function dropped(error) {
    return error.name === "AbortError";
  }

  /* ---- filters: a small map of name → words, in the address, the form and the tiles alike ---- */

  function readFilters(search) {
    const given = new URLSearchParams(search);
    const found = {};
    for (const name of FILTERS) {
      const values = given.getAll(name).join(",").split(",").filter(Boolean);
      if (values.length) found[name] = values.includes("all") ? ["all"] : values;
    }
    return found;
  }

  function filterQuery() {
    return FILTERS.filter((name) => filters[name])
      .map((name) => `${name}=${filters[name].map(encodeURIComponent).join(",")}`).join("&");
  }

  function withQuery(address, ...parts) {
    const query = parts.filter(Boolean).join("&");
    return query ? `${address}?${query}` : address;
  }

  const langQuery = askedLang ? `lang=${encodeURIComponent(askedLang)}` : "";
  let filters = readFilters(box.dataset.query);

  function formToFilters() {
    const data = new FormData(form);
    const kept = readFilters(new URLSearchParams([...data].filter(([name]) => FORM_FILTERS.includes(name))));
    for (const name of FORM_FILTERS) delete filters[name];
    Object.assign(filters, kept);
  }

  function filtersToForm() {
    for (const input of form.querySelectorAll("input[type=checkbox]"))
      input.checked = (filters[input.name] || []).includes(input.value);
    for (const select of form.querySelectorAll("select")) select.value = (filters[select.name] || [""])[0];
  }

  function applyFilters() {
    tiles.setUrl(tileAddress());
    filtersToForm();
    remember();
    refresh();
  }

  /* ---- the map ---- */

  function tileAddress() {
    const retina = L.Browser.retina ? "@2x" : "";
    return withQuery(`/tiles/${dark.matches ? "dark" : "light"}/{z}/{x}/{y}${retina}.png`, filterQuery());
  }

  function viewOfHash() {
    const m = /^#(\d+(?:\.\d+)?)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(location.hash);
    return m && { zoom: Math.min(Number(m[1]), MAX_ZOOM), at: [Number(m[2]), Number(m[3])] };
  }

  const map = L.map(box, {
    attributionControl: false, zoomControl: false, minZoom: 2, maxZoom: MAX_ZOOM, worldCopyJump: true,
    zoomAnimation: !calm, fadeAnimation: !calm, inertia: !calm, keyboardPanDelta: 120,
  });
  const tiles = L.tileLayer(tileAddress(), { maxZoom: MAX_ZOOM, tileSize: 256 });

  function setFirstView() {
    const hash = viewOfHash();
    const [lon, lat] = box.dataset.center.split(",").map(Number);
    if (hash) map.setView(hash.at, hash.zoom);
    else if (box.dataset.home === "1") map.fitBounds(FRANCE);
    else map.setView([lat, lon], Number(box.dataset.zoom));
  }

  function permalink() {
    const at = map.getCenter().wrap();
    return withQuery("/", `center=${at.lng.toFixed(5)},${at.lat.toFixed(5)}`, `zoom=${map.getZoom()}`, filterQuery(), langQuery);
  }

  /* The address holds the view, so that going back to this page or reloading it finds the same map. */
  function remember() {
    const at = map.getCenter().wrap();
    history.replaceState(null, "", `${withQuery("/", filterQuery(), langQuery)}#${map.getZoom()}/${at.lat.toFixed(5)}/${at.lng.toFixed(5)}`);
    byId("share").href = permalink();
    if (byId("add-here")) byId("add-here").href = withQuery("/add", `center=${at.lng.toFixed(5)},${at.lat.toFixed(5)}`, `zoom=${map.getZoom()}`, langQuery);
    form.elements.center.value = `${at.lng.toFixed(5)},${at.lat.toFixed(5)}`;
    form.elements.zoom.value = map.getZoom();
  }

  /* A server with too much to do answers 503: the tile is asked for again, at most three times, a little later each time. */
  function askAgain({ tile, coords }) {
    tile.tries = (tile.tries || 0) + 1;
    if (tile.tries > 3) return;
    setTimeout(() => {
      if (tile.isConnected) tile.src = tiles.getTileUrl(coords);
    }, 400 * tile.tries);
  }

  function addControls() {
    const credit = L.control({ position: "bottomright" });
    credit.onAdd = () => box.querySelector(".map-credit");
    credit.addTo(map);
    L.control.zoom({ position: "bottomright", zoomInTitle: words["zoom.in"], zoomOutTitle: words["zoom.out"] }).addTo(map);
    L.control.scale({ position: "bottomleft", imperial: !french, metric: true }).addTo(map);
  }

  function takeOver() {
    const drawn = box.querySelector(".drawn");
    for (const old of box.querySelectorAll(".steps")) old.remove();
    tiles.once("load", () => drawn && drawn.remove());
    tiles.on("tileerror", askAgain);
    tiles.addTo(map);
    setFirstView();
    addControls();
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", words["map.label"]);
    document.documentElement.classList.add("js");
  }

  /* ---- what follows from the view ---- */

  const PARTS = ["chips", "edge", "seen", "list", "legend"];

  function boxOf(bounds) {
    const wrap = (lon) => ((lon + 180) % 360 + 360) % 360 - 180;
    const all = bounds.getEast() - bounds.getWest() >= 360;
    const lat = (v) => Math.max(-85, Math.min(85, v)).toFixed(5);
    return [all ? -180 : wrap(bounds.getWest()).toFixed(5), lat(bounds.getSouth()),
      all ? 180 : wrap(bounds.getEast()).toFixed(5), lat(bounds.getNorth())].join(",");
  }

  function viewAddress(bounds) {
    const at = map.getCenter().wrap();
    return withQuery("/", "part=view", `bbox=${boxOf(bounds)}`, `center=${at.lng.toFixed(5)},${at.lat.toFixed(5)}`,
      `zoom=${map.getZoom()}`, filterQuery(), langQuery);
  }

  function putParts(page) {
    for (const id of PARTS) {
      const now = byId(id), next = page.getElementById(id);
      if (!now || !next) continue;
      const open = now.querySelector("details[open]");
      const hadFocus = now.contains(document.activeElement);
      if (open && next.querySelector("details")) next.querySelector("details").open = true;
      now.replaceWith(document.importNode(next, true));
      if (hadFocus) (byId(id).querySelector("a, summary") || byId("share")).focus({ preventScroll: true });
    }
    for (const n of page.querySelectorAll("#numbers [data-n]")) {
      const at = form.querySelector(`[data-n="${CSS.escape(n.dataset.n)}"]`);
      if (!at) continue;
      at.textContent = n.textContent;
      const choice = at.closest(".choice");
      choice.classList.toggle("zero", n.textContent === "0" && !choice.querySelector("input").checked);
    }
  }

  const refresh = later(async () => {
    try {
      putParts(await askPage("view", viewAddress(map.getBounds())));
    } catch (error) {
      if (!dropped(error)) byId("seen").textContent = words["map.failed"];
    }
  }, 150);

  /* ---- the panel ---- */

  let cameFrom = null;
  let picked = null;

  function closePanel() {
    if (panel.hidden) return;
    panel.hidden = true;
    panel.replaceChildren();
    if (picked) picked.remove();
    picked = null;
    (cameFrom && cameFrom.isConnected ? cameFrom : box).focus({ preventScroll: true });
  }

  function openPanel(...content) {
    if (panel.hidden) cameFrom = document.activeElement;
    const close = el("button", { type: "button", class: "close", text: words.close, on: { click: closePanel } });
    panel.replaceChildren(close, ...content);
    for (const button of panel.querySelectorAll("[data-copy]")) button.hidden = false;
    panel.hidden = false;
    panel.scrollTop = 0;
    (panel.querySelector("h2") || panel).focus({ preventScroll: true });
  }

  function pick(latlng) {
    if (picked) picked.remove();
    picked = L.marker(latlng, { icon: L.divIcon({ className: "picked", iconSize: [36, 36] }), interactive: false, keyboard: false }).addTo(map);
    const at = map.latLngToContainerPoint(latlng), wide = innerWidth >= 700;
    const covered = wide ? at.x > box.clientWidth - panel.offsetWidth - 40 : at.y > box.clientHeight * 0.4;
    if (covered) map.panBy(wide ? [panel.offsetWidth / 2, 0] : [0, box.clientHeight * 0.25]);
  }

  async function openRecord(id) {
    try {
      const page = await askPage("record", withQuery(`/d/${encodeURIComponent(id)}`, "part=record", langQuery));
      const article = document.importNode(page.getElementById("record"), true);
      openPanel(article);
      const [lon, lat] = (article.dataset.at || "").split(",").map(Number);
      if (article.dataset.at) pick([lat, lon]);
    } catch (error) {
      if (!dropped(error)) openPanel(el("p", { role: "alert", text: words["map.failed"] }));
    }
  }

  /* Several records at one place: their names, to choose from. */
  async function openPlace(latlng) {
    const d = 0.0005;
    const bounds = L.latLngBounds([latlng.lat - d, latlng.lng - d], [latlng.lat + d, latlng.lng + d]);
    const page = await askPage("record", viewAddress(bounds));
    const rows = page.querySelector("#list ul.rows");
    if (rows) openPanel(el("h2", { text: words["map.several"], tabindex: "-1" }), document.importNode(rows, true));
  }

  function labelOf(feature) {
    const choice = form.querySelector(`input[name=category][value="${CSS.escape(feature.properties.category || "")}"]`);
    const kind = choice ? choice.parentElement.querySelector("span").textContent : words.panel;
    return feature.properties.name || `${kind}, ${words.number}\u202f${BigInt(feature.properties.id).toString(16).toUpperCase()}`;
  }

  function openSeveral(features) {
    const list = el("ul", { class: "rows" });
    for (const f of features) {
      const id = f.properties.id;
      const link = el("a", { class: "record", href: withQuery(`/d/${id}`, langQuery), text: labelOf(f) });
      const { family, status, stale } = f.properties;
      const symbol = el("span", { class: `sym fam-${family} st-${status}${stale ? " stale" : ""}`, "aria-hidden": "true" });
      list.append(el("li", { class: "row" }, symbol, el("span", { class: "what" }, link)));
    }
    openPanel(el("h2", { text: words["map.several"], tabindex: "-1" }), list);
  }

  /* ---- what is drawn where one clicks ---- */

  function placeOf(feature, otherwise) {
    const at = feature.geometry && feature.geometry.type === "Point" ? feature.geometry.coordinates : null;
    return at ? L.latLng(at[1], at[0]) : otherwise;
  }

  function say(text) {
    const note = el("p", { class: "toast", role: "status", text });
    box.append(note);
    setTimeout(() => note.remove(), 4000);
  }

  async function identify(latlng) {
    const at = latlng.wrap();
    const answer = await ask("identify", withQuery("/identify", `style=${dark.matches ? "dark" : "light"}`, `lon=${at.lng.toFixed(6)}`,
      `lat=${at.lat.toFixed(6)}`, `zoom=${map.getZoom() - 1}`, filterQuery()));
    const drawn = await answer.json();
    const ours = (drawn.features || drawn).filter((f) => !f.source || f.source === "deployments");
    const cluster = ours.find((f) => f.properties.id == null && f.properties.count > 0);
    const badge = ours.find((f) => f.properties.kind === "badge" && f.properties.count > 1);
    const seen = new Set();
    const records = ours.filter((f) => f.properties.id != null && !seen.has(f.properties.id) && seen.add(f.properties.id));
    if (cluster) map.setView(placeOf(cluster, latlng), Math.min(map.getZoom() + 2, MAX_ZOOM));
    else if (badge) await openPlace(placeOf(badge, latlng));
    else if (records.length === 1) await openRecord(records[0].properties.id);
    else if (records.length) openSeveral(records);
    else if (panel.hidden) say(words["map.here_nothing"]);
    else closePanel();
  }

  function identifySafely(latlng) {
    identify(latlng).catch((error) => dropped(error) || say(words["map.failed"]));
  }

  /* ---- search ---- */

  const field = byId("q");
  const found = byId("found");
  let places = [];
  let active = -1;

  function showActive() {
    for (const [i, option] of [...found.children].entries()) option.setAttribute("aria-selected", String(i === active));
    if (active >= 0) field.setAttribute("aria-activedescendant", `found-${active}`);
    else field.removeAttribute("aria-activedescendant");
  }

  function hideFound() {
    found.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    showActive();
  }

  function goTo(place) {
    hideFound();
    field.value = place.name;
    map.setView([place.lat, place.lon], place.population > 200000 ? 12 : place.population > 30000 ? 13 : 14);
    box.focus({ preventScroll: true });
  }

  function showFound() {
    const options = places.map((place, i) => el("li", { role: "option", id: `found-${i}`, "aria-selected": "false", on: { mousedown: (e) => { e.preventDefault(); goTo(place); } } },
      el("span", { text: place.name }),
      el("span", { class: "small", text: [place.department, place.n > 0 ? String(place.n) : ""].filter(Boolean).join(" · ") })));
    found.replaceChildren(...(options.length ? options : [el("li", { class: "small", text: words["search.none"] })]));
    found.hidden = false;
    field.setAttribute("aria-expanded", "true");
    showActive();
  }

  async function lookUp() {
    const text = field.value.trim();
    if (text.length < 2) return hideFound();
    const answer = await ask("places", withQuery("/api/places", `q=${encodeURIComponent(text)}`));
    const list = await answer.json();
    places = (Array.isArray(list) ? list : list.places || []).slice(0, 8);
    active = -1;
    if (document.activeElement === field) showFound();
  }

  const lookUpSoon = later(() => lookUp().catch((error) => dropped(error) || hideFound()), 150);

  function searchKey(event) {
    const n = found.hidden ? 0 : places.length;
    if (event.key === "ArrowDown" && n) active = (active + 1) % n;
    else if (event.key === "ArrowUp" && n) active = (active + n - 1) % n;
    else if (event.key === "Escape" && !found.hidden) hideFound();
    else return;
    event.preventDefault();
    event.stopPropagation();
    showActive();
  }

  async function searchSubmit(event) {
    event.preventDefault();
    if (active < 0) await lookUp().catch(() => { places = []; });
    if (places.length) goTo(places[Math.max(active, 0)]);
    else if (field.value.trim()) location.href = withQuery("/list", `q=${encodeURIComponent(field.value.trim())}`, langQuery);
  }

  function startSearch() {
    for (const [name, value] of [["role", "combobox"], ["aria-controls", "found"], ["aria-expanded", "false"], ["aria-autocomplete", "list"]])
      field.setAttribute(name, value);
    field.addEventListener("input", lookUpSoon);
    field.addEventListener("keydown", searchKey);
    field.addEventListener("blur", hideFound);
    field.form.addEventListener("submit", searchSubmit);
  }

  /* ---- around me, share ---- */

  function aroundMe() {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const at = [coords.latitude, coords.longitude];
      map.setView(at, 16);
      L.marker(at, { icon: L.divIcon({ className: "here", iconSize: [20, 20] }), title: words["near.here"], keyboard: false }).addTo(map);
      box.focus({ preventScroll: true });
    }, () => say(words["near.failed"]), { timeout: 15000, maximumAge: 60000 });
  }

  function share(event) {
    event.preventDefault();
    const address = el("input", { id: "view-address", readonly: true, value: location.origin + permalink(), "aria-label": words["share.title"] });
    openPanel(el("h2", { text: words["share.title"], tabindex: "-1" }),
      el("div", { class: "copy" }, address, el("button", { type: "button", "data-copy": "view-address", text: french ? "Copier" : "Copy" })));
    address.select();
  }

  async function copy(button) {
    const input = byId(button.dataset.copy);
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      if (!document.execCommand("copy")) return; /* it is selected: the keyboard does the rest */
    }
    button.textContent = words.copied;
  }

  /* ---- one ear for the page ---- */

  function onClick(event) {
    const button = event.target.closest("[data-copy]");
    if (button) return copy(button);
    const link = event.target.closest("a");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const to = new URL(link.href);
    const record = /^\/d\/([^/]+)$/.exec(to.pathname);
    if (to.origin !== location.origin) return;
    if (record && link.classList.contains("record")) {
      event.preventDefault();
      openRecord(decodeURIComponent(record[1]));
    } else if (to.pathname === "/" && link.closest("#chips, #legend, #filters")) {
      event.preventDefault();
      filters = readFilters(to.search);
      applyFilters();
    }
  }

  function listen() {
    map.on("moveend", () => { remember(); refresh(); });
    map.on("click", (event) => identifySafely(event.latlng));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === box) identifySafely(map.getCenter());
    });
    dark.addEventListener("change", () => tiles.setUrl(tileAddress()));
    addEventListener("hashchange", () => {
      const view = viewOfHash();
      if (view) map.setView(view.at, view.zoom);
    });
    document.addEventListener("pointerdown", () => document.documentElement.classList.remove("keys"));
    document.addEventListener("keydown", (event) => {
      document.documentElement.classList.add("keys"); /* Leaflet focuses the map at a click too: no ring for that */
      if (event.key !== "Escape") return;
      if (!panel.hidden) closePanel();
      else byId("filters").open = false;
    });
    document.addEventListener("click", onClick);
    form.addEventListener("change", () => { formToFilters(); applyFilters(); });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      byId("filters").open = false;
      byId("filters").querySelector("summary").focus();
    });
    byId("share").addEventListener("click", share);
    if (navigator.geolocation) {
      byId("near").hidden = false;
      byId("near").addEventListener("click", aroundMe);
    }
  }

  takeOver();
  startSearch();
  listen();
  remember();
  refresh();
})();
