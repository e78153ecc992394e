'use strict';

// A heap map to look at: the canvas, its colours, the object under the mouse
// or in the frame, and the keys that go from object to object. What moves it
// through time is another's: HeapMap's on a report, LiveMap's on a live page.
//
// A history is {areas, mostBlocks, count, pictures, sites, area, block, blocks,
// asked, birth, site, areasOn(p), eachOn(p, visit), eachStay(visit), heldBy(i),
// siteName(i), figures(p)}; see HeapHistory.

class MapView {
  constructor(history, ways) {
    this.history = history;
    this.canvas = new MapCanvas(history);
    this.picked = null;  // {area, block}: what the frame is around
    this.ways = ways.filter((way) => way !== null);
    this.way = this.ways[0];
    this.host = el('div', {
      class: 'map', id: 'heap-map', tabindex: '0', role: 'application',
      'aria-label': `Heap map. Left and right go from object to object, up ` +
        `and down from row to row${this.moreKeys()}.`,
      onkeydown: (event) => this.onKey(event),
      onpointermove: (event) => this.onPoint(event),
      onpointerleave: () => this.hideTip(),
      onclick: (event) => this.onClick(event),
    }, this.canvas.canvas, this.canvas.overlay);
    this.tip = el('div', {class: 'tip', role: 'tooltip', hidden: true});
    this.host.append(this.tip);
    this.status = el('p', {class: 'picture', id: 'picture-status'});
    this.legend = el('ul', {class: 'legend', 'aria-label': 'Colours'});
    this.object = el('p', {class: 'object', id: 'map-object',
                           'aria-live': 'polite'}, this.hint());
  }

  // What keys() adds, in words.
  moreKeys() { return ''; }
  // More keys, and what they do.
  keys() { return {}; }

  hint() {
    return el('span', {class: 'note hint'}, 'Point at an object to see what ' +
      'it is, click to keep it in view; or focus the map and use the arrows.');
  }

  colourChoice() {
    return choice('Colours', this.ways.map((way) => [way.title, () => {
      this.way = way;
      this.repaint();
    }]));
  }

  // In the document by now.
  open(picture) {
    this.picture = picture;
    this.resize();
    this.repaint();
    new ResizeObserver(() => this.resize()).observe(this.host);
  }

  recolour() { this.repaint(); }

  resize() {
    const width = this.host.clientWidth;
    if (width === 0 || width === this.canvas.width) return;
    this.canvas.resize(width);
    if (this.picture !== undefined) this.repaint();
  }

  repaint() {
    this.canvas.paint(this.picture, this.way);
    this.host.dataset.picture = String(this.picture);
    this.tellPicture();
    this.tellLegend();
    if (this.picked !== null) this.pick(this.picked);
  }

  tellPicture() {
    const {pictures} = this.history;
    const p = this.picture;
    const {event, time, used, total} = this.history.figures(p);
    const occasion = kOccasions[pictures.what[p]];
    this.status.replaceChildren(
      el('b', {}, momentOf(event, time)),
      occasion && ` · ${occasion}`,
      ` · ${counted(pictures.objects[p], 'object')}, `,
      `${humanBytes(bytesOf(used))} used (${percentOf(used, total)}), `,
      `largest free run ${humanBytes(bytesOf(
        pictures.largest_free_run_blocks[p]))}`);
  }

  tellLegend() {
    const colours = classColours(this.way);
    const {used, total} = this.history.figures(this.picture);
    const entry = (colour, label, blocks) => {
      const swatch = el('i', {class: 'swatch'});
      swatch.style.background = colour;
      return el('li', {}, swatch, `${label} `,
                el('span', {class: 'note'}, humanBytes(bytesOf(blocks))));
    };
    this.legend.replaceChildren(
      entry('var(--hole)', 'free', total - used),
      ...this.way.classes.map((label, i) =>
        (this.canvas.held[i] > 0 || label !== kNotKnown) &&
          entry(colours[i], label, this.canvas.held[i])).filter(Boolean));
  }

  // --- Objects -------------------------------------------------------------

  onPoint(event) {
    const box = this.canvas.canvas.getBoundingClientRect();
    const hit = this.canvas.hit(event.clientX - box.x, event.clientY - box.y);
    if (hit === null) return this.hideTip();
    this.showTip(hit, event.clientX - box.x, event.clientY - box.y);
    if (this.picked === null) this.frame(hit);
  }

