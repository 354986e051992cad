// A small map to point on, drawn here from the city's own data: outlines, tram lines, places people know. No tiles.

const SVG = "http://www.w3.org/2000/svg";
const CLOSEST = 0.6; // pixels a metre
const SLIP = 8; // pixels a finger may slip and still point
const DOUBLE = 350; // milliseconds between the two taps that zoom
const STEP = 16; // pixels an arrow key moves the marker
const RANK = { station: 0, square: 1, hospital: 2, stop: 3, venue: 3 };

export class CityMap {
  /** `moved(xy, by)` is called with where the marker was put ("drag" while it still moves), or null when it is taken away. */
  constructor(view, places, moved) {
    Object.assign(this, { view, places, moved, fingers: new Map(), marker: null, tapped: null });
    this.svg = draw(view, "svg", { "aria-hidden": "true", focusable: "false" });
    this.land = draw(this.svg, "g", { class: "map-land" });
    this.names = draw(this.svg, "g", { class: "map-names" });
    this.rule = draw(this.svg, "g", { class: "map-rule" });
    this.pin = draw(this.svg, "g", { class: "map-pin" });
    draw(this.pin, "circle", { r: 22, class: "map-grip" });
    draw(this.pin, "path", { d: "M0 0C-3-9-11-13-11-22a11 11 0 0 1 22 0C11-13 3-9 0 0Z" });
    draw(this.pin, "circle", { r: 4, cy: -22, class: "map-eye" });
    for (const { rings } of places.communes) this.outline(rings, "map-commune");
    for (const { name, at } of places.lines) draw(this.land, "path", { d: path(at, false), class: `map-line line-${name}`, "vector-effect": "non-scaling-stroke" });
    this.listen();
    this.fit(places.heart);
    new ResizeObserver(() => this.show()).observe(view);
  }

  outline(rings, kind) {
    if (rings.length) draw(this.land, "path", { d: rings.map((ring) => path(ring, true)).join(""), class: kind, "vector-effect": "non-scaling-stroke" });
  }

  // Where things are on the screen.

  get size() {
    return [this.view.clientWidth || 320, this.view.clientHeight || 320];
  }

  fit([left, low, right, high]) {
    const [wide, tall] = this.size;
    this.middle = [(left + right) / 2, (low + high) / 2];
    this.scale = Math.min(wide / (right - left), tall / (high - low));
    this.show();
  }

  get widest() {
    const [left, low, right, high] = this.places.box;
    const [wide, tall] = this.size;
    return Math.min(wide / (right - left), tall / (high - low)) * 0.95;
  }

  pixels([x, y]) {
    const [wide, tall] = this.size;
    return [(x - this.middle[0]) * this.scale + wide / 2, (this.middle[1] - y) * this.scale + tall / 2];
  }

  metres([px, py]) {
    const [wide, tall] = this.size;
    return [this.middle[0] + (px - wide / 2) / this.scale, this.middle[1] - (py - tall / 2) / this.scale];
  }

  /** Closer by `times`, what is under `pixel` staying there. */
  zoom(times, pixel = this.marker ? this.pixels(this.marker) : this.size.map((side) => side / 2)) {
    const held = this.metres(pixel);
    this.scale = Math.min(CLOSEST, Math.max(this.widest, this.scale * times));
    const now = this.metres(pixel);
    this.middle = [this.middle[0] + held[0] - now[0], this.middle[1] + held[1] - now[1]];
    this.show();
  }

  pan([dx, dy]) {
    this.middle = [this.middle[0] - dx / this.scale, this.middle[1] + dy / this.scale];
    this.show();
  }

  /** Put the marker there and keep it in sight; `by` goes to whoever listens. */
  put(xy, by = "") {
    this.marker = xy;
    if (xy && by !== "drag") this.follow();
    this.show();
    this.moved(xy, by);
  }

