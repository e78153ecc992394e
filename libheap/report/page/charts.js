'use strict';

// The charts: all share one x axis and one window on it, so they zoom as one.
// dygraphs draws the lines; the bands, marks and keys are ours.

const kPlotPixels = 300;
const kLanePixels = 18;
const kAxisPixels = 24;
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
  reset: {glyph: '◇', colour: 'ink', draw: (ctx, x, y) => {
    ctx.moveTo(x, y - 5); ctx.lineTo(x + 5, y); ctx.lineTo(x, y + 5);
    ctx.lineTo(x - 5, y); ctx.closePath();
  }},
};

// --- The x axis --------------------------------------------------------------

// The index of the item of a sorted list that is nearest to a value.
function nearest(sorted, value) {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1; else high = middle;
  }
  const before = low > 0 && value - sorted[low - 1] < sorted[low] - value;
  return before ? low - 1 : low;
}

// Moments without a time take that of the one before; null if none has one.
function completed(times) {
  const first = times.find((time) => time !== null);
  if (first === undefined) return null;
  let last = first;
  return times.map((time) => (last = time ?? last));
}

// 1, 2 or 5 times a power of ten, at least `least`.
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((n) => n * power >= least * 0.999) * power;
}

const kClockSteps = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
                     21600, 43200, 86400].map((seconds) => seconds * 1e6);

// Where things are from left to right: at their event number, or at their
// time if the trace has times.
class Across {
  constructor(samples) {
    this.events = samples.event;
    this.times = completed(samples.time_us);
    this.byTime = this.times !== null;
  }

  get xs() { return this.byTime ? this.times : this.events; }

  // All there is, with a little room for marks at the ends.
  get extent() {
    const first = this.xs[0];
    const last = this.xs[this.xs.length - 1];
    const margin = (last - first) * 0.01 || 1;
    return [first - margin, last + margin];
  }

  // The x of a thing with an event number and, perhaps, a time.
  of(event, time = null) {
    if (!this.byTime) return event;
    return time ?? this.times[nearest(this.events, event)];
  }

  step(span, pixels, pixelsEach) {
    const least = span / Math.max(1, pixels / pixelsEach);
    if (!this.byTime) return Math.max(1, roundStep(least));
    return kClockSteps.find((step) => least > 5e6 && step >= least) ??
        roundStep(least);
  }

  ticks(from, to, pixels) {
    const step = this.step(to - from, pixels, 110);
    const ticks = [];
    for (let k = Math.ceil(from / step); k * step <= to; ++k) {
      const v = k * step || 0;  // not -0
      ticks.push({v, label: this.byTime ? momentText(v, step) : withCommas(v)});
    }
    return ticks;
  }
}

// "event 12,345 · 1.234 s"
function momentOf(event, time) {
  const number = `event${NBSP}${withCommas(event)}`;
  return time === null ? number : `${number} · ${timeText(time)}`;
}

// --- The group ---------------------------------------------------------------

// The charts of the page and the window they show; null shows everything.
class ChartGroup {
  constructor(across) {
    this.across = across;
    this.window = null;
    this.charts = [];
  }

  get shown() { return this.window ?? this.across.extent; }

  show(window) {
    const [first, last] = this.across.extent;
    if (window !== null) {
      const least = this.across.byTime ? (last - first) / 1e5 : 8;
      const span = Math.min(Math.max(window[1] - window[0], least),
                            last - first);
      const middle = (window[0] + window[1]) / 2;
      const from = Math.min(Math.max(middle - span / 2, first), last - span);
      window = span < (last - first) * 0.975 ? [from, from + span] : null;
    }
    this.window = window;
    for (const chart of this.charts) chart.showWindow();
  }

  // The range selector moved one chart; the others follow.
  follow(window) {
    const [from, to] = this.shown;
    const close = Math.abs(to - from) * 1e-6;
    if (Math.abs(window[0] - from) < close &&
        Math.abs(window[1] - to) < close) {
      return;
    }
    this.show(window);
  }

  zoom(factor, centre = null) {
    const [from, to] = this.shown;
    const middle = centre ?? (from + to) / 2;
    this.show([middle - (middle - from) * factor,
               middle + (to - middle) * factor]);
  }

  pan(share) {
    const [from, to] = this.shown;
    const by = (to - from) * share;
    this.show([from + by, to + by]);
  }

