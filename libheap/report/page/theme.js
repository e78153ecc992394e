'use strict';

// Light or dark: as the reader's system has it, until the button says
// otherwise.

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  group.redraw();
}

function toggleTheme() {
  const {theme} = document.documentElement.dataset;
  setTheme(theme === 'dark' ? 'light' : 'dark');
}

const themeButton = () =>
  el('button', {type: 'button', id: 'theme', onclick: toggleTheme});

function followSystemTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  setTheme(dark.matches ? 'dark' : 'light');
  dark.addEventListener(
    'change', ({matches}) => setTheme(matches ? 'dark' : 'light'));
}
