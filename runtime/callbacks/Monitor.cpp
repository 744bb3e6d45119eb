// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Monitor.h"

#include <tenon/error.h>

#include <cmath>
#include <cstdio>
#include <string_view>

namespace tenon {
namespace {
bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

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
} // namespace

Monitor::Monitor(std::string callback, std::string monitor, const std::string &mode, double minDelta)
    : callback_(std::move(callback)), monitor_(std::move(monitor)), minDelta_(std::fabs(minDelta)),
      lower_(lowerIsBetter(callback_, monitor_, mode)) {}

std::optional<double> Monitor::valueIn(const Logs &logs) const {
  auto found = logs.find(monitor_);
  if (found != logs.end())
    return found->second;
  std::string known;
  for (auto &entry : logs)
    known += (known.empty() ? "" : ",") + entry.first;
  std::fprintf(stderr, "%s: the monitored '%s' is not available; available are: %s\n", callback_.c_str(),
               monitor_.c_str(), known.c_str());
  return std::nullopt;
}

bool Monitor::improved(double value, std::optional<double> reference) const {
  if (!reference)
    return true;
  return lower_ ? value + minDelta_ < *reference : value - minDelta_ > *reference;
}

} // namespace tenon
