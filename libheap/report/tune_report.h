#pragma once

// What `mpheap tune` prints: one line to paste, why, how sure it is, the
// candidates it was chosen from, and the other strategies.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "libheap/analysis/tune.h"
#include "libheap/report/text_style.h"

namespace libheap {

struct TuneTextOptions {
  bool all_candidates = false;  // not only the telling ones
};

// "mpheap.tune/1".
[[nodiscard]] std::string tune_json(const TuneFindings& found);
[[nodiscard]] std::string tune_text(const TuneFindings& found,
                                    const TuneTextOptions& options,
                                    const TextStyle& style);

// For a report: the recommendation alone.
[[nodiscard]] std::string tune_in_short(const TuneFindings& found,
                                        const TextStyle& style);
// `tune` of a report: the document without schema and trace.
[[nodiscard]] nlohmann::ordered_json tune_json_body(const TuneFindings& found);

// Why this was chosen, or why nothing is.
[[nodiscard]] std::string why_text(const TuneFindings& found);
// Where the strategy means work: the line that helps until it is done, and
// why. Empty where there is none.
[[nodiscard]] std::string meanwhile_code(const TuneFindings& found);
[[nodiscard]] std::string meanwhile_why(const TuneFindings& found);
// "longest pause 3.20 ms; pause budget 5.00 ms"
[[nodiscard]] std::string evidence_text(const std::vector<Evidence>& evidence);

}  // namespace libheap
