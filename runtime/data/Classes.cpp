// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/Classes.h"

#include <tenon/error.h>

#include <cmath>

namespace tenon::data {

std::vector<int64_t> classesOf(const Array &targets, const std::string &what) {
  int64_t columns = targets.rowCount() ? targets.size() / targets.rowCount() : 1;
  if (targets.rank() > 2 || columns < 1)
    throw Error(what + " needs one class per sample, received targets of shape " + toString(targets.shape()));
  std::vector<int64_t> classes;
  for (int64_t row = 0; row < targets.rowCount(); ++row) {
    if (columns > 1) {
      int64_t best = 0;
      for (int64_t i = 1; i < columns; ++i)
        if (targets.at(row * columns + i) > targets.at(row * columns + best))
          best = i;
      classes.push_back(best);
      continue;
    }
    double value = targets.at(row);
    if (std::floor(value) != value || std::fabs(value) > 1e15)
      throw Error(what + " needs classes, received the target " + std::to_string(value) + " of sample " +
                  std::to_string(row));
    classes.push_back(static_cast<int64_t>(value));
  }
  return classes;
}

} // namespace tenon::data
