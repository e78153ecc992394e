'use strict';

// Section: the heap over time.

const kPlotPixels = 300;
const kLanePixels = 18;
const kRangePixels = 40;

// The kinds of marks, one lane each below the heap: told apart by lane, label
// and shape, so that colour is not needed.
const kMarks = {
  failed: {glyph: '✕', colour: 'bad', draw: (ctx, x, y) => {
    ctx.moveTo(x - 4, y - 4); ctx.lineTo(x + 4, y + 4);
    ctx.moveTo(x + 4, y - 4); ctx.lineTo(x - 4, y + 4);
  }},
  threshold: {glyph: '❘', colour: 'ink', draw: (ctx, x, y) => {
    ctx.moveTo(x, y - 4); ctx.lineTo(x, y + 4);
  }},
  exhausted: {glyph: '△', colour: 'ink', draw: (ctx, x, y) => {
    ctx.moveTo(x - 5, y + 4); ctx.lineTo(x, y - 5); ctx.lineTo(x + 5, y + 4);
    ctx.closePath();
  }},
  explicit: {glyph: '○', colour: 'ink', draw: (ctx, x, y) => {
    ctx.moveTo(x + 4, y); ctx.arc(x, y, 4, 0, 2 * Math.PI);
  }},
  label: {glyph: '⚑', colour: 'ink', draw: (ctx, x, y) => {
    ctx.moveTo(x, y + 5); ctx.lineTo(x, y - 5); ctx.lineTo(x + 6, y - 2);
    ctx.lineTo(x, y + 1);
  }},
  reset: {glyph: '◇', colour: 'ink', draw: (ctx, x, y) => {
    ctx.moveTo(x, y - 5); ctx.lineTo(x + 5, y); ctx.lineTo(x, y + 5);
    ctx.lineTo(x - 5, y); ctx.closePath();
  }},
};

// The heap over time, as layers: what is used, what is free in pieces, and the
// largest free run; or the largest run as a line of its own. Below, one lane of
// marks per cause of collects, and one for failed allocations.
class HeapChart extends Chart {
  // `last`: what the last moment is called.
  constructor(group, host, readout, last = 'the end of the trace') {
    super(group, host, {
      label: 'Heap over time.',
      height: kPlotPixels + kAxisPixels + kRangePixels,
    });
    this.readout = readout;
    this.last = last;
    this.usedPartOnly = false;
    this.read();
    this.start(this.options());
  }

  read() {
    this.samples = findings.over_time.samples;
    this.totals = this.samples.total_blocks;
    this.whole = mostBlocks();
    this.placeMarks();
    this.lanes = Object.keys(kMarks).filter(
      (kind) => this.marks.some((mark) => mark.kind === kind));
    this.most = this.usedPartOnly && this.usedPart || bytesOf(this.whole);
  }