  follow() {
    const [px, py] = this.pixels(this.marker);
    const [wide, tall] = this.size;
    const over = (at, side) => (at < 40 ? at - 40 : at > side - 40 ? at - side + 40 : 0);
    const [dx, dy] = [over(px, wide), over(py, tall)];
    if (Math.abs(dx) > wide || Math.abs(dy) > tall) this.middle = this.marker;
    else if (dx || dy) this.pan([-dx, -dy]);
  }

  // What is drawn.

  show() {
    const [left, low, right, high] = this.places.box;
    this.middle = [Math.min(right, Math.max(left, this.middle[0])), Math.min(high, Math.max(low, this.middle[1]))];
    const [wide, tall] = this.size;
    this.svg.setAttribute("viewBox", `0 0 ${wide} ${tall}`);
    const [x, y] = this.pixels([0, 0]);
    this.land.setAttribute("transform", `matrix(${this.scale} 0 0 ${-this.scale} ${x} ${y})`);
    this.write();
    this.measure();
    this.pin.toggleAttribute("hidden", !this.marker);
    if (this.marker) this.pin.setAttribute("transform", `translate(${this.pixels(this.marker)})`);
  }

  /** Dots with their names, those that matter most first; what would cover another one is left out, but for stops. */
  write() {
    this.names.replaceChildren();
    const [wide, tall] = this.size;
    const taken = [[wide - 60, 0, wide, 165], [0, tall - 32, 150, tall]]; // the buttons, the rule
    for (const { name, kind, xy } of this.known()) {
      const [x, y] = this.pixels(xy);
      if (x < -10 || y < -10 || x > wide + 10 || y > tall + 10) continue;
      const dot = kind && [x - 5, y - 5, x + 5, y + 5];
      const free = (box) => box[0] > 0 && box[2] < wide && box[1] > 0 && box[3] < tall && !taken.some((other) => meet(box, other));
      const spot = !dot || free(dot) ? spots([x, y], name, kind).find(({ box }) => free(box)) : null;
      if (dot && (spot || kind === "stop")) draw(this.names, "circle", { cx: x, cy: y, r: kind === "station" ? 5 : 3.5, class: `map-dot dot-${kind}` });
      if (!spot) continue;
      taken.push(spot.box, ...(dot ? [dot] : []));
      draw(this.names, "text", { x: spot.x, y: spot.y + 4, "text-anchor": spot.anchor, class: kind ? "map-place" : "map-town" }).textContent = name;
    }
  }

  known() {
    const close = this.scale > 0.022; // from here on places matter more than communes
    const communes = [...this.places.communes].sort((one, other) => other.people - one.people);
    const places = close ? [...this.places.places].sort((one, other) => (RANK[one.kind] ?? 4) - (RANK[other.kind] ?? 4)) : [];
    return this.scale > 0.08 ? [...places, ...communes] : [...communes, ...places];
  }

  measure() {
    const metres = [50, 100, 200, 500, 1000, 2000, 5000].find((each) => each * this.scale >= 50) ?? 5000;
    const [, tall] = this.size;
    this.rule.replaceChildren();
    const [x, y, end] = [12, tall - 12, 12 + metres * this.scale];
    draw(this.rule, "path", { d: `M${x} ${y - 5}V${y}H${end}V${y - 5}` });
    draw(this.rule, "text", { x: end + 6, y }).textContent = metres < 1000 ? `${metres} m` : `${metres / 1000} km`;
  }

  // What hands do.

