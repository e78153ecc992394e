'use strict';

// The heap map as a picture: a row of cells after another, each cell a block,
// or a power of two of blocks where the heap is large. An object is a bar with
// a gap behind it, so that objects can be told apart without colour.

const kGutter = 68;  // for the offsets, at the left
const kAreaGap = 10;
const kMapHeight = 430;

// How cells fit `width` by kMapHeight pixels: as large as they can be with
// a round number of blocks in a row.
function cellsFor(blocks, width) {
  for (let each = 1; ; each *= 2) {
    let best = null;
    for (let columns = 32; columns * 3 <= width; columns += 32) {
      const rows = Math.ceil(blocks / each / columns);
      const w = Math.min(16, Math.floor(width / columns));
      const h = Math.min(Math.floor(kMapHeight / rows), Math.max(12, 2 * w));
      const size = Math.min(w, h);
      if (h >= 3 && (best === null || size > best.size ||
                     (size === best.size && w * h > best.w * best.h))) {
        best = {each, columns, w, h, size};
      }
    }
    if (best !== null) return best;
  }
}

class MapCanvas {
  constructor(history) {
    this.history = history;
    this.canvas = el('canvas', {'aria-hidden': 'true'});
    this.overlay = el('canvas', {'aria-hidden': 'true', class: 'overlay'});
    this.picture = -1;
  }

