// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_CALLBACKS_MONITOR_H
#define TENON_RUNTIME_CALLBACKS_MONITOR_H

#include <tenon/callback.h>

namespace tenon {

/// Watches one of the logs and knows what an improvement of it is, as Keras's MonitorCallback does.
class Monitor {
public:
  /// mode: "min", "max", or "auto" for the direction of the metric that is monitored. An Error that starts with
  /// `callback` when that cannot be told.
  Monitor(std::string callback, std::string monitor, const std::string &mode, double minDelta);
  /// The monitored value; when the logs hold none, a warning that lists those there are.
  std::optional<double> valueIn(const Logs &logs) const;
  bool improved(double value, std::optional<double> reference) const;

private:
  std::string callback_, monitor_;
  double minDelta_;
  bool lower_;
};

} // namespace tenon
#endif // TENON_RUNTIME_CALLBACKS_MONITOR_H
