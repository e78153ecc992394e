'use strict';

// Numbers as people read them: the same forms as report/units.cc, which the
// terminal report uses. 1 KB is 1024 bytes.

const NBSP = '\u00a0';

// 12345 -> "12,345"
const withCommas = (value) => value.toLocaleString('en-US');

// 1, "block" -> "1 block"; 12345, "block" -> "12,345 blocks"
const counted = (value, noun) =>
  `${withCommas(value)}${NBSP}${noun}${value === 1 ? '' : 's'}`;

// As printf does: what lies exactly between two goes to the even one, where
// toFixed would go up. That is so when value * 2^(digits + 1) is odd.
function fixed(value, digits) {
  const parts = value * 2 ** (digits + 1);
  if (!Number.isInteger(parts) || parts % 2 === 0) return value.toFixed(digits);
  const scale = 10 ** digits;
  return (2 * Math.round(value * scale / 2) / scale).toFixed(digits);
}

// 512 -> "512 B", 166080 -> "162.2 KB", 3145728 -> "3.0 MB"
function humanBytes(bytes) {
  if (bytes < 1024) return `${bytes}${NBSP}B`;
  const kilo = bytes / 1024;
  if (kilo < 1024) return `${fixed(kilo, 1)}${NBSP}KB`;
  return `${fixed(kilo / 1024, 1)}${NBSP}MB`;
}

// 0.1234 -> "12.3 %"; never rounds what is not quite all to "100.0 %"
function percent(share) {
  let value = share * 100;
  if (share < 1 && value > 99.9) value = 99.9;
  if (share > 0 && value < 0.1) value = 0.1;
  return `${fixed(value, 1)}${NBSP}%`;
}

const percentOf = (part, whole) =>
  whole === 0 ? '–' : percent(part / whole);

// 250 -> "250 µs", 8200 -> "8.20 ms", 61000000 -> "61.0 s"
function humanTime(us) {
  if (us < 1000) return `${Math.round(us)}${NBSP}µs`;
  if (us < 1e6) return `${fixed(us / 1e3, 2)}${NBSP}ms`;
  if (us < 120e6) return `${fixed(us / 1e6, 1)}${NBSP}s`;
  return `${fixed(us / 60e6, 1)}${NBSP}min`;
}

// A moment on an axis that ends at `most` and has a mark every `step`, all in
// microseconds: "340 ms", "12.5 s", beyond two minutes "1:02:30".
function momentText(moment, step, most) {
  const us = Math.round(moment / step) * step;
  const text = (value, unit) => value.toFixed(
    Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9)));
  if (most < 1e3) return `${text(us, 1)}${NBSP}µs`;
  if (most < 1e6) return `${text(us / 1e3, 1e3)}${NBSP}ms`;
  if (most < 120e6) return `${text(us / 1e6, 1e6)}${NBSP}s`;
  const minutes = Math.floor(us / 60e6);
  const rest = (us - minutes * 60e6) / 1e6;
  const seconds = `${rest < 10 ? '0' : ''}${text(rest, 1e6)}`;
  if (minutes < 60) return `${minutes}:${seconds}`;
  const ofHour = String(minutes % 60).padStart(2, '0');
  return `${Math.floor(minutes / 60)}:${ofHour}:${seconds}`;
}

// A moment by itself: "132.6 ms", "1.234 s", "45:07.1".
const timeText = (us) => momentText(
  us, us < 1e3 ? 1 : us < 1e6 ? 100 : us < 120e6 ? 1e3 : 1e5, us);