  listen() {
    const { view } = this;
    view.addEventListener("pointerdown", (event) => this.down(event));
    view.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) view.addEventListener(end, (event) => this.up(event));
    view.addEventListener("wheel", (event) => (event.preventDefault(), this.zoom(event.deltaY < 0 ? 1.25 : 0.8, this.at(event))), { passive: false });
    view.addEventListener("keydown", (event) => this.key(event));
  }

  at(event) {
    const box = this.view.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (event.button) return;
    this.view.setPointerCapture(event.pointerId);
    const at = this.at(event);
    const pin = this.marker && this.pixels(this.marker);
    const grips = pin && Math.hypot(at[0] - pin[0], at[1] - pin[1] + 14) < 26;
    this.fingers.set(event.pointerId, { at, from: at });
    this.held = this.fingers.size === 1 && grips ? [pin[0] - at[0], pin[1] - at[1]] : null;
    this.slipped = this.fingers.size > 1;
  }

  move(event) {
    const finger = this.fingers.get(event.pointerId);
    if (!finger) return;
    const [before, now] = [finger.at, this.at(event)];
    if (Math.hypot(now[0] - finger.from[0], now[1] - finger.from[1]) > SLIP) this.slipped = true;
    if (!this.slipped) return;
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1].at;
    finger.at = now;
    if (other) this.pinch(before, now, other);
    else if (this.held) this.put(this.metres([now[0] + this.held[0], now[1] + this.held[1]]), "drag");
    else this.pan([now[0] - before[0], now[1] - before[1]]);
  }

  pinch(before, now, other) {
    const apart = (one) => Math.max(10, Math.hypot(one[0] - other[0], one[1] - other[1]));
    this.pan([(now[0] - before[0]) / 2, (now[1] - before[1]) / 2]);
    this.zoom(apart(now) / apart(before), [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
  }

  up(event) {
    const finger = this.fingers.get(event.pointerId);
    this.fingers.delete(event.pointerId);
    if (!finger || event.type === "pointercancel") return;
    if (this.held && this.slipped) this.put(this.marker, "dropped");
    else if (!this.slipped && !this.fingers.size) this.tap(this.at(event), event.timeStamp);
    this.held = null;
  }

  tap(at, when) {
    const last = this.tapped;
    const again = last && when - last.when < DOUBLE && Math.hypot(at[0] - last.at[0], at[1] - last.at[1]) < 3 * SLIP;
    this.tapped = again ? null : { at, when };
    if (again) this.zoom(2, at);
    else this.put(this.metres(at), "tap");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? STEP * 4 : STEP;
    const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (way) {
      const [x, y] = this.marker ? this.pixels(this.marker) : this.pixels(this.middle);
      this.put(this.marker ? this.metres([x + way[0], y + way[1]]) : this.middle, "key");
    } else if (event.key === "+" || event.key === "=") this.zoom(2);
    else if (event.key === "-") this.zoom(0.5);
    else if (event.key === "Enter" || event.key === " ") this.put(this.marker ?? this.middle, "key");
    else if ((event.key === "Delete" || event.key === "Backspace") && this.marker) this.put(null, "key");
    else return;
    event.preventDefault();
  }
}

function draw(parent, name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return parent.appendChild(made);
}

/** Where a name may stand: beside its dot, over or under it; a commune's on its middle. */
function spots([x, y], name, kind) {
  const long = name.length * (kind ? 6.7 : 7.6);
  if (!kind) return [0, -14, 14].map((down) => ({ x, y: y + down, anchor: "middle", box: around(x - long / 2, y + down, long) }));
  return [
    { x: x + 7, y, anchor: "start", box: around(x + 7, y, long) },
    { x: x - 7, y, anchor: "end", box: around(x - 7 - long, y, long) },
    { x, y: y - 13, anchor: "middle", box: around(x - long / 2, y - 13, long) },
    { x, y: y + 14, anchor: "middle", box: around(x - long / 2, y + 14, long) },
  ];
}

function around(left, middle, long) {
  return [left - 2, middle - 8, left + long + 2, middle + 8];
}

function meet(one, other) {
  return one[0] < other[2] && one[2] > other[0] && one[1] < other[3] && one[3] > other[1];
}

function path(points, closed) {
  return `M${points.map(([x, y]) => `${Math.round(x)} ${Math.round(y)}`).join("L")}${closed ? "Z" : ""}`;
}