  // Where the used part ends, if that is so low that it deserves a scale of
  // its own; else null.
  get usedPart() {
    const peak = this.samples.used_blocks.reduce((a, b) => Math.max(a, b), 1);
    return peak < this.whole / 2 ? bytesOf(peak) * 1.1 : null;
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

  eventOf(row) { return this.samples.event[row]; }

  // The moment the map shows, brought into view and read out.
  lookAt(moment) {
    this.graph.clearSelection();
    this.reveal(this.group.across.of(moment.event, moment.time));
    this.row = nearest(this.samples.event, moment.event);
    this.tell(momentOf(moment.event, moment.time), moment);
  }

  options() {
    return {
      labels: ['x', 'top of pieces', 'used', 'largest free run', 'size'],
      visibility: [true, true, false, true],
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

  showUsedPart(only) {
    this.usedPartOnly = only;
    this.reload();
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
    const labels = findings.labels.listed.map((one) => ({
      kind: 'label',
      x: across.of(one.event, one.time_us),
      text: `label: ${one.text}`,
      name: one.text,
    }));
    this.marks = [...collects, ...failures, ...labels].sort(
      (a, b) => a.x - b.x);
    this.markXs = this.marks.map((mark) => mark.x);
  }

  drawMarks(ctx, area, graph) {
    const [from, to] = graph.xAxisRange();
    const shown = this.marks.filter((mark) => mark.x >= from && mark.x <= to);
    ctx.save();
    this.drawDoubts(ctx, area, graph);
    this.drawNames(ctx, shown, area, graph);
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

  // Behind everything, where the heap is not known exactly.
  drawDoubts(ctx, area, graph) {
    ctx.fillStyle = hatching(ctx, this.colours.bad);
    for (const span of doubtfulSpans()) {
      const [x0, x1] = span.map(
        (event) => graph.toDomXCoord(this.group.across.of(event)));
      const left = Math.max(x0, area.x);
      const right = Math.min(Math.max(x1, x0 + 2), area.x + area.w);
      if (left < right) ctx.fillRect(left, area.y, right - left, area.h);
    }
  }

  // The names of labels, where they have room.
  drawNames(ctx, shown, area, graph) {
    let free = area.x;
    ctx.font = '11px system-ui, sans-serif';
    ctx.textBaseline = 'middle';
    ctx.fillStyle = this.colours.muted;
    for (const mark of shown) {
      if (mark.kind !== 'label') continue;
      const x = graph.toDomXCoord(mark.x) + 9;
      const end = x + ctx.measureText(mark.name).width;
      if (x < free || end > area.x + area.w) continue;
      ctx.fillText(mark.name, x, graph.toDomYCoord(this.laneY('label')));
      free = end + 14;
    }
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
    const at = row === null ? this.last
      : momentOf(this.samples.event[i], this.samples.time_us[i]) +
        this.marksNear(row);
    this.tell(at, {
      used: this.samples.used_blocks[i],
      run: this.samples.largest_free_run_blocks[i],
      total: this.totals[i],
    });
  }

  tell(at, {used, run, total}) {
    this.readout.show({
      at,
      used: `${humanBytes(bytesOf(used))} (${percentOf(used, total)})`,
      pieces: humanBytes(bytesOf(total - used - run)),
      run: humanBytes(bytesOf(run)),
      size: humanBytes(bytesOf(total)),
    });
  }
}

function zoomButtons() {
  const button = (id, text, label, onclick) => el('button',
    {type: 'button', id, 'aria-label': label, title: label, onclick}, text);
  return el('div', {class: 'choice', role: 'group', 'aria-label': 'Window'},
    button('earlier', '←', 'Earlier', () => group.pan(-0.5)),
    button('later', '→', 'Later', () => group.pan(0.5)),
    button('zoom-in', '+', 'Zoom in', () => group.zoom(0.5)),
    button('zoom-out', '−', 'Zoom out', () => group.zoom(2)),
    button('show-all', 'All', 'Show everything', () => group.show(null)));
}

function renderOverTime(body) {
  if (findings.proof.events === 0) {
    body.append(el('p', {class: 'empty'}, 'Nothing happens in this trace.'));
    return;
  }
  const readout = new Readout([
    ['at', 'At', null],
    ['used', 'used', 'used'],
    ['pieces', 'free, in smaller runs', 'pieces'],
    ['run', 'largest free run', 'run'],
    ['size', 'heap', 'size']]);
  const host = el('div', {class: 'chart', id: 'heap-chart'});
  body.append(readout.node, host,
              el('p', {class: 'note hint'}, chartNote()));
  const chart = new HeapChart(group, host, readout);
  body.prepend(el('div', {class: 'toolbar'},
    hasTimes() && choice('From left to right', [
      ['By time', () => group.setByTime(true)],
      ['By event', () => group.setByTime(false)]]),
    choice('Largest free run', [
      ['Layers', () => chart.setStacked(true)],
      ['Lines', () => chart.setStacked(false)]]),
    chart.usedPart && choice('From bottom to top', [
      ['Whole heap', () => chart.showUsedPart(false)],
      ['Used part', () => chart.showUsedPart(true)]]),
    zoomButtons()));
}

function chartNote() {
  const thinned = findings.over_time.one_kept_in;
  const {count, first} = findings.failures;
  return [
    !hasTimes() && 'From left to right: events. ',
    'Drag to zoom, Shift-drag to move, double-click for everything; with the ' +
    'keyboard: arrows, + and −, Escape. ',
    thinned > 1 && ['Drawn: the fullest and the emptiest of every ',
                    show('over_time.one_kept_in'),
                    ' moments looked at; the figures above are over all. '],
    count > first.length &&
      `The first ${withCommas(first.length)} failures are marked.`];
}
