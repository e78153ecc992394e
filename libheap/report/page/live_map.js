'use strict';

// Section: the heap map of this moment.

// The objects of the heap as frames tell them: a history (see MapView) of one
// picture. An object's number is its place: blocks counted through all areas.
class LiveObjects {
  constructor() {
    this.sites = [];
    this.count = 1;
    this.clear();
  }

  clear() {
    this.areas = [];
    this.sites.length = 0;
    this.pictures = {event: [0], time_us: [null], what: ['steady'],
                     used_blocks: [0], largest_free_run_blocks: [0],
                     objects: [0]};
    this.makeRoom(0);
    this.laidOut = true;  // anew, since somebody asked
  }

  get mostBlocks() { return Math.max(1, this.room); }

  makeRoom(room) {
    this.room = room;
    this.area = new Uint32Array(room);
    this.block = new Uint32Array(room);
    this.blocks = new Uint32Array(room);  // 0: no object begins here
    this.asked = new Float64Array(room);
    this.birth = new Float64Array(room);
    this.site = new Uint32Array(room);
  }

  apply(parts) {
    const same = parts.length === this.areas.length && parts.every(
      (part, i) => part.area === this.areas[i].area &&
                   part.blocks === this.areas[i].blocks && !part.anew);
    if (!same) this.layOut(parts);
    parts.forEach((part, i) => this.change(part, this.areas[i].offset));
  }

  // Areas came or went, or all of one is told anew.
  layOut(parts) {
    const before = {areas: this.areas, blocks: this.blocks, asked: this.asked,
                    birth: this.birth, site: this.site};
    this.makeRoom(parts.reduce((sum, {blocks}) => sum + blocks, 0));
    let offset = 0;
    this.areas = parts.map(({area, blocks, anew}) => {
      const old = before.areas.find((one) => one.area === area);
      this.area.fill(area, offset, offset + blocks);
      for (let b = 0; b < blocks; ++b) this.block[offset + b] = b;
      if (old && !anew) {
        for (const column of ['blocks', 'asked', 'birth', 'site']) {
          this[column].set(before[column].subarray(
            old.offset, old.offset + old.blocks), offset);
        }
      }
      offset += blocks;
      return {area, blocks, offset: offset - blocks, from: 0, to: 1};
    });
    this.laidOut = true;
  }

  change({gone, came}, offset) {
    for (const head of gone) this.blocks[offset + head] = 0;
    came.block.forEach((head, i) => {
      const at = offset + head;
      this.blocks[at] = came.blocks[i];
      this.asked[at] = came.bytes[i];
      this.birth[at] = came.birth[i];
      this.site[at] = came.site[i];
    });
  }

  tell(status) {
    const {pictures} = this;
    pictures.event[0] = status.event;
    pictures.time_us[0] = status.time_us;
    pictures.used_blocks[0] = status.used_blocks;
    pictures.largest_free_run_blocks[0] = status.largest_free_run_blocks;
  }

  areasOn() { return this.areas; }

  eachStay(visit) {
    const {blocks, room} = this;
    let objects = 0;
    for (let i = 0; i < room; i += blocks[i] || 1) {
      if (blocks[i] === 0) continue;
      ++objects;
      visit(i);
    }
    this.pictures.objects[0] = objects;
  }

  eachOn(picture, visit) { this.eachStay(visit); }

  heldBy(i) { return this.blocks[i]; }

  siteName(index) { return nameOfSite(this.sites, index); }

  figures() {
    const {pictures} = this;
    return {event: pictures.event[0], time: pictures.time_us[0],
            used: pictures.used_blocks[0],
            run: pictures.largest_free_run_blocks[0], total: this.room};
  }
}

const kSitesEvery = 2000;  // ms between looks at who holds most

class LiveMap extends MapView {
  constructor(objects, body) {
    super(objects, [bySize, byAge]);
    this.toolbar = el('div', {class: 'toolbar'}, this.status,
                      this.colourChoice());
    this.sitesAt = -Infinity;
    this.shownPick = '';
    body.append(this.toolbar, this.host, this.legend, this.object);
    this.open(0);
    group.followers.push(this);
  }

  cursorAt() {}

  draw() {
    if (this.history.laidOut) {
      this.history.laidOut = false;
      this.unpick();
      this.canvas.resize(this.host.clientWidth);
    }
    this.lookAtSites();
    this.repaint();
  }

  // Who holds most, each with a colour; those that have one keep it.
  lookAtSites() {
    const now = performance.now();
    if (now - this.sitesAt < kSitesEvery) return;
    this.sitesAt = now;
    const way = bySite(this.history);
    if (way === null) return;
    const at = this.ways.findIndex(({id}) => id === way.id);
    if (at < 0) {
      this.ways.push(way);
      this.toolbar.replaceChildren(this.status, this.colourChoice());
      this.way = this.ways[0];
      return;
    }
    const names = (one) => [...one.classes].sort().join('\n');
    if (names(this.ways[at]) === names(way)) return;
    if (this.way === this.ways[at]) this.way = way;
    this.ways[at] = way;
  }

  // What lies in the frame is told once, not at every frame.
  repaint() {
    this.canvas.paint(0, this.way);
    this.host.dataset.event = String(this.history.pictures.event[0]);
    this.tellPicture();
    this.tellLegend();
    if (this.picked === null) return;
    const {stay} = this.canvas.what(this.picked.area, this.picked.block);
    const born = stay < 0 ? 'free' : `${stay} ${this.history.birth[stay]}`;
    if (born === this.shownPick) return;
    this.pick(this.picked);
    this.shownPick = born;
  }

  unpick() {
    super.unpick();
    this.shownPick = '';
  }
}
