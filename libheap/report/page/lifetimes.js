'use strict';

// Section: how long objects live. Of what a collect swept only two bounds of
// its age are known, so the curve is a band.

function renderLifetimes(body) {
  const {lifetimes, total} = findings.sites;
  if (lifetimes.died === 0) {
    body.append(el('p', {class: 'empty'}, 'No object died in this trace.'));
    return;
  }
  body.append(lifetimeFacts(total));
  const scales = [
    ['by_us', 'By time', shortTime, humanTime, 'age'],
    ['by_bytes', 'By allocation', shortBytes, humanBytes,
     'allocated since birth'],
  ].filter(([name]) => lifetimes[`dead_${name}`]?.length > 1);
  if (scales.length > 0) {
    const host = el('div', {});
    const draw = (scale) => host.replaceChildren(lifetimePlot(scale));
    draw(scales[0]);
    body.append(scales.length > 1 && el('div', {class: 'toolbar'},
      choice('Ages', scales.map((scale) => [scale[1], () => draw(scale)]))),
      host, el('p', {class: 'note'}, 'Of the objects that died, the share ' +
        'dead by an age. A collect that sweeps an object tells only that it ' +
        'died since the collect before, so the truth lies in the band; ' +
        'collects that are close together make it narrow.'));
  }
  body.append(el('div', {}, sitesTable('By size', 'by_size')));
}

const lifetimeFacts = (total) => facts([
  ['Died', show('sites.lifetimes.died'), 'objects'],
  ['Freed by the program', percentOf(total.freed, total.freed + total.swept),
   'the others were garbage'],
  ['Median age at death', medianLife(total)],
  ['Live at the end', show('sites.lifetimes.live'),
   [show('sites.total.live_blocks', 'blocks'), '; not in the curve']]]);

function lifetimePlot([name, title, short, long, axis]) {
  const {died, [`dead_${name}`]: points} = findings.sites.lifetimes;
  const rows = points.map(([age, low, high]) =>
    [Math.max(age, 1), low / died, high / died]);
  const first = rows.findIndex(([, , high]) => high > 0);
  const shown = rows.slice(Math.max(0, first - 1));
  return plot({
    label: `Share of objects dead by an age, ${title.toLowerCase()}`,
    height: 220,
    x: {from: shown[0][0], to: shown[shown.length - 1][0], log: true,
        text: short, title: axis},
    y: {from: 0, to: 1, text: (share) => `${Math.round(share * 100)}${NBSP}%`},
    draw: (pen) => {
      pen.band(shown);
      pen.line(shown.map(([age, low]) => [age, low]));
      pen.line(shown.map(([age, , high]) => [age, high]));
      for (const [age, low, high] of shown.filter((_, i) => i % 4 === 0)) {
        pen.dot([age, low], 'dot', `dead by ${long(age)}: ` +
          (low === high ? percent(low) : `${percent(low)} to ${percent(high)}`));
      }
    },
  });
}
