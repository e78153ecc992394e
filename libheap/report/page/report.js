'use strict';

// The report: the sections in order. A section is {id, title, count, render}:
// render(body) fills its element, which is in the document already. To add an
// analysis, write its render function and a row in kSections at the end.

const group = new ChartGroup(new Across(findings.over_time.samples));
const hasTimes = group.across.times !== null;

// A moment as a button that shows it in the chart; `path` is its event number.
function moment(path, time = null) {
  const event = at(path);
  return el('button', {
    type: 'button', class: 'moment', title: 'Show in the chart',
    onclick: () => group.focus(event, time),
  }, show(path), time !== null && ` · ${timeText(time)}`);
}

const onEvent = (path, time) => ['event', NBSP, moment(path, time)];

// A list of facts: [label, value] or [label, value, note].
const facts = (rows, style = 'facts') => el('dl', {class: style},
  rows.filter((row) => row !== null).map(([label, value, note]) =>
    el('div', {}, el('dt', {}, label), el('dd', {}, value),
       note ? el('dd', {class: 'note'}, note) : null)));

const heapSize = () => [show('heap.pool_bytes', 'bytes'),
                        findings.trace.split === 'auto' && ' at the end'];

// --- Masthead ----------------------------------------------------------------

function toggleTheme() {
  const root = document.documentElement;
  setTheme(root.dataset.theme === 'dark' ? 'light' : 'dark');
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  group.redraw();
}

function renderMasthead(header) {
  const {workload, file} = findings.trace;
  header.append(
    el('p', {class: 'brand'}, 'mpheap report',
      el('button', {type: 'button', id: 'theme', onclick: toggleTheme})),
    el('h1', {}, show(workload ? 'trace.workload' : 'trace.file', 'text')),
    el('p', {class: 'subtitle'},
      el('span', {}, 'MicroPython', NBSP, show('heap.release', 'text')),
      el('span', {}, 'heap of ', heapSize()),
      el('span', {}, show('proof.events'), ' events'),
      hasTimes ? el('span', {}, humanTime(
        findings.proof.last_us - findings.proof.first_us)) : null,
      workload ? el('span', {}, show('trace.file', 'text')) : null),
    renderProof(),
    el('nav', {'aria-label': 'Sections'}, kSections.map(({id, title, count}) =>
      el('a', {href: `#${id}`}, title,
         count ? el('span', {class: 'count'}, withCommas(count())) : null))));
}

// --- Proof -------------------------------------------------------------------

// What speaks against the trace or its replay, worst first: [grave, text].
function doubts() {
  const {proof} = findings;
  const list = [];
  const doubt = (grave, here, text) => here && list.push([grave, text]);
  doubt(true, proof.divergences,
        `${counted(proof.divergences, 'divergence')}: the recording and the ` +
        'model disagree, so numbers from there on may be wrong.');
  doubt(true, proof.checkpoints_failed,
        `${withCommas(proof.checkpoints_failed)} of ` +
        `${counted(proof.checkpoints_checked, 'checkpoint')} did not match.`);
  doubt(true, proof.damage_count,
        `${counted(proof.damage_count, 'place')} of the trace hold no valid ` +
        'record and were skipped.');
  doubt(true, proof.gaps.length,
        `${counted(proof.gaps.length, 'gap')}: events are known to be lost.`);
  doubt(false, !proof.ended,
        'The trace has no end record: it was cut off, or is still growing.');
  doubt(false, proof.ended && !proof.complete,
        'The recorder stopped before the program did.');
  return list;
}

function renderProof() {
  const list = doubts();
  const grave = list.some(([isGrave]) => isGrave);
  const {proof} = findings;
  const checked = el('p', {},
    el('strong', {}, list.length === 0 ? '✓ Proven. '
                     : grave ? '⚠ Not proven, may be wrong. '
                     : '! Incomplete. '),
    show('proof.events'), ' events replayed, ',
    show('proof.divergences'), ' ',
    term('divergence', 'divergences'), ', ',
    proof.checkpoints_checked === 0 ? 'no checkpoints in the trace' : [
      withCommas(proof.checkpoints_checked - proof.checkpoints_failed), ' of ',
      show('proof.checkpoints_checked'), ' ', term('checkpoint', 'checkpoints'),
      ' matched'],
    '.');
  return el('section', {
    class: `proof ${list.length === 0 ? 'proven' : grave ? 'grave' : 'partial'}`,
    id: 'proof', 'aria-label': 'Proof', role: grave ? 'alert' : null,
  }, checked,
  list.length === 0 ? null :
    el('ul', {}, list.map(([, text]) => el('li', {}, text))),
  renderEvidence());
}

