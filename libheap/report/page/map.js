'use strict';

// Section: the heap map, to scrub through time. The cursor of the heap chart
// and the picture shown move each other.

const kPicturesPerSecond = 15;

class HeapMap extends MapView {
  constructor(group, history, body) {
    super(history, [bySize, byAge, byFate, bySite(history)]);
    this.group = group;
    this.timer = null;
    this.slider = el('input', {
      type: 'range', id: 'picture', min: 0, max: this.history.count - 1,
      'aria-label': 'Picture',
      oninput: () => this.scrubTo(Number(this.slider.value)),
    });
    body.append(this.toolbar(), this.status, this.host, this.legend,
                this.object);
    this.open(this.opening());
    group.pointAt(history.figures(this.picture), false);
    group.followers.push(this);
  }

  moreKeys() {
    return '; Page Up and Page Down change the picture, space plays';
  }

  keys() {
    return {
      PageUp: () => this.step(-1),
      PageDown: () => this.step(1),
      Home: () => this.scrubTo(0),
      End: () => this.scrubTo(this.history.count - 1),
      ' ': () => this.play(),
    };
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
      this.colourChoice());
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

  // --- Words ---------------------------------------------------------------

  tellPicture() {
    super.tellPicture();
    const {count} = this.history;
    this.status.append(el('span', {class: 'note'},
      ` · picture ${withCommas(this.picture + 1)} of ${withCommas(count)}`));
    this.slider.value = String(this.picture);
    this.slider.setAttribute('aria-valuetext', this.status.textContent);
  }

  describeStay(stay, links) {
    const {from, to, count} = this.history;
    const at = (text, picture) => links
      ? el('button', {type: 'button', class: 'moment',
                      onclick: () => this.scrubTo(picture)}, text) : text;
    return [' · on pictures ', at(withCommas(from[stay] + 1), from[stay]),
            ' to ', at(withCommas(to[stay]), to[stay] - 1),
            to[stay] === count ? ', the end' : ''];
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
