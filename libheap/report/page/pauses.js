'use strict';

// Section: how long collects stop the program.

function renderPauses(body) {
  const {figures, profile} = findings.pauses;
  for (const warning of profile?.warnings ?? []) {
    body.append(el('p', {class: 'note'}, warning));
  }
  if (!figures) {
    body.append(el('p', {class: 'empty'}, 'The trace has no times, so no ' +
      'pause was measured. ', el('code', {}, 'mpheap pauses'),
      ' predicts them.'));
    return;
  }
  body.append(pauseFacts());
  renderPauseChart(body);
  if (figures.pauses < 5) return;  // too few for more than the chart
  body.append(el('div', {class: 'columns'},
    el('div', {}, el('h3', {}, 'How long'), pauseHistogram(figures)),
    el('div', {}, el('h3', {}, term('mmu', 'What is left of any window')),
       utilisationPlot(figures))));
}

function pauseFacts() {
  const path = 'pauses.figures';
  const percentile = (name) => show(`${path}.percentiles_us.${name}`, 'time');
  const {fit, profile} = findings.pauses;
  return facts([
    ['Pauses measured', show(`${path}.pauses`)],
    ['Share of the time', shareOfTime()],
    ['Median', percentile('p50')],
    ['99 % are within', percentile('p99')],
    ['Longest', percentile('max')],
    fit?.mean_abs_error_share === null || fit === undefined ? null
      : ['Predicted, off by', show('pauses.fit.mean_abs_error_share', 'share'),
         [`by the profile ${profile.name}; `,
          percent(fit.coverage), ' lie within its error bars']],
    findings.pauses.overflowed
      ? ['Mark stack overflowed', show('pauses.overflowed'),
         'of the pauses: marking went over the heap again'] : null]);
}

function shareOfTime() {
  return 'share_of_time' in findings.pauses.figures
    ? show('pauses.figures.share_of_time', 'share') : '–';
}

function pauseHistogram({histogram}) {
  const most = Math.max(...histogram.map(({count}) => count), 1);
  return plot({
    label: 'Pauses by their length', height: 200,
    x: {from: histogram[0].from_us || 1,
        to: histogram[histogram.length - 1].to_us, log: true,
        text: shortTime},
    y: {from: 0, to: most * 1.05, text: withCommas},
    draw: (pen) => histogram.forEach(({from_us: from, to_us: to, count}) =>
      count > 0 && pen.bar(Math.max(from, 1), to, count,
        `${counted(count, 'pause')} of ${humanTime(from)} to ` +
        humanTime(to))),
  });
}

// The least share of any window of a length that the program had for itself.
function utilisationPlot({minimum_mutator_utilisation: points}) {
  if (points.length < 2) return el('p', {class: 'empty'}, 'Too short to tell.');
  const line = points.map(({window_us: window, minimum_utilisation: share}) =>
    [window, share]);
  return plot({
    label: 'Share of any window that is left for the program, at least',
    height: 200,
    x: {from: line[0][0], to: line[line.length - 1][0], log: true,
        text: shortTime, title: 'window'},
    y: {from: 0, to: 1, text: (share) => `${Math.round(share * 100)}${NBSP}%`},
    draw: (pen) => {
      pen.line(line);
      line.forEach((point) => pen.dot(point, 'dot',
        `at least ${percent(point[1])} of any ${humanTime(point[0])}`));
    },
  });
}

// Measured pauses over time, as stems; the error bars of what was predicted
// for each, where the findings have them.
class PauseChart extends Chart {
  constructor(group, host, readout) {
    super(group, host, {label: 'Pauses over time.', height: 150 + kAxisPixels});
    this.readout = readout;
    this.read();
    this.start({
      labels: ['x', 'pause'],
      stepPlot: false,
      series: {pause: {plotter: (e) => this.drawPauses(e)}},
      axes: {y: {ticker: (from, to, pixels) => this.yTicks(pixels)}},
    });
  }

  read() {
    this.pauses = findings.collects.listed.filter(
      (one) => pauseOf(one) !== null);
    this.most = this.pauses.reduce((most, one) => Math.max(
      most, pauseOf(one), one.high_us ?? 0), 1);
  }

  get valueRange() { return [0, this.most * 1.08]; }

  rows() {
    return this.pauses.map((one) => [
      this.group.across.of(one.event, one.begin_us), pauseOf(one)]);
  }

  eventOf(row) { return this.pauses[row].event; }

  yTicks(pixels) {
    return plotTicks({from: 0, to: this.most}, pixels, 34).map(
      (v) => ({v, label: shortTime(v)}));
  }

  drawPauses(e) {
    const ctx = e.drawingContext;
    const floor = e.dygraph.toDomYCoord(0);
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = ctx.fillStyle = this.colours.used;
    ctx.beginPath();
    for (const {canvasx: x, canvasy: y} of e.points) {
      ctx.moveTo(x, floor);
      ctx.lineTo(x, y);
    }
    ctx.stroke();
    if (e.points.length * 5 > e.plotArea.w) return;
    ctx.beginPath();
    for (const {canvasx: x, canvasy: y} of e.points) {
      ctx.moveTo(x, y);
      ctx.arc(x, y, 2.5, 0, 2 * Math.PI);
    }
    ctx.fill();
  }

  readOut(row) {
    const one = this.pauses[row ?? this.pauses.length - 1];
    const part = (us) => us === null ? '–' : humanTime(us);
    const mark = one.mark_end_us === null ? null
                                          : one.mark_end_us - one.begin_us;
    this.readout.show({
      at: `${row === null ? 'the last one, ' : ''}` +
          `${momentOf(one.event, one.begin_us)} · ${one.cause}`,
      pause: humanTime(pauseOf(one)),
      mark: part(mark),
      sweep: part(mark === null ? null : pauseOf(one) - mark),
    });
  }
}

function renderPauseChart(body) {
  if (findings.collects.listed.every((one) => pauseOf(one) === null)) return;
  const readout = new Readout([
    ['at', 'Collect', null], ['pause', 'pause', 'after'],
    ['mark', 'of it marking', null], ['sweep', 'sweeping', null]]);
  const host = el('div', {class: 'chart', id: 'pause-chart'});
  body.append(readout.node, host);
  new PauseChart(group, host, readout);
}
