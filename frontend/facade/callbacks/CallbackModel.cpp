// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/CallbackModel.h"
#include <tenon/error.h>

namespace tenon {

void facade::setModel(TrainingContext &context, const Model &model) {
  if (!context.owner)
    context.owner = std::make_shared<Model>(model);
}

Model modelOf(const TrainingContext &context) {
  if (!context.owner)
    throw Error("modelOf: this training is not of a Model's fit, evaluate or predict", Fault::Usage);
  return *static_cast<const Model *>(context.owner.get());
}

} // namespace tenon