  onClick(event) {
    const box = this.canvas.canvas.getBoundingClientRect();
    const hit = this.canvas.hit(event.clientX - box.x, event.clientY - box.y);
    const again = hit !== null && this.picked !== null && hit.stay >= 0 &&
        hit.stay === this.canvas.what(this.picked.area, this.picked.block).stay;
    if (hit === null || again) this.unpick();
    else this.pick(hit);
  }

  // [begin, end) of the object or the free run at a place.
  extent(hit) {
    if (hit.stay < 0) return this.canvas.freeRun(hit);
    const begin = this.history.block[hit.stay];
    return [begin, begin + this.history.blocks[hit.stay]];
  }

  frame(hit) {
    this.canvas.frame(hit.area, ...this.extent(hit));
  }

  // Keeps a place in view, whatever lies there on the picture shown.
  pick({area, block}) {
    if (!this.canvas.areaOf(area)) return this.unpick();
    this.picked = {area, block};
    const hit = this.canvas.what(area, block);
    this.frame(hit);
    this.object.replaceChildren(...this.describe(hit, true));
  }

  unpick() {
    this.picked = null;
    this.canvas.unframe();
    this.object.replaceChildren(this.hint());
  }

  // What lies at a place, as nodes; with buttons that lead to its birth and
  // its end where `links`.
  describe(hit, links) {
    const [begin, end] = this.extent(hit);
    const size = `${counted(end - begin, 'block')}, ` +
        `${humanBytes(bytesOf(end - begin))}`;
    const place = `at ${this.history.areas.some(({area}) => area !== 0)
      ? `${hit.area}:` : ''}${offsetText(bytesOf(begin))} (block ` +
      `${withCommas(begin)})`;
    if (hit.stay < 0) return [el('b', {}, 'Free: '), `${size}, ${place}`];
    return [el('b', {}, 'Object of '), size, ' ', place,
            ...this.describeLife(hit.stay),
            ...this.describeStay(hit.stay, links)];
  }

  describeLife(stay) {
    const {history} = this;
    const born = history.birth[stay];
    const nodes = [];
    if (history.asked[stay] > 0) {
      nodes.push(` · ${counted(history.asked[stay], 'byte')} asked for`);
    }
    if (history.site[stay] !== 0) {
      nodes.push(' · ', el('b', {}, history.siteName(history.site[stay])));
    }
    nodes.push(' · ', born === 0 ? 'birth not known'
      : `born at event${NBSP}${withCommas(born)}, ` +
        `${counted(history.pictures.event[this.picture] - born, 'event')} old`);
    return nodes;
  }

  // On which pictures it is, where there are others.
  describeStay() { return []; }

  showTip(hit, x, y) {
    this.tip.replaceChildren(...this.describe(hit, false).map((node) =>
      typeof node === 'string' ? node.replace(/^ · /, '\n') : node));
    this.tip.hidden = false;
    const room = this.host.clientWidth - this.tip.offsetWidth - 4;
    this.tip.style.left = `${Math.max(0, Math.min(x + 14, room))}px`;
    const below = y + 18;
    this.tip.style.top = `${below}px`;
  }

  hideTip() {
    this.tip.hidden = true;
    if (this.picked === null) this.canvas.unframe();
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      ArrowLeft: () => this.walk(-1),
      ArrowRight: () => this.walk(1),
      ArrowUp: () => this.walkRow(-1),
      ArrowDown: () => this.walkRow(1),
      Escape: () => this.unpick(),
      ...this.keys(),
    };
    const act = keys[event.key];
    if (!act || event.target !== this.host) return;
    event.preventDefault();
    act();
  }

  here() {
    const {picked, canvas} = this;
    if (picked !== null) return canvas.what(picked.area, picked.block);
    return canvas.areas.length > 0 ? canvas.what(canvas.areas[0].area, 0)
                                   : null;
  }

  // To the object or free run before or after the one in the frame.
  walk(by) {
    const hit = this.here();
    if (hit === null) return;
    if (this.picked === null) return this.pick(hit);
    const [begin, end] = this.extent(hit);
    this.goTo(hit.area, by < 0 ? begin - 1 : end);
  }

  walkRow(by) {
    const hit = this.here();
    if (hit === null) return;
    if (this.picked === null) return this.pick(hit);
    const {columns, each} = this.canvas.cells;
    this.goTo(hit.area, this.picked.block + by * columns * each);
  }

  goTo(area, block) {
    const place = this.canvas.areaOf(area);
    if (block < 0 || block >= place.blocks) {
      const next = this.canvas.areas[place.index + (block < 0 ? -1 : 1)];
      if (next) this.pick({area: next.area, block: block < 0
        ? next.blocks - 1 : 0});
      return;
    }
    this.pick({area, block});
  }
}
