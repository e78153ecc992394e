'use strict';

// A flame graph, roots at the top: a row per level, as wide as what it holds.
// Nodes are {name, value, children, title}; a click or Enter makes a node the
// whole width, and back.

const kFlameRow = 22;

class Flame {
  constructor(root, text) {
    this.root = root;
    this.text = text;
    this.shown = root;
    this.host = el('div', {class: 'flame', role: 'tree',
                           'aria-label': root.name});
    this.link(root, null);
    this.draw();
  }

  link(node, parent) {
    node.parent = parent;
    node.children?.forEach((child) => this.link(child, node));
  }

  draw() {
    const cells = [];
    const path = [];
    for (let node = this.shown.parent; node; node = node.parent) {
      path.unshift(node);
    }
    path.forEach((node, level) => this.cell(cells, node, level, 0, 1));
    this.place(cells, this.shown, path.length, 0, 1);
    const rows = Math.max(...cells.map((cell) => cell.level)) + 1;
    this.host.style.height = `${rows * kFlameRow}px`;
    this.host.replaceChildren(...cells.map((cell) => cell.element));
  }

  place(cells, node, level, from, width) {
    this.cell(cells, node, level, from, width);
    let at = from;
    const children = [...node.children ?? []].sort((a, b) => b.value - a.value);
    for (const child of children) {
      const share = width * child.value / (node.value || 1);
      if (share > 0.002) this.place(cells, child, level + 1, at, share);
      at += share;
    }
  }

  cell(cells, node, level, from, width) {
    const whole = percentOf(node.value, this.root.value);
    const label = `${node.name}: ${this.text(node.value)}, ${whole}`;
    const element = el('button', {
      type: 'button', role: 'treeitem', class: `level-${level % 4}`,
      title: label, 'aria-label': label, 'data-value': node.value,
      'aria-level': level + 1,
      onclick: () => {
        this.shown = this.shown === node ? node.parent ?? this.root : node;
        this.draw();
        this.host.querySelector('.shown')?.focus();
      },
    }, el('span', {}, `${node.name} `, el('small', {}, whole)));
    element.classList.toggle('shown', node === this.shown);
    element.style.left = `${from * 100}%`;
    element.style.width = `${width * 100}%`;
    element.style.top = `${level * kFlameRow}px`;
    cells.push({level, element});
  }
}

// The child of this name, with so much more in it.
function grownChild(parent, name, value) {
  let found = parent.children.find((one) => one.name === name);
  if (!found) {
    found = {name, value: 0, children: []};
    parent.children.push(found);
  }
  found.value += value;
  return found;
}

const allAllocations = (total) =>
  ({name: 'all allocations', value: total, children: []});

// Rows {file, function, line, blocks} as a tree by file, function and line.
function siteTree(rows, total) {
  const root = allAllocations(total);
  for (const row of rows) {
    if (!row.known) {
      grownChild(root, '(not known)', row.blocks);
      continue;
    }
    const file = grownChild(root, row.file || '(no file)', row.blocks);
    const name = grownChild(file, row.function || '<module>', row.blocks);
    grownChild(name, `line ${row.line}`, row.blocks);
  }
  return root;
}

// Stacks {stack, runtime, blocks}, innermost first, as a tree from the
// outermost frame on. A runtime function that is an address says nothing here.
function stackTree(stacks, total) {
  const root = allAllocations(total);
  for (const {stack, runtime, blocks} of stacks) {
    let node = root;
    for (const frame of [...stack].reverse()) {
      const known = frame.function || frame.line;
      node = grownChild(node, known
        ? `${frame.function} (${frame.file}:${frame.line})`
        : '(not known)', blocks);
    }
    if (runtime && !/^0x/.test(runtime)) grownChild(node, runtime, blocks);
  }
  return root;
}

function siteFlame() {
  const {sites} = findings;
  if (!sites.has_sites || sites.by_line.length === 0) return null;
  const {stacks, total} = sites;
  const tree = stacks ? stackTree(stacks, total.blocks)
    : siteTree(sites.by_line, total.blocks);
  return [
    el('h3', {}, stacks ? 'What was allocated, by who called whom'
      : 'What was allocated, by file, function and line'),
    new Flame(tree, (blocks) => humanBytes(bytesOf(blocks))).host,
    el('p', {class: 'note'}, 'As wide as what was allocated there in all' +
       (stacks ? ', callers above whom they called' : '') + '. ' +
       'Click a part to see it at full width.')];
}
