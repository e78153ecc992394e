'use strict';

// The heap over time, as layers: what is used, what is free in pieces, and the
// largest free run; or the largest run as a line of its own. Below, one lane of
// marks per cause of collects, and one for failed allocations.

class HeapChart extends Chart {
  constructor(group, host, readout) {
    super(group, host, {
      label: 'Heap over time.',
      height: kPlotPixels + kAxisPixels + kRangePixels,
    });
    this.readout = readout;
    this.samples = findings.over_time.samples;
    this.totals = this.samples.total_blocks;
    this.placeMarks();
    this.lanes = Object.keys(kMarks).filter(
      (kind) => this.marks.some((mark) => mark.kind === kind));
    this.most = bytesOf(kMostBlocks);
    this.start(this.options());
  }

  // Where the used part ends, if that is so low that it deserves a scale of
  // its own; else null.
  get usedPart() {
    const peak = this.samples.used_blocks.reduce((a, b) => Math.max(a, b), 1);
    return peak < kMostBlocks / 2 ? bytesOf(peak) * 1.1 : null;
  }

  // The lanes are below 0, in the units of the axis.
  get unitsPerPixel() {
    return this.most * 1.02 /
        (kPlotPixels - kLanePixels * (this.lanes.length + 0.4));
  }

  get valueRange() {
    return [-kLanePixels * (this.lanes.length + 0.4) * this.unitsPerPixel,
            this.most * 1.02];
  }

  rows() {
    const {used_blocks: used, largest_free_run_blocks: run} = this.samples;
    return this.group.across.xs.map((x, i) => [
      x, bytesOf(this.totals[i] - run[i]), bytesOf(used[i]), bytesOf(run[i]),
      bytesOf(this.totals[i])]);
  }

  options() {
    return {
      labels: ['x', 'top of pieces', 'used', 'largest free run', 'size'],
      visibility: [true, true, false, true],
      valueRange: this.valueRange,
      showRangeSelector: true,
      rangeSelectorHeight: kRangePixels - 8,
      series: {
        'top of pieces': {plotter: (e) => this.drawPieces(e)},
        'used': {
          showInRangeSelector: true,
          plotter: (e) => this.drawUsed(e),
        },
        'largest free run': {plotter: (e) => this.drawLine(e, 'run', [5, 3])},
        'size': {plotter: (e) => this.drawLine(e, 'muted', [1, 2])},
      },
      axes: {y: {ticker: (from, to, pixels) => this.yTicks(pixels)}},
      underlayCallback: (ctx, area, graph) => this.drawMarks(ctx, area, graph),
    };
  }

  setStacked(stacked) {
    this.readout.node.classList.toggle('lines', !stacked);
    this.graph.setVisibility([stacked, true, !stacked, true]);
  }

  setMost(bytes) {
    this.most = bytes;
    this.graph.updateOptions({valueRange: this.valueRange});
  }

  reload() {
    this.placeMarks();
    super.reload();
  }

  laneY(kind) {
    return -kLanePixels * (this.lanes.indexOf(kind) + 0.9) *
        this.unitsPerPixel;
  }

  yTicks(pixels) {
    return [...byteTicks(this.most, pixels * this.most /
                         (this.unitsPerPixel * kPlotPixels)),
            ...this.lanes.map((kind) => ({v: this.laneY(kind), label: kind}))];
  }

