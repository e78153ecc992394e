#pragma once

// The fields of one what-if answer, shared by `simulate` and `tune`.

#include <nlohmann/json.hpp>

#include "libheap/simulate/what_if.h"

namespace libheap {

[[nodiscard]] nlohmann::ordered_json what_if_json(const WhatIf& answer);

}  // namespace libheap
