#!/usr/bin/env python3
"""Fails on an #include that points up or sideways in the diamond, or at a library's second home.

wire -> trace \\
               replay -> simulate -> analysis -> report -> tools      (base below all)
model -------/
"""
import re
import sys
from pathlib import Path

ABOVE_BASE = {"wire": {"wire"}, "trace": {"wire", "trace"}, "model": {"model"}}
ABOVE_BASE["replay"] = ABOVE_BASE["trace"] | ABOVE_BASE["model"] | {"replay"}
for lower, upper in zip(["replay", "simulate", "analysis"], ["simulate", "analysis", "report"]):
    ABOVE_BASE[upper] = ABOVE_BASE[lower] | {upper}
MAY_INCLUDE = {"base": {"base"}} | {k: v | {"base"} for k, v in ABOVE_BASE.items()}
HOMES = {  # who may include a library; tests may include any
    "nlohmann": {"report"}, "cairo": {"report"}, "fmt": {"report", "tools"}, "spdlog": {"tools"},
    "boost/program_options": {"tools"}, "tools": {"tools"}, "tests": set(),
    "firmware-tracer": {"wire", "trace", "replay"}}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
MACRO = re.compile(r"^\s*#\s*define\s+(?!HEAP_CHECK\b)(\w+)")

def complaints(path, layer):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if macro := MACRO.match(line):
            yield number, f"macro {macro[1]}: the only macro is HEAP_CHECK"
        if not (include := INCLUDE.match(line)):
            continue
        target = include[1]
        if target.startswith("libheap/") and layer in MAY_INCLUDE:
            if target.split("/")[1] not in MAY_INCLUDE[layer]:
                yield number, f"{layer} must not include {target}"
        for library, homes in HOMES.items():
            if target.startswith((library + "/", library + ".", library + "-")) and layer not in homes:
                yield number, f"{target} belongs in {' and '.join(sorted(homes)) or 'tests'} only"

found = 0
for path in sorted(p for top in ("libheap", "tools") for p in Path(top).rglob("*.[ch]*")):
    layer = path.parts[1] if path.parts[0] == "libheap" else "tools"
    if path.parts[0] == "libheap" and layer not in MAY_INCLUDE:
        sys.exit(f"{path}: {layer} is not a layer; see the list in {sys.argv[0]}")
    for number, message in complaints(path, layer):
        print(f"{path}:{number}: {message}")
        found += 1
sys.exit(1 if found else 0)