function renderEvidence() {
  const {first_divergences: first, damage, gaps} = findings.proof;
  if (first.length + damage.length + gaps.length === 0) return null;
  const block = (title, items) => items.length === 0 ? null :
    [el('h3', {}, title), el('ol', {}, items)];
  const place = (one) => one.line ? `line ${withCommas(one.line)}`
                                  : `byte ${withCommas(one.offset)}`;
  return el('details', {open: true}, el('summary', {}, 'Where'),
    block('First divergences', first.map((one, i) => el('li', {},
      el('b', {}, one.kind), ` at event ${withCommas(one.event)}, `,
      `${place(one)}: ${one.what}`, i === 0 && renderContext(one)))),
    block('Damage', damage.slice(0, 10).map((one) => el('li', {},
      `${place(one)}, ${counted(one.length, 'byte')}: ${one.reason}`))),
    block('Gaps', gaps.slice(0, 10).map((one) => el('li', {},
      `${counted(one.lost, 'event')} lost after event ` +
      `${withCommas(one.event)}; `,
      one.exact_again_event === null ? 'not exact again' :
      `exact again from event ${withCommas(one.exact_again_event)}`))));
}

function renderContext({events_before: before, windows}) {
  const lines = [...before, ...windows.flatMap((window) => [
    `blocks from ${window.first_block} of area ${window.area}:`,
    `  recorded ${window.recorded}`,
    `  model    ${window.model}`])];
  return lines.length === 0 ? null : el('pre', {}, lines.join('\n'));
}

// --- In short ----------------------------------------------------------------

function renderShort(body) {
  body.append(facts([
    shortPeak(), shortSmallest(), shortFailures(), shortCollects(),
    shortFragmentation()], 'short'));
}

// The parts that count, with commas between: a part is [count, ...nodes].
const listing = (parts) => parts.filter(([count]) => count > 0).map(
  ([, ...nodes], i) => [i > 0 ? ', ' : '', nodes]);

function shortPeak() {
  const {peak_used_blocks: peak} = findings.allocations;
  const share = findings.trace.split === 'auto' ? 'At '
    : [percentOf(peak, findings.heap.blocks), ' of the heap, at '];
  return ['Peak use', show('allocations.peak_used_blocks', 'blocks'),
    [share, onEvent('allocations.peak_event'),
     '. Garbage not yet collected counts as used.']];
}

function shortSmallest() {
  const smallest = findings.smallest_largest_free_run;
  const label = 'Always possible';
  if (smallest.blocks > findings.heap.blocks) {
    return [label, '–', 'The trace has no moment to tell from.'];
  }
  const path = 'smallest_largest_free_run';
  const figure = show(`${path}.blocks`, 'blocks');
  const when = onEvent(`${path}.event`, smallest.time_us);
  if (smallest.blocks === 0) {
    return [label, figure, ['At ', when, ' no block was free: nothing could ' +
            'be allocated without a collect.']];
  }
  return [label, figure,
    ['An allocation up to this size could be served at any moment without a ' +
     'collect: the ', term('run', 'largest free run'), ' was never shorter. ' +
     'It was that short at ', when, ', with ',
     show(`${path}.free_blocks`, 'blocks'), ' free in all.']];
}

function shortFailures() {
  const {count, collect_off: off, locked} = findings.failures;
  const notes = [];
  if (count === 0) notes.push('Every request was served.');
  if (count !== 0) {
    notes.push(listing([
      [at('failures.exhausted'), show('failures.exhausted'),
       ' for lack of memory (', term('exhausted'), ')'],
      [at('failures.fragmented'), show('failures.fragmented'),
       ' although there was room, in pieces (', term('fragmented'), ')']]),
      '.');
  }
  if (off !== 0) {
    notes.push(' ', show('failures.collect_off'),
               ' of them with automatic collection off.');
  }
  if (locked !== 0) {
    notes.push(' ', show('failures.locked'), ' more under the ',
               term('lock'), ', which fail by rule.');
  }
  return ['Failed allocations', show('failures.count'), notes];
}

