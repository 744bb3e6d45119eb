// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/Warnings.h"
#include "frontend/graph/losses/Function.h"
#include <algorithm>
#include <set>

namespace tenon::facade {
namespace {

/// The activation a value comes out of, looked for through nested models and what only moves or drops values; "" when
/// there is no telling.
std::string activationOf(const Tensor &tensor) {
  static const std::set<std::string> passOn = {"ActivityRegularization", "Dropout", "Flatten", "Reshape"};
  const graph::LayerNode &layer = *tensor.call()->layer;
  if (auto *model = dynamic_cast<const graph::ModelNode *>(&layer))
    return activationOf(model->network().outputs[tensor.index()]);
  if (passOn.count(layer.className()))
    return activationOf(tensor.call()->inputs[0]);
  if (layer.className() == "Softmax")
    return "softmax";
  const graph::Json config = layer.config();
  auto found = config.find("activation");
  return found != config.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The targets of an output, null when the feed has none: the feeder says so then.
const Array *targetsOf(const Feed &y, const std::vector<std::string> &outputs, size_t output) {
  if (y.empty() || (!y.isNamed() && y.count() != outputs.size()))
    return nullptr;
  if (!y.isNamed())
    return &y[output];
  auto found = std::find(y.names().begin(), y.names().end(), outputs[output]);
  return found == y.names().end() ? nullptr : &y[static_cast<size_t>(found - y.names().begin())];
}

} // namespace

void warnOfActivations(const graph::ModelNode &model, const graph::TrainingSpec &spec) {
  const std::vector<std::string> names = model.outputNames();
  for (size_t i = 0; i < names.size(); ++i) {
    std::string warning = spec.losses[i].function().activationWarning(activationOf(model.network().outputs[i]));
    if (!warning.empty())
      graph::warn(model.name() + ": " + names[i] + ": " + warning);
  }
}

void checkTargets(const graph::ModelNode &model, const graph::TrainingSpec &spec, const Feed &y, bool warn) {
  const std::vector<std::string> names = model.outputNames();
  for (size_t i = 0; i < names.size() && i < spec.losses.size(); ++i) {
    const Array *targets = targetsOf(y, names, i);
    if (!targets)
      continue;
    const LossFunction &loss = spec.losses[i].function();
    const Shape &shape = model.network().outputs[i].shape();
    int64_t classes = shape.empty() ? 1 : shape.back();
    std::string fault = loss.columnsFault(*targets, classes);
    if (fault.empty())
      fault = loss.targetFault(*targets, classes);
    if (!fault.empty())
      throw Error(names[i] + ": " + fault);
    if (std::string warning = warn ? loss.targetWarning(*targets) : ""; !warning.empty())
      graph::warn(model.name() + ": " + names[i] + ": " + warning);
  }
}

} // namespace tenon::facade