  drawLine({drawingContext: ctx, points}, colour, dash = []) {
    ctx.strokeStyle = this.colours[colour];
    ctx.setLineDash(dash);
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    for (const [x, y] of corners(points)) ctx.lineTo(x, y);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  drawUsed(e) {
    const line = corners(e.points);
    const floor = e.dygraph.toDomYCoord(0);
    fillBetween(e.drawingContext, line, line.map(([x]) => [x, floor]),
                this.colours['used-fill']);
    this.drawLine(e, 'used');
  }

  drawPieces(e) {
    fillBetween(e.drawingContext, corners(e.points),
                corners(e.allSeriesPoints[1]),
                hatching(e.drawingContext, this.colours.pieces));
    this.drawLine(e, 'pieces');
  }

  // Collects and failures, sorted by where they are.
  placeMarks() {
    const {across} = this.group;
    const collects = findings.collects.listed.map((one) => ({
      kind: one.cause,
      x: across.of(one.event, one.begin_us),
      text: `collect (${one.cause}): ${humanBytes(bytesOf(
        one.used_before_blocks))} → ${humanBytes(bytesOf(
        one.used_after_blocks))}`,
    }));
    const failures = findings.failures.first.map((one) => ({
      kind: 'failed',
      x: across.of(one.event, one.time_us),
      text: `failed: ${humanBytes(one.bytes)} asked (${one.verdict})`,
    }));
    this.marks = [...collects, ...failures].sort((a, b) => a.x - b.x);
    this.markXs = this.marks.map((mark) => mark.x);
  }

  drawMarks(ctx, area, graph) {
    const [from, to] = graph.xAxisRange();
    const shown = this.marks.filter((mark) => mark.x >= from && mark.x <= to);
    ctx.save();
    for (const kind of this.lanes) {
      const marks = shown.filter((mark) => mark.kind === kind);
      const xs = marks.map((mark) => graph.toDomXCoord(mark.x));
      this.drawLane(ctx, kind, xs, graph.toDomYCoord(this.laneY(kind)));
      if (kind === 'failed' && xs.length <= 40) {
        this.drawFailures(ctx, xs, area.y, graph.toDomYCoord(0));
      }
    }
    ctx.restore();
  }

  // Shapes where they can be told apart, plain strokes where they crowd.
  drawLane(ctx, kind, xs, y) {
    const mark = kMarks[kind];
    const crowded = xs.length > 12 &&
        (xs[xs.length - 1] - xs[0]) / xs.length < 8;
    ctx.strokeStyle = this.colours[
      crowded && mark.colour === 'ink' ? 'muted' : mark.colour];
    ctx.lineWidth = crowded ? 1 : kind === 'failed' ? 2 : 1.25;
    ctx.beginPath();
    for (const x of xs) (crowded ? kMarks.threshold : mark).draw(ctx, x, y);
    ctx.stroke();
  }

  drawFailures(ctx, xs, top, bottom) {
    ctx.strokeStyle = this.colours.bad;
    ctx.lineWidth = 1;
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    for (const x of xs) {
      ctx.moveTo(Math.round(x) + 0.5, top);
      ctx.lineTo(Math.round(x) + 0.5, bottom);
    }
    ctx.stroke();
    ctx.setLineDash([]);
  }

  // What the marks nearest to a row say, if they are within a few pixels.
  marksNear(row) {
    if (this.marks.length === 0) return '';
    const [from, to] = this.group.shown;
    const {x} = this.marks[nearest(this.markXs, this.xs[row])];
    const pixels = Math.abs(x - this.xs[row]) / (to - from) *
        this.graph.getArea().w;
    if (pixels > 4) return '';
    return this.marks.filter((mark) => mark.x === x).slice(0, 3)
        .map((mark) => ` · ${mark.text}`).join('');
  }

  readOut(row) {
    const i = row ?? this.xs.length - 1;
    const used = this.samples.used_blocks[i];
    const run = this.samples.largest_free_run_blocks[i];
    const total = this.totals[i];
    this.readout.show({
      at: row === null ? 'the end of the trace'
          : momentOf(this.samples.event[i], this.samples.time_us[i]) +
            this.marksNear(row),
      used: `${humanBytes(bytesOf(used))} (${percentOf(used, total)})`,
      pieces: humanBytes(bytesOf(total - used - run)),
      run: humanBytes(bytesOf(run)),
      size: humanBytes(bytesOf(total)),
    });
  }
}

// What every collect left: its live objects; above, what it freed.
class LiveChart extends Chart {
  constructor(group, host, readout) {
    super(group, host, {
      label: 'Used before and after each collect.',
      height: 150 + kAxisPixels,
    });
    this.readout = readout;
    this.collects = findings.collects.listed;
    this.most = this.collects.reduce(
      (most, one) => Math.max(most, bytesOf(one.used_before_blocks)), 1);
    this.start({
      labels: ['x', 'before', 'after'],
      valueRange: [0, this.most * 1.05],
      series: {
        before: {plotter: (e) => this.drawFreed(e)},
        after: {plotter: (e) => this.drawLive(e)},
      },
      axes: {y: {ticker: (from, to, pixels) => byteTicks(this.most, pixels)}},
    });
  }

  rows() {
    return this.collects.map((one) => [
      this.group.across.of(one.event, one.begin_us),
      bytesOf(one.used_before_blocks), bytesOf(one.used_after_blocks)]);
  }

  drawFreed(e) {
    const ctx = e.drawingContext;
    const after = e.allSeriesPoints[1];
    ctx.strokeStyle = this.colours.muted;
    ctx.lineWidth = 1;
    ctx.beginPath();
    e.points.forEach((point, i) => {
      const x = Math.round(point.canvasx) + 0.5;
      ctx.moveTo(x - 2, point.canvasy); ctx.lineTo(x + 2, point.canvasy);
      ctx.moveTo(x, point.canvasy); ctx.lineTo(x, after[i].canvasy);
    });
    ctx.stroke();
  }

  drawLive(e) {
    const ctx = e.drawingContext;
    ctx.strokeStyle = ctx.fillStyle = this.colours.used;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    for (const [x, y] of corners(e.points)) ctx.lineTo(x, y);
    ctx.stroke();
    if (e.points.length * 5 > e.plotArea.w) return;  // no room for dots
    ctx.beginPath();
    for (const point of e.points) {
      ctx.moveTo(point.canvasx, point.canvasy);
      ctx.arc(point.canvasx, point.canvasy, 2.5, 0, 2 * Math.PI);
    }
    ctx.fill();
  }

  readOut(row) {
    const one = this.collects[row ?? this.collects.length - 1];
    this.readout.show({
      at: `${row === null ? 'the last one, ' : ''}` +
          `${momentOf(one.event, one.begin_us)} · ${one.cause}`,
      before: humanBytes(bytesOf(one.used_before_blocks)),
      after: humanBytes(bytesOf(one.used_after_blocks)),
    });
  }
}

// The legend of a chart, with the values under the cursor. fields: [key, label,
// style of the swatch or null].
class Readout {
  constructor(fields) {
    this.values = {};
    this.node = el('dl', {class: 'readout'}, fields.map(([key, label, swatch]) => {
      this.values[key] = el('dd', {'data-readout': key});
      return el('div', {class: `of-${key}`},
        el('dt', {}, swatch && el('i', {class: `swatch ${swatch}`}), label),
        this.values[key]);
    }));
  }

  show(values) {
    for (const [key, text] of Object.entries(values)) {
      this.values[key].textContent = text;
    }
  }
}
