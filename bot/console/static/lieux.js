// What a map knows: degrees to metres and back, which commune holds a point, what is near it. Nothing is shown here.

const METRES = 111_195; // of one degree of latitude
const EDGE = 150; // metres outside every outline at which a point still belongs to the nearest commune
const MARGIN = 3000; // metres around what is known where nobody has drawn outlines
const NEAR = 250; // metres
const SAID_FIRST = ["square", "station"]; // rather than the stop or the shop beside it
const STILL = 3000; // metres: further than that, a place says nothing

export class Places {
  constructor({ communes, places, lines, source }) {
    const all = [...communes, ...places].map(({ at }) => at);
    this.middle = [0, 1].map((axis) => all.reduce((sum, at) => sum + at[axis], 0) / all.length);
    this.wide = METRES * Math.cos((this.middle[1] * Math.PI) / 180);
    this.source = source;
    this.communes = communes.map((each) => ({
      ...each,
      xy: this.metres(each.at),
      rings: each.rings.map((ring) => ring.map((corner) => this.metres(corner))),
    }));
    this.places = places.map((each) => ({ ...each, xy: this.metres(each.at) }));
    this.lines = lines.map((each) => ({ ...each, at: each.at.map((corner) => this.metres(corner)) }));
    this.drawn = this.communes.some(({ rings }) => rings.length);
    const corners = this.drawn ? this.communes.flatMap(({ rings }) => rings.flat()) : [...this.communes, ...this.places].map(({ xy }) => xy);
    this.box = around(corners, this.drawn ? 0 : MARGIN);
    this.heart = around(this.places.length ? this.places.map(({ xy }) => xy) : corners, 300);
  }

  /** [longitude, latitude] as metres east and north of the middle. */
  metres([lon, lat]) {
    return [(lon - this.middle[0]) * this.wide, (lat - this.middle[1]) * METRES];
  }

  degrees([x, y]) {
    return [this.middle[0] + x / this.wide, this.middle[1] + y / METRES];
  }

  /** The commune's name, "" when nobody drew them, null outside the territory. */
  commune(xy) {
    if (!this.drawn) {
      const [left, low, right, high] = this.box;
      return xy[0] >= left && xy[0] <= right && xy[1] >= low && xy[1] <= high ? "" : null;
    }
    const holding = this.communes.find(({ rings }) => rings.some((ring) => holds(ring, xy)));
    if (holding) return holding.name;
    const [far, nearest] = this.communes
      .flatMap(({ name, rings }) => rings.map((ring) => [toRing(ring, xy), name]))
      .reduce((one, other) => (other[0] < one[0] ? other : one));
    return far <= EDGE ? nearest : null;
  }

  /** Where a point is, in the page's words; null outside the territory. */
  tell(xy, words) {
    const commune = this.commune(xy);
    if (commune === null) return null;
    const [, metres, place] = this.places
      .map((each) => [Math.hypot(each.xy[0] - xy[0], each.xy[1] - xy[1]), each])
      .map(([metres, each]) => [metres - (SAID_FIRST.includes(each.kind) ? 100 : 0), metres, each])
      .reduce((one, other) => (other[0] < one[0] ? other : one), [Infinity, Infinity, null]);
    if (!place || metres > STILL) return commune ? words.in.replace("%s", commune) : words.marked;
    const where = [place.near, commune || (metres <= NEAR && place.commune)].filter(Boolean).join(", ");
    if (metres <= NEAR) return words.near.replace("%s", where);
    return words.furtherFrom.replace("%d", distance(metres)).replace("%s", where);
  }
}

export function distance(metres) {
  if (metres < 1000) return `${Math.round(metres / 50) * 50 || 50} m`;
  return `${(Math.round(metres / 100) / 10).toLocaleString(document.documentElement.lang)} km`;
}

/** [left, lowest, right, highest] with a margin. */
function around(points, margin) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs) - margin, Math.min(...ys) - margin, Math.max(...xs) + margin, Math.max(...ys) + margin];
}

function holds(ring, [x, y]) {
  let inside = false;
  ring.forEach(([bx, by], index) => {
    const [ax, ay] = ring.at(index - 1);
    if (by > y !== ay > y && x < ((ax - bx) * (y - by)) / (ay - by) + bx) inside = !inside;
  });
  return inside;
}

function toRing(ring, [x, y]) {
  return ring.reduce((least, [bx, by], index) => {
    const [ax, ay] = ring.at(index - 1);
    const [dx, dy] = [bx - ax, by - ay];
    const along = dx * dx + dy * dy;
    const share = along ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / along)) : 0;
    return Math.min(least, Math.hypot(ax + share * dx - x, ay + share * dy - y));
  }, Infinity);
}