function shortCollects() {
  const {count, idle_explicit: idle, resets} = findings.collects;
  const notes = [];
  if (count === 0) notes.push('The collector never ran.');
  if (count !== 0) {
    notes.push(listing([
      [at('collects.threshold'), show('collects.threshold'), ' at the ',
       term('threshold')],
      [at('collects.exhausted'), show('collects.exhausted'),
       ' because no free run was long enough'],
      [at('collects.explicit'), show('collects.explicit'), ' ',
       term('explicit')]]), '. They freed ',
      show('collects.freed_blocks', 'blocks'), ' in all and left between ',
      show('collects.live_after_min_blocks', 'blocks'), ' and ',
      show('collects.live_after_max_blocks', 'blocks'), ' live.');
  }
  if (idle !== 0) {
    notes.push(' ', show('collects.idle_explicit'), ' explicit ones freed ' +
               'less than a hundredth of what was used.');
  }
  if (resets !== 0) {
    notes.push(' ', show('collects.resets'),
               ` soft reset${resets === 1 ? '' : 's'} swept everything.`);
  }
  return ['Collects', show('collects.count'), notes];
}

function shortFragmentation() {
  const path = 'over_time.worst';
  const label = ['Worst ', term('fragmentation')];
  const figure = show(`${path}_fragmentation`, 'share');
  if (at(`${path}_fragmentation`) === 0) {
    return [label, figure, 'Free memory was one run whenever it was looked at.'];
  }
  return [label, figure,
    ['At ', onEvent(`${path}_event`), ': ', show(`${path}_free_blocks`,
     'blocks'), ' free, the largest run ',
     show(`${path}_largest_free_run_blocks`, 'blocks'), '.']];
}

// --- Heap over time ----------------------------------------------------------

// A group of buttons of which one is pressed: choices are [text, act].
function choice(label, choices) {
  const buttons = choices.map(([text, act], i) => el('button', {
    type: 'button', 'aria-pressed': String(i === 0),
    onclick: (event) => {
      for (const button of buttons) {
        button.setAttribute('aria-pressed',
                            String(button === event.currentTarget));
      }
      act();
    },
  }, text));
  return el('div', {class: 'choice', role: 'group', 'aria-label': label},
            buttons);
}

function zoomButtons() {
  const button = (id, text, label, act) => el('button',
    {type: 'button', id, 'aria-label': label, title: label, onclick: act}, text);
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
    hasTimes && choice('From left to right', [
      ['By time', () => group.setByTime(true)],
      ['By event', () => group.setByTime(false)]]),
    choice('Largest free run', [
      ['Layers', () => chart.setStacked(true)],
      ['Lines', () => chart.setStacked(false)]]),
    chart.usedPart && choice('From bottom to top', [
      ['Whole heap', () => chart.setMost(bytesOf(kMostBlocks))],
      ['Used part', () => chart.setMost(chart.usedPart)]]),
    zoomButtons()));
}

function chartNote() {
  const thinned = findings.over_time.one_kept_in;
  const {count, first} = findings.failures;
  return [
    `From left to right: ${hasTimes ? 'time' : 'events'}. `,
    'Drag to zoom, Shift-drag to move, double-click for everything; with the ' +
    'keyboard: arrows, + and −, Escape. ',
    thinned > 1 ? ['Drawn from one of every ', show('over_time.one_kept_in'),
                   ' moments looked at; the figures above are over all. ']
                : null,
    count > first.length
      ? `The first ${withCommas(first.length)} failures are marked.` : null];
}

// --- Collects ----------------------------------------------------------------

const causeOf = (cause) => el('span', {class: 'cause'},
  el('i', {'aria-hidden': 'true'}, kMarks[cause].glyph), cause);

function renderCollects(body) {
  const {listed, listed_one_in: oneIn} = findings.collects;
  if (listed.length === 0) {
    body.append(el('p', {class: 'empty'}, 'The collector never ran in this ' +
      'trace: no request found the heap too full, no ', term('threshold'),
      ' was reached, and the program did not ask.'));
    return;
  }
  const readout = new Readout([
    ['at', 'Collect', null],
    ['before', 'used before', 'before'], ['after', 'live after', 'after']]);
  const host = el('div', {class: 'chart', id: 'live-chart'});
  body.append(readout.node, host);
  new LiveChart(group, host, readout);
  if (oneIn > 1) {
    body.append(el('p', {class: 'note'}, 'Listed is one of every ',
      show('collects.listed_one_in'), ' collects; the totals are over all.'));
  }
  body.append(el('div', {}, table('Collects one by one', collectColumns(),
                                  listed, 'collects')));
}

