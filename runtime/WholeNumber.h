// SPDX-License-Identifier: Apache-2.0
// Whole numbers out of JSON that anybody may have written.
#ifndef TENON_RUNTIME_WHOLENUMBER_H
#define TENON_RUNTIME_WHOLENUMBER_H

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <tenon/error.h>
#include <utility>

namespace tenon {

/// The number as it stands; get() of the JSON library would wrap a larger one and convert any float. Throws Error when it is
/// none of that type.
template <typename Whole> Whole wholeNumber(const nlohmann::json &json) {
  if (json.is_number_unsigned() && std::in_range<Whole>(json.get<uint64_t>()))
    return static_cast<Whole>(json.get<uint64_t>());
  if (json.is_number_integer() && !json.is_number_unsigned() && std::in_range<Whole>(json.get<int64_t>()))
    return static_cast<Whole>(json.get<int64_t>());
  throw Error("expected a whole number between " + std::to_string(std::numeric_limits<Whole>::min()) + " and " +
              std::to_string(std::numeric_limits<Whole>::max()) + ", got " +
              json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace tenon
#endif // TENON_RUNTIME_WHOLENUMBER_H