  // Brings a moment into view, near enough to tell it from its neighbours.
  focus(event, time = null) {
    if (this.charts.length === 0) return;
    const [first, last] = this.across.extent;
    const [from, to] = this.shown;
    const span = Math.min(to - from, (last - first) / 12);
    const x = this.across.of(event, time);
    this.show([x - span / 2, x + span / 2]);
    this.charts[0].select(nearest(this.charts[0].xs, x));
    this.charts[0].host.scrollIntoView({block: 'center'});
    this.charts[0].host.focus({preventScroll: true});
  }

  setByTime(byTime) {
    if (this.across.byTime === byTime) return;
    const old = this.across.xs;
    const rows = this.window && this.window.map((x) => nearest(old, x));
    this.across.byTime = byTime;
    this.window = null;
    for (const chart of this.charts) chart.reload();
    if (rows) this.show(rows.map((row) => this.across.xs[row]));
  }

  redraw() {
    for (const chart of this.charts) chart.recolour();
  }
}

// --- Drawing -----------------------------------------------------------------

// The page's colours, as its style sheet has them at the moment.
function palette() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(
    ['paper', 'ink', 'muted', 'rule', 'used', 'used-fill', 'pieces', 'run',
     'bad'].map((name) => [name, colour(name)]));
}

// The corners of a step line through dygraphs' points, left to right.
function corners(points) {
  const list = [];
  points.forEach((point, i) => {
    if (i > 0) list.push([point.canvasx, points[i - 1].canvasy]);
    list.push([point.canvasx, point.canvasy]);
  });
  return list;
}

function fillBetween(ctx, upper, lower, style) {
  ctx.beginPath();
  for (const [x, y] of upper) ctx.lineTo(x, y);
  for (const [x, y] of lower.reverse()) ctx.lineTo(x, y);
  ctx.closePath();
  ctx.fillStyle = style;
  ctx.fill();
}

// Diagonal lines: a band that reads as such in greyscale too.
function hatching(ctx, colour) {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 6;
  const pen = tile.getContext('2d');
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift - 1, 7); pen.lineTo(shift + 7, -1);
  }
  pen.stroke();
  return ctx.createPattern(tile, 'repeat');
}

// Byte amounts at powers of two, 36 pixels apart or more.
function byteTicks(most, pixels) {
  const step = 2 ** Math.ceil(Math.log2(most / Math.max(1, pixels / 36)));
  const label = (bytes) =>
    bytes === 0 ? '0'
    : bytes % 1048576 === 0 ? `${bytes / 1048576}${NBSP}MB`
    : bytes % 1024 === 0 ? `${bytes / 1024}${NBSP}KB` : `${bytes}${NBSP}B`;
  const ticks = [];
  for (let v = 0; v <= most; v += step) ticks.push({v, label: label(v)});
  return ticks;
}

// --- One chart ---------------------------------------------------------------

// What the charts have in common: window, cursor, mouse and keys. A chart
// brings its rows ([x, ...values]), its readout, and what it draws.
class Chart {
  // host: an element of the document with a fixed height.
  constructor(group, host, {label, height}) {
    this.group = group;
    this.host = host;
    this.row = null;
    host.style.height = `${height}px`;
    host.tabIndex = 0;
    host.setAttribute('role', 'application');
    host.setAttribute('aria-label', `${label} Arrow keys move the cursor, ` +
                      'plus and minus zoom, Escape shows everything.');
    host.addEventListener('keydown', (event) => this.onKey(event));
  }

  start(options) {
    this.plot = el('div', {class: 'plot'});
    this.band = el('div', {class: 'drag-band', hidden: true});
    this.host.append(this.plot, this.band);
    this.colours = palette();
    const rows = this.rows();
    this.xs = rows.map((row) => row[0]);
    this.graph = new Dygraph(this.plot, rows, {
      dateWindow: this.group.shown,
      stepPlot: true,
      legend: 'never',
      axisLabelFontSize: 12,
      highlightCircleSize: 3,
      interactionModel: {
        mousedown: (event) => this.onDrag(event),
        dblclick: () => this.group.show(null),
      },
      highlightCallback: (event, x, points, row) => this.point(row),
      unhighlightCallback: () => this.point(null),
      drawHighlightPointCallback: (...args) => this.drawCursor(...args),
      drawCallback: (graph, initial) => {
        if (!initial) this.group.follow(graph.xAxisRange());
      },
      ...options,
      ...this.colourOptions(),
      axes: {
        x: {
          ticker: (from, to, pixels) =>
            this.group.across.ticks(from, to, pixels),
          drawGrid: false,
          axisLabelWidth: 90,
        },
        y: {axisLabelWidth: 66, ...options.axes.y},
      },
    });
    this.group.charts.push(this);
    this.tellWindow();
    this.point(null);
  }

