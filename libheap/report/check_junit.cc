#include <fmt/format.h>

#include "libheap/report/check_report.h"

namespace libheap {

namespace {

// For an attribute. XML has no way to say most control characters, and file
// names need not be UTF-8: such bytes become "?".
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += byte < 0x20 || byte >= 0x7f ? '?' : c;
    }
  }
  return out;
}

std::string message_of(const JudgedGate& one) {
  if (!one.reading.value) return std::string(one.reading.why_not);
  std::string text =
      fmt::format("{}, budget {}",
                  gauge_value(*one.reading.value, one.gate.gauge.kind->unit),
                  limit_text(one.gate));
  if (one.reading.event != 0) {
    text += fmt::format(", at event {}", one.reading.event);
  }
  if (!one.gate.why.empty()) text += fmt::format(" ({})", one.gate.why);
  return text;
}

std::string outcome(const JudgedGate& one) {
  const std::string message = escaped(message_of(one));
  switch (one.verdict) {
    case GateVerdict::kPassed:
      return "";
    case GateVerdict::kBroken:
      return fmt::format("<failure message=\"{}\"/>", message);
    case GateVerdict::kNotMeasured:
      return fmt::format("<error message=\"{}\"/>", message);
    case GateVerdict::kSkipped:
      break;
  }
  return fmt::format("<skipped message=\"{}\"/>", message);
}

}  // namespace

std::string check_junit(const CheckFindings& found) {
  size_t skipped = 0;
  std::string cases;
  for (const JudgedGate& one : found.gates) {
    skipped += one.verdict == GateVerdict::kSkipped ? 1 : 0;
    cases += fmt::format(
        "    <testcase classname=\"mpheap.check\" name=\"{} {}\">{}"
        "</testcase>\n",
        escaped(one.gate.gauge.name), escaped(limit_text(one.gate)),
        outcome(one));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "skipped=\"{}\">\n{}  </testsuite>\n</testsuites>\n",
      escaped(found.source), found.gates.size(), found.broken,
      found.not_measured, skipped, cases);
}

}  // namespace libheap
