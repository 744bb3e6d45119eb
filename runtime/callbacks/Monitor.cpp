// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Monitor.h"

#include <tenon/error.h>

#include <string_view>

namespace tenon {
namespace {
bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}
} // namespace

bool lowerIsBetter(const std::string &callback, const std::string &monitor, const std::string &mode) {
  if (mode == "min" || mode == "max")
    return mode == "min";
  if (mode != "auto")
    throw Error(callback + ": expected mode 'min', 'max' or 'auto', received '" + mode + "'", Fault::Usage);
  for (auto end : {"loss", "error", "crossentropy", "mse", "mae", "mape", "msle", "rmse", "hinge", "poisson",
                   "divergence", "kld", "huber", "cosh"})
    if (endsWith(monitor, end))
      return true;
  for (auto end : {"acc", "accuracy", "auc", "precision", "recall", "score", "iou", "io_u"})
    if (endsWith(monitor, end))
      return false;
  throw Error(callback + ": cannot tell whether a lower or a higher '" + monitor +
                  "' is better; give .mode \"min\" or \"max\"",
              Fault::Usage);
}

} // namespace tenon
