'use strict';

// The history of the heap: pictures of all of it through time, and which
// objects lie on each. Packed by report/history_json.h, which says how.

// Packed columns, one number after another.
class Columns {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  number() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
      scale *= 128;
    }
  }

  // Fills a typed array with what decoded(number, i, before) gives, where
  // `before` is what it gave for the item before.
  fill(into, decoded, before = 0) {
    for (let i = 0; i < into.length; ++i) {
      before = into[i] = decoded(this.number(), i, before);
    }
    return into;
  }
}

const unzigzag = (n) => (n % 2 === 0 ? n / 2 : -(n + 1) / 2);

async function inflated(base64) {
  const packed = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(
    new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class HeapHistory {
  static async open() {
    const json = JSON.parse(document.getElementById('history').textContent);
    return new HeapHistory(json, await inflated(json.packed));
  }

  constructor({pictures, areas, sites, stays: n}, bytes) {
    this.sites = sites;
    this.pictures = pictures;
    this.count = pictures.event.length;
    this.areas = areas;
    this.stays = n;
    this.unpack(new Columns(bytes), n);
    this.mostBlocks = 0;
    for (let p = 0; p < this.count; ++p) {
      this.mostBlocks = Math.max(this.mostBlocks, this.blocksOn(p));
    }
  }

  unpack(columns, n) {
    const from = columns.fill(new Uint32Array(n), (d, i, last) => last + d);
    const area = columns.fill(new Uint32Array(n), (number) => number);
    const block = columns.fill(new Uint32Array(n), (gap) => gap);
    const blocks = columns.fill(new Uint32Array(n), (number) => number + 1);
    for (let i = 1; i < n; ++i) {
      if (from[i] === from[i - 1] && area[i] === area[i - 1]) {
        block[i] += block[i - 1] + blocks[i - 1];  // only the gap was told
      }
    }
    const to = columns.fill(new Uint32Array(n), (d, i) => from[i] + d + 1);
    const asked = columns.fill(new Float64Array(n), (spare, i) =>
      spare === 0 ? 0 : bytesOf(blocks[i]) - spare + 1);
    const birth = columns.fill(new Float64Array(n),
                               (d, i, last) => last + unzigzag(d));
    const site = columns.fill(new Uint32Array(n), (number) => number);
    Object.assign(this, {from, area, block, blocks, to, asked, birth,
                         site});
  }

  areasOn(picture) {
    return this.areas.filter(({from, to}) => from <= picture && picture < to);
  }

  blocksOn(picture) {
    return this.areasOn(picture).reduce((sum, {blocks}) => sum + blocks, 0);
  }

  // Calls back with the number of each stay that is on a picture.
  eachOn(picture, visit) {
    const {from, to, stays} = this;
    for (let i = 0; i < stays && from[i] <= picture; ++i) {
      if (to[i] > picture) visit(i);
    }
  }

  eachStay(visit) {
    for (let i = 0; i < this.stays; ++i) visit(i);
  }

  // How much a stay held: its blocks, on so many pictures.
  heldBy(i) { return this.blocks[i] * (this.to[i] - this.from[i]); }

  // The last picture at or before an event; of several at one event the last.
  at(event) {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pictures.event[middle] <= event) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  siteName(index) { return nameOfSite(this.sites, index); }

  // The moment of a picture and the heap's figures there, in blocks.
  figures(picture) {
    return {
      event: this.pictures.event[picture],
      time: this.pictures.time_us[picture],
      used: this.pictures.used_blocks[picture],
      run: this.pictures.largest_free_run_blocks[picture],
      total: this.blocksOn(picture),
    };
  }
}

// "main.py:12 in read (mp_obj_new_float)", as much of it as is known.
function nameOfSite(sites, index) {
  if (index === 0) return 'not known';
  if (sites[index] === undefined) return `site ${index}`;
  const {file, line, function: name, runtime} = sites[index];
  const place = file === '' ? '' : `${file}:${line}`;
  const python = name === '' ? place : `${place} in ${name}`;
  if (python === '') return runtime || `site ${index}`;
  return runtime === '' ? python : `${python} (${runtime})`;
}

// What a picture was taken for, in words.
const kOccasions = {
  'steady': '', 'start': 'the start', 'before collect': 'before a collect',
  'after collect': 'after the collect', 'failure': 'an allocation fails',
  'end': 'the end',
};
