'use strict';

// Small drawings that are not over time: a frame with two axes, drawn as SVG so
// that the page's style sheet colours them, in any theme and on paper. A plot
// is drawn anew when its width changes.
//
//     plot({label: 'Pauses by length', height: 180, x: {...}, y: {...},
//           draw: (pen) => pen.line(points)})
//
// An axis is {from, to, log, text(value), title}; its text names values as
// short as it can: shortBytes, shortTime, withCommas.

const kPlotLeft = 66;
const kPlotBottom = 40;

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null));
  return node;
}

// For axes: without digits that say nothing. 16384 -> "16 KB", 2500 -> "2.5 ms".
const shortened = (text) =>
  text.replace(/\.(\d*?)0+(?=\D)/, (_, rest) => (rest && `.${rest}`));
const shortBytes = (bytes) => shortened(humanBytes(bytes));
const shortTime = (us) => shortened(humanTime(us));

// Round values within an axis, about one per `each` pixels; bytes are round at
// powers of two.
function plotTicks({from, to, log, text}, pixels, each) {
  const ticks = [];
  if (text === shortBytes) return byteAxisTicks({from, to, log}, pixels, each);
  if (log) {
    const decades = Math.log10(to / from);
    const per = pixels / Math.max(decades, 0.1) > 3 * each ? [1, 2, 5] : [1];
    for (let power = 10 ** Math.floor(Math.log10(from)); power <= to;
         power *= 10) {
      for (const n of per) ticks.push(n * power);
    }
    return ticks.filter((v) => v >= from * 0.999 && v <= to * 1.001);
  }
  const least = (to - from) / Math.max(1, pixels / each);
  const step = roundStep(text === withCommas ? Math.max(1, least) : least);
  for (let k = Math.ceil(from / step); k * step <= to * 1.0001; ++k) {
    ticks.push(k * step || 0);
  }
  return ticks;
}

function byteAxisTicks({from, to, log}, pixels, each) {
  const ticks = [];
  const spread = log ? Math.log2(to / from) : to - from;
  const step = log ? 2 ** Math.max(1, Math.ceil(spread * each / pixels))
                   : 2 ** Math.ceil(Math.log2(spread * each / pixels));
  for (let v = log ? 2 ** Math.ceil(Math.log2(from)) : 0; v <= to * 1.001;
       v = log ? v * step : v + step) {
    ticks.push(v);
  }
  return ticks;
}

class Pen {
  constructor(width, height, x, y) {
    this.area = {left: kPlotLeft, top: 8, right: width - 10,
                 bottom: height - kPlotBottom};
    this.axes = {x, y};
    this.node = svg('svg', {width, height, viewBox: `0 0 ${width} ${height}`,
                            role: 'img'});
  }

  static share({from, to, log}, value) {
    return log ? Math.log(value / from) / Math.log(to / from)
               : (value - from) / (to - from);
  }

  x(value) {
    const {left, right} = this.area;
    return left + (right - left) * Pen.share(this.axes.x, value);
  }

  y(value) {
    const {top, bottom} = this.area;
    return bottom - (bottom - top) * Pen.share(this.axes.y, value);
  }

  frame() {
    const {left, right, top, bottom} = this.area;
    const {x, y} = this.axes;
    for (const v of plotTicks(y, bottom - top, 34)) {
      this.add('line', 'grid', {x1: left, x2: right, y1: this.y(v),
                                y2: this.y(v)});
      this.text(y.text(v), left - 8, this.y(v) + 4, 'end');
    }
    for (const v of plotTicks(x, right - left, 84)) {
      this.add('line', 'tick', {x1: this.x(v), x2: this.x(v), y1: bottom,
                                y2: bottom + 4});
      this.text(x.text(v), this.x(v), bottom + 17, 'middle');
    }
    this.add('line', 'axis', {x1: left, x2: right, y1: bottom, y2: bottom});
    if (x.title) this.text(x.title, right, bottom + 34, 'end');
  }

  add(tag, style, attributes, title = null) {
    const node = svg(tag, {class: style, ...attributes},
                     title === null ? null : svg('title', {}, title));
    this.node.append(node);
    return node;
  }

  text(words, x, y, anchor) {
    this.node.append(svg('text', {x, y, 'text-anchor': anchor}, words));
  }

  points(list) {
    return list.map(([x, y]) => `${this.x(x).toFixed(1)},` +
                                `${this.y(y).toFixed(1)}`).join(' ');
  }

  line(list, style = 'line') {
    this.add('polyline', style, {points: this.points(list)});
  }

  // Between two lines over the same xs: [x, low, high].
  band(list, style = 'band') {
    const edge = [...list.map(([x, low]) => [x, low]),
                  ...list.map(([x, , high]) => [x, high]).reverse()];
    this.add('polygon', style, {points: this.points(edge)});
  }

  dot([x, y], style = 'dot', title = null) {
    this.add('circle', style, {cx: this.x(x), cy: this.y(y), r: 3}, title);
  }

  bar(from, to, value, title) {
    const bottom = this.area.bottom;
    const left = this.x(from);
    const top = Math.min(this.y(value), bottom - 1);
    this.add('rect', 'column', {
      x: left + 0.5, width: Math.max(1, this.x(to) - left - 1),
      y: top, height: bottom - top}, title);
  }
}

function plot({label, height, x, y, draw}) {
  const host = el('div', {class: 'plot-host', role: 'img',
                          'aria-label': label});
  host.style.height = `${height}px`;
  const redraw = () => {
    if (host.clientWidth === 0) return;
    const pen = new Pen(host.clientWidth, height, x, y);
    pen.frame();
    draw(pen);
    host.replaceChildren(pen.node);
  };
  new ResizeObserver(redraw).observe(host);
  return host;
}