function collectColumns() {
  const field = (name) => (row, i) =>
    show(`collects.listed.${i}.${name}_blocks`, 'blocks');
  const columns = [
    {title: 'Event', cell: (row, i) =>
      moment(`collects.listed.${i}.event`, row.begin_us)},
    {title: 'Cause', class: 'left', cell: (row) => causeOf(row.cause)},
    {title: 'Allocated since', cell: field('allocated')},
    {title: 'Used before', cell: field('used_before')},
    {title: 'Live after', cell: field('used_after')},
    {title: 'Freed', cell: (row) => humanBytes(bytesOf(freedBy(row)))},
    {title: 'of the heap', class: 'bars', cell: (row) => bar([
      [row.used_after_blocks / kMostBlocks, 'used'],
      [freedBy(row) / kMostBlocks, 'freed']])},
    {title: 'Largest run before', cell: field('largest_run_before')},
    {title: 'Largest run after', cell: field('largest_run_after')}];
  if (findings.collects.listed.some((one) => pauseOf(one) !== null)) {
    columns.push({title: 'Pause', cell: (row) =>
      pauseOf(row) === null ? '–' : humanTime(pauseOf(row))});
  }
  return columns;
}

const freedBy = (collect) =>
  Math.max(0, collect.used_before_blocks - collect.used_after_blocks);

const pauseOf = (collect) =>
  collect.begin_us === null || collect.end_us === null
    ? null : collect.end_us - collect.begin_us;

// --- Failed allocations ------------------------------------------------------

function renderFailures(body) {
  const {count, first, locked} = findings.failures;
  if (count === 0) {
    body.append(el('p', {class: 'empty'}, 'No allocation failed.',
      locked === 0 ? null : [' ', show('failures.locked'),
        ' requests under the ', term('lock'), ' got nothing, by rule: in a ' +
        'finaliser, in an interrupt handler or after ',
        el('code', {}, 'micropython.heap_lock()'), '.']));
    return;
  }
  if (count > first.length) {
    body.append(el('p', {class: 'note'},
      `The first ${withCommas(first.length)} of ${withCommas(count)}.`));
  }
  const shown = 6;
  const cards = el('div', {class: 'cards'},
                   first.slice(0, shown).map(failureCard));
  body.append(el('div', {}, cards,
    moreButton(first, shown, 'failures', (rest, offset) =>
      cards.append(...rest.map((one, i) => failureCard(one, offset + i))))));
}

function failureCard(failure, index) {
  const path = `failures.first.${index}`;
  const most = Math.max(failure.blocks, failure.free_blocks, 1);
  const line = (label, value, blocks, style) => [
    el('dt', {}, label), el('dd', {}, value), el('dd', {},
      bar([[blocks / most, style]]))];
  return el('article', {class: `card ${failure.verdict}`},
    el('header', {},
      el('span', {class: 'cause'}, el('i', {'aria-hidden': 'true'}, '✕'),
         onEvent(`${path}.event`, failure.time_us)),
      el('a', {class: 'verdict', href: `#term-${failure.verdict}`},
         failure.verdict)),
    el('dl', {class: 'scale'},
      line(failure.resize ? 'asked (resize)' : 'asked',
           show(`${path}.bytes`, 'bytes'), failure.blocks, 'asked'),
      line('free', show(`${path}.free_blocks`, 'blocks'),
           failure.free_blocks, 'freed'),
      line('largest run', show(`${path}.largest_free_run_blocks`, 'blocks'),
           failure.largest_free_run_blocks, 'run')),
    el('p', {}, adviceOn(failure)));
}

function adviceOn(failure) {
  const size = (blocks) => humanBytes(bytesOf(blocks));
  const largest = size(failure.largest_free_run_blocks);
  if (failure.blocks === 0 || failure.blocks > kMostBlocks) {
    return 'More than the whole heap holds. Look at where this size comes ' +
        'from: it may be a mistake.';
  }
  if (failure.collect_off) {
    return ['Automatic collection was off, so nothing was collected first, ' +
      'and part of what counts as used may be garbage. ',
      el('code', {}, 'gc.collect()'), ' before this point, or ',
      el('code', {}, 'gc.enable()'), ', may be all it takes.'];
  }
  if (failure.verdict === 'exhausted') {
    return `Too little memory, however it is arranged: ` +
      `${size(failure.blocks - failure.free_blocks)} short after collecting. ` +
      'Keep less alive at this point, or ask for less.';
  }
  return `There was room, but in pieces: no run was longer than ${largest}. ` +
    'Collecting again does not help. Allocate this object early, when the ' +
    `heap is whole, and keep it; or work in pieces of at most ${largest}.`;
}

