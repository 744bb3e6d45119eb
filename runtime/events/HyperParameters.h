// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_HYPERPARAMETERS_H
#define TENON_RUNTIME_EVENTS_HYPERPARAMETERS_H

#include <tenon/events.h>

#include <map>
#include <optional>
#include <variant>

namespace tenon::events {

using HyperParameterValue = std::variant<double, std::string>;

/// A column of TensorBoard's table of hyper-parameters: numbers of an interval or one of several texts.
struct HyperParameter {
  std::string name;
  std::optional<std::pair<double, double>> interval = std::nullopt;
  std::vector<std::string> choices = {};
};

/// STATUS_... of TensorBoard's api.proto.
enum class SessionStatus { Unknown = 0, Success = 1, Failure = 2, Running = 3 };

/// What the plugin "hparams" reads, byte for byte as its own writer makes it (tests/golden/hparams.py). Times are Unix
/// times in seconds. The experiment: its hyper-parameters and the scalars' tags that measure a session.
Summary experiment(const std::vector<HyperParameter> &parameters, const std::vector<std::string> &metrics,
                   double created);
/// A session is a run of its own, whose scalars are its metrics; those of one group are shown as one.
Summary sessionStart(const std::map<std::string, HyperParameterValue> &values, const std::string &group,
                     double started);
Summary sessionEnd(SessionStatus status, double ended);

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_HYPERPARAMETERS_H
