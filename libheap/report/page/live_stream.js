'use strict';

// What the page is told while it is open: frames of mpheap.live/1, each whole
// or what is new since the one before; report/live_json.h says how. Here they
// are put together to findings, in the form that a report has.

// Puts what a frame tells of a list into it.
function putInto(list, part) {
  if (part === undefined) return;
  list.length = part.from;
  for (const item of part.listed) list.push(item);
}

// The same for a list told in columns.
function putIntoColumns(columns, part) {
  if (part === undefined) return;
  for (const [name, fresh] of Object.entries(part.listed)) {
    putInto(columns[name], {from: part.from, listed: fresh});
  }
}

class LiveStory {
  constructor() {
    this.status = null;      // of the last frame
    this.objects = new LiveObjects();
    this.consoleText = '';   // what came since it was last taken
    this.consoleAnew = true;
    this.told = new Set();   // parts that are new since they were last drawn
  }

  get known() { return findings.over_time.samples.event.length > 0; }

  apply(frame) {
    if (frame.whole) this.begin();
    this.status = frame.status;
    findings.proof.events = frame.status.event;
    if (frame.heap) findings.heap = frame.heap;
    if (frame.gaps) findings.proof.gaps = frame.gaps;
    if (frame.sites) findings.sites = frame.sites;
    putIntoColumns(findings.over_time.samples, frame.samples);
    putInto(findings.collects.listed, frame.collects);
    putInto(findings.failures.first, frame.failures);
    putInto(findings.labels.listed, frame.labels);
    putInto(this.objects.sites, frame.site_names);
    if (frame.map) this.objects.apply(frame.map);
    this.objects.tell(frame.status);
    this.consoleText += frame.console ?? '';
    for (const part of Object.keys(frame)) this.told.add(part);
  }

  begin() {
    for (const list of Object.values(findings.over_time.samples)) {
      list.length = 0;
    }
    findings.collects.listed.length = 0;
    findings.failures.first.length = 0;
    findings.labels.listed.length = 0;
    findings.proof.gaps = [];
    findings.sites = null;
    this.objects.clear();
    this.consoleText = '';
    this.consoleAnew = true;
  }

  // The parts of `names` that are new, if any; they count as drawn then.
  take(...names) {
    const fresh = names.filter((name) => this.told.delete(name));
    return fresh.length > 0;
  }
}

// Hears the server for as long as it speaks; onFrame(frame), and
// onSilence(true) while it does not answer.
function listen(onFrame, onSilence) {
  const source = new EventSource('events');
  source.onopen = () => onSilence(false);
  source.onmessage = ({data}) => {
    const frame = JSON.parse(data);
    onFrame(frame);
    if (frame.status.link === 'ended') source.close();
  };
  source.onerror = () => {
    onSilence(true);
    // The browser tries again by itself, unless it was refused.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen(onFrame, onSilence), 2000);
  };
}