// --- Allocations -------------------------------------------------------------

function renderAllocations(body) {
  const found = findings.allocations;
  const given = bytesOf(found.blocks);
  body.append(facts([
    ['Requests served', show('allocations.requests')],
    ['Bytes asked for', show('allocations.requested_bytes', 'bytes')],
    ['Bytes given', show('allocations.blocks', 'blocks')],
    [term('waste', 'Rounding waste'),
     percentOf(given - found.requested_bytes, given)],
    ['Largest request', show('allocations.largest_request_bytes', 'bytes')],
    ['Different sizes', show('allocations.distinct_sizes')],
    ['Resizes', show('allocations.resizes'),
     [show('allocations.resizes_in_place'), ' in place, ',
      show('allocations.resizes_moved'), ' moved']],
    ['Freed by the program', show('allocations.freed_blocks', 'blocks'),
     ['in ', show('allocations.frees'), ' frees']]]));
  if (found.top_sizes.length === 0) {
    body.append(el('p', {class: 'empty'}, 'Nothing was allocated.'));
    return;
  }
  body.append(el('div', {}, table('Sizes that took most memory in all',
                                  sizeColumns(), found.top_sizes)));
}

function sizeColumns() {
  const all = findings.allocations.blocks;
  const field = (name) => (row, i) => show(`allocations.top_sizes.${i}.${name}`);
  const given = (row) => bytesOf(row.blocks) * row.count;
  return [
    {title: 'Bytes asked', cell: field('bytes')},
    {title: 'Blocks each', cell: field('blocks')},
    {title: 'Times', cell: field('count')},
    {title: 'Given in all', cell: (row) => humanBytes(given(row))},
    {title: 'Share', cell: (row) => percentOf(row.blocks * row.count, all)},
    {title: 'of all given', class: 'bars', cell: (row) =>
      bar([[row.blocks * row.count / all, 'used']])},
    {title: 'Rounding waste', cell: (row) =>
      percentOf(given(row) - row.bytes * row.count, given(row))}];
}

// --- Facts -------------------------------------------------------------------

function renderFacts(body) {
  const yes = (path) => (at(path) ? 'yes' : 'no');
  const areas = {none: null, manual: 'given at start',
                 auto: 'added and given back as needed'};
  const {last_used_block: lastUsed} = findings.final;
  body.append(el('div', {class: 'columns'},
    el('div', {}, el('h3', {}, 'Heap'), facts([
      ['MicroPython', show('heap.release', 'text')],
      ['Size', heapSize()],
      [term('block', 'Blocks'), [show('heap.blocks'), ' of ',
                                 show('heap.block_bytes'), NBSP, 'B']],
      [term('area', 'Areas'), show('heap.areas'), areas[findings.trace.split]],
      ['Word', [show('trace.word_bytes'), NBSP, 'B']],
      ['Finalisers', yes('trace.finaliser')],
      ['Weak references', yes('trace.weakref')]])),
    el('div', {}, el('h3', {}, 'At the end of the trace'), facts([
      ['Used', show('final.used_blocks', 'blocks')],
      ['Free', show('final.free_blocks', 'blocks')],
      ['Objects', show('final.objects'),
       [show('final.one_block_objects'), ' of 1 block, ',
        show('final.two_block_objects'), ' of 2']],
      ['Largest object', show('final.max_block', 'blocks')],
      [term('run', 'Largest free run'), show('final.max_free', 'blocks')],
      ['Allocated since collect', show('final.alloc_amount', 'blocks')],
      lastUsed === null ? null
        : ['Last used block', show('final.last_used_block')]])),
    el('div', {}, el('h3', {}, 'Trace'), facts([
      ['File', show('trace.file', 'text')],
      ['Format', show('trace.format', 'text')],
      ['Events', show('proof.events')],
      ['Answers compared', show('proof.results_checked')],
      ['Tables compared', show('proof.tables_checked')],
      ['Checkpoints compared', show('proof.checkpoints_checked')]]))));
}

// --- Terms -------------------------------------------------------------------

