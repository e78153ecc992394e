'use strict';

// Section: the heap map, to scrub through time. The cursor of the heap chart
// and the picture shown move each other.

const kPicturesPerSecond = 15;

class HeapMap {
  constructor(group, history, body) {
    this.group = group;
    this.history = history;
    this.canvas = new MapCanvas(history);
    this.picked = null;  // {area, block}: what the frame is around
    this.timer = null;
    this.ways = [bySize, byAge, byFate,
                 bySite(history)].filter((way) => way !== null);
    this.way = this.ways[0];
    this.build(body);
    this.resize();
    this.show(this.opening());
    group.pointAt(history.figures(this.picture), false);
    group.followers.push(this);
    new ResizeObserver(() => this.resize()).observe(this.host);
  }

  // --- The page ------------------------------------------------------------

  build(body) {
    this.host = el('div', {
      class: 'map', id: 'heap-map', tabindex: '0', role: 'application',
      'aria-label': 'Heap map. Left and right go from object to object, up ' +
        'and down from row to row; Page Up and Page Down change the picture, ' +
        'space plays.',
      onkeydown: (event) => this.onKey(event),
      onpointermove: (event) => this.onPoint(event),
      onpointerleave: () => this.hideTip(),
      onclick: (event) => this.onClick(event),
    }, this.canvas.canvas, this.canvas.overlay);
    this.tip = el('div', {class: 'tip', role: 'tooltip', hidden: true});
    this.host.append(this.tip);
    this.slider = el('input', {
      type: 'range', id: 'picture', min: 0, max: this.history.count - 1,
      'aria-label': 'Picture',
      oninput: () => this.scrubTo(Number(this.slider.value)),
    });
    this.status = el('p', {class: 'picture', id: 'picture-status'});
    this.legend = el('ul', {class: 'legend', 'aria-label': 'Colours'});
    this.object = el('p', {class: 'object', id: 'map-object',
                           'aria-live': 'polite'}, this.hint());
    body.append(this.toolbar(), this.status, this.host, this.legend,
                this.object);
  }

  hint() {
    return el('span', {class: 'note hint'}, 'Point at an object to see what ' +
      'it is, click to keep it in view; or focus the map and use the arrows.');
  }

  toolbar() {
    const button = (id, text, label, onclick) => el('button',
      {type: 'button', id, title: label, 'aria-label': label, onclick}, text);
    this.player = button('play', '▶', 'Play', () => this.play());
    const jump = (id, text, kinds, by) => this.has(kinds) &&
      button(id, text, text, () => this.jump(kinds, by));
    return el('div', {class: 'toolbar player'},
      el('div', {class: 'choice'}, this.player,
         button('picture-before', '←', 'Previous picture',
                () => this.step(-1)),
         button('picture-after', '→', 'Next picture', () => this.step(1))),
      this.slider,
      el('div', {class: 'choice', role: 'group', 'aria-label': 'Go to'},
         jump('next-collect', 'Next collect', ['before collect'], 1),
         jump('next-failure', 'Next failure', ['failure'], 1),
         this.has(['before collect']) &&
           button('fullest', 'Fullest', 'The fullest picture',
                  () => this.scrubTo(this.fullest()))),
      choice('Colours', this.ways.map((way) => [way.title, () => {
        this.way = way;
        this.repaint();
      }])));
  }

  has(kinds) {
    return this.history.pictures.what.some((what) => kinds.includes(what));
  }

  // Where something went wrong first, else the end.
  opening() {
    const failure = this.history.pictures.what.indexOf('failure');
    return failure >= 0 ? failure : this.history.count - 1;
  }

  fullest() {
    const used = this.history.pictures.used_blocks;
    return used.reduce((best, blocks, i) => blocks > used[best] ? i : best, 0);
  }

  // --- Time ----------------------------------------------------------------

  show(picture) {
    this.picture = Math.min(Math.max(picture, 0), this.history.count - 1);
    this.slider.value = String(this.picture);
    this.repaint();
  }

  // Shows a picture and brings the charts along.
  scrubTo(picture) {
    this.show(picture);
    this.group.pointAt(this.history.figures(this.picture), true);
  }

