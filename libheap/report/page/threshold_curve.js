'use strict';

// Section: what other values of gc.threshold() would do, each with the bounds
// between which the truth lies.

const kMeasures = [
  ['min_largest_free_run_bytes', 'Largest free run, at its smallest',
   humanBytes, shortBytes],
  ['max_pause_us', 'Longest pause', humanTime, shortTime],
  ['gc_time_share', 'Time in collects', percent],
  ['collects', 'Collects', withCommas],
  ['peak_used_bytes', 'Peak use', humanBytes, shortBytes],
  ['failed_allocations', 'Failed allocations', withCommas],
];

// A bracket {low, estimate, high} that says nothing has nulls.
const isKnown = (bracket) =>
  bracket !== null && bracket !== undefined && bracket.estimate !== null;

const hasThreshold = ({threshold_bytes: bytes}) =>
  bytes !== null && bytes > 0;

function renderThresholdCurve(body) {
  const {candidates, recommended} = findings.tune;
  const measures = kMeasures.filter(([key]) =>
    candidates.some((one) => isKnown(one[key])));
  const host = el('div', {});
  const draw = (measure) => host.replaceChildren(
    curvePlot(measure, candidates, recommended));
  if (recommended) {
    body.append(el('div', {}, el('p', {}, show('tune.recommended.why', 'text')),
      recommended.code && codeLine('tune.recommended.code')));
    if (recommended.meanwhile) {
      body.append(el('div', {}, codeLine('tune.recommended.meanwhile.code'),
        el('p', {class: 'why'}, show('tune.recommended.meanwhile.why',
                                     'text'))));
    }
  }
  if (candidates.filter(hasThreshold).length >= 2 && measures.length > 0) {
    draw(measures[0]);
    body.append(el('div', {class: 'toolbar'}, choice('Measure',
      measures.map((measure) => [measure[1], () => draw(measure)]))), host,
      el('p', {class: 'note'}, 'From left to right: gc.threshold(). The ' +
         'line is the estimate, the band where the truth lies; a dot is ' +
         'filled where the answer is exact. In the table: recorded, what ' +
         'the trace ran with; docs and boot, the formulas of the ' +
         'documentation and of some ports; quarter and half, of what is ' +
         'free.'));
  }
  body.append(el('div', {}, table('Every threshold tried',
    candidateColumns(measures, recommended), candidates)));
}

function curvePlot([key, title, text, short = text], candidates,
                   recommended) {
  const tried = candidates.filter((one) => hasThreshold(one) &&
                                  isKnown(one[key]));
  tried.sort((a, b) => a.threshold_bytes - b.threshold_bytes);
  const most = tried.reduce((m, one) => Math.max(
    m, one[key].high ?? one[key].estimate), 0) || 1;
  return plot({
    label: `${title}, by threshold`, height: 260,
    x: {from: tried[0].threshold_bytes,
        to: tried[tried.length - 1].threshold_bytes, log: true,
        text: shortBytes, title: 'gc.threshold()'},
    y: {from: 0, to: most * 1.08, text: short},
    draw: (pen) => drawCurve(pen, key, tried, recommended, text),
  });
}

function drawCurve(pen, key, tried, recommended, text) {
  const {top, bottom} = pen.area;
  pen.band(tried.map((one) => [
    one.threshold_bytes, one[key].low ?? one[key].estimate,
    one[key].high ?? one[key].estimate]));
  pen.line(tried.map((one) => [one.threshold_bytes, one[key].estimate]));
  const budget = findings.tune.inputs?.pause_budget_us;
  if (key === 'max_pause_us' && budget && budget <= pen.axes.y.to) {
    const {left, right} = pen.area;
    pen.add('line', 'limit', {x1: left, x2: right, y1: pen.y(budget),
                              y2: pen.y(budget)});
    pen.text(`budget ${humanTime(budget)}`, right, pen.y(budget) - 5, 'end');
  }
  const at = recommended?.threshold_bytes ??
    recommended?.meanwhile?.threshold_bytes;
  if (at && at >= tried[0].threshold_bytes) {
    pen.add('line', 'chosen', {x1: pen.x(at), x2: pen.x(at), y1: top,
                               y2: bottom});
    const words = recommended.threshold_bytes ? 'recommended' : 'until then';
    const room = pen.area.right - pen.x(at) > 90;
    pen.text(words, pen.x(at) + (room ? 5 : -5), top + 10,
             room ? 'start' : 'end');
  }
  for (const one of tried) {
    pen.dot([one.threshold_bytes, one[key].estimate],
            one.exact ? 'dot' : 'dot open',
            `gc.threshold(${withCommas(one.threshold_bytes)}): ` +
            bracketText(one[key], text));
  }
}

// "12.3 KB", "12.3 KB (10.0 KB to 14.1 KB)"
function bracketText(bracket, text) {
  if (!isKnown(bracket)) return '–';
  const {low, estimate, high} = bracket;
  return low === high ? text(estimate)
    : `${text(estimate)} (${text(low)} to ${text(high)})`;
}

// The bounds below an estimate, where they are apart.
const rangeOf = ({low, high}, text) => low !== high &&
  el('div', {class: 'note'}, `${text(low)} to ${text(high)}`);

function candidateColumns(measures, recommended) {
  const chosen = (one) => recommended !== null &&
      one.threshold_bytes === recommended?.threshold_bytes;
  return [
    {title: 'Threshold', class: 'left', cell: (one) => [
      hasThreshold(one) ? `${withCommas(one.threshold_bytes)}${NBSP}B` : 'off',
      (one.names ?? []).filter((name) => name !== 'off').map((name) =>
        el('span', {class: 'note'}, ` ${name}`)),
      chosen(one) ? el('b', {}, ' ✓ recommended') : null]},
    ...measures.map(([key, title, text]) => ({
      title, cell: (one) => !isKnown(one[key]) ? '–' : [
        text(one[key].estimate), rangeOf(one[key], text)]})),
    ...findings.tune.candidates.some(({exact}) => exact)
      ? [{title: 'Exact', cell: (one) => (one.exact ? 'yes' : '–')}] : []];
}
