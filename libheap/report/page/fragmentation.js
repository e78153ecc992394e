'use strict';

// Section: what splits the heap, since when, and who put it there.

function renderFragmentation(body) {
  const found = findings.fragmentation;
  body.append(fragmentationFacts(found));
  if (found.worst) {
    body.append(el('div', {}, splittersTable(found.worst)));
  }
  if (found.splitting_origins?.length > 0) {
    body.append(el('div', {}, table('Who splits the heap', [
      {title: 'Who', class: 'left', cell: (row, i) =>
        show(`fragmentation.splitting_origins.${i}.origin`, 'text')},
      {title: 'Times', cell: (row, i) =>
        show(`fragmentation.splitting_origins.${i}.times`)},
      {title: 'Worst of all', cell: (row, i) =>
        show(`fragmentation.splitting_origins.${i}.first_times`)},
      {title: 'Would join', cell: (row, i) =>
        show(`fragmentation.splitting_origins.${i}.joined_blocks`, 'blocks')},
    ], found.splitting_origins)));
  }
  if (found.trends?.some(({verdict}) => verdict !== 'unknown')) {
    body.append(el('div', {}, trendsTable(found)));
  } else if (found.trends?.length > 0) {
    body.append(el('p', {class: 'note'}, 'Too few collects to tell leaks from ' +
                   'garbage: it takes 8.'));
  }
}

// "+841 B (830 B to 850 B)"
function growthText({blocks_per_1000_events: slope, low, high}) {
  const text = (blocks) => (blocks < 0 ? '−' : '') +
    humanBytes(Math.round(bytesOf(Math.abs(blocks))));
  const sign = slope > 0 ? '+' : '';
  return Math.round(bytesOf(low)) === Math.round(bytesOf(high))
    ? sign + text(slope)
    : `${sign}${text(slope)} (${text(low)} to ${text(high)})`;
}

function fragmentationFacts({worst, last_room: room, peaks}) {
  const path = 'fragmentation';
  return facts([
    worst ? ['Worst after a collect, at event',
             moment(`${path}.worst.event`, worst.time_us),
             [show(`${path}.worst.free_blocks`, 'blocks'), ' free in ',
              show(`${path}.worst.free_runs`), ' runs, the largest ',
              show(`${path}.worst.largest_free_run_blocks`, 'blocks')]] : null,
    room ? ['Last room for the largest request, at event',
            moment(`${path}.last_room.event`, room.time_us),
            [show(`${path}.last_room.largest_free_run_blocks`, 'blocks'),
             ' in one run']] : null,
    peaks ? ['Extent over live, at peaks', peaks.of_peaks.toFixed(2),
             ['at the average collect ', peaks.average.toFixed(2)]] : null]);
}

// An object that keeps free memory apart, and the run it would join.
function splittersTable({splitters, splitters_in_all: all}) {
  const field = (name, form) => (row, i) =>
    row[name] === null ? '–'
      : show(`fragmentation.worst.splitters.${i}.${name}`, form);
  return table(`What is in the way then, the first ${splitters.length} of ` +
    withCommas(all), [
    {title: 'Would join', cell: field('joined_blocks', 'blocks')},
    {title: 'Object', cell: field('blocks', 'blocks')},
    {title: 'Block', cell: field('block')},
    {title: 'Who', class: 'left', cell: field('site', 'text')},
    {title: 'Born', cell: (row, i) => row.born_event === null ? '–'
      : moment(`fragmentation.worst.splitters.${i}.born_event`)},
    {title: 'Age', cell: (row) => row.age_us !== null ? humanTime(row.age_us)
      : row.age_events !== null ? counted(row.age_events, 'event') : '–'},
  ], splitters);
}

function trendsTable({trends}) {
  const field = (name, form) => (row, i) =>
    show(`fragmentation.trends.${i}.${name}`, form);
  return table('Leak or garbage: what is live after collects', [
    {title: 'Who', class: 'left', cell: field('origin', 'text')},
    {title: 'Verdict', class: 'left', cell: field('verdict', 'text')},
    {title: 'Allocated', cell: field('allocated_blocks', 'blocks')},
    {title: 'Live at first', cell: field('live_first_blocks', 'blocks')},
    {title: 'at last', cell: field('live_last_blocks', 'blocks')},
    {title: 'Growth per 1,000 events', cell: growthText}], trends);
}
