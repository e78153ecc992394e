'use strict';

// Section: who allocates.

function renderSites(body) {
  const {sites} = findings;
  if (sites.total.objects === 0) {
    body.append(el('p', {class: 'empty'}, 'Nothing was allocated.'));
    return;
  }
  if (sites.has_sites) {
    body.append(...siteFlame() ?? []);
    body.append(el('div', {}, sitesTable('By Python line', 'by_line')),
                el('div', {}, sitesTable('By runtime function', 'by_runtime'),
                   unnamed() && el('p', {class: 'note'}, 'Addresses in the ' +
                     'firmware; ', el('code', {}, 'mpheap sites --elf ' +
                     'firmware.elf'), ' names them.')));
  } else {
    body.append(el('p', {}, 'This trace does not say who allocates; ',
                   el('code', {}, 'mpheap.start(sites=True)'), ' sends it.'));
  }
}

const unnamed = () => findings.sites.by_runtime.some(
  ({runtime}) => /^0x/.test(runtime));

function siteName(row) {
  if ('first_blocks' in row) {
    if (row.first_blocks === row.last_blocks) {
      return counted(row.first_blocks, 'block');
    }
    return row.last_blocks === null
      ? `${counted(row.first_blocks, 'block')} and more`
      : `${row.first_blocks}–${row.last_blocks} blocks`;
  }
  if (!row.known) return '(not known)';
  if ('runtime' in row) return row.runtime;
  return `${row.file}:${row.line} ${row.function}`;
}

// The median age of what died, between two bounds.
function medianLife(row) {
  const timed = row.median_life_us !== null;
  const life = timed ? row.median_life_us : row.median_life_bytes;
  if (life === null) return '–';
  const text = timed ? humanTime : humanBytes;
  return life.low === life.high
    ? text(life.low) : `${text(life.low)} – ${text(life.high)}`;
}

function sitesTable(caption, name, live = 'Live at the end') {
  const field = (key, form) => ({index}) =>
    show(`sites.${name}.${index}.${key}`, form);
  return table(caption, [
    {title: 'Who', class: 'left', cell: siteName},
    {title: 'Objects', cell: field('objects')},
    {title: 'In all', cell: field('blocks', 'blocks')},
    {title: 'Share', cell: (row) =>
      percentOf(row.blocks, findings.sites.total.blocks)},
    {title: 'Collected', cell: (row) => row.swept + row.freed === 0 ? '–'
      : field('garbage_share', 'share')(row)},
    {title: 'Median life', cell: medianLife},
    {title: live, cell: field('live_blocks', 'blocks')}],
    // Not what only failed to get memory.
    findings.sites[name].map((row, index) => ({...row, index})).filter(
      ({objects, blocks}) => objects + blocks > 0));
}
