// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_CALLBACKS_MONITOR_H
#define TENON_RUNTIME_CALLBACKS_MONITOR_H

#include <string>

namespace tenon {

/// Whether a lower value of the monitored log is better: as `mode` says, or for "auto" by the log's name. An Error that
/// names the callback for another mode, or a name that does not tell.
bool lowerIsBetter(const std::string &callback, const std::string &monitor, const std::string &mode);

} // namespace tenon
#endif // TENON_RUNTIME_CALLBACKS_MONITOR_H
