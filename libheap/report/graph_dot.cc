#include <utility>

#include <fmt/format.h>

#include "libheap/report/graph_report.h"
#include "libheap/report/graph_words.h"
#include "libheap/report/units.h"

namespace libheap {

namespace {

constexpr std::pair<const char*, const char*> kRootNodes[] = {
    {"static", "static roots"},
    {"stack", "registers and stack"},
    {"other_core", "other core"},
    {"several", "several roots"},
};

// Inside a DOT string, only the quote and the backslash mean something.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe;
}

const char* colour_of(HeldBy held) {
  switch (held) {
    case HeldBy::kStack:
      return "lightyellow";
    case HeldBy::kLookAlike:
      return "mistyrose";
    default:
      return "white";
  }
}

// Names of nodes are words.
std::string node_of(BlockRef block) {
  return block.area == 0 ? fmt::format("b{}", block.block)
                         : fmt::format("a{}b{}", block.area, block.block);
}

// What the object hangs below, and how: dashed where steps are left out.
std::string edge_to(const ObjectRow& row) {
  const auto edge = [&](const std::string& from, bool whole) {
    return fmt::format("  {} -> {}{};\n", from, node_of(row.block),
                       whole ? "" : " [style=dashed]");
  };
  if (row.listed_below) {
    return edge(node_of(*row.listed_below), row.listed_below == row.dominator);
  }
  const bool whole = !row.dominator.has_value();
  if (!row.dominating_root) return edge("several", whole);
  switch (*row.dominating_root) {
    case RootKind::kStatic:
      return edge("static", whole);
    case RootKind::kStack:
      return edge("stack", whole);
    case RootKind::kOtherCore:
      break;
  }
  return edge("other_core", whole);
}

}  // namespace

std::string graph_dot(const GraphFindings& findings) {
  std::string nodes;
  std::string edges;
  for (const ObjectRow& row : findings.objects) {
    nodes += fmt::format(
        "  {} [label=\"{}\\nblock {}, {}\\nretains {}\", fillcolor={}];\n",
        node_of(row.block), escaped(typed_words(row.type, row.contents)),
        block_words(row.block), human_bytes(row.bytes),
        human_bytes(row.retained_bytes), colour_of(row.held));
    edges += edge_to(row);
  }
  for (const auto& [node, label] : kRootNodes) {
    if (edges.find(fmt::format("  {} -> ", node)) == std::string::npos)
      continue;
    nodes += fmt::format("  {} [label=\"{}\", shape=oval];\n", node, label);
  }
  return "digraph heap {\n"
         "  rankdir=LR;\n"
         "  node [shape=box, style=filled, fillcolor=white];\n" +
         nodes + edges + "}\n";
}

}  // namespace libheap