const kTerms = [
  ['area', 'Area', 'A stretch of memory the heap is given. Most boards have ' +
   'one; some ports add more when memory runs out.'],
  ['block', 'Block', () => ['The heap’s unit: ', show('heap.block_bytes'),
   ' bytes here. Every object takes whole blocks, side by side.']],
  ['checkpoint', 'Checkpoint', 'A digest of the heap’s tables, made on the ' +
   'device. It matches only if the replay is in the same state, bit for bit.'],
  ['collect', 'Collect', 'One run of the garbage collector. It marks what can ' +
   'be reached and frees the rest; it moves nothing.'],
  ['divergence', 'Divergence', 'An event on which recording and model ' +
   'disagree. Without any, the model was in the device’s state throughout.'],
  ['event', 'Event', 'An allocation, a resize, a free or a collect.'],
  ['exhausted', 'Exhausted', 'As a cause: no free run was long enough for a ' +
   'request, so the collector ran. As a verdict: less was free than asked ' +
   'for, so no arrangement of the heap would have done.'],
  ['explicit', 'Explicit', 'As a cause: the program called gc.collect().'],
  ['fragmentation', 'Fragmentation', '1 − largest free run ÷ all free ' +
   'memory. 0 % if all free memory is one run, towards 100 % if it is in ' +
   'crumbs. It says little while hardly anything is free.'],
  ['fragmented', 'Fragmented', 'As a verdict: enough was free, but no run was ' +
   'long enough. An object must lie in one run.'],
  ['kb', 'KB, MB', '1 KB is 1,024 bytes, 1 MB is 1,024 KB.'],
  ['live', 'Live', 'What a collect leaves: what the program holds, and what ' +
   'stale words on the stack make it look as if it held.'],
  ['lock', 'Lock', 'While the heap is locked (in a finaliser, in a hard ' +
   'interrupt handler, after micropython.heap_lock()) every request fails.'],
  ['run', 'Largest free run', 'The longest stretch of free blocks side by ' +
   'side: the largest object that can be allocated without a collect.'],
  ['waste', 'Rounding waste', 'What objects are given beyond what was asked ' +
   'for, because they take whole blocks; as a share of what was given.'],
  ['threshold', 'Threshold', 'As a cause: as much was allocated since the ' +
   'last collect as gc.threshold() says.'],
  ['used', 'Used', 'Blocks that belong to objects, garbage included until a ' +
   'collect frees it.'],
];

function renderTerms(body) {
  body.append(el('dl', {class: 'terms'}, kTerms.map(([id, name, text]) =>
    el('div', {id: `term-${id}`}, el('dt', {}, name),
       el('dd', {}, typeof text === 'function' ? text() : text)))));
}

// --- The page ----------------------------------------------------------------

const kSections = [
  {id: 'short', title: 'In short', render: renderShort},
  {id: 'over-time', title: 'Heap over time', render: renderOverTime},
  {id: 'collects', title: 'Collects', render: renderCollects,
   count: () => findings.collects.count},
  {id: 'failures', title: 'Failed allocations', render: renderFailures,
   count: () => findings.failures.count},
  {id: 'allocations', title: 'Allocations', render: renderAllocations},
  {id: 'facts', title: 'Heap and trace', render: renderFacts},
  {id: 'terms', title: 'Terms', render: renderTerms},
];

// A section that cannot be drawn says so and leaves the others alone.
function renderSection({id, title, render}) {
  const body = el('div', {});
  document.getElementById('sections').append(
    el('section', {id, 'aria-labelledby': `${id}-title`},
      el('h2', {id: `${id}-title`}, title), body));
  try {
    render(body);
  } catch (error) {
    body.append(el('p', {class: 'empty', role: 'alert'},
                   `This section could not be drawn: ${error.message}`));
    console.error(error);
  }
}

// Paper is white, and narrower than most windows.
function preparePrint() {
  const {theme} = document.documentElement.dataset;
  setTheme('light');
  window.addEventListener('afterprint', () => setTheme(theme), {once: true});
}

setTheme(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
matchMedia('(prefers-color-scheme: dark)').addEventListener(
  'change', (event) => setTheme(event.matches ? 'dark' : 'light'));
window.addEventListener('beforeprint', preparePrint);

renderMasthead(document.getElementById('masthead'));
kSections.forEach(renderSection);
document.getElementById('colophon').append(
  'Made by mpheap. The numbers alone: ', el('code', {}, 'mpheap report --json'),
  '. 1 KB is 1,024 bytes.');
document.documentElement.dataset.ready = 'true';
performance.mark('ready');
