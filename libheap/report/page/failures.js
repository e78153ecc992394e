'use strict';

// Section: allocations that failed, one card each.

function renderFailures(body) {
  const {count, first, locked} = findings.failures;
  if (count === 0) {
    body.append(el('p', {class: 'empty'}, 'No allocation failed.',
      locked > 0 && [' ', showCounted('failures.locked', 'request'),
        ' under the ', term('lock'), ' got nothing, by rule: in a ' +
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
  // Sizes near the largest word come to 0 blocks; their bytes do not.
  const asked = failure.blocks || failure.bytes / bytesOf(1);
  const most = Math.max(asked, failure.free_blocks, 1);
  const line = (label, value, blocks, style) => [
    el('dt', {}, label), el('dd', {}, value), el('dd', {},
      bar([[blocks / most, style]]))];
  return el('article', {class: `card ${failure.verdict}`},
    el('header', {},
      el('span', {class: 'cause'}, el('i', {'aria-hidden': 'true'}, '✕'),
         onEvent(`${path}.event`, failure.time_us)),
      el('a', {class: 'verdict', href: `#term-${failure.verdict}`},
         failure.verdict.replace('_', ' '))),
    el('dl', {class: 'scale'},
      line(failure.resize ? 'asked (resize)' : 'asked',
           show(`${path}.bytes`, 'bytes'), asked, 'asked'),
      line('free', show(`${path}.free_blocks`, 'blocks'),
           failure.free_blocks, 'freed'),
      line('largest run', show(`${path}.largest_free_run_blocks`, 'blocks'),
           failure.largest_free_run_blocks, 'run')),
    el('p', {}, adviceOn(failure)),
    renderInTheWay(failure));
}

// What the fragmentation findings say of a failure: the objects without which
// there would have been room, and when there last was.
function renderInTheWay(failure) {
  const cards = findings.fragmentation?.failures?.cards ?? [];
  const i = cards.findIndex(({event, bytes}) =>
    event === failure.event && bytes === failure.bytes);
  if (i < 0 || !cards[i].in_the_way) return null;
  const path = `fragmentation.failures.cards.${i}`;
  const {in_the_way: group, last_room: room} = cards[i];
  const [first] = group.objects;
  return el('div', {class: 'in-the-way'},
    el('p', {}, el('b', {}, 'In the way: '), group.objects.length === 1
      ? 'one object of ' : [counted(group.objects.length, 'object'),
                            ', the first of '],
    show(`${path}.in_the_way.objects.0.blocks`, 'blocks'),
    first.site !== null && [' from ', el('code', {}, first.site)],
    first.age_events !== null && `, ${counted(first.age_events, 'event')} old`,
    '. Without, ', show(`${path}.in_the_way.joined_blocks`, 'blocks'),
    ' would have been free in one run. ',
    el('button', {type: 'button', class: 'moment', onclick: () =>
      heapMap?.showObject(failure.event, first)}, 'Show it in the map')),
    room && el('p', {}, 'There last was room at ',
               onEvent(`${path}.last_room.event`, room.time_us), '.'));
}

function adviceOn(failure) {
  const size = (blocks) => humanBytes(bytesOf(blocks));
  const largest = size(failure.largest_free_run_blocks);
  if (failure.verdict === 'too_large' || failure.blocks > mostBlocks()) {
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
