'use strict';

// How the heap map is coloured: each way sorts objects into a few classes, in
// order of weight, so that the map can be read in greyscale too. A way is
// {id, title, classes: [label], of(history, stay, picture) -> class}.

const kSizeBounds = [1, 2, 4, 8, 16, 64];
const kNotKnown = 'not known';
const kAgeBounds = [100, 1000, 10000, 100000];

// The first class whose bound is not below the value.
function classOf(value, bounds) {
  let i = 0;
  while (i < bounds.length && value > bounds[i]) ++i;
  return i;
}

const bySize = {
  id: 'size',
  title: 'Size',
  classes: kSizeBounds.map((bound, i) => {
    const least = i === 0 ? 1 : kSizeBounds[i - 1] + 1;
    const range = least === bound ? `${bound}` : `${least}–${bound}`;
    return i === 0 ? '1 block' : `${range} blocks`;
  }).concat(`over ${kSizeBounds[kSizeBounds.length - 1]}`),
  of: (history, stay) => classOf(history.blocks[stay], kSizeBounds),
};

const byAge = {
  id: 'age',
  title: 'Age',
  classes: kAgeBounds.map((bound) => `up to ${withCommas(bound)} events`)
    .concat('older', kNotKnown),
  of: (history, stay, picture) => history.birth[stay] === 0
    ? kAgeBounds.length + 1
    : classOf(history.pictures.event[picture] - history.birth[stay],
              kAgeBounds),
};

const byFate = {
  id: 'fate',
  title: 'Time left',
  classes: ['gone on the next picture', 'goes later', 'there to the end'],
  of: (history, stay, picture) =>
    history.to[stay] === history.count ? 2
    : history.to[stay] > picture + 1 ? 1 : 0,
};

// The sites that hold most, over all pictures, each its own class; null where
// the trace names no sites.
function bySite(history) {
  const held = new Map();
  history.eachStay((i) => {
    const site = history.site[i];
    if (site === 0) return;
    held.set(site, (held.get(site) ?? 0) + history.heldBy(i));
  });
  if (held.size === 0) return null;
  const most = [...held].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 6);
  const rank = new Map(most.map(([site], i) => [site, i]));
  return {
    id: 'site',
    title: 'Site',
    classes: most.map(([site]) => history.siteName(site)).concat('all others, or not known'),
    of: (_, stay) => rank.get(history.site[stay]) ?? most.length,
  };
}

// A colour of the style sheet in the theme at the moment. Remembered, because
// asking makes the browser style the whole page again.
const kThemeColours = new Map();
function themeColour(name) {
  const {theme} = document.documentElement.dataset;
  const key = `${theme} ${name}`;
  if (!kThemeColours.has(key)) {
    kThemeColours.set(key, getComputedStyle(document.documentElement)
      .getPropertyValue(name).trim());
  }
  return kThemeColours.get(key);
}

// The colours of a way's classes as the page has them at the moment, packed
// for an ImageData: a ramp from light to strong, or for sites, colours that
// differ in weight as well as in hue.
function classColours(way) {
  const n = way.classes.length;
  return way.classes.map((_, i) => {
    const name = way.id === 'site'
      ? (i === n - 1 ? '--site-other' : `--site-${i}`)
      : way.id === 'age' && i === n - 1 ? '--site-other'
      : `--ramp-${Math.round(i * 6 / Math.max(1, n - 1 - (way.id === 'age')))}`;
    return themeColour(name);
  });
}

// "#rrggbb" as a little-endian pixel.
const pixelOf = (colour) => {
  const rgb = parseInt(colour.slice(1, 7), 16);
  return (0xff000000 | (rgb & 0xff) << 16 | rgb & 0xff00 | rgb >> 16) >>> 0;
};
