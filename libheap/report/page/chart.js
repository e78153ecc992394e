'use strict';

// Drawing, and what the charts share. dygraphs draws axes and range selector;
// bands, marks, cursor and keys are ours.

const kAxisPixels = 24;

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

// The legend of a chart, with the values under the cursor. fields: [key, label,
// style of the swatch or null].
class Readout {
  constructor(fields) {
    this.values = {};
    this.node = el('dl', {class: 'readout'});
    for (const [key, label, swatch] of fields) {
      this.values[key] = el('dd', {'data-readout': key});
      this.node.append(el('div', {class: `of-${key}`},
        el('dt', {}, swatch && el('i', {class: `swatch ${swatch}`}), label),
        this.values[key]));
    }
  }

  show(values) {
    for (const [key, text] of Object.entries(values)) {
      this.values[key].textContent = text;
    }
  }
}

// A chart's window, cursor, mouse and keys. A kind of chart brings read(),
// which takes what it shows from the findings, its rows ([x, ...values]) and
// range of values, its readout, and what it draws.
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
    this.needle = el('div', {class: 'needle', hidden: true});
    this.host.append(this.plot, this.band, this.needle);
    this.colours = palette();
    const rows = this.rows();
    this.xs = rows.map((row) => row[0]);
    this.graph = new Dygraph(this.plot, rows, {
      dateWindow: this.group.shown,
      valueRange: this.valueRange,
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
        if (initial) return;
        this.group.follow(graph.xAxisRange());
        this.placeNeedle();
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

  // The findings are others, or the x axis is.
  reload() {
    this.read();
    const rows = this.rows();
    this.xs = rows.map((row) => row[0]);
    this.graph.updateOptions({file: rows, dateWindow: this.group.shown,
                              valueRange: this.valueRange});
    this.tellWindow();
    if (this.row === null) this.readOut(null);
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

  placeNeedle() {
    const moment = this.group.needle;
    const area = this.graph.getArea();
    const x = moment === null ? -1 : this.graph.toDomXCoord(
      this.group.across.of(moment.event, moment.time));
    this.needle.hidden = x < area.x || x > area.x + area.w;
    this.needle.style.left = `${Math.round(x)}px`;
    this.needle.style.height = `${area.h}px`;
  }

  // Moves the window so that x is in it.
  reveal(x) {
    const [from, to] = this.group.shown;
    if (x >= from && x <= to) return;
    const half = (to - from) / 2;
    this.group.show([x - half, x + half]);
  }

  point(row) {
    this.row = row;
    this.readOut(row);
    if (row !== null) this.group.cursorAt(this.eventOf(row));
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
    this.reveal(this.xs[row]);
    this.select(row);
  }
}
