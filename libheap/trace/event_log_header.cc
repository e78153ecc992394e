#include "libheap/trace/event_log_header.h"

#include <algorithm>
#include <set>
#include <utility>

#include "libheap/base/error.h"
#include "libheap/base/in_quotes.h"
#include "libheap/trace/area_fields.h"
#include "libheap/trace/header_settings.h"
#include "libheap/trace/percent_text.h"

namespace libheap {
namespace {

// Whether it could be for people to read, in whatever language: noise has one
// control character in ten.
bool is_text(std::string_view bytes) {
  const auto strange =
      std::count_if(bytes.begin(), bytes.end(), [](unsigned char c) {
        return (c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 127;
      });
  return static_cast<size_t>(strange) * 20 <= bytes.size();
}

constexpr std::string_view kGolden = "GOLDEN ";
constexpr std::string_view kOurs = "MPHEAP-EVENTS ";

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}
// A header larger than this is not one; what it says is kept in memory. A line
// of a recording may be three times as long in our own format.
constexpr size_t kLongestGoldenLine = 4096;
constexpr size_t kLongestLine = 4 * kLongestGoldenLine;
constexpr size_t kMostSettings = 256;

class HeaderReader {
 public:
  explicit HeaderReader(LineReader& lines) : lines_(lines) {}

  TraceHeader read() {
    read_format();
    while (next_line() != "BEGIN") {
      if (line_.text().starts_with("H "))
        read_setting(line_.text().substr(2));
      else if (line_.text().starts_with("AREA "))
        read_first_area();
      else
        fail("expected H, AREA or BEGIN, not " + in_quotes(line_.text()));
    }
    check_complete();
    return std::move(header_);
  }

 private:
  void read_format() {
    check_is_event_log();
    const std::string_view first = without_byte_order_mark(next_line());
    const std::string_view version = first.substr(first.find(' ') + 1);
    if (version != "1")
      fail_source("event log of version " + in_quotes(version) +
                  "; this mpheap reads version 1");
    header_.format = first;
  }

  // Looks at bytes, not at a line: what is no log at all may have no lines.
  void check_is_event_log() {
    const std::string_view start = lines_.source().peek(80);
    if (start.empty()) {
      const std::optional<Damage>& damage = lines_.source().damage();
      fail_source(damage ? damage->reason : "empty file");
    }
    if (is_event_log(start)) return;
    if (!is_text(start))
      fail_source(
          "not a heap trace: no text, and not one packet of a tracer in it "
          "(what is captured at the wrong --baud looks like this)");
    fail_source("not a heap trace (first line is " +
                in_quotes(start.substr(0, start.find_first_of("\r\n"))) + ")");
  }

  std::string_view next_line() {
    const LineReader::Found found = lines_.next(line_);
    const size_t longest =
        header_.format == kGoldenFormat ? kLongestGoldenLine : kLongestLine;
    if (found == LineReader::Found::kTooLong || line_.bytes > longest)
      fail("line too long for a header");
    if (found != LineReader::Found::kLine) fail_at_end();
    return line_.text();
  }

  void read_setting(std::string_view setting) {
    const size_t space = setting.find(' ');
    const std::string key = decoded(setting.substr(0, space));
    const std::string value = decoded(
        space == setting.npos ? std::string_view() : setting.substr(space + 1));
    if (!seen_.insert(key).second) fail("a second \"H " + key + "\"");
    if (seen_.size() > kMostSettings) fail("too many settings");
    const HeaderSetting* known = find_header_setting(key);
    if (known == nullptr || known->read == nullptr)
      header_.extra.emplace_back(key, value);
    else if (!known->read(value, header_))
      fail("\"H " + key + "\" must be " + std::string(known->allowed) +
           ", not " + in_quotes(value));
  }

  // Recordings have their strings plain, our own logs percent-encoded.
  [[nodiscard]] std::string decoded(std::string_view text) const {
    std::string out(text);
    if (header_.format == kGoldenFormat ? has_control(text)
                                        : !percent_decode(text, out))
      fail(in_quotes(text) + " is not text as this format has it");
    return out;
  }

  void read_first_area() {
    if (has_area_) fail("a second AREA");
    has_area_ = true;
    TextFields in(line_.begin, line_.end);
    in.keyword();
    read_area(in, header_.area);
    if (!in.finish()) fail("AREA: " + in.reason());
  }

  void check_complete() const {
    for (const HeaderSetting& setting : header_settings())
      if (setting.required && !seen_.contains(setting.key))
        fail("BEGIN, but no \"H " + std::string(setting.key) + "\" before it");
    if (!has_area_) fail("BEGIN, but no AREA before it");
    if (const char* problem = area_problem(header_.area, header_.word_bytes))
      fail(std::string("AREA: ") + problem);
  }

  [[noreturn]] void fail_at_end() const {
    const std::optional<Damage>& damage = lines_.source().damage();
    fail("the header ends without BEGIN" +
         (damage ? " (" + damage->reason + ")" : std::string()));
  }

  [[noreturn]] void fail(const std::string& problem) const {
    fail_source("line " + std::to_string(line_.number) + ": " + problem);
  }

  [[noreturn]] void fail_source(const std::string& problem) const {
    throw Error(lines_.source().name() + ": " + problem);
  }

  LineReader& lines_;
  TextLine line_;
  TraceHeader header_;
  bool has_area_ = false;
  std::set<std::string, std::less<>> seen_;  // keys
};

void append_setting(std::string& out, std::string_view key,
                    std::string_view value) {
  out += "H ";
  append_percent_encoded(out, key);
  out += ' ';
  append_percent_encoded_line(out, value);
  out += '\n';
}

// The value for one row of the table; null if the header has none.
std::optional<std::string> setting_value(const HeaderSetting& setting,
                                         const TraceHeader& header) {
  if (setting.write != nullptr) {
    std::string value = setting.write(header);
    if (value.empty()) return std::nullopt;
    return value;
  }
  for (const auto& [key, value] : header.extra)
    if (key == setting.key) return value;
  return std::nullopt;
}

}  // namespace

bool is_event_log(std::string_view first_bytes) {
  first_bytes = without_byte_order_mark(first_bytes);
  return first_bytes.starts_with(kGolden) || first_bytes.starts_with(kOurs);
}

TraceHeader read_event_log_header(LineReader& lines) {
  return HeaderReader(lines).read();
}

void append_event_log_header(std::string& out, const TraceHeader& header) {
  out += kEventLogFormat;
  out += '\n';
  for (const HeaderSetting& setting : header_settings())
    if (const auto value = setting_value(setting, header))
      append_setting(out, setting.key, *value);
  for (const auto& [key, value] : header.extra)
    if (find_header_setting(key) == nullptr) append_setting(out, key, value);
  out += "AREA";
  append_area(out, header.area);
  out += "\nBEGIN\n";
}

}  // namespace libheap