  // Fits the map to a width in CSS pixels.
  resize(width) {
    this.scale = window.devicePixelRatio || 1;
    const inner = Math.floor((width - kGutter));
    this.cells = cellsFor(this.history.mostBlocks, inner);
    this.width = width;
    this.height = this.mostHeight();
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.round(this.width * this.scale);
      canvas.height = Math.round(this.height * this.scale);
      canvas.style.width = `${this.width}px`;
      canvas.style.height = `${this.height}px`;
    }
  }

  // Where the areas of a picture lie: [{area, blocks, row}], rows counted in
  // cells from the top, gaps between areas left out.
  placed(picture) {
    const {each, columns} = this.cells;
    let row = 0;
    return this.history.areasOn(picture).map(({area, blocks}, i) => {
      const place = {area, blocks, row, index: i};
      row += Math.ceil(blocks / each / columns);
      return place;
    });
  }

  heightOf(picture) {
    const areas = this.placed(picture);
    if (areas.length === 0) return this.cells.h;
    const last = areas[areas.length - 1];
    const rows = last.row + Math.ceil(
      last.blocks / this.cells.each / this.cells.columns);
    return rows * this.cells.h + (areas.length - 1) * kAreaGap;
  }

  // Areas come and go only where a list entry begins or ends.
  mostHeight() {
    const moments = this.history.areas.map(({from}) => from);
    return Math.max(this.cells.h, ...moments.map((p) => this.heightOf(p)));
  }

  top(area) {
    return area.row * this.cells.h + area.index * kAreaGap;
  }

  // --- Painting ------------------------------------------------------------

  paint(picture, way) {
    this.picture = picture;
    this.way = way;
    this.areas = this.placed(picture);
    const ctx = this.canvas.getContext('2d', {willReadFrequently: true});
    const pixels = this.pixels(ctx, pixelOf(themeColour('--paper')));
    this.colours = classColours(way).map(pixelOf);
    this.free = pixelOf(themeColour('--hole'));
    for (const area of this.areas) this.paintFree(pixels, area);
    this.held = new Array(way.classes.length).fill(0);
    if (this.cells.each === 1) this.paintObjects(pixels);
    else this.paintShares(pixels);
    ctx.putImageData(this.image, 0, 0);
    this.paintOffsets(ctx, themeColour('--muted'));
  }

  pixels(ctx, paper) {
    const {width, height} = this.canvas;
    if (this.image?.width !== width || this.image?.height !== height) {
      this.image = ctx.createImageData(width, height);
    }
    const pixels = new Uint32Array(this.image.data.buffer);
    pixels.fill(paper);
    return pixels;
  }

  // Fills the cells [first, last) of an area that share a row; `gap` leaves a
  // line free at the right.
  fill(pixels, area, first, last, colour, gap) {
    const {columns, w, h} = this.cells;
    const row = Math.floor(first / columns);
    const x0 = kGutter + (first - row * columns) * w;
    const x1 = kGutter + (last - row * columns) * w;
    const y = this.top(area) + row * h;
    const at = (v) => Math.round(v * this.scale);
    const left = at(x0);
    const right = Math.max(left + 1, at(x1) - (gap ? 1 : 0));
    const bottom = Math.max(at(y) + 1, at(y + h) - 1);
    for (let line = at(y); line < bottom; ++line) {
      const begin = line * this.canvas.width;
      pixels.fill(colour, begin + left, begin + right);
    }
  }

  // As fill, over any number of rows.
  span(pixels, area, first, last, colour, gap) {
    const {columns} = this.cells;
    for (let begin = first; begin < last;) {
      const end = Math.min(last, (Math.floor(begin / columns) + 1) * columns);
      this.fill(pixels, area, begin, end, colour, gap && end === last);
      begin = end;
    }
  }

  paintFree(pixels, area) {
    this.span(pixels, area, 0, Math.ceil(area.blocks / this.cells.each),
              this.free, false);
  }

  areaOf(number) {
    return this.areas.find(({area}) => area === number);
  }

  paintObjects(pixels) {
    const {history, picture, way, colours, held} = this;
    let area = null;
    history.eachOn(picture, (i) => {
      if (area?.area !== history.area[i]) area = this.areaOf(history.area[i]);
      const kind = way.of(history, i, picture);
      held[kind] += history.blocks[i];
      const begin = history.block[i];
      this.span(pixels, area, begin, begin + history.blocks[i], colours[kind],
                true);
    });
  }

  // Cells of several blocks: the colour of what holds most of the cell, mixed
  // with that of free memory by how full it is.
  paintShares(pixels) {
    const {history, picture, way, colours, held} = this;
    const {each} = this.cells;
    const kinds = way.classes.length;
    const counts = new Map(this.areas.map((area) => [
      area.area, new Uint16Array(Math.ceil(area.blocks / each) * kinds)]));
    history.eachOn(picture, (i) => {
      const kind = way.of(history, i, picture);
      held[kind] += history.blocks[i];
      const count = counts.get(history.area[i]);
      const end = history.block[i] + history.blocks[i];
      for (let b = history.block[i]; b < end; ++b) {
        ++count[Math.floor(b / each) * kinds + kind];
      }
    });
    for (const area of this.areas) {
      this.paintCells(pixels, area, counts.get(area.area), kinds, colours);
    }
  }

  paintCells(pixels, area, counts, kinds, colours) {
    for (let cell = 0; cell * kinds < counts.length; ++cell) {
      let used = 0;
      let most = 0;
      for (let kind = 0; kind < kinds; ++kind) {
        const count = counts[cell * kinds + kind];
        used += count;
        if (count > counts[cell * kinds + most]) most = kind;
      }
      if (used === 0) continue;
      const colour = mixed(this.free, colours[most], used / this.cells.each);
      this.fill(pixels, area, cell, cell + 1, colour, true);
    }
  }

  paintOffsets(ctx, colour) {
    const {each, columns, h} = this.cells;
    ctx.save();
    ctx.scale(this.scale, this.scale);
    ctx.fillStyle = colour;
    ctx.font = '11px ui-monospace, "DejaVu Sans Mono", Menlo, monospace';
    ctx.textAlign = 'right';
    ctx.textBaseline = 'middle';
    const step = Math.ceil(18 / h);
    for (const area of this.areas) {
      const rows = Math.ceil(area.blocks / each / columns);
      for (let row = 0; row < rows; row += step) {
        const offset = bytesOf(row * columns * each);
        const y = this.top(area) + row * h + Math.max(h / 2, 5);
        ctx.fillText(offsetText(offset), kGutter - 8, y);
      }
    }
    ctx.restore();
  }

  // --- Objects and places --------------------------------------------------

  // What lies at a point: {area, block, stay}, stay -1 where it is free; null
  // outside.
  hit(x, y) {
    const {columns, w, h, each} = this.cells;
    const column = Math.floor((x - kGutter) / w);
    if (column < 0 || column >= columns) return null;
    for (const area of this.areas) {
      const row = Math.floor((y - this.top(area)) / h);
      const block = (row * columns + column) * each;
      const rows = Math.ceil(area.blocks / each / columns);
      if (row < 0 || row >= rows || block >= area.blocks) continue;
      return this.what(area.area, block);
    }
    return null;
  }

  what(area, block) {
    let stay = -1;
    const {history} = this;
    history.eachOn(this.picture, (i) => {
      if (history.area[i] === area && history.block[i] <= block &&
          block < history.block[i] + history.blocks[i]) {
        stay = i;
      }
    });
    return {area, block, stay};
  }

  // The free run around a free block: [begin, end).
  freeRun({area, block}) {
    const {history} = this;
    let begin = 0;
    let end = this.areaOf(area).blocks;
    history.eachOn(this.picture, (i) => {
      if (history.area[i] !== area) return;
      const stop = history.block[i] + history.blocks[i];
      if (stop <= block) begin = Math.max(begin, stop);
      else if (history.block[i] > block) end = Math.min(end, history.block[i]);
    });
    return [begin, end];
  }

  // Where a block is drawn, for the tooltip.
  pointOf({area, block}) {
    const {columns, w, h, each} = this.cells;
    const cell = Math.floor(block / each);
    const row = Math.floor(cell / columns);
    const place = this.areaOf(area);
    return [kGutter + (cell - row * columns + 0.5) * w,
            this.top(place) + (row + 0.5) * h];
  }

  // Draws a frame around the cells of [begin, end).
  frame(area, begin, end) {
    const ctx = this.overlay.getContext('2d');
    this.unframe();
    const place = this.areaOf(area);
    if (!place) return;
    const {columns, w, h, each} = this.cells;
    ctx.save();
    ctx.scale(this.scale, this.scale);
    ctx.strokeStyle = themeColour('--needle');
    ctx.lineWidth = 2;
    const last = Math.ceil(end / each);
    for (let first = Math.floor(begin / each); first < last;) {
      const row = Math.floor(first / columns);
      const stop = Math.min(last, (row + 1) * columns);
      ctx.strokeRect(kGutter + (first - row * columns) * w - 1,
                     this.top(place) + row * h - 1,
                     (stop - first) * w + 1, h + 1);
      first = stop;
    }
    ctx.restore();
  }

  unframe() {
    const ctx = this.overlay.getContext('2d');
    ctx.clearRect(0, 0, this.overlay.width, this.overlay.height);
  }
}

// "00004120": the offset from the start of the pool, as in mem_info.
const offsetText = (bytes) => bytes.toString(16).padStart(6, '0');

// Two pixels mixed: 0 gives `a`, 1 gives `b`.
function mixed(a, b, share) {
  const part = (shift) => {
    const from = a >>> shift & 255;
    return Math.round(from + ((b >>> shift & 255) - from) * share) << shift;
  };
  return (0xff000000 | part(16) | part(8) | part(0)) >>> 0;
}