  // Where an object lay at a failure, or, if no picture was taken of it, on the
  // last one before.
  showObject(event, {area, block}) {
    const {pictures, count} = this.history;
    let p = this.history.at(event);
    for (let i = p; i >= 0 && pictures.event[i] === event; --i) {
      if (pictures.what[i] === 'failure') p = i;
    }
    this.scrubTo(Math.min(p, count - 1));
    this.pick({area, block});
    this.host.scrollIntoView({block: 'center'});
    this.host.focus({preventScroll: true});
  }

  step(by) {
    this.pause();
    this.scrubTo(this.picture + by);
  }

  jump(kinds, by) {
    this.pause();
    const {what} = this.history.pictures;
    const n = this.history.count;
    for (let k = 1; k <= n; ++k) {
      const p = (this.picture + by * k + n) % n;
      if (kinds.includes(what[p])) return this.scrubTo(p);
    }
  }

  play() {
    if (this.timer !== null) return this.pause();
    if (this.picture === this.history.count - 1) this.scrubTo(0);
    const begun = performance.now();
    const first = this.picture;
    const frame = (now) => {
      const at = first + Math.max(
        0, Math.floor((now - begun) / 1000 * kPicturesPerSecond));
      if (at !== this.picture) this.scrubTo(at);
      if (at >= this.history.count - 1) return this.pause();
      this.timer = requestAnimationFrame(frame);
    };
    this.timer = requestAnimationFrame(frame);
    this.tellPlaying();
  }

  pause() {
    if (this.timer !== null) cancelAnimationFrame(this.timer);
    this.timer = null;
    this.tellPlaying();
  }

  tellPlaying() {
    const playing = this.timer !== null;
    this.player.textContent = playing ? '❚❚' : '▶';
    this.player.title = playing ? 'Pause' : 'Play';
    this.player.setAttribute('aria-label', this.player.title);
  }

  // The cursor of a chart moved.
  cursorAt(event) {
    this.pause();
    this.show(this.history.at(event));
    this.group.pointAt(this.history.figures(this.picture), false);
  }

  recolour() { this.repaint(); }

  // --- Space ---------------------------------------------------------------

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
        pictures.largest_free_run_blocks[p]))}`,
      el('span', {class: 'note'}, ` · picture ${withCommas(p + 1)} of ` +
         withCommas(this.history.count)));
    this.slider.setAttribute('aria-valuetext', this.status.textContent);
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
            ...this.describeLife(hit.stay, links)];
  }

  describeLife(stay, links) {
    const {history} = this;
    const born = history.birth[stay];
    const at = (text, picture) => links
      ? el('button', {type: 'button', class: 'moment',
                      onclick: () => this.scrubTo(picture)}, text) : text;
    const nodes = [];
    if (history.asked[stay] > 0) {
      nodes.push(` · ${counted(history.asked[stay], 'byte')} asked for`);
    }
    if (history.site[stay] !== 0) {
      nodes.push(' · ', el('b', {}, history.siteName(history.site[stay])));
    }
    nodes.push(' · ', born === 0 ? 'birth not known' : [
      `born at event${NBSP}${withCommas(born)}, `,
      `${counted(history.pictures.event[this.picture] - born, 'event')} old`]);
    nodes.push(' · on pictures ', at(withCommas(history.from[stay] + 1),
                                     history.from[stay]),
      ' to ', at(withCommas(history.to[stay]), history.to[stay] - 1),
      history.to[stay] === history.count ? ', the end' : '');
    return nodes.flat();
  }

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
      PageUp: () => this.step(-1),
      PageDown: () => this.step(1),
      Home: () => this.scrubTo(0),
      End: () => this.scrubTo(this.history.count - 1),
      ' ': () => this.play(),
      Escape: () => this.unpick(),
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

let heapMap = null;

function renderMap(body) {
  const ready = () => {
    document.documentElement.dataset.map = 'ready';
    performance.mark('map');
  };
  if (findings.proof.events === 0) {
    ready();
    body.append(el('p', {class: 'empty'}, 'Nothing happens in this trace.'));
    return;
  }
  const waiting = el('p', {class: 'empty'}, 'Unpacking…');
  body.append(waiting);
  HeapHistory.open().then((history) => {
    waiting.remove();
    heapMap = new HeapMap(group, history, body);
  }).catch((error) => {
    waiting.textContent = `The map could not be drawn: ${error.message}`;
    waiting.setAttribute('role', 'alert');
    console.error(error);
  }).finally(ready);
}