  colourOptions() {
    const {rule, muted, ink, paper} = this.colours;
    return {
      gridLineColor: rule,
      axisLineColor: rule,
      rangeSelectorBackgroundStrokeColor: rule,
      rangeSelectorForegroundStrokeColor: muted,
      rangeSelectorPlotStrokeColor: muted,
      rangeSelectorPlotFillColor: rule,
      rangeSelectorPlotFillGradientColor: rule,
      rangeSelectorForegroundLineWidth: 1,
      rangeSelectorVeilColour: `color-mix(in srgb, ${paper} 75%, transparent)`,
      colors: [ink],
    };
  }

  recolour() {
    this.colours = palette();
    this.graph.updateOptions(this.colourOptions());
  }

  reload() {
    const rows = this.rows();
    this.xs = rows.map((row) => row[0]);
    this.graph.updateOptions({file: rows, dateWindow: this.group.shown});
    this.tellWindow();
  }

  showWindow() {
    this.graph.updateOptions({dateWindow: this.group.shown});
    this.tellWindow();
  }

  // For assistive programs and tests: what the chart shows.
  tellWindow() {
    this.host.dataset.window = this.group.shown.join(' ');
  }

  select(row) {
    this.graph.setSelection(row, undefined, undefined, true);
    this.point(row);
  }

  point(row) {
    this.row = row;
    this.readOut(row);
  }

  drawCursor(graph, name, ctx, x, y, colour, radius) {
    const area = graph.getArea();
    ctx.strokeStyle = this.colours.ink;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(Math.round(x) + 0.5, area.y);
    ctx.lineTo(Math.round(x) + 0.5, area.y + area.h);
    ctx.stroke();
    ctx.fillStyle = this.colours.ink;
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fill();
  }

  // Drag: zooms to what was dragged over; with Shift: moves the window.
  onDrag(down) {
    if (down.button !== 0) return;
    down.preventDefault();
    this.host.focus({preventScroll: true});
    const area = this.graph.getArea();
    const inPlot = (event) => Math.min(Math.max(
      this.graph.eventToDomCoords(event)[0], area.x), area.x + area.w);
    const start = inPlot(down);
    const [from, to] = this.group.shown;
    const move = (event) => {
      const now = inPlot(event);
      if (down.shiftKey) {
        const by = (start - now) / area.w * (to - from);
        this.group.show([from + by, to + by]);
      } else {
        this.band.hidden = false;
        this.band.style.left = `${Math.min(start, now)}px`;
        this.band.style.width = `${Math.abs(now - start)}px`;
        this.band.style.height = `${area.h}px`;
      }
    };
    const up = (event) => {
      document.removeEventListener('mousemove', move);
      this.band.hidden = true;
      const edges = [start, inPlot(event)].sort((a, b) => a - b);
      if (!down.shiftKey && edges[1] - edges[0] > 4) {
        this.group.show(edges.map((x) => this.graph.toDataXCoord(x)));
      }
    };
    document.addEventListener('mousemove', move);
    document.addEventListener('mouseup', up, {once: true});
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cursor = this.row === null ? null : this.xs[this.row];
    const pan = event.shiftKey;
    const keys = {
      ArrowLeft: () => pan ? this.group.pan(-0.2) : this.step(-1),
      ArrowRight: () => pan ? this.group.pan(0.2) : this.step(1),
      PageUp: () => this.group.pan(-0.8),
      PageDown: () => this.group.pan(0.8),
      Home: () => this.moveTo(0),
      End: () => this.moveTo(this.xs.length - 1),
      '+': () => this.group.zoom(0.5, cursor),
      '=': () => this.group.zoom(0.5, cursor),
      '-': () => this.group.zoom(2, cursor),
      '0': () => this.group.show(null),
      Escape: () => this.group.show(null),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // Moves the cursor to the next moment that is a pixel or more away.
  step(direction) {
    const [from, to] = this.group.shown;
    const apart = (to - from) / this.graph.getArea().w;
    if (this.row === null) {
      return this.moveTo(nearest(this.xs, direction > 0 ? from : to));
    }
    let row = this.row + direction;
    while (row > 0 && row < this.xs.length - 1 &&
           Math.abs(this.xs[row] - this.xs[this.row]) < apart) {
      row += direction;
    }
    this.moveTo(Math.min(Math.max(row, 0), this.xs.length - 1));
  }

  moveTo(row) {
    const [from, to] = this.group.shown;
    const x = this.xs[row];
    if (x < from || x > to) {
      const half = (to - from) / 2;
      this.group.show([x - half, x + half]);
    }
    this.select(row);
  }
}
