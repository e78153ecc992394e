'use strict';

// Building the page. Text reaches it as text only, never as markup: a trace
// may say anything.

// el('p', {class: 'note'}, 'some ', el('b', {}, 'text')); null, undefined and
// false children are left out, arrays are spread, onclick and the like become
// listeners.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...children.flat(Infinity).filter(
    (child) => child !== null && child !== undefined && child !== false));
  return node;
}

// The findings, and one of them by its path: at('heap.blocks'). They stay as
// they are on a report; a page that shows a device as it runs gets new ones.
let findings = JSON.parse(document.getElementById('findings').textContent);
const at = (path) =>
  path.split('.').reduce((value, key) => value[key], findings);
const bytesOf = (blocks) => blocks * findings.heap.block_bytes;
// The heap's size when it was largest: some heaps grow, and shrink again.
const mostBlocks = () => findings.over_time.samples.total_blocks.reduce(
  (most, blocks) => Math.max(most, blocks), findings.heap.blocks);

const kForms = {
  count: withCommas,
  bytes: humanBytes,
  blocks: (value) => humanBytes(bytesOf(value)),
  share: percent,
  time: humanTime,
  text: String,
};

// One number of the findings, shown in a form: show('heap.blocks', 'count').
// Says where it comes from, so that a test can compare page and findings.
function show(path, form = 'count') {
  return el('span', {'data-field': path, 'data-form': form},
            kForms[form](at(path)));
}

// A counted noun: "1 event", "12 events".
const showCounted = (path, noun) =>
  [show(path), ` ${noun}${at(path) === 1 ? '' : 's'}`];

// A word that the glossary defines.
const term = (id, text = id) =>
  el('a', {class: 'term', href: `#term-${id}`}, text);

// A table under a caption; columns are {title, cell(row, index), class}. Rows
// beyond `first` wait for a button.
function table(caption, columns, rows, noun = 'rows', first = 200) {
  const cells = (row, index) => el('tr', {}, columns.map((column) =>
    el('td', {class: column.class}, column.cell(row, index))));
  const body = el('tbody', {}, rows.slice(0, first).map(cells));
  const head = el('thead', {}, el('tr', {}, columns.map((column) =>
    el('th', {scope: 'col', class: column.class}, column.title))));
  const scroller = el('div', {class: 'scroller', tabindex: '0', role: 'region',
                              'aria-label': caption},
    el('table', {}, head, body));
  const more = moreButton(rows, first, noun, (rest, offset) =>
    body.append(...rest.map((row, index) => cells(row, offset + index))));
  return [el('h3', {}, caption), scroller, more];
}

// A button that adds the rows beyond `first` by add(rows, offset), a thousand
// at a time; null if there are none.
function moreButton(rows, first, noun, add) {
  if (rows.length <= first) return null;
  const atOnce = 1000;
  let shown = first;
  const label = () => rows.length - shown > atOnce
    ? `Show ${withCommas(atOnce)} more of ${withCommas(rows.length)} ${noun}`
    : `Show all ${withCommas(rows.length)} ${noun}`;
  return el('button', {
    type: 'button', class: 'more',
    onclick: ({currentTarget: button}) => {
      add(rows.slice(shown, shown + atOnce), shown);
      shown += atOnce;
      button.textContent = label();
      if (shown >= rows.length) button.remove();
    },
  }, label());
}

// A bar of stacked shares (0 to 1) in the styles of their classes; decoration
// beside the numbers, so hidden from screen readers.
function bar(parts) {
  return el('span', {class: 'bar', 'aria-hidden': 'true'},
    parts.filter(([share]) => share > 0).map(([share, style]) => {
      const part = el('i', {class: style});
      part.style.width = `${100 * Math.min(1, share)}%`;
      return part;
    }));
}

// A list of facts: [label, value] or [label, value, note]; null ones are left
// out.
const facts = (rows, style = 'facts') => el('dl', {class: style},
  rows.filter((row) => row !== null).map(([label, value, note]) =>
    el('div', {}, el('dt', {}, label), el('dd', {}, value),
       note ? el('dd', {class: 'note'}, note) : null)));

const heapSize = () => [show('heap.pool_bytes', 'bytes'),
                        findings.trace.split === 'auto' && ' at the end'];

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
